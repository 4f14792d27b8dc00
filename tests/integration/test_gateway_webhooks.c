/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Webhooks through a real gateway program: what it is handed, that its answer waits for `stored`, and that whatever goes
 * wrong (silence, nonsense, death, too many, too long) ends in 503 or 413 within its time and harms nothing else.
 */
#include "tests/integration/gateway_world.h"

struct answer {
    struct world *w;
    const char *name; /* in the diary */
};

static void on_done(void *arg, const struct gateway_http_answer *answer)
{
    struct answer *to = arg;
    const json_t *good = json_object_get(answer->headers, "X-Good");

    note(to->w, "%s %d %.*s%s", to->name, answer->status, (int)answer->length, answer->body ? answer->body : "",
         good ? json_string_value(good) : "");
}

/* Hands a POST over; the answer goes into the diary as "NAME STATUS BODY". */
static struct gateway_webhook *call(struct gateway *g, struct answer *to, const char *path, const char *body,
                                    int *status)
{
    const struct gateway_http_request request = {
        .method = "POST",
        .path = path,
        .query = "a=1",
        .body = body,
        .length = strlen(body),
        .from = "203.0.113.9",
        .done = on_done,
        .arg = to,
    };

    return gateway_http(g, &request, status);
}

static void expect_taken(struct gateway *g, struct answer *to, const char *path, const char *body)
{
    int status;

    if (!call(g, to, path, body, &status))
        fail_msg("%s: refused with %d", path, status);
}

static struct gateway *ready(struct world *w, const char *program, json_t *config)
{
    struct gateway *g = world_add(w, program, config);

    wait_for(w, "ready g");
    return g;
}

static void test_program_is_handed_the_request_as_it_came(void **state)
{
    struct world *w = world_new();
    struct gateway *g = ready(w, "takes_webhooks", NULL);
    struct answer to = { w, "one" };

    (void)state;
    expect_taken(g, &to, "/hook/g/%20/echo", "{\"好\":1}");
    wait_for(w, "one 200 {\"type\":\"http\",\"req\":\"h-1\",\"method\":\"POST\",\"path\":\"/hook/g/%20/echo\","
                "\"query\":\"a=1\",\"headers\":{},\"body\":\"{\\\"好\\\":1}\",\"from\":\"203.0.113.9\"}\n");
    assert_string_equal(shown(g, "counters.webhooks"), "1");
    world_free(w);
}

static void test_bytes_that_are_no_text_go_in_base64(void **state)
{
    struct world *w = world_new();
    struct gateway *g = ready(w, "takes_webhooks", NULL);
    struct answer to = { w, "one" };

    (void)state;
    expect_taken(g, &to, "/hook/g/echo", "\xc4\xe3\xba\xc3"); /* GB 18030 */
    wait_for(w, "\"body_base64\":\"xOO6ww==\"");
    assert_false(noted(w, "\"body\":"));
    world_free(w);
}

static void test_answer_waits_until_its_reply_is_stored(void **state)
{
    struct world *w = world_new();
    struct gateway *g = ready(w, "takes_webhooks", NULL);
    struct answer to = { w, "one" };

    (void)state;
    expect_taken(g, &to, "/hook/g/reply", "u-1");
    wait_for(w, "reply u-1 +8619900000001 u-1");
    for (int i = 0; i < 20; i++)
        turn(w);
    assert_false(noted(w, "one 200"));
    gateway_stored(g, "u-2");
    for (int i = 0; i < 5; i++)
        turn(w);
    assert_false(noted(w, "one 200"));
    gateway_stored(g, "u-1");
    assert_false(noted(w, "one 200")); /* never from within */
    wait_for(w, "one 200 ok\n");
    assert_int_equal(times_noted(w, "one "), 1);
    world_free(w);
}

static void test_uid_that_was_stored_before_is_not_waited_for(void **state)
{
    struct world *w = world_new();
    struct gateway *g = ready(w, "takes_webhooks", NULL);
    struct answer to = { w, "one" };

    (void)state;
    gateway_stored(g, "u-1");
    expect_taken(g, &to, "/hook/g/again", "u-1");
    wait_for(w, "one 200 ok\n");
    world_free(w);
}

static void test_only_the_last_confirmed_uids_are_remembered(void **state)
{
    struct world *w = world_new();
    struct answer old = { w, "old" }, young = { w, "young" };
    struct gateway *g;

    (void)state;
    w->setting.intervals.http = 300;
    g = ready(w, "takes_webhooks", NULL);
    for (int i = 0; i < 1025; i++) {
        CLEANUP(mem_clean) char *uid = mem_format("u-%d", i);

        gateway_stored(g, uid);
        if (i % 100 == 0)
            turn(w); /* it reads what is written to it */
    }
    expect_taken(g, &young, "/hook/g/again", "u-1");
    wait_for(w, "young 200 ok\n");
    expect_taken(g, &old, "/hook/g/again", "u-0");
    wait_for(w, "old 503 \n");
    world_free(w);
}

