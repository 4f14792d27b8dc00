/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Target and headers of webhooks; see hook_internal.h. RFC 9112 3.2 (targets), RFC 9110 5 (fields) and 7.6.1 (fields of one
 * hop). Nothing is decoded: the program that knows the provider gets what came.
 */
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/hook_internal.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

static const char NAME_CHARACTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
static const char TOKEN_CHARACTERS[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~"; /* RFC 9110 5.6.2 */
static const char HEX[] = "0123456789abcdefABCDEF";

/* Of one hop, or only between the client and us. */
static const char *const of_one_hop[] = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
    "content-length",
};

static bool is_of_one_hop(const char *name)
{
    for (size_t i = 0; i < COUNT(of_one_hop); i++)
        if (strcasecmp(name, of_one_hop[i]) == 0)
            return true;
    return false;
}

/* The target from its path on: an absolute one is the same without its authority. */
static const char *from_path(const char *target)
{
    const char *authority = strncasecmp(target, "http://", 7) == 0    ? target + 7
                            : strncasecmp(target, "https://", 8) == 0 ? target + 8
                                                                      : NULL;

    return authority ? authority + strcspn(authority, "/?#") : target;
}

/* Printable ASCII whose percent-escapes are whole and do not hide a NUL. */
static bool is_sound(const char *text)
{
    for (const char *at = text; *at; at++) {
        if (*at <= ' ' || *at > '~' || *at == '#' || *at == '\\')
            return false;
        if (*at == '%' && (strspn(at + 1, HEX) < 2 || strncmp(at + 1, "00", 2) == 0))
            return false;
    }
    return true;
}

int hook_target_read(struct hook_target *out, const char *target)
{
    static const char root[] = "/hook/";
    const char *path = from_path(target);
    const char *name = path + strlen(root);
    const size_t path_length = strcspn(path, "?");
    size_t length;

    if (strlen(target) > HOOK_TARGET_MAX)
        return 414;
    if (path_length == strlen("/metrics") && text_starts(path, "/metrics")) {
        *out = (struct hook_target){ .path = "/metrics" };
        return 0;
    }
    if (!text_starts(path, root) || !is_sound(path))
        return 404;
    length = strspn(name, NAME_CHARACTERS);
    if (length == 0 || length > HOOK_NAME_MAX || (name[length] && name[length] != '/' && name[length] != '?'))
        return 404;
    snprintf(out->path, sizeof out->path, "%.*s", (int)path_length, path);
    snprintf(out->query, sizeof out->query, "%s", path[path_length] ? path + path_length + 1 : "");
    snprintf(out->name, sizeof out->name, "%.*s", (int)length, name);
    return 0;
}

/* Headers that come */

/* Whether `name` is among the words of a `Connection` field. */
static bool is_named(const char *words, const char *name)
{
    const size_t length = strlen(name);

    for (const char *at = words + strspn(words, " \t,"); *at; at += strspn(at, " \t,")) {
        const size_t word = strcspn(at, " \t,");

        if (word == length && strncasecmp(at, name, length) == 0)
            return true;
        at += word;
    }
    return false;
}

static bool is_named_by(const struct evkeyvalq *headers, const char *name)
{
    const struct evkeyval *field;

    for (field = headers->tqh_first; field; field = field->next.tqe_next)
        if (strcasecmp(field->key, "connection") == 0 && is_named(field->value, name))
            return true;
    return false;
}

/* A value as UTF-8, the caller's: other bytes are taken as ISO 8859-1, as HTTP had them. */
static char *value_of(const char *bytes)
{
    const bool sound = utf8_valid(bytes, strlen(bytes));
    struct text out = { 0 };

    for (const char *at = bytes; *at; at++) {
        if (sound)
            text_add_char(&out, *at);
        else
            text_add_utf8(&out, (unsigned char)*at);
    }
    return text_take(&out);
}

static void add(json_t *out, const struct evkeyval *field)
{
    CLEANUP(mem_clean) char *name = mem_dup(field->key);
    CLEANUP(mem_clean) char *value = value_of(field->value);
    const char *before;

    for (char *at = name; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    before = json_text(out, name, NULL);
    if (before) {
        CLEANUP(mem_clean) char *both = mem_format("%s, %s", before, value);

        json_put_text(out, name, both);
    } else {
        json_put_text(out, name, value);
    }
}

/* Bounds, and what two readers would read in two ways; 0 or a status. */
static int judge(const struct evkeyvalq *headers)
{
    const struct evkeyval *field;
    size_t count = 0, bytes = 0, lengths = 0, encodings = 0, hosts = 0;

    for (field = headers->tqh_first; field; field = field->next.tqe_next) {
        if (!*field->key || field->key[strspn(field->key, TOKEN_CHARACTERS)])
            return 400;
        count++;
        bytes += strlen(field->key) + strlen(field->value) + strlen(": \r\n");
        lengths += strcasecmp(field->key, "content-length") == 0;
        if (strcasecmp(field->key, "transfer-encoding") == 0 && strcasecmp(field->value, "chunked") != 0)
            return 400; /* evhttp knows no other, and takes the body for the next request */
        encodings += strcasecmp(field->key, "transfer-encoding") == 0;
        hosts += strcasecmp(field->key, "host") == 0;
    }
    if (lengths + encodings > 1 || hosts > 1)
        return 400;
    return count > HOOK_HEADERS_MAX || bytes > HOOK_HEADER_BYTES ? 431 : 0;
}

json_t *hook_headers_read(const struct evkeyvalq *headers, int *status)
{
    const struct evkeyval *field;
    json_t *out;

    *status = judge(headers);
    if (*status)
        return NULL;
    out = json_object();
    for (field = headers->tqh_first; field; field = field->next.tqe_next)
        if (!is_of_one_hop(field->key) && !is_named_by(headers, field->key))
            add(out, field);
    return out;
}

/* Headers of an answer */

static bool may_be_written(const char *name, const char *value)
{
    if (!*name || name[strspn(name, TOKEN_CHARACTERS)] || is_of_one_hop(name))
        return false;
    for (; *value; value++)
        if (((unsigned char)*value < ' ' && *value != '\t') || *value == 0x7f)
            return false;
    return true;
}

void hook_headers_write(struct evkeyvalq *out, const json_t *headers)
{
    size_t bytes = 0;
    const char *name;
    json_t *value;

    if (!headers)
        return;
    json_object_foreach ((json_t *)(uintptr_t)headers, name, value) {
        const char *text = json_string_value(value);

        if (!text || !may_be_written(name, text))
            continue;
        bytes += strlen(name) + strlen(text);
        if (bytes <= HOOK_HEADER_BYTES)
            evhttp_add_header(out, name, text);
    }
}
