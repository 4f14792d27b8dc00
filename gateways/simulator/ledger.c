/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and appending the ledger; see ledger.h. */
#include "gateways/simulator/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/memory.h"

enum { COLUMNS = 7, LEDGER_LINE_MAX = 2 * 1024 * 1024 };

static const struct {
    const char *name;
    bool synced; /* a line that must survive a power cut */
} kinds[LEDGER_KINDS] = {
    [LEDGER_OUT] = { "out", true }, [LEDGER_REFUSED] = { "refused", true }, [LEDGER_LOST] = { "lost", true },
    [LEDGER_IN] = { "in", true },   [LEDGER_STORED] = { "stored", false },  [LEDGER_EPOCH] = { "epoch", true },
};

static bool kind_parse(enum ledger_kind *out, const char *name)
{
    for (size_t i = 0; i < LEDGER_KINDS; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *out = (enum ledger_kind)i;
            return true;
        }
    }
    return false;
}

static const char *column(const char *text)
{
    return strcmp(text, "-") == 0 ? NULL : text;
}

/* Cuts a line at its tabs, in place, and hands it over. */
static bool take_line(char *start, void (*take)(void *arg, const struct ledger_line *line), void *arg)
{
    char *columns[COLUMNS] = { start };
    size_t count = 1;
    char *end = NULL;
    struct ledger_line line;
    json_t *text;

    for (char *tab = strchr(start, '\t'); tab && count < COLUMNS; tab = strchr(tab + 1, '\t')) {
        *tab = '\0';
        columns[count++] = tab + 1;
    }
    if (count < COLUMNS || !kind_parse(&line.kind, columns[1]))
        return false;
    line.at = strtoll(columns[0], &end, 10);
    text = json_loads(columns[6], JSON_DECODE_ANY, NULL);
    if (*end || !json_is_string(text)) {
        json_decref(text);
        return false;
    }
    line.id = column(columns[2]);
    line.number = column(columns[3]);
    line.channel = column(columns[4]);
    line.lane = column(columns[5]);
    line.text = json_string_value(text);
    take(arg, &line);
    json_decref(text);
    return true;
}

/* Hands over the whole lines of the file; *whole is the number of bytes they fill. */
static bool read_lines(int fd, off_t *whole, void (*take)(void *arg, const struct ledger_line *line), void *arg,
                       struct error *err)
{
    FILE *file = fdopen(dup(fd), "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    int number = 0;
    bool ok = file != NULL;

    while (ok && (n = getline(&line, &room, file)) > 0 && line[n - 1] == '\n') {
        number++;
        *whole += n;
        line[n - 1] = '\0';
        ok = n <= LEDGER_LINE_MAX && take_line(line, take, arg);
    }
    free(line);
    if (file)
        fclose(file);
    return ok || error_set(err, "line %d is not of a ledger: move the file away", number);
}

bool ledger_open(struct ledger *out, const char *path, void (*take)(void *arg, const struct ledger_line *line),
                 void *arg, struct error *err)
{
    off_t whole = 0;
    bool ok;

    *out = (struct ledger){ .fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600) };
    if (out->fd < 0)
        ok = error_set(err, "cannot be opened: %s", strerror(errno));
    else if (flock(out->fd, LOCK_EX | LOCK_NB) != 0)
        ok = error_set(err, "is another simulator's: name another ledger, or end that one");
    else
        ok = read_lines(out->fd, &whole, take, arg, err);
    if (ok && ftruncate(out->fd, whole) != 0)
        ok = error_set(err, "cannot be cut to its last whole line: %s", strerror(errno));
    return ok || error_in(err, path);
}

void ledger_close(struct ledger *ledger)
{
    if (ledger->fd >= 0)
        close(ledger->fd);
    text_free(&ledger->pending);
    *ledger = (struct ledger){ .fd = -1 };
}

static const char *or_dash(const char *text)
{
    return text && *text ? text : "-";
}

void ledger_add(struct ledger *ledger, const struct ledger_line *line)
{
    json_t *text = json_string(line->text ? line->text : "");
    char *quoted = json_dumps(text, JSON_ENCODE_ANY);

    text_add_format(&ledger->pending, "%" PRId64 "\t%s\t%s\t%s\t%s\t%s\t%s\n", line->at, kinds[line->kind].name,
                    or_dash(line->id), or_dash(line->number), or_dash(line->channel), or_dash(line->lane),
                    quoted ? quoted : "\"\"");
    free(quoted);
    json_decref(text);
    ledger->needs_sync |= kinds[line->kind].synced;
}

void ledger_commit(struct ledger *ledger)
{
    const struct text *text = &ledger->pending;
    size_t done = 0;

    while (done < text->length) {
        const ssize_t n = write(ledger->fd, text->data + done, text->length - done);

        if (n < 0 && errno != EINTR)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    if (done < text->length || (ledger->needs_sync && fdatasync(ledger->fd) != 0)) {
        log_error("the ledger cannot be written (%s): free the disk; no job is accepted without its line",
                  strerror(errno));
        _exit(1);
    }
    ledger->pending.length = 0;
    ledger->needs_sync = false;
}
