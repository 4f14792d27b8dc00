/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `greenline inbox try`: what a reply would be understood as. One text from the command line, or one a line from standard
 * input, where `\n` stands for a line break, thousands in batches, answered in order. With --json an object a line.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/language.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { TRY_BATCH = 500, TRY_LINE_MAX = 16 * 1024 /* bytes of a line that are read */ };

/* A line of input as a reply: `\n` becomes a line break, `\\` one backslash, what is no UTF-8 U+FFFD. */
static json_t *reply_of(const char *line, size_t length)
{
    struct text out = { 0 };
    CLEANUP(mem_clean) char *copy = mem_dup_n(line, length < TRY_LINE_MAX ? length : TRY_LINE_MAX);
    const char *at = copy;
    json_t *reply;
    uint32_t c;

    while ((c = utf8_next(&at))) {
        if (c == '\\' && *at == 'n')
            at++, text_add_char(&out, '\n');
        else if (c == '\\' && *at == '\\')
            at++, text_add_char(&out, '\\');
        else
            text_add_utf8(&out, c);
    }
    reply = json_string(out.data ? out.data : "");
    text_free(&out);
    return reply;
}

/* Up to `most` lines of input as texts. */
static json_t *read_texts(FILE *in, size_t most)
{
    json_t *texts = json_array();
    char *line = NULL;
    size_t room = 0;
    ssize_t length;

    while (json_array_size(texts) < most && (length = getline(&line, &room, in)) >= 0) {
        if (length && line[length - 1] == '\n')
            length--;
        if (length && line[length - 1] == '\r')
            length--;
        json_array_append_new(texts, reply_of(line, (size_t)length));
    }
    free(line);
    return texts;
}

static void print_json(struct cli_session *session, const json_t *items)
{
    static const char *const keys[] = { "text", "class", "value", "rest" };
    json_t *row;
    size_t i;

    json_array_foreach (items, i, row) {
        json_t *out = json_object();

        for (size_t k = 0; k < COUNT(keys); k++)
            json_object_set(out, keys[k], json_object_get(row, keys[k]) ? json_object_get(row, keys[k]) : json_null());
        json_dumpf(out, session->streams->out, JSON_COMPACT);
        fputc('\n', session->streams->out);
        json_decref(out);
    }
}

/* Sends one batch and appends what comes to `items`, or prints it. */
static bool try_batch(struct cli_session *session, const struct cli_call *call, json_t *texts, json_t *items)
{
    json_t *body = json_deep_copy(call->fields), *answer;
    bool done;

    json_object_del(body, "text");
    json_object_set(body, "texts", texts);
    done = session_ask(session, "/v1/inbox/try", body, false, &answer);
    json_decref(body);
    if (!done)
        return false;
    if (json_array_size(json_object_get(answer, "items")) != json_array_size(texts)) {
        json_decref(answer);
        session_tell(session, _("greenlined answered for another number of replies: are both of one version?"));
        return false;
    }
    if (json_flag(call->own, "json", false))
        print_json(session, json_object_get(answer, "items"));
    else
        json_array_extend(items, json_object_get(answer, "items"));
    json_decref(answer);
    return true;
}

static bool try_input(struct cli_session *session, const struct cli_call *call, json_t *items)
{
    const int fd = fileno(session->streams->in);
    const size_t batch = fd >= 0 && isatty(fd) ? 1 : TRY_BATCH;
    bool done = true, more = true;

    while (done && more) {
        json_t *texts = read_texts(session->streams->in, batch);

        more = json_array_size(texts) == batch;
        if (json_array_size(texts))
            done = try_batch(session, call, texts, items);
        json_decref(texts);
    }
    return done;
}

enum cli_status run_try(struct cli_session *session, const struct cli_call *call)
{
    const char *text = json_text(call->fields, "text", NULL);
    json_t *items = json_array();
    bool done;

    if (text) {
        json_t *texts = json_pack("[o]", reply_of(text, strlen(text)));

        done = try_batch(session, call, texts, items);
        json_decref(texts);
    } else {
        done = try_input(session, call, items);
    }
    if (done && !json_flag(call->own, "json", false))
        view_list(&session->screen, view_tried.columns, items);
    json_decref(items);
    return done ? CLI_DONE : CLI_FAILED;
}
