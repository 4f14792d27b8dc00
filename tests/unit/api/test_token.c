/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens over the real sockets: told once and kept as a hash, counted in place of the user, narrow, ended at once, named
 * in the audit log; and the figures of a small store.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/memory.h"
#include "lib/text.h"
#include "store/token.h"
#include "tests/support/api_fixture.h"

struct desk_of_tokens {
    struct api_fixture f;
    char users[96], tokens[96]; /* the two sockets */
    char header[128];           /* of the last token */
};

static int setup(void **state)
{
    struct desk_of_tokens *t = calloc(1, sizeof *t);

    api_fixture_open(&t->f);
    snprintf(t->users, sizeof t->users, "%s", t->f.socket);
    snprintf(t->tokens, sizeof t->tokens, "%s/tokens", t->f.folder);
    t->f.setting.tokens = t->tokens;
    api_fixture_engine(&t->f);
    api_fixture_sql(&t->f, "INSERT INTO student (id, ref, name, class) VALUES (1, 'S1', '王小明', '三(2)班');");
    api_fixture_listen(&t->f);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct desk_of_tokens *t = *state;

    api_fixture_close(&t->f);
    free(t);
    return 0;
}

/* As root, over the first socket. */
static struct api_reply as_user(struct desk_of_tokens *t, const char *method, const char *target, const char *key,
                                const char *body)
{
    t->f.header = NULL;
    snprintf(t->f.socket, sizeof t->f.socket, "%s", t->users);
    return api_fixture_ask(&t->f, method, target, key, body);
}

/* With the last token, over the socket for tokens. */
static struct api_reply by_token(struct desk_of_tokens *t, const char *method, const char *target, const char *key,
                                 const char *body)
{
    t->f.header = t->header[0] ? t->header : NULL;
    snprintf(t->f.socket, sizeof t->f.socket, "%s", t->tokens);
    return api_fixture_ask(&t->f, method, target, key, body);
}

/* The same over the users' socket, as root. */
static struct api_reply by_root_s_token(struct desk_of_tokens *t, const char *method, const char *target,
                                        const char *key, const char *body)
{
    t->f.header = t->header;
    snprintf(t->f.socket, sizeof t->f.socket, "%s", t->users);
    return api_fixture_ask(&t->f, method, target, key, body);
}

static void make(struct desk_of_tokens *t, const char *name, const char *may, const char *until)
{
    CLEANUP(mem_clean) char *body = mem_format("{\"name\":\"%s\",\"may\":\"%s\"%s%s%s}", name, may,
                                               until ? ",\"until\":\"" : "", until ? until : "", until ? "\"" : "");
    CLEANUP(mem_clean) char *key = mem_format("make-%s", name);
    struct api_reply reply = as_user(t, "POST", "/v1/tokens", key, body);

    if (reply.status != 200)
        fail_msg("token %s: %d %s", name, reply.status, reply.raw);
    snprintf(t->header, sizeof t->header, "Authorization: Bearer %s", json_at(reply.body, "token"));
    api_reply_free(&reply);
}

static void expect(struct api_reply reply, int status, const char *path, const char *want)
{
    if (reply.status != status || (path && strcmp(json_at(reply.body, path), want) != 0))
        fail_msg("got %d, %s: %s", reply.status, path ? json_at(reply.body, path) : "-", reply.raw ? reply.raw : "");
    api_reply_free(&reply);
}

