/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes what the http gateway parses: the first byte chooses a pattern (parsed, then filled in with the rest as the
 * message's text), a JSON path with an answer, a list of statuses or a Retry-After. The input is cut at the first line
 * break: source before it, value after it. Checked besides memory: what is escaped as JSON reads back as it was, and
 * what is escaped for a URL holds nothing that a URL cannot.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateways/http/faults.c"
#include "gateways/http/jsonpath.c"
#include "gateways/http/pattern.c"
#include "gateways/http/response.c"
#include "gateways/http/secret.c"
#include "gateways/http/sign.c"
#include "lib/memory.h"
#include "lib/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_json(const char *value)
{
    struct text out = { 0 };
    json_t *back;

    pattern_escape_text(&out, PATTERN_JSON, value);
    back = json_loadb(out.data, out.length, JSON_DECODE_ANY, NULL);
    if (!back || strcmp(json_string_value(back), value) != 0)
        abort();
    json_decref(back);
    text_free(&out);
}

static void check_url(const char *value, enum pattern_escape escape)
{
    struct text out = { 0 };

    pattern_escape_text(&out, escape, value);
    if (out.data &&
        strspn(out.data, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%+") != out.length)
        abort();
    text_free(&out);
}

static void try_pattern(const char *source, const char *value)
{
    struct secrets secrets = { .items = { { "token", "t" } }, .count = 1 };
    struct pattern_sign sign = { "mac", (char[]){ "0f" } };
    struct pattern_values values = { .secrets = &secrets, .signs = &sign, .sign_count = 1, .now = 1795536000000 };
    struct pattern_scope scope = { .where = PATTERN_ANYWHERE, .secrets = &secrets, .signs = &sign, .sign_count = 1 };
    struct pattern pattern;
    struct text out = { 0 };

    for (size_t i = 0; i < PATTERN_VALUES; i++)
        values.text[i] = value;
    if (pattern_parse(&pattern, source, &scope, NULL)) {
        pattern_fill(&out, &pattern, &values, NULL);
        pattern_free(&pattern);
    }
    text_free(&out);
    if (utf8_valid(value, strlen(value)))
        check_json(value);
    check_url(value, PATTERN_URL);
    check_url(value, PATTERN_FORM);
}

static void try_path(const char *source, const char *body)
{
    struct response response = response_read(200, body, strlen(body), 0);
    struct place place = { .kind = PLACE_JSON };
    char *texts[RESPONSE_VALUES_MAX];

    if (jsonpath_parse(&place.path, source, NULL)) {
        size_t count = place_texts(&place, &response, texts);

        for (size_t i = 0; i < count; i++) {
            if (strlen(texts[i]) > RESPONSE_VALUE_BYTES_MAX)
                abort();
            free(texts[i]);
        }
        place_free(&place);
    }
    response_free(&response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *source = mem_dup_n(size > 1 ? (const char *)data + 1 : "", size > 1 ? size - 1 : 0);
    char *value = strchr(source, '\n');
    struct statuses statuses;

    if (value)
        *value++ = '\0';
    else
        value = source + strlen(source);
    switch (size ? data[0] % 4 : 0) {
    case 0:
        try_pattern(source, value);
        break;
    case 1:
        try_path(source, value);
        break;
    case 2:
        statuses_parse(&statuses, source, NULL);
        break;
    default: /* 3 */
        if (retry_after_parse(source, 1795536000000) > RETRY_AFTER_MAX_MS)
            abort();
    }
    free(source);
    return 0;
}
