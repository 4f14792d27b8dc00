/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `greenline backup`: without FILE into the daemon's own folder; with FILE the daemon makes one to be fetched, which is
 * taken piece by piece and written here, sealed where a key is given, synced and renamed. Under FILE's name there is a
 * whole backup or what was there before.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/language.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/sealed.h"

enum { LOOK_MS = 200, PIECES_MAX = 1 << 20, KEY_MAX = 80 };

/* A backup on its way into a file. */
struct taking {
    struct cli_session *session;
    const char *file;
    char *part;
    int fd;
    struct sealed_writer *writer; /* NULL: as it comes */
};

enum cli_status session_chore(struct cli_session *session, const char *path, const json_t *body, json_t **out)
{
    CLEANUP(mem_clean) char *at = NULL;
    json_t *chore;

    *out = NULL;
    if (!session_ask(session, path, body, true, &chore))
        return CLI_FAILED;
    at = mem_format("%s/%s", path, json_text(chore, "name", "?"));
    while (strcmp(json_text(chore, "state", ""), "running") == 0) {
        json_decref(chore);
        poll(NULL, 0, LOOK_MS);
        if (!session_ask(session, at, NULL, false, &chore))
            return CLI_FAILED;
        if (session->screen.terminal) {
            screen_format(&session->screen, "\r%3d %%", (int)json_int(chore, "percent", 0));
            fflush(session->screen.out);
        }
    }
    if (session->screen.terminal)
        screen_format(&session->screen, "\r     \r");
    if (strcmp(json_text(chore, "state", ""), "done") == 0) {
        *out = chore;
        return CLI_DONE;
    }
    session_tell(session, "%s", json_text(chore, "detail", "?"));
    json_decref(chore);
    return CLI_FAILED;
}