static void test_the_word_is_told_once_and_only_its_hash_is_kept(void **state)
{
    struct desk_of_tokens *t = *state;
    static const char body[] = "{\"name\":\"board\",\"may\":\"status.show,alert.*\",\"until\":\"2026-12-31\"}";
    struct api_reply first = as_user(t, "POST", "/v1/tokens", "k1", body);
    CLEANUP(mem_clean) char *word = mem_dup(json_at(first.body, "token"));
    CLEANUP(mem_clean) char *like = mem_format("%%%s%%", word + 4);

    assert_int_equal(first.status, 200);
    assert_int_equal(strlen(word), 4 + 43);
    assert_memory_equal(word, "glt_", 4);
    assert_string_equal(json_at(first.body, "until"), "2027-01-01T00:00:00+08:00"); /* the day counts to its end */
    assert_string_equal(json_at(first.body, "by"), "unix:root");
    api_reply_free(&first);
    expect(as_user(t, "POST", "/v1/tokens", "k1", body), 200, "token", "null"); /* the request was repeated */
    expect(as_user(t, "GET", "/v1/tokens", NULL, NULL), 200, "items.0.token", "(none)");
    assert_int_equal(
        store_value(t->f.store, -1,
                    "SELECT (SELECT count(*) FROM request WHERE body LIKE $1) + (SELECT count(*) FROM "
                    "audit_detail WHERE content LIKE $1) + (SELECT count(*) FROM token WHERE hash LIKE $1)",
                    "t", like),
        0);
    assert_int_equal(store_value(t->f.store, 0, "SELECT length(hash) FROM token WHERE name = 'board'", ""), 64);
}

static void test_a_token_counts_in_place_of_the_user_and_is_narrow(void **state)
{
    struct desk_of_tokens *t = *state;

    make(t, "board", "student.list,student.show", NULL);
    expect(by_root_s_token(t, "GET", "/v1/students", NULL, NULL), 200, "items.0.ref", "S1");
    /* this user is root, who may all: the token counts all the same */
    expect(by_root_s_token(t, "POST", "/v1/students/S1/note", "n1", "{\"text\":\"x\"}"), 403, "detail",
           "token:board may not channel.note, it may student.list,student.show: make a token that may with `greenline "
           "token add`");
    expect(as_user(t, "POST", "/v1/students/S1/note", "n1", "{\"text\":\"x\"}"), 200, NULL, NULL);
    expect(by_root_s_token(t, "GET", "/v1/nonsense", NULL, NULL), 404, NULL, NULL);
    assert_int_equal(store_value(t->f.store, 0, "SELECT count(*) FROM note", ""), 1);
}

static void test_the_audit_log_names_the_token(void **state)
{
    struct desk_of_tokens *t = *state;
    CLEANUP(mem_clean) char *author = NULL;

    make(t, "board", "student.*,channel.*", NULL);
    expect(by_token(t, "GET", "/v1/students/S1", NULL, NULL), 200, "name", "王小明");
    expect(by_token(t, "POST", "/v1/students/S1/note", "n1", "{\"text\":\"来过\"}"), 200, NULL, NULL);
    expect(as_user(t, "GET", "/v1/audit?actor=token:board", NULL, NULL), 200, "items.0.action", "student.show");
    expect(as_user(t, "GET", "/v1/audit?actor=token:board", NULL, NULL), 200, "items.1.action", "channel.note");
    expect(as_user(t, "GET", "/v1/audit?actor=token:board", NULL, NULL), 200, "items", "2 items");
    expect(as_user(t, "GET", "/v1/audit?subject=token:board", NULL, NULL), 200, "items.0.action", "token.add");
    author = store_text(t->f.store, "SELECT author FROM note", "");
    assert_string_equal(author, "token:board");
}

