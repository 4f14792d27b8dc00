/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `greenline import`: reads the files here (the daemon opens no path that a client names) and sends them in one request.
 * Mistakes go to the error stream, one a line as FILE:ROW:COLUMN; the report to the other. Fails when there was a mistake, also
 * where sound files or rows were stored beside it.
 */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/language.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

enum {
    IMPORT_BYTES_MAX = 11 << 20, /* of all files: base64 makes four bytes of three, the API takes 16 MiB */
};

/* The whole of a file, at most `most` bytes. */
static bool read_file(struct text *out, const char *path, size_t most, struct error *err)
{
    FILE *file = fopen(path, "rbe");
    char block[65536];
    size_t got;
    bool good;

    if (!file)
        return error_set(err, _("%s: cannot be read: %s"), path, strerror(errno));
    errno = 0;
    while (out->length <= most && (got = fread(block, 1, sizeof block, file)) > 0)
        text_add_n(out, block, got);
    good = !ferror(file);
    if (!good)
        error_set(err, _("%s: cannot be read: %s"), path, strerror(errno));
    fclose(file);
    if (good && out->length > most)
        good = error_set(err, _("%s: the files are over %d MiB: import fewer at a time"), path, IMPORT_BYTES_MAX >> 20);
    return good;
}

/* {name, data}; NULL and `err`. */
static json_t *file_json(const char *path, size_t *used, struct error *err)
{
    CLEANUP(mem_clean) char *name = screen_line(path);
    CLEANUP(mem_clean) char *data = NULL;
    struct text bytes = { 0 };
    size_t room;
    json_t *file = NULL;

    if (read_file(&bytes, path, IMPORT_BYTES_MAX - *used, err)) {
        *used += bytes.length;
        room = sodium_base64_encoded_len(bytes.length, sodium_base64_VARIANT_ORIGINAL);
        data = mem_new(room, 1);
        sodium_bin2base64(data, room, (const unsigned char *)(bytes.data ? bytes.data : ""), bytes.length,
                          sodium_base64_VARIANT_ORIGINAL);
        file = json_object();
        json_put_text(file, "name", name);
        json_put_text(file, "data", data);
    }
    text_free(&bytes);
    return file;
}

static json_t *import_body(const struct cli_call *call, struct error *err)
{
    json_t *body = json_deep_copy(call->fields), *files = json_array();
    size_t used = 0;

    json_put(body, "files", files);
    for (size_t i = 0; i < call->file_count; i++) {
        json_t *file = file_json(call->files[i], &used, err);

        if (!file) {
            json_decref(body);
            return NULL;
        }
        json_array_append_new(files, file);
    }
    return body;
}

static void tell_mistakes(struct cli_session *session, const json_t *report)
{
    const json_t *mistakes = json_object_get(report, "mistakes"), *mistake;
    size_t i;

    json_array_foreach (mistakes, i, mistake) {
        CLEANUP(mem_clean) char *line = screen_line(json_is_string(mistake) ? json_string_value(mistake) : "?");

        fprintf(session->streams->err, "%s\n", line);
    }
}

/* What became of the rest: nothing is stored, or all but the files with mistakes, or (--partial) all but the faulty rows. */
static void tell_outcome(struct cli_session *session, const json_t *report, size_t mistakes)
{
    const json_t *files = json_object_get(report, "files"), *file;
    size_t i, held = 0;

    if (json_flag(report, "dry_run", false) && json_flag(report, "partial", false))
        return; /* the report says it */
    json_array_foreach (files, i, file)
        held += json_flag(file, "held", false);
    if (json_flag(report, "partial", false))
        session_tell(session, "%s", _("what is sound was stored: mend the rest and import again"));
    else if (json_flag(report, "stored", false))
        session_tell(
            session,
            ngettext("nothing of %zu file with mistakes was stored, the others were: mend it and import again",
                     "nothing of %zu files with mistakes was stored, the others were: mend them and import again",
                     (unsigned long)held),
            held);
    else
        session_tell(session, ngettext("nothing was stored: mend the mistake and import again, or use --partial",
                                       "nothing was stored: mend the mistakes and import again, or use --partial",
                                       (unsigned long)mistakes));
}

/* What the daemon answered is a report: show it and judge. A dry run over mistakes fails as the import would. */
static enum cli_status reported(struct cli_session *session, const struct cli_call *call, const json_t *report)
{
    const size_t mistakes = json_array_size(json_object_get(report, "mistakes"));

    if (json_flag(call->own, "json", false)) {
        session_print_json(session, report);
    } else {
        draw_report(&session->screen, report);
        fflush(session->streams->out);
        tell_mistakes(session, report);
    }
    if (mistakes)
        tell_outcome(session, report, mistakes);
    return mistakes ? CLI_FAILED : CLI_DONE;
}

static bool is_report(const struct client_answer *answer)
{
    return answer->status < 300 || (answer->status == 422 && !json_object_get(answer->body, "title"));
}

enum cli_status run_import(struct cli_session *session, const struct cli_call *call)
{
    enum cli_status status = CLI_FAILED;
    struct client_answer answer;
    struct error err;
    json_t *body = import_body(call, &err);

    if (!body) {
        session_tell(session, "%s", err.text);
        return CLI_FAILED;
    }
    if (session_ask_raw(session, "/v1/import", body, true, &answer)) {
        if (is_report(&answer))
            status = reported(session, call, answer.body);
        else
            session_tell_problem(session, &answer);
        json_decref(answer.body);
    }
    json_decref(body);
    return status;
}