static void test_silence_and_uids_that_never_come_end_in_503(void **state)
{
    struct world *w = world_new();
    struct answer silent = { w, "silent" }, never = { w, "never" }, well = { w, "well" };
    struct gateway *g;

    (void)state;
    w->setting.intervals.http = 300;
    g = ready(w, "takes_webhooks", NULL);
    expect_taken(g, &silent, "/hook/g/silent", "");
    expect_taken(g, &never, "/hook/g/never", "");
    expect_taken(g, &well, "/hook/g/echo", "");
    wait_for(w, "silent 503 \n");
    wait_for(w, "never 503 \n");
    wait_for(w, "well 200 ");
    assert_string_equal(shown(g, "counters.webhooks_failed"), "2");
    assert_string_equal(shown(g, "restarts"), "0");
    world_free(w);
}

static void test_answer_that_makes_no_sense_is_503(void **state)
{
    struct world *w = world_new();
    struct answer one = { w, "one" }, two = { w, "two" };
    struct gateway *g = ready(w, "takes_webhooks", NULL);

    (void)state;
    expect_taken(g, &one, "/hook/g/nonsense", "");
    expect_taken(g, &two, "/hook/g/many", "");
    wait_for(w, "one 503 \n");
    wait_for(w, "two 503 \n");
    assert_string_equal(shown(g, "counters.malformed"), "2");
    world_free(w);
}

static void test_answer_may_be_bytes_with_headers(void **state)
{
    struct world *w = world_new();
    struct answer to = { w, "one" };
    struct gateway *g = ready(w, "takes_webhooks", NULL);

    (void)state;
    expect_taken(g, &to, "/hook/g/odd", "");
    wait_for(w, "one 418 青\n"); /* its body begins with NUL, where the diary's "%s" ends */
    world_free(w);
}

static void test_answers_nobody_asked_for_are_counted_and_ignored(void **state)
{
    struct world *w = world_new();
    struct answer to = { w, "one" };
    struct gateway *g = ready(w, "answers_unasked", NULL);

    (void)state;
    expect_taken(g, &to, "/hook/g", "");
    wait_for(w, "one 201 \n");
    wait_shown(w, g, "counters.http_unasked", "2");
    assert_int_equal(times_noted(w, "one "), 1);
    assert_string_equal(shown(g, "restarts"), "0");
    world_free(w);
}

static void test_program_that_dies_leaves_503(void **state)
{
    struct world *w = world_new();
    struct answer waits = { w, "waits" }, kills = { w, "kills" };
    struct gateway *g = ready(w, "takes_webhooks", NULL);
    int status;

    (void)state;
    expect_taken(g, &waits, "/hook/g/silent", "");
    expect_taken(g, &kills, "/hook/g/die", "");
    wait_for(w, "down g: killed by signal 9");
    assert_true(noted(w, "waits 503 \n"));
    assert_true(noted(w, "kills 503 \n"));
    assert_null(call(g, &waits, "/hook/g/echo", "", &status));
    assert_int_equal(status, 503);
    world_free(w);
}

static void test_program_that_did_not_announce_it_gets_none(void **state)
{
    struct world *w = world_new();
    struct answer to = { w, "one" };
    struct gateway *g = ready(w, "takes_webhooks", json_pack("{s:b}", "http", 0));
    int status = 0;

    (void)state;
    assert_null(call(g, &to, "/hook/g/echo", "", &status));
    assert_int_equal(status, 503);
    assert_string_equal(shown(g, "counters.webhooks_refused"), "1");
    world_free(w);
}

static void test_draining_program_gets_none_and_answers_what_it_has(void **state)
{
    struct world *w = world_new();
    struct answer one = { w, "one" }, two = { w, "two" };
    struct gateway *g = ready(w, "takes_webhooks", NULL);
    int status = 0;

    (void)state;
    expect_taken(g, &one, "/hook/g/echo", "");
    gateway_drain(g);
    assert_null(call(g, &two, "/hook/g/echo", "", &status));
    assert_int_equal(status, 503);
    wait_for(w, "down g: drained");
    assert_true(noted(w, "one 200 "));
    world_free(w);
}