static void test_the_second_socket_knows_tokens_only(void **state)
{
    struct desk_of_tokens *t = *state;
    struct stat users, tokens;

    expect(by_token(t, "GET", "/v1/students", NULL, NULL), 401, "title", "Not known");
    snprintf(t->header, sizeof t->header, "Authorization: Basic cm9vdDp4");
    expect(by_token(t, "GET", "/v1/students", NULL, NULL), 401, NULL, NULL);
    expect(by_root_s_token(t, "GET", "/v1/students", NULL, NULL), 401, NULL, NULL); /* root, but it said who it is */
    snprintf(t->header, sizeof t->header, "Authorization: Bearer a b");
    expect(by_token(t, "GET", "/v1/students", NULL, NULL), 400, NULL, NULL);
    snprintf(t->header, sizeof t->header, "Authorization: Bearer glt_nobody");
    expect(by_token(t, "GET", "/v1/students", NULL, NULL), 401, NULL, NULL);
    make(t, "board", "*", NULL);
    expect(by_token(t, "GET", "/v1/students", NULL, NULL), 200, "items", "1 items");
    strncat(t->header, "\r\nAuthorization: Bearer x", sizeof t->header - strlen(t->header) - 1);
    expect(by_token(t, "GET", "/v1/students", NULL, NULL), 400, "detail",
           "the header Authorization stands there twice: send one");
    assert_int_equal(stat(t->users, &users), 0);
    assert_int_equal(stat(t->tokens, &tokens), 0);
    assert_int_equal(users.st_mode & 0777, 0660);
    assert_int_equal(tokens.st_mode & 0777, 0666);
}

static void test_no_token_makes_or_ends_tokens(void **state)
{
    struct desk_of_tokens *t = *state;

    make(t, "all", "*", NULL);
    expect(by_token(t, "POST", "/v1/tokens", "k", "{\"name\":\"more\",\"may\":\"*\"}"), 403, NULL, NULL);
    expect(by_token(t, "POST", "/v1/tokens/all/end", "k", "{}"), 403, NULL, NULL);
    expect(by_token(t, "GET", "/v1/tokens", NULL, NULL), 403, NULL, NULL);
    assert_int_equal(token_there(t->f.store, "more"), 0);
}

static void test_an_ended_token_counts_no_longer_and_its_name_stays_taken(void **state)
{
    struct desk_of_tokens *t = *state;

    make(t, "board", "student.list", NULL);
    expect(by_token(t, "GET", "/v1/students", NULL, NULL), 200, NULL, NULL);
    expect(as_user(t, "POST", "/v1/tokens/board/end", "e1", "{}"), 200, "state", "ended");
    expect(by_token(t, "GET", "/v1/students", NULL, NULL), 401, NULL, NULL);
    expect(as_user(t, "POST", "/v1/tokens", "k2", "{\"name\":\"board\",\"may\":\"*\"}"), 409, NULL, NULL);
    expect(as_user(t, "POST", "/v1/tokens/nobody/end", "e2", "{}"), 404, NULL, NULL);
}

static void test_who_follows_by_a_token_is_sent_away_when_it_is_ended(void **state)
{
    struct desk_of_tokens *t = *state;
    struct api_client *client;
    time_ms from;

    make(t, "board", "inbox.list", NULL);
    t->f.header = t->header;
    snprintf(t->f.socket, sizeof t->f.socket, "%s", t->tokens);
    client = api_fixture_send(&t->f, "GET", "/v1/inbox/follow", NULL, NULL);
    for (int i = 0; i < 20; i++)
        expect(as_user(t, "GET", "/v1/students/S1", NULL, NULL), 200, NULL, NULL); /* turns go by, it stays */
    assert_false(api_client_answered(client));
    expect(as_user(t, "POST", "/v1/tokens/board/end", "e1", "{}"), 200, NULL, NULL);
    for (from = clock_mono(); !api_client_answered(client);)
        api_fixture_turn(&t->f);
    assert_true(clock_mono() - from < 8000); /* not by the guard of the client, which waits 10 s */
    api_client_leave(client);
    expect(by_token(t, "GET", "/v1/inbox/follow", NULL, NULL), 401, NULL, NULL);
}

static void test_a_token_counts_until_its_day_is_over(void **state)
{
    struct desk_of_tokens *t = *state;

    make(t, "board", "student.list", "2026-10-08"); /* today; it is 18:00 */
    t->f.now = FIXTURE_NOW + 6 * HOUR_MS - 1;
    expect(by_token(t, "GET", "/v1/students", NULL, NULL), 200, NULL, NULL);
    t->f.now = FIXTURE_NOW + 6 * HOUR_MS;
    expect(by_token(t, "GET", "/v1/students", NULL, NULL), 401, NULL, NULL);
    expect(as_user(t, "GET", "/v1/tokens", NULL, NULL), 200, "items.0.state", "expired");
}

