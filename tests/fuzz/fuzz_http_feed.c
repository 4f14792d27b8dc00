/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes what the http gateway reads of pages and webhooks: the first byte chooses how the rest is read (a JSON page,
 * texts between marks, a form, a time). Checked besides memory: each uid is 1 to 128 bytes and the same when the page is
 * read again, a report has an id and a state of the protocol, a reply has a sender, and all texts are UTF-8.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateways/http/faults.c"
#include "gateways/http/feed.c"
#include "gateways/http/feed_config.c"
#include "gateways/http/form.c"
#include "gateways/http/item_time.c"
#include "gateways/http/jsonpath.c"
#include "gateways/http/response.c"
#include "gateways/http/sign.c"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char json_config[] = "{\"items\":\"$.i\",\"reports\":{\"when\":{\"json\":\"$.k\",\"equals\":\"d\"},\"id\":"
                                  "\"$.id\",\"provider_id\":\"$.p\","
                                  "\"state\":\"$.s\",\"delivered\":[\"OK\",1],\"undelivered\":\"*\",\"ignored\":\"W\","
                                  "\"code\":\"$.c\",\"digits\":\"$.g\","
                                  "\"seconds\":\"$.l\"},\"replies\":{\"from\":\"$.f\",\"to\":\"$.to\",\"text\":\"$.t\","
                                  "\"at\":\"$.at\",\"call\":\"$.call\","
                                  "\"missed\":\"m\",\"answered\":\"a\"}}";
static const char mark_config[] = "{\"items\":{\"begin\":\"<r>\",\"end\":\"</"
                                  "r>\"},\"replies\":{\"uid\":[{\"regex\":\"i=([0-9]+)\"},{\"regex\":\"t=(.*)\"}],"
                                  "\"from\":{\"regex\":\"f=([+0-9]+)\"},\"text\":{\"regex\":\"t=(.*)\"}}}";
static const char line_config[] =
    "{\"items\":{\"end\":\"\\n\"},\"reports\":{\"uid\":{\"regex\":\"^([^,]*)\"},\"id\":{\"regex\":\",([a-z0-9]+),\"},"
    "\"state\":{\"regex\":\",([A-Z]+)$\"},\"delivered\":\"OK\",\"undelivered\":\"*\"}}";

static void check_text(const char *text)
{
    if (text && !utf8_valid(text, strlen(text)))
        abort();
}

static void check_item(void *arg, const struct feed_item *item)
{
    struct text *uids = arg;

    if (!*item->uid || strlen(item->uid) > FEED_UID_MAX)
        abort();
    if (item->is_reply ? !item->from : (!item->id && !item->provider_id) || !item->state)
        abort();
    check_text(item->uid), check_text(item->id), check_text(item->from), check_text(item->to), check_text(item->text);
    text_add(uids, item->uid);
    text_add_char(uids, '\n');
}

/* What was told, one uid a line; the caller's. */
static char *walk(const struct feed *feed, const struct response *response)
{
    struct feed_world world = { .country = "+86" };
    struct feed_count count;
    struct text uids = { 0 };
    struct feed_taker taker = { check_item, &uids };

    if (!zone_open(&world.zone, "Asia/Shanghai", NULL))
        abort();
    feed_walk(feed, response, &world, &taker, &count);
    if (count.said + count.ignored + count.faults != count.items)
        abort();
    return text_take(&uids);
}

static void try_page(const char *config_text, const char *body)
{
    json_t *config = json_loads(config_text, 0, NULL);
    struct response response = response_read(200, body, strlen(body), 0);
    struct feed feed;
    char *once, *again;

    if (!feed_parse(&feed, config, false, NULL))
        abort();
    once = walk(&feed, &response);
    again = walk(&feed, &response);
    if (strcmp(once, again) != 0)
        abort();
    free(once), free(again);
    feed_free(&feed);
    response_free(&response);
    json_decref(config);
}

static void try_form(const char *source)
{
    json_t *form = json_object();
    const char *name;
    json_t *value;

    if (form_read(form, source)) {
        json_object_foreach (form, name, value) {
            check_text(name);
            check_text(json_string_value(value));
        }
    }
    json_decref(form);
}

static void try_time(const char *text)
{
    struct zone zone;
    time_ms at;

    if (!zone_open(&zone, "Asia/Shanghai", NULL))
        abort();
    for (int kind = FEED_TIME_GUESSED; kind <= FEED_TIME_ISO; kind++)
        item_time(&at, text, (enum feed_time)kind, zone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_dup_n(size > 1 ? (const char *)data + 1 : "", size > 1 ? size - 1 : 0);

    switch (size ? data[0] % 5 : 0) {
    case 0:
        try_page(json_config, text);
        break;
    case 1:
        try_page(mark_config, text);
        break;
    case 2:
        try_page(line_config, text);
        break;
    case 3:
        try_form(text);
        break;
    default: /* 4 */
        try_time(text);
    }
    free(text);
    return 0;
}
