/* SPDX-License-Identifier: Apache-2.0 */
/* What several keys of a configuration say together; see config_internal.h. */
#include <string.h>
#include <sys/un.h>

#include "config/config_internal.h"
#include "config/word.h"
#include "lib/network.h"
#include "lib/zone.h"

static void check_clock(const struct config *config, const struct node *root, struct mistakes *mistakes)
{
    const struct node *node = node_find(root, "clock");
    const struct node *start = node_find(root, "clock.start");
    struct error err;
    struct zone zone;
    time_ms at;

    if (node && !config->demo)
        node_mistake(mistakes, node, "only a demo store has a clock of its own: take it away, or write demo = true;");
    if (start && config->clock.start[0] && zone_open(&zone, config->school.timezone, NULL) &&
        !zone_parse(&at, zone, config->clock.start, &err))
        node_mistake(mistakes, start, "%s", err.text);
}

/* Not given, or a duration: what was given wrongly was named already. */
static bool sound(const struct node *node)
{
    time_ms duration;

    return !node || (node->type == NODE_TEXT && duration_parse(&duration, node->text, NULL));
}

static void check_retry(const struct config *config, const struct node *root, struct mistakes *mistakes)
{
    const struct node *node = node_find(root, "retry");

    if (node && sound(node_find(node, "first")) && sound(node_find(node, "max")) &&
        config->retry.first_ms > config->retry.max_ms)
        node_mistake(mistakes, node, "first is longer than max: make first the shorter one");
}

static void check_emergency(const struct config *config, const struct node *root, struct mistakes *mistakes)
{
    const struct node *node = node_find(root, "emergency");
    const struct node *list = node ? node_find(node, "numbers") : NULL;

    if (node && sound(node_find(node, "done_by")) && sound(node_find(node, "remind")) &&
        config->emergency.remind_ms >= config->emergency.done_by_ms)
        node_mistake(mistakes, node, "remind is not shorter than done_by: the reminder comes before the end");
    for (size_t i = 0; list && list->type == NODE_LIST && i < list->count; i++) {
        const struct node *name = node_find(&list->children[i], "name");

        for (size_t j = 0; name && name->type == NODE_TEXT && j < i; j++) {
            const struct node *before = node_find(&list->children[j], "name");

            if (before && before->type == NODE_TEXT && strcmp(before->text, name->text) == 0)
                node_mistake(mistakes, name, "\"%.60s\" stands there twice: give each number its own name", name->text);
        }
    }
}

/* Counted among the ladders' mistakes: without it the roll's own stands in. */
static void check_roll(const struct config *config, const struct node *root, struct mistakes *mistakes)
{
    const struct node *node = node_find(root, "roll.ladder");

    if (node && node->type == NODE_TEXT && !config_ladder_find(config, node->text))
        node_mistake(mistakes, node, "\"%.60s\": there is no such ladder: write the name of one, or take it away",
                     node->text);
}

static void check_socket(const struct node *node, const char *path, struct mistakes *mistakes)
{
    const size_t most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

    if (node && strlen(path) > most)
        node_mistake(mistakes, node,
                     "the whole path is longer than %zu bytes, which no socket takes: write a shorter one", most);
}

static void check_sockets(const struct config *config, const struct node *root, struct mistakes *mistakes)
{
    const struct node *tokens = node_find(root, "listen.tokens");

    check_socket(node_find(root, "listen.socket"), config->listen.socket, mistakes);
    check_socket(tokens, config->listen.tokens, mistakes);
    if (tokens && strcmp(config->listen.tokens, config->listen.socket) == 0)
        node_mistake(mistakes, tokens, "is the path of listen.socket too: write another");
}

static bool is_text(const struct node *node)
{
    return node && node->type == NODE_TEXT && *node->text;
}

/* What reaches other machines is encrypted: phone numbers and texts of families pass there. */
static void check_http(const struct node *root, struct mistakes *mistakes)
{
    const struct node *http = node_find(root, "listen.http");
    const struct node *certificate = node_find(root, "listen.certificate");
    const struct node *key = node_find(root, "listen.key");
    const struct node *metrics = node_find(root, "listen.metrics");
    struct network_place place;

    if (metrics && metrics->type == NODE_FLAG && metrics->number && !is_text(http))
        node_mistake(mistakes, metrics, "has no listener: write http = \"127.0.0.1:8025\"; beside it");

    if (is_text(certificate) && !is_text(key))
        node_mistake(mistakes, certificate, "needs its key: write key = \"KEY.pem\"; beside it");
    if (is_text(key) && !is_text(certificate))
        node_mistake(mistakes, key, "needs its certificate: write certificate = \"CHAIN.pem\"; beside it");
    if (is_text(http) && !is_text(certificate) && network_place_parse(&place, http->text, NULL) && !place.loopback)
        node_mistake(mistakes, http,
                     "\"%.80s\": would be open to the network without encryption: name certificate and key, or "
                     "write \"127.0.0.1:8025\" and put a web server with TLS before it",
                     http->text);
}

void config_check(const struct walk *walk, struct config *config, const struct node *root)
{
    struct mistakes *mistakes = walk->mistakes;

    check_clock(config, root, mistakes);
    check_retry(config, root, mistakes);
    check_emergency(config, root, mistakes);
    check_sockets(config, root, mistakes);
    check_http(root, mistakes);
    check_roll(config, root, walk->ladders);
    config_check_ladders(walk, config, root);
    config_check_gateways(config, root, mistakes);
}