static void test_what_makes_no_token_is_named(void **state)
{
    static const struct {
        const char *body, *mistake;
    } cases[] = {
        { "{\"may\":\"*\"}", "name is missing: give it" },
        { "{\"name\":\"Board 1\",\"may\":\"*\"}", "name: \"Board 1\": take 1 to 40 letters a to z, digits, - _ or ." },
        { "{\"name\":\"b\"}", "may is missing: give it" },
        { "{\"name\":\"b\",\"may\":\"alert.rais\"}", "may \"alert.rais\": no such action: did you mean alert.raise?" },
        { "{\"name\":\"b\",\"may\":\"*\",\"until\":\"2026-10-07\"}",
          "until: \"2026-10-07\" is over: give a day to come" },
    };
    struct desk_of_tokens *t = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP(mem_clean) char *key = mem_format("k%zu", i);
        struct api_reply reply = as_user(t, "POST", "/v1/tokens", key, cases[i].body);

        if (reply.status != 400 || (strcmp(json_at(reply.body, "detail"), cases[i].mistake) != 0 &&
                                    strcmp(json_at(reply.body, "mistakes.0"), cases[i].mistake) != 0))
            fail_msg("%s: %d %s", cases[i].body, reply.status, reply.raw);
        api_reply_free(&reply);
    }
    assert_int_equal(store_value(t->f.store, -1, "SELECT count(*) FROM token", ""), 0);
}

static void test_figures_tell_what_the_store_counted_and_nobody_s_name(void **state)
{
    struct desk_of_tokens *t = *state;
    struct api_reply reply;

    api_fixture_sql(&t->f,
                    "INSERT INTO tally (day, kind, channel, state, n) VALUES (1, 'checkin', 'sms', 'delivered', 3),"
                    " (2, 'checkin', 'sms', 'delivered', 4), (2, 'checkin', 'voice', 'refused', 1);");
    reply = as_user(t, "GET", "/metrics", NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_non_null(
        strstr(reply.raw, "\ngreenline_messages_total{kind=\"checkin\",channel=\"sms\",state=\"delivered\"} 7\n"));
    assert_non_null(
        strstr(reply.raw, "\ngreenline_messages_total{kind=\"checkin\",channel=\"voice\",state=\"refused\"} 1\n"));
    assert_non_null(strstr(reply.raw, "\ngreenline_messages_queued{lane=\"emergency\"} 0\n"));
    assert_null(strstr(reply.raw, "王"));
    assert_true(text_ends(reply.raw, "\n") && !text_ends(reply.raw, "\n\n"));
    api_reply_free(&reply);
    make(t, "prometheus", "metrics.show", NULL);
    reply = by_token(t, "GET", "/v1/metrics", NULL, NULL);
    assert_int_equal(reply.status, 200);
    api_reply_free(&reply);
    expect(by_token(t, "GET", "/v1/status", NULL, NULL), 403, NULL, NULL);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(test_the_word_is_told_once_and_only_its_hash_is_kept),
        WITH(test_a_token_counts_in_place_of_the_user_and_is_narrow),
        WITH(test_the_audit_log_names_the_token),
        WITH(test_the_second_socket_knows_tokens_only),
        WITH(test_no_token_makes_or_ends_tokens),
        WITH(test_an_ended_token_counts_no_longer_and_its_name_stays_taken),
        WITH(test_who_follows_by_a_token_is_sent_away_when_it_is_ended),
        WITH(test_a_token_counts_until_its_day_is_over),
        WITH(test_what_makes_no_token_is_named),
        WITH(test_figures_tell_what_the_store_counted_and_nobody_s_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
