/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the target and headers of a webhook, and as an address or range: what is taken keeps to the bounds, lies
 * below /hook/NAME, hides no NUL, and is UTF-8 whatever came.
 */
#include <assert.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/hook_internal.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/network.h"
#include "lib/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_target(const char *text)
{
    struct hook_target *target = mem_new(1, sizeof *target);
    const int status = hook_target_read(target, text);

    assert(status == 0 || status == 404 || status == 414);
    if (status == 0) {
        assert(text_starts(target->path, "/hook/") && text_starts(target->path + 6, target->name));
        assert(*target->name && strlen(target->name) <= HOOK_NAME_MAX && !strstr(target->path, "%00"));
        assert(!strchr(target->path, '?') && strlen(target->path) + strlen(target->query) < HOOK_TARGET_MAX);
    }
    free(target);
}

static void try_headers(char *lines)
{
    struct evkeyvalq headers = { 0 };
    char *rest = NULL;
    json_t *read;
    int status;

    headers.tqh_last = &headers.tqh_first;
    for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *colon = strchr(line, ':');

        if (!colon)
            continue;
        *colon = '\0';
        evhttp_add_header(&headers, line, colon + 1 + (colon[1] == ' '));
    }
    read = hook_headers_read(&headers, &status);
    assert(read ? status == 0 : status == 400 || status == 431);
    if (read) {
        CLEANUP(mem_clean) char *text = json_write(read);

        assert(utf8_valid(text, strlen(text)) && !json_object_get(read, "connection"));
        evhttp_clear_headers(&headers);
        hook_headers_write(&headers, read);
    }
    json_decref(read);
    evhttp_clear_headers(&headers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_dup_n((const char *)data, size);
    const size_t first = strcspn(text, "\n");
    struct network_place place;
    struct network_range range;

    try_headers(text[first] ? text + first + 1 : text + first);
    text[first] = '\0';
    try_target(text);
    network_place_parse(&place, text, NULL);
    if (network_range_parse(&range, text, NULL))
        assert(range.bits >= 0 && range.bits <= 128);
    free(text);
    return 0;
}
