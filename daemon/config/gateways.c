/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds for the gateways of a configuration together; see config_internal.h. A gateway that says it is simulated
 * gets the messages of a demo store: it may reach no other machine.
 */
#include <string.h>

#include "config/config_internal.h"
#include "config/word.h"

static bool is_url_key(const char *name)
{
    return strcmp(name, "url") == 0 || strcmp(name, "proxy") == 0 || text_ends(name, "_url");
}

/* Every URL of the section, also those in groups within, leads to this machine. Depth is bounded by the source. */
static void check_urls(const struct node *group, struct mistakes *mistakes)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct node *node = &group->children[i];

        if (node->type == NODE_GROUP || node->type == NODE_LIST)
            check_urls(node, mistakes);
        else if (node->name && is_url_key(node->name) && (node->type != NODE_TEXT || !word_loopback_url(node->text)))
            node_mistake(mistakes, node,
                         "a simulated gateway reaches only this machine: write a URL that begins with "
                         "http://127.0.0.1/, or take simulated away");
    }
}

static void check_simulated(const struct node *gateway, const char *program, struct mistakes *mistakes)
{
    const struct node *section = node_find(gateway, "config");
    const struct node *simulated = section ? node_find(section, "simulated") : NULL;

    if (!simulated)
        return;
    if (simulated->type != NODE_FLAG) {
        node_mistake(mistakes, simulated, "is %s: write simulated = true;", node_type_name(simulated->type));
        return;
    }
    if (!simulated->number)
        return;
    if (program && strcmp(program, "http") == 0 && !node_find(section, "url"))
        node_mistake(mistakes, simulated, "without a url: write url = \"http://127.0.0.1:PORT/…\";");
    check_urls(section, mistakes);
}

/* The gateway's own text is a text. */
static void check_probe(const struct node *gateway, struct mistakes *mistakes)
{
    const struct node *number = node_find(gateway, "probe_number");
    const struct node *channels = node_find(gateway, "channels");

    if (!number || number->type != NODE_TEXT || !*number->text || !channels || channels->type != NODE_LIST)
        return;
    for (size_t i = 0; i < channels->count; i++)
        if (channels->children[i].type == NODE_TEXT && strcmp(channels->children[i].text, "sms") == 0)
            return;
    node_mistake(mistakes, number, "this gateway carries no texts: take it away, or write \"sms\" into channels");
}

static const struct node *same_name_before(const struct node *list, size_t index, const char *name)
{
    for (size_t i = 0; i < index; i++) {
        const struct node *node = node_find(&list->children[i], "name");

        if (node && node->type == NODE_TEXT && strcmp(node->text, name) == 0)
            return node;
    }
    return NULL;
}

void config_check_gateways(const struct config *config, const struct node *root, struct mistakes *mistakes)
{
    const struct node *list = node_find(root, "gateways");

    (void)config;
    for (size_t i = 0; list && list->type == NODE_LIST && i < list->count; i++) {
        const struct node *name = node_find(&list->children[i], "name");
        const struct node *program = node_find(&list->children[i], "program");
        const struct node *before = name && name->type == NODE_TEXT ? same_name_before(list, i, name->text) : NULL;

        if (before)
            node_mistake(mistakes, name, "\"%.60s\" is the name of the gateway at %s:%d too: give each its own",
                         name->text, before->file, before->line);
        check_probe(&list->children[i], mistakes);
        check_simulated(&list->children[i], program ? program->text : NULL, mistakes);
    }
}