static bool write_piece(const struct taking *taking, const char *text, struct error *err)
{
    const size_t length = strlen(text);
    CLEANUP(mem_clean) unsigned char *data = mem_new(length + 1, 1);
    size_t got = 0;

    if (sodium_base642bin(data, length, text, length, NULL, &got, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return error_set(err, _("greenlined sent what is no backup"));
    return taking->writer ? sealed_write(taking->writer, data, got, err) : write_all(taking->fd, data, got, err);
}

/* All pieces, in order; false after it was told. */
static bool take_pieces(struct taking *taking, const char *name)
{
    CLEANUP(mem_clean) char *after = mem_dup("0");
    struct error err;

    for (int i = 0; i < PIECES_MAX; i++) {
        CLEANUP(mem_clean) char *path = mem_format("/v1/backups/%s/piece?after=%s", name, after);
        json_t *piece;
        bool good;

        if (!session_ask(taking->session, path, NULL, false, &piece))
            return false;
        good = write_piece(taking, json_text(piece, "data", ""), &err);
        free(after);
        after = mem_dup(json_text(piece, "next", NULL));
        json_decref(piece);
        if (!good) {
            session_tell(taking->session, "%s: %s", taking->part, err.text);
            return false;
        }
        if (!after)
            return true;
    }
    return false;
}

static bool sync_folder(const char *path)
{
    CLEANUP(mem_clean) char *copy = mem_dup(path);
    const int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool good = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return good;
}

static bool land(struct taking *taking)
{
    struct error err;
    bool good = !taking->writer || sealed_end(taking->writer, &err);

    if (!good)
        session_tell(taking->session, "%s: %s", taking->part, err.text);
    else if (fsync(taking->fd) != 0 || rename(taking->part, taking->file) != 0 || !sync_folder(taking->file))
        good = false, session_tell(taking->session, "%s: %s", taking->file, strerror(errno));
    return good;
}

static bool take(struct taking *taking, const char *name, const char *key_file)
{
    struct sealed_key key;
    struct error err;
    bool good;

    if (key_file && !sealed_key_read(&key, key_file, &err)) {
        session_tell(taking->session, "%s", err.text);
        return false;
    }
    taking->fd = open(taking->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (taking->fd < 0) {
        session_tell(taking->session, "%s: %s", taking->part, strerror(errno));
        return false;
    }
    taking->writer = key_file ? mem_new(1, sizeof *taking->writer) : NULL;
    good = !taking->writer || sealed_begin(taking->writer, taking->fd, &key, &err);
    if (!good)
        session_tell(taking->session, "%s: %s", taking->part, err.text);
    good = good && take_pieces(taking, name) && land(taking);
    sodium_memzero(&key, sizeof key);
    free(taking->writer);
    close(taking->fd);
    if (!good)
        unlink(taking->part);
    return good;
}

/* A key of its own for the second change of this command. */
static void remove_there(struct cli_session *session, const char *name)
{
    CLEANUP(mem_clean) char *path = mem_format("/v1/backups/%s/remove", name);
    CLEANUP(mem_clean) char *kept = mem_dup(session->request_id);
    json_t *none = json_object(), *answer;

    snprintf(session->request_id, sizeof session->request_id, "%.*s-r", KEY_MAX < 60 ? KEY_MAX : 60, kept);
    if (session_ask(session, path, none, true, &answer))
        json_decref(answer);
    json_decref(none);
}

static void say(struct cli_session *session, const struct cli_call *call, const json_t *chore, const char *where)
{
    if (json_flag(call->own, "json", false)) {
        session_print_json(session, chore);
    } else {
        screen_format(&session->screen, _("backup made and checked: %s, %lld KiB"), where,
                      (long long)((json_int(chore, "bytes", 0) + 1023) / 1024));
        screen_format(&session->screen, "\n");
    }
}

static enum cli_status into_file(struct cli_session *session, const struct cli_call *call)
{
    const char *file = call->files[0];
    struct taking taking = { .session = session, .file = file, .part = mem_format("%s.part", file), .fd = -1 };
    json_t *body = json_pack("{s:b}", "fetch", 1), *chore;
    enum cli_status status = session_chore(session, "/v1/backups", body, &chore);

    json_decref(body);
    if (status == CLI_DONE) {
        const char *name = json_text(chore, "name", "?");

        if (!take(&taking, name, json_text(call->own, "key-file", NULL)))
            status = CLI_FAILED;
        remove_there(session, name);
        if (status == CLI_DONE)
            say(session, call, chore, file);
        json_decref(chore);
    }
    free(taking.part);
    return status;
}

static enum cli_status into_folder(struct cli_session *session, const struct cli_call *call)
{
    json_t *chore;
    const enum cli_status status = session_chore(session, "/v1/backups", call->fields, &chore);

    if (status == CLI_DONE) {
        say(session, call, chore, json_text(chore, "name", "?"));
        json_decref(chore);
    }
    return status;
}

static enum cli_status new_key(struct cli_session *session, const char *path)
{
    struct error err;

    if (!sealed_key_new(path, &err)) {
        session_tell(session, "%s", err.text);
        return CLI_FAILED;
    }
    screen_format(&session->screen,
                  _("%s: a new key. Print it and keep it away from this machine: without it nobody reads the backups."),
                  path);
    screen_format(&session->screen, "\n");
    return CLI_DONE;
}

enum cli_status run_backup(struct cli_session *session, const struct cli_call *call)
{
    const char *fresh = json_text(call->own, "new-key", NULL);

    if (fresh)
        return new_key(session, fresh);
    if (call->file_count > 1) {
        session_tell(session, _("give one file"));
        return CLI_USAGE;
    }
    if (call->file_count == 1 && json_object_get(call->fields, "keep")) {
        session_tell(session, _("--keep is for the daemon's folder: leave FILE out"));
        return CLI_USAGE;
    }
    if (call->file_count == 0 && json_text(call->own, "key-file", NULL)) {
        session_tell(session, _("--key-file is for a FILE; the daemon's own backups are sealed with backup.key of its "
                                "configuration"));
        return CLI_USAGE;
    }
    return call->file_count ? into_file(session, call) : into_folder(session, call);
}

static bool yes(struct cli_session *session, const char *question)
{
    char line[64];

    fputs(question, session->streams->out);
    fflush(session->streams->out);
    return fgets(line, sizeof line, session->streams->in) &&
           (line[0] == 'y' || line[0] == 'Y' || strncmp(line, "是", 3) == 0);
}

enum cli_status run_check_store(struct cli_session *session, const struct cli_call *call)
{
    const json_t *findings, *one;
    json_t *chore;
    size_t i;
    enum cli_status status = session_chore(session, "/v1/checks", call->fields, &chore);

    if (status != CLI_DONE)
        return status;
    findings = json_object_get(chore, "findings");
    if (json_flag(call->own, "json", false)) {
        session_print_json(session, findings);
    } else {
        json_array_foreach (findings, i, one) {
            CLEANUP(mem_clean) char *what = screen_line(json_text(one, "what", "?"));
            CLEANUP(mem_clean) char *mend = screen_line(json_text(one, "mend", "?"));

            fprintf(session->streams->out, "%s: %s\n", what, mend);
        }
        if (json_array_size(findings) == 0)
            fprintf(session->streams->out, "%s\n", _("nothing is wrong with the store"));
    }
    status = json_array_size(findings) ? CLI_FAILED : CLI_DONE;
    json_decref(chore);
    return status;
}

/* What must have been done before routine goes on; true when it has. */
static bool confirmed(struct cli_session *session, const struct cli_call *call, const json_t *restore)
{
    CLEANUP(mem_clean) char *when = cell_time(restore, "backup");
    const struct screen *screen = &session->screen;

    screen_format(screen, _("The store is as it was at %s. What was entered since then is not in it."), when);
    screen_format(screen, "\n");
    if (json_flag(call->own, "yes", false))
        return true;
    if (!screen->terminal) {
        session_tell(session, _("nothing was released: enter restrictions, opt-outs and wrong numbers since then, then "
                                "give --yes"));
        return false;
    }
    return yes(session, _("Have restrictions been entered again (who may not be told about a child)? [y/N] ")) &&
           yes(session, _("Have opt-outs been entered again? [y/N] ")) &&
           yes(session, _("Have wrong numbers been taken out again? [y/N] "));
}

/* What becomes of the messages that waited when the backup was made; NULL: nothing was said. */
static const char *messages_word(struct cli_session *session, const struct cli_call *call, const json_t *restore)
{
    const char *given = json_text(call->fields, "messages", NULL);
    const long long count = (long long)json_int(restore, "messages", 0);

    if (given || count == 0 || !session->screen.terminal || json_flag(call->own, "yes", false))
        return given ? given : "keep";
    screen_format(&session->screen,
                  _("%lld messages were waiting then. They may have been sent since: sent again they come twice."),
                  count);
    screen_format(&session->screen, "\n");
    return yes(session, _("Drop them? (else each stays held: `greenline today`) [y/N] ")) ? "drop" : "keep";
}

enum cli_status run_release(struct cli_session *session, const struct cli_call *call)
{
    enum cli_status status = CLI_FAILED;
    json_t *restore, *body, *answer;

    if (!session_ask(session, "/v1/restore", NULL, false, &restore))
        return CLI_FAILED;
    if (!json_flag(restore, "held", false)) {
        session_tell(session, _("nothing is held since a restore"));
    } else if (confirmed(session, call, restore)) {
        body = json_object();
        json_put_text(body, "messages", messages_word(session, call, restore));
        if (session_ask(session, "/v1/restore/release", body, true, &answer)) {
            if (json_flag(call->own, "json", false))
                session_print_json(session, answer);
            else
                fprintf(session->streams->out, "%s\n", _("released: everything goes on"));
            json_decref(answer);
            status = CLI_DONE;
        }
        json_decref(body);
    }
    json_decref(restore);
    return status;
}
