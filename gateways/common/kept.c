/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replies and statuses that the daemon has not stored yet. For modules that ask for it they are in a file too: a line
 * each as it was said, and {"stored": uid} once it was; opening reads it and writes anew what still waits. A file that
 * cannot be written is an error when opened; later it is logged, and the line waits in memory only.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateways/common/gateway_internal.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

static bool write_all(int fd, const char *data, size_t length)
{
    while (length > 0) {
        const ssize_t n = write(fd, data, length);

        if (n < 0 && errno != EINTR)
            return false;
        data += n > 0 ? n : 0;
        length -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

static void append(struct kept *kept, const json_t *line, bool sync)
{
    struct text text = { 0 };

    if (kept->fd < 0)
        return;
    wire_write(&text, line);
    if (!write_all(kept->fd, text.data, text.length) || (sync && fdatasync(kept->fd) != 0))
        log_error("the file of kept replies cannot be written (%s): free the disk", strerror(errno));
    text_free(&text);
}

static void remember(struct kept *kept, const char *uid, json_t *line, time_ms mono)
{
    json_object_set_new(kept->lines, uid, json_pack("{s:o,s:I}", "line", line, "said", (json_int_t)mono));
}

/* One line of the file. */
static void take_back(struct kept *kept, json_t *line)
{
    const char *stored = json_text(line, "stored", NULL);
    const char *uid = json_text(line, "uid", NULL);

    if (stored)
        json_object_del(kept->lines, stored);
    else if (uid)
        remember(kept, uid, json_incref(line), -GATEWAY_REPEAT_MS);
    json_decref(line);
}

static bool read_back(struct kept *kept, int fd, struct error *err)
{
    static const size_t room = GATEWAY_READ_BYTES;
    struct wire_reader reader = { 0 };
    char *bytes = mem_new(room, 1);
    size_t total = 0;
    ssize_t n;
    json_t *line;

    while (total < KEPT_FILE_MAX && (n = read(fd, bytes, room)) > 0) {
        enum wire_result result;

        total += (size_t)n;
        wire_feed(&reader, bytes, (size_t)n);
        while ((result = wire_next(&reader, &line, err)) == WIRE_OBJECT)
            take_back(kept, line);
        if (result == WIRE_FAULT)
            break; /* what a crash of the machine tore: what stands before it counts */
    }
    wire_reader_free(&reader);
    free(bytes);
    return total < KEPT_FILE_MAX || error_set(err, "more than %d bytes: move it away", (int)KEPT_FILE_MAX);
}

/* Writes what waits to a new file and puts it in the place of the old one. */
static bool write_anew(struct kept *kept, const char *path, struct error *err)
{
    CLEANUP(mem_clean) char *fresh = mem_format("%s.new", path);
    const char *uid;
    json_t *entry;

    kept->fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (kept->fd < 0)
        return error_set(err, "cannot be written: %s", strerror(errno));
    json_object_foreach (kept->lines, uid, entry)
        append(kept, json_object_get(entry, "line"), false);
    if (fsync(kept->fd) != 0 || rename(fresh, path) != 0)
        return error_set(err, "cannot be written: %s", strerror(errno));
    return true;
}

bool kept_open(struct kept *kept, const char *path, struct error *err)
{
    bool ok = true;
    int old;

    if (!path)
        return true;
    old = open(path, O_RDONLY | O_CLOEXEC);
    if (old >= 0) {
        ok = read_back(kept, old, err);
        close(old);
    }
    if (ok && write_anew(kept, path, err))
        return true;
    return error_in(err, path);
}

void kept_close(struct kept *kept)
{
    if (kept->fd >= 0)
        close(kept->fd);
    json_decref(kept->lines);
    *kept = (struct kept){ .fd = -1 };
}

bool kept_add(struct kept *kept, const char *uid, json_t *line, time_ms mono)
{
    if (json_object_get(kept->lines, uid)) {
        json_decref(line);
        return false;
    }
    append(kept, line, true);
    remember(kept, uid, line, mono);
    return true;
}

bool kept_stored(struct kept *kept, const char *uid)
{
    json_t *note;

    if (json_object_del(kept->lines, uid) != 0)
        return false;
    if (kept->fd < 0)
        return true;
    note = json_pack("{s:s}", "stored", uid);
    append(kept, note, false);
    json_decref(note);
    if (json_object_size(kept->lines) == 0 && ftruncate(kept->fd, 0) != 0)
        log_warning("the file of kept replies cannot be cut: %s", strerror(errno));
    return true;
}

void kept_repeat(struct kept *kept, time_ms mono, void (*say)(struct gateway *gateway, json_t *line),
                 struct gateway *gateway)
{
    int left = KEPT_REPEAT_LINES;
    const char *uid;
    json_t *entry;

    json_object_foreach (kept->lines, uid, entry) {
        if (left == 0 || json_int(entry, "said", 0) > mono - GATEWAY_REPEAT_MS)
            continue;
        say(gateway, json_object_get(entry, "line"));
        json_put_int(entry, "said", mono);
        left--;
    }
}
