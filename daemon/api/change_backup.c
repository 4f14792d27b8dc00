/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers of backups, checks and restores. A backup is made in the daemon's own folder, since it opens no path that a
 * client names; one with `fetch` is for the client, who takes it away piece by piece and writes it where it likes.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "api/api_internal.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "outbox/outbox.h"
#include "store/backup.h"
#include "store/restored.h"

enum { PIECE = 1 << 20, KEEP_MAX = 1000 };

static json_t *begin(struct api_call *call, const char *kind)
{
    json_t *chore;

    if (!call->parts->chore_begin)
        return api_refuse(call, 501, "this daemon makes none");
    chore = call->parts->chore_begin(call->parts->arg, kind, call->body, &call->err);
    return chore ? chore : api_refuse_err(call, 409);
}

json_t *backup_make(struct api_call *call)
{
    const json_t *keep = json_object_get(call->body, "keep"), *fetch = json_object_get(call->body, "fetch");

    if (keep && (json_int(call->body, "keep", 0) < 1 || json_int(call->body, "keep", 0) > KEEP_MAX))
        return api_refuse(call, 400, "keep: give a number from 1 to %d", KEEP_MAX);
    if (fetch && !json_is_boolean(fetch))
        return api_refuse(call, 400, "fetch: give true or false");
    return begin(call, "backup");
}

json_t *check_make(struct api_call *call)
{
    return begin(call, "check");
}

static json_t *known(struct api_call *call, const char *kind)
{
    json_t *chore = call->parts->chore_show ? call->parts->chore_show(call->parts->arg, kind, call->path[1]) : NULL;

    return chore ? chore
                 : api_refuse(call, 404, "%s %.60s: there is none, or another came after it", kind, call->path[1]);
}

json_t *read_backup(struct api_call *call)
{
    return known(call, "backup");
}

json_t *read_check(struct api_call *call)
{
    return known(call, "check");
}

json_t *read_backups(struct api_call *call)
{
    json_t *page = json_object(), *items = backup_list(call->setting->backups ? call->setting->backups : ""), *one;
    size_t i;

    json_array_foreach (items, i, one)
        list_put_time(one, "at", call->filter.zone, json_int(one, "at", 0));
    json_put(page, "items", items);
    json_put(page, "next", NULL);
    return page;
}

/* {data (base64), next: the offset behind it, null at the end}. */
static json_t *piece(const unsigned char *data, size_t length, int64_t next, bool more)
{
    const size_t room = sodium_base64_encoded_len(length, sodium_base64_VARIANT_ORIGINAL);
    CLEANUP(mem_clean) char *text = mem_new(room, 1);
    json_t *json = json_object();

    sodium_bin2base64(text, room, data, length, sodium_base64_VARIANT_ORIGINAL);
    json_put_text(json, "data", text);
    json_put(json, "next", more ? json_sprintf("%lld", (long long)next) : json_null());
    return json;
}

json_t *read_backup_piece(struct api_call *call)
{
    CLEANUP(mem_clean) char *path =
        mem_format("%s/%s", call->setting->backups ? call->setting->backups : "", call->path[1]);
    CLEANUP(mem_clean) unsigned char *data = NULL;
    int64_t from = call->filter.after;
    ssize_t got;
    int fd;

    if (!backup_name_fetch(call->path[1]))
        return api_refuse(call, 403, "%.60s: was not made to be fetched", call->path[1]);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return api_refuse(call, 404, "%.60s: %s", call->path[1], strerror(errno));
    data = mem_new(PIECE, 1);
    got = pread(fd, data, PIECE, from);
    close(fd);
    if (got < 0)
        return api_refuse(call, 503, "%.60s: %s", call->path[1], strerror(errno));
    return piece(data, (size_t)got, from + got, got == PIECE);
}

json_t *backup_remove(struct api_call *call)
{
    CLEANUP(mem_clean) char *path =
        mem_format("%s/%s", call->setting->backups ? call->setting->backups : "", call->path[1]);
    json_t *answer;

    if (!backup_name_good(call->path[1]) || unlink(path) != 0)
        return api_refuse(call, 404, "backup %.60s: there is none: see `greenline backup list`", call->path[1]);
    answer = json_object();
    json_put_text(answer, "name", call->path[1]);
    return answer;
}

json_t *read_restore(struct api_call *call)
{
    json_t *json = json_object();
    time_ms backup = TIME_NEVER, restored = TIME_NEVER;

    json_put_flag(json, "held", restored_when(call->store, &backup, &restored));
    list_put_time(json, "backup", call->filter.zone, backup);
    list_put_time(json, "restored", call->filter.zone, restored);
    json_put_int(json, "messages", restored_message_count(call->store));
    return json;
}

static bool release_words(struct api_call *call, const char **messages)
{
    static const char *const words[] = { "keep", "send", "drop" };

    *messages = json_text(call->body, "messages", "keep");
    for (size_t i = 0; i < COUNT(words); i++)
        if (strcmp(words[i], *messages) == 0)
            return true;
    api_refuse(call, 400, "messages \"%.30s\": give keep, send or drop", *messages);
    return false;
}

json_t *restore_release(struct api_call *call)
{
    const char *messages;
    json_t *json;

    if (!release_words(call, &messages) || !api_engine(call))
        return NULL;
    if (!restored_held(call->store))
        return api_refuse(call, 409, "nothing is held since a restore");
    restored_release(call->store, strcmp(messages, "keep") == 0 ? NULL : messages);
    if (call->parts->released)
        turn_effect(call->parts->turn, call->parts->released, call->parts->arg, NULL);
    json = read_restore(call);
    json_put_text(json, "messages_are", messages);
    return json;
}