static void test_pause_of_jobs_does_not_hold_webhooks(void **state)
{
    struct world *w = world_new();
    struct answer to = { w, "one" };
    struct gateway *g = ready(w, "takes_webhooks", NULL);

    (void)state;
    gateway_pause(g, "no money", TIME_NEVER);
    expect_taken(g, &to, "/hook/g/echo", "");
    wait_for(w, "one 200 ");
    world_free(w);
}

static void test_too_many_at_once_are_refused_and_the_next_served(void **state)
{
    struct world *w = world_new();
    struct answer to = { w, "silent" }, next = { w, "next" };
    struct gateway *g;
    int taken = 0, status = 0;

    (void)state;
    w->setting.intervals.http = 500;
    g = ready(w, "takes_webhooks", NULL);
    while (taken < 100 && call(g, &to, "/hook/g/silent", "", &status))
        taken++;
    assert_int_equal(taken, 64);
    assert_int_equal(status, 503);
    wait_for(w, "silent 503");
    while (times_noted(w, "silent 503") < 64)
        turn(w);
    expect_taken(g, &next, "/hook/g/echo", "");
    wait_for(w, "next 200 ");
    world_free(w);
}

static void test_body_too_long_for_a_line_is_413(void **state)
{
    struct world *w = world_new();
    struct answer to = { w, "one" };
    struct gateway *g = ready(w, "takes_webhooks", NULL);
    CLEANUP(mem_clean) char *body = mem_new(256 * 1024 + 1, 1);
    int status = 0;

    (void)state;
    memset(body, 'x', 256 * 1024);
    assert_null(call(g, &to, "/hook/g/silent", body, &status));
    assert_int_equal(status, 413);
    memset(body, '\x01', 50 * 1024); /* each is six bytes in JSON */
    body[50 * 1024] = '\0';
    assert_null(call(g, &to, "/hook/g/silent", body, &status));
    assert_int_equal(status, 413);
    body[1] = '\0';
    expect_taken(g, &to, "/hook/g/echo", body);
    wait_for(w, "one 200 ");
    world_free(w);
}

/* What lies unread is bounded, so that webhooks neither end a program nor hold up its jobs. */
static void test_program_that_does_not_read_is_not_flooded(void **state)
{
    struct world *w = world_new();
    struct answer to = { w, "one" };
    struct gateway *g = ready(w, "takes_webhooks", NULL);
    CLEANUP(mem_clean) char *body = mem_new(200 * 1024 + 1, 1);
    int taken = 0, status = 0;

    (void)state;
    memset(body, 'x', 200 * 1024);
    while (taken < 64 && call(g, &to, "/hook/g/silent", body, &status))
        taken++; /* without a turn of the loop nothing is written */
    assert_in_range(taken, 10, 11);
    assert_int_equal(status, 503);
    assert_int_equal(gateway_room(g, true), 8);
    world_free(w);
}

static void test_client_that_left_gets_no_answer(void **state)
{
    struct world *w = world_new();
    struct answer gone = { w, "gone" }, next = { w, "next" };
    struct gateway *g = ready(w, "takes_webhooks", NULL);
    int status;

    (void)state;
    gateway_http_forget(call(g, &gone, "/hook/g/echo", "", &status));
    expect_taken(g, &next, "/hook/g/echo", "");
    wait_for(w, "next 200 ");
    assert_false(noted(w, "gone"));
    assert_string_equal(shown(g, "counters.http_unasked"), "1");
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_program_is_handed_the_request_as_it_came),
        cmocka_unit_test(test_bytes_that_are_no_text_go_in_base64),
        cmocka_unit_test(test_answer_waits_until_its_reply_is_stored),
        cmocka_unit_test(test_uid_that_was_stored_before_is_not_waited_for),
        cmocka_unit_test(test_only_the_last_confirmed_uids_are_remembered),
        cmocka_unit_test(test_silence_and_uids_that_never_come_end_in_503),
        cmocka_unit_test(test_answer_that_makes_no_sense_is_503),
        cmocka_unit_test(test_answer_may_be_bytes_with_headers),
        cmocka_unit_test(test_answers_nobody_asked_for_are_counted_and_ignored),
        cmocka_unit_test(test_program_that_dies_leaves_503),
        cmocka_unit_test(test_program_that_did_not_announce_it_gets_none),
        cmocka_unit_test(test_draining_program_gets_none_and_answers_what_it_has),
        cmocka_unit_test(test_pause_of_jobs_does_not_hold_webhooks),
        cmocka_unit_test(test_too_many_at_once_are_refused_and_the_next_served),
        cmocka_unit_test(test_body_too_long_for_a_line_is_413),
        cmocka_unit_test(test_program_that_does_not_read_is_not_flooded),
        cmocka_unit_test(test_client_that_left_gets_no_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
