/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built http gateway and what a provider tells by itself: pages that are polled, messages that are tracked, webhooks.
 * What must hold: nothing is confirmed to the provider (by the next cursor, by an answer) before the daemon has stored it,
 * nothing is lost by a crash in between, and only the provider is listened to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/json.h"
#include "lib/memory.h"
#include "tests/support/http_world.h"

/* A poll of replies and reports with a cursor. */
static char *poll_config(const struct http_world *world, const char *more)
{
    return mem_format(
        "\"country\":\"+86\",\"poll\":{\"url\":\"http://127.0.0.1:%d/news?after=${cursor|url}\",\"every\":"
        "\"1s\",\"items\":\"$.items\",\"reports\":{\"when\":{\"json\":\"$.kind\",\"equals\":\"dlr\"},"
        "\"id\":\"$.key\",\"state\":\"$.state\",\"delivered\":[\"DELIVRD\",1],\"undelivered\":\"*\","
        "\"ignored\":\"ACCEPTD\",\"code\":\"$.err\"},\"replies\":{\"when\":{\"json\":\"$.kind\",\"equals\":"
        "\"mo\"},\"uid\":\"$.id\",\"from\":\"$.from\",\"to\":\"$.to\",\"text\":\"$.text\",\"at\":\"$.time\"}%s}"
        "," HTTP_USUAL,
        world->peer.port, more);
}

static void greet_poll(struct http_world *world, const char *more)
{
    char *config = poll_config(world, more);
    json_t *ready = http_greet(world, "/send", config);

    assert_true(json_flag(ready, "inbound", false));
    assert_true(json_flag(ready, "delivery_reports", false));
    json_decref(ready);
    free(config);
}

#define CURSOR ",\"cursor\":\"$.next\""
#define PAGE                                                                                                           \
    "{\"items\":[{\"kind\":\"mo\",\"id\":\"m1\",\"from\":\"8619900000001\",\"to\":\"10690001\",\"text\":\"1\","        \
    "\"time\":"                                                                                                        \
    "1790000060},{\"kind\":\"dlr\",\"key\":\"e1-5\",\"state\":\"DELIVRD\"},{\"kind\":\"dlr\",\"key\":\"e1-6\","        \
    "\"state\":"                                                                                                       \
    "\"EXPIRED\",\"err\":\"12\"},{\"kind\":\"dlr\",\"key\":\"e1-7\",\"state\":\"ACCEPTD\"},{\"kind\":\"ping\"}],"      \
    "\"next\":\"c 2\"}"

/* The three items of PAGE that mean something. */
static void expect_page(struct http_world *world)
{
    json_t *line = http_expect_item(world, "reply", "r-m1");

    assert_string_equal(json_text(line, "from", ""), "+8619900000001");
    assert_string_equal(json_text(line, "to", ""), "10690001");
    assert_string_equal(json_text(line, "text", ""), "1");
    assert_int_equal(json_int(line, "at", 0), INT64_C(1790000060000));
    json_decref(line);
    line = gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS);
    assert_string_equal(json_text(line, "id", ""), "e1-5");
    assert_string_equal(json_text(line, "state", ""), "delivered");
    json_decref(line);
    line = gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS);
    assert_string_equal(json_text(line, "id", ""), "e1-6");
    assert_string_equal(json_text(line, "state", ""), "undelivered");
    assert_string_equal(json_text(line, "code", ""), "12");
    json_decref(line);
    http_expect_silence(world);
}

/* Says stored for each line that was heard since `from` bytes of the output. */
static void store_all(struct http_world *world)
{
    const char *at = world->gateway.heard.data;

    while ((at = strstr(at, "\"uid\":\""))) {
        at += 7;
        gateway_process_say(&world->gateway, "{\"type\":\"stored\",\"uid\":\"%.*s\"}", (int)strcspn(at, "\""), at);
    }
}

static void test_next_page_is_asked_for_only_when_all_of_this_one_is_stored(void **state)
{
    struct http_world *world = *state;

    greet_poll(world, CURSOR ",\"start\":\"0\"");
    http_expect_request(world, "GET /news?after=0 HTTP/1.1\r\n");
    assert_true(peer_answer(&world->peer, 200, "", PAGE));
    expect_page(world);
    http_stored(world, "r-m1"); /* one of three */
    http_expect_silence(world);
    assert_true(peer_is_quiet(&world->peer));
    store_all(world);
    http_expect_request(world, "GET /news?after=c%202 HTTP/1.1\r\n");
}

static void test_crash_before_all_is_stored_brings_the_page_again(void **state)
{
    struct http_world *world = *state;

    greet_poll(world, CURSOR);
    http_expect_request(world, "GET /news?after= HTTP/1.1\r\n");
    assert_true(peer_answer(&world->peer, 200, "", PAGE));
    expect_page(world);
    http_restart(world, true);
    greet_poll(world, CURSOR);
    http_expect_request(world, "GET /news?after= HTTP/1.1\r\n");
    assert_true(peer_answer(&world->peer, 200, "", PAGE));
    expect_page(world); /* with the same uids */
}

static void test_cursor_survives_a_crash_and_is_forgotten_by_a_new_epoch(void **state)
{
    struct http_world *world = *state;

    greet_poll(world, CURSOR);
    http_expect_request(world, "GET /news?after= HTTP/1.1\r\n");
    assert_true(peer_answer(&world->peer, 200, "", "{\"items\":[],\"next\":\"c7\"}"));
    http_expect_request(world, "GET /news?after=c7 HTTP/1.1\r\n");
    http_restart(world, true);
    greet_poll(world, CURSOR);
    http_expect_request(world, "GET /news?after=c7 HTTP/1.1\r\n");
    http_restart(world, true);
    world->epoch = "e2";
    greet_poll(world, CURSOR);
    http_expect_request(world, "GET /news?after= HTTP/1.1\r\n");
}

static void test_cursor_may_be_a_field_of_the_last_item(void **state)
{
    struct http_world *world = *state;

    greet_poll(world, ",\"cursor_item\":\"$.id\"");
    http_expect_request(world, "GET /news?after= HTTP/1.1\r\n");
    assert_true(peer_answer(&world->peer, 200, "", "{\"items\":[{\"id\":5},{\"id\":9}]}"));
    http_expect_request(world, "GET /news?after=9 HTTP/1.1\r\n");
    assert_true(peer_answer(&world->peer, 200, "", "{\"items\":[]}"));
    http_expect_request(world, "GET /news?after=9 HTTP/1.1\r\n"); /* an empty page moves nothing */
}

/* The provider tells each thing once, and there is no cursor by which it could be asked again. */
static void test_page_that_is_told_once_survives_a_crash_until_it_is_stored(void **state)
{
    struct http_world *world = *state;

    greet_poll(world, "");
    http_expect_request(world, "GET /news?after= HTTP/1.1\r\n");
    assert_true(peer_answer(&world->peer, 200, "", PAGE));
    expect_page(world);
    http_restart(world, true);
    greet_poll(world, "");
    expect_page(world); /* without asking */
    assert_true(peer_is_quiet(&world->peer));
    store_all(world);
    http_expect_request(world, "GET /news?after= HTTP/1.1\r\n");
    http_restart(world, true);
    greet_poll(world, "");
    http_expect_request(world, "GET /news?after= HTTP/1.1\r\n"); /* nothing is told again */
    http_expect_silence(world);
}

static void test_full_page_is_followed_by_the_next_at_once(void **state)
{
    struct http_world *world = *state;
    char *config = poll_config(world, CURSOR ",\"more\":{\"json\":\"$.more\",\"equals\":true}");
    char *slow = strstr(config, "\"1s\"");

    memcpy(slow, "\"9m\"", 4);
    json_decref(http_greet(world, "/send", config));
    http_expect_request(world, "GET /news?after= HTTP/1.1\r\n");
    assert_true(peer_answer(&world->peer, 200, "", "{\"items\":[{}],\"next\":\"b\",\"more\":true}"));
    http_expect_request(world, "GET /news?after=b HTTP/1.1\r\n");
    free(config);
}

static void test_item_that_is_not_as_described_does_not_stop_the_others(void **state)
{
    struct http_world *world = *state;
    json_t *line;

    world->warned = true;
    greet_poll(world, CURSOR);
    http_expect_request(world, "GET /news?after= HTTP/1.1\r\n");
    assert_true(
        peer_answer(&world->peer, 200, "",
                    "{\"items\":[{\"kind\":\"mo\",\"id\":\"m0\"},{\"kind\":\"mo\",\"id\":\"m1\",\"from\":\"10086\","
                    "\"text\":\"余额\",\"time\":\"2026-11-24 18:00:05\"}],\"next\":\"2\"}"));
    line = http_expect_item(world, "reply", "r-m1");
    assert_string_equal(json_text(line, "from", ""), "10086");
    assert_int_equal(json_int(line, "at", 0), INT64_C(1795514405000)); /* 10:00:05 UTC */
    json_decref(line);
}

static void test_provider_that_refuses_is_asked_less_often(void **state)
{
    struct http_world *world = *state;
    json_t *line;

    greet_poll(world, CURSOR);
    http_expect_request(world, "GET /news?after= HTTP/1.1\r\n");
    assert_true(peer_answer(&world->peer, 500, "", "down"));
    line = http_expect(world, "health", "");
    assert_string_equal(json_text(line, "state", ""), "degraded");
    assert_string_equal(json_text(line, "detail", ""), "poll1: HTTP 500: not as success says");
    json_decref(line);
    http_expect_request(world, "GET /news?after= HTTP/1.1\r\n"); /* 2 s later */
    assert_true(peer_answer(&world->peer, 200, "", "{\"items\":[]}"));
    line = http_expect(world, "health", "");
    assert_string_equal(json_text(line, "state", ""), "ok");
    json_decref(line);
}

/* --- tracking --- */

static void greet_track(struct http_world *world)
{
    char *config = mem_format("\"track\":{\"url\":\"http://127.0.0.1:%d/message/${id|url}\",\"every\":\"1s\",\"state\":"
                              "\"$.state\",\"delivered\":\"Delivered\",\"undelivered\":\"Failed\"}," HTTP_USUAL,
                              world->peer.port);

    json_decref(http_greet(world, "/send", config));
    free(config);
}

static void test_accepted_message_is_asked_after_until_its_end_is_stored(void **state)
{
    struct http_world *world = *state;

    greet_track(world);
    http_send_one_well(world, "e1-1");
    http_expect_request(world, "GET /message/e1-1 HTTP/1.1\r\n");
    assert_true(peer_answer(&world->peer, 200, "", "{\"state\":\"Pending\"}"));
    http_expect_request(world, "GET /message/e1-1 HTTP/1.1\r\n");
    http_restart(world, true);
    greet_track(world); /* it goes on after a crash */
    http_expect_request(world, "GET /message/e1-1 HTTP/1.1\r\n");
    assert_true(peer_answer(&world->peer, 200, "", "{\"state\":\"Delivered\"}"));
    json_decref(gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS));
    assert_non_null(strstr(world->gateway.heard.data, "\"type\":\"status\",\"id\":\"e1-1\""));
    assert_non_null(strstr(world->gateway.heard.data, "\"state\":\"delivered\""));
    http_restart(world, true);
    greet_track(world); /* not stored: asked again */
    http_expect_request(world, "GET /message/e1-1 HTTP/1.1\r\n");
    assert_true(peer_answer(&world->peer, 200, "", "{\"state\":\"Delivered\"}"));
    json_decref(gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS));
    store_all(world);
    http_expect_silence(world);
    http_restart(world, false);
    greet_track(world);
    http_send(world, "e1-2", "a");
    http_expect_request(world, "POST /send HTTP/1.1\r\n"); /* and nothing else */
    assert_true(peer_answer(&world->peer, 400, "", "{}"));
    http_expect_started(world, "e1-2");
    http_expect_refused(world, "e1-2", "permanent", "400");
}

/* --- webhooks --- */

#define REPLIES                                                                                                        \
    "\"replies\":{\"from\":\"$.from\",\"text\":\"$.text\",\"uid\":[\"$.from\",\"$.text\",\"$.at\"],\"at\":\"$.at\"}"

struct webhook {
    const char *method, *path, *query, *headers, *body; /* headers: a JSON object; NULL: {} */
};

static void call(struct http_world *world, const char *req, struct webhook hook)
{
    json_t *line =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "type", "http", "req", req, "method", hook.method, "path", hook.path,
                  "query", hook.query ? hook.query : "", "body", hook.body ? hook.body : "", "from", "127.0.0.1");
    char *text;

    json_put(line, "headers", json_loads(hook.headers ? hook.headers : "{}", 0, NULL));
    text = json_write(line);
    gateway_process_say(&world->gateway, "%s", text);
    free(text);
    json_decref(line);
}

/* The answer to a webhook; the caller owns it. */
static json_t *expect_answer(struct http_world *world, const char *req, int status)
{
    json_t *line = gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS);
    char *text = line ? json_write(line) : mem_dup("nothing");

    if (!line || strcmp(json_text(line, "type", ""), "http") != 0 || strcmp(json_text(line, "req", ""), req) != 0 ||
        json_int(line, "status", 0) != status)
        fail_msg("want http %s %d, got %s", req, status, text);
    free(text);
    return line;
}

static void expect_turned_away(struct http_world *world, const char *req)
{
    json_t *line = expect_answer(world, req, 403);

    assert_null(json_object_get(line, "after"));
    assert_string_equal(json_text(line, "body", ""), "");
    json_decref(line);
}

static void greet_hooks(struct http_world *world, const char *hooks)
{
    char *config;
    json_t *ready;

    setenv("GREENLINE_TEST_HOOK", "pa55", 1);
    http_restart(world, false); /* with the variable in its environment */
    config = mem_format("\"secrets\":{\"hook\":\"env:GREENLINE_TEST_HOOK\"},\"hooks\":%s," HTTP_USUAL, hooks);
    ready = http_greet(world, "/send", config);
    assert_true(json_flag(ready, "http", false));
    json_decref(ready);
    free(config);
    unsetenv("GREENLINE_TEST_HOOK");
}

static void test_webhook_is_answered_after_its_items_and_names_them(void **state)
{
    struct http_world *world = *state;
    json_t *reply, *answer;

    greet_hooks(world, "{\"path\":\"/${secret:hook}/mo\"," REPLIES "}");
    call(world, "h-1",
         (struct webhook){ "POST", "/hook/line1/pa55/mo", "", "{\"content-type\":\"application/json\"}",
                           "{\"from\":\"+8619900000001\",\"text\":\"有事\",\"at\":1790000060}" });
    reply = gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS);
    assert_string_equal(json_text(reply, "type", ""), "reply");
    assert_string_equal(json_text(reply, "text", ""), "有事");
    answer = expect_answer(world, "h-1", 200);
    assert_string_equal(json_text(answer, "body", ""), "OK");
    assert_string_equal(json_string_value(json_array_get(json_object_get(answer, "after"), 0)),
                        json_text(reply, "uid", "?"));
    json_decref(reply), json_decref(answer);
}

static void test_webhook_of_a_form_or_a_query_is_read_the_same(void **state)
{
    struct http_world *world = *state;

    greet_hooks(world, "{\"path\":\"/${secret:hook}\"," REPLIES ",\"answer\":{\"status\":202,\"body\":\"\"}}");
    call(world, "h-1",
         (struct webhook){ "POST", "/hook/line1/pa55", "at=1790000060",
                           "{\"content-type\":\"application/x-www-form-urlencoded\"}",
                           "from=%2B8619900000001&text=%E5%A5%BD+1" });
    json_decref(gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS));
    assert_non_null(strstr(world->gateway.heard.data, "\"from\":\"+8619900000001\",\"text\":\"好 1\""));
    json_decref(expect_answer(world, "h-1", 202));
    call(world, "h-2", (struct webhook){ "GET", "/hook/line1/pa55", "from=10086&text=x&at=1790000061", "{}", "" });
    json_decref(gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS));
    assert_non_null(strstr(world->gateway.heard.data, "\"from\":\"10086\",\"text\":\"x\""));
    json_decref(expect_answer(world, "h-2", 202));
}

static void test_webhook_on_another_path_is_turned_away(void **state)
{
    static const char *const paths[] = { "/hook/line1",          "/hook/line1/",        "/hook/line1/pa5",
                                         "/hook/line1/pa55/mo/", "/hook/line1/PA55/mo", "/hook/line2/pa55/mo",
                                         "/hook/line11/pa55/mo", "/hook/line1/pa55" };
    struct http_world *world = *state;

    greet_hooks(world, "{\"path\":\"/${secret:hook}/mo\"," REPLIES "}");
    for (size_t i = 0; i < COUNT(paths); i++) {
        call(world, "h-1",
             (struct webhook){ "POST", paths[i], "", "{\"content-type\":\"application/json\"}",
                               "{\"from\":\"+86199\",\"text\":\"1\",\"at\":1}" });
        expect_turned_away(world, "h-1");
    }
    http_expect_silence(world);
}

#define SIGNED                                                                                                         \
    "{\"verify\":{\"header\":\"X-Signature\",\"prefix\":\"sha256=\",\"key\":\"${secret:hook}\",\"data\":"              \
    "\"${body}${header:x-timestamp}\"}," REPLIES "}"
#define SIGNED_BODY "{\"from\":\"+8619900000001\",\"text\":\"1\",\"at\":1790000060}"

static void call_signed(struct http_world *world, const char *req, const char *body, const char *sign)
{
    char *headers =
        mem_format("{\"content-type\":\"application/json\",\"x-timestamp\":\"17\",\"x-signature\":\"%s\"}", sign);

    call(world, req, (struct webhook){ "POST", "/hook/line1", "", headers, body });
    free(headers);
}

/* `printf '%s17' BODY | openssl dgst -sha256 -hmac pa55` */
static void test_webhook_with_another_signature_is_turned_away(void **state)
{
    static const char right[] = "sha256=4310931cee0d4cb515827fdd14c13f55ad2db9cc0901f4a5d6adaa8cbf2cd845";
    struct http_world *world = *state;
    char *wrong = mem_dup(right);

    greet_hooks(world, SIGNED);
    wrong[strlen(wrong) - 1] ^= 1;
    call_signed(world, "h-1", SIGNED_BODY, wrong);
    expect_turned_away(world, "h-1");
    call_signed(world, "h-2", SIGNED_BODY " ", right);
    expect_turned_away(world, "h-2");
    call_signed(world, "h-3", SIGNED_BODY, right + 7);
    expect_turned_away(world, "h-3");
    call_signed(world, "h-4", SIGNED_BODY, "");
    expect_turned_away(world, "h-4");
    call(world, "h-5",
         (struct webhook){ "POST", "/hook/line1", "", "{\"content-type\":\"application/json\"}", SIGNED_BODY });
    expect_turned_away(world, "h-5");
    call_signed(world, "h-6", SIGNED_BODY, right);
    json_decref(gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS));
    json_decref(expect_answer(world, "h-6", 200));
    free(wrong);
}

static void test_old_webhook_is_turned_away(void **state)
{
    struct http_world *world = *state;

    greet_hooks(world, "{\"path\":\"/${secret:hook}\",\"fresh\":{\"header\":\"X-Time\"}," REPLIES "}");
    call(world, "h-1",
         (struct webhook){ "GET", "/hook/line1/pa55", "from=1&text=1&at=1", "{\"x-time\":\"1790000060\"}", "" });
    expect_turned_away(world, "h-1");
    call(world, "h-2", (struct webhook){ "GET", "/hook/line1/pa55", "from=1&text=1&at=1", "{}", "" });
    expect_turned_away(world, "h-2");
}

static void test_webhook_that_cannot_be_read_asks_for_another_try(void **state)
{
    struct http_world *world = *state;

    world->warned = true;
    greet_hooks(world, "{\"path\":\"/${secret:hook}\"," REPLIES "}");
    call(world, "h-1",
         (struct webhook){ "POST", "/hook/line1/pa55", "", "{\"content-type\":\"application/json\"}", "{\"from\":" });
    json_decref(expect_answer(world, "h-1", 400));
    call(world, "h-2", (struct webhook){ "POST", "/hook/line1/pa55", "", "{}", "%FF=1" });
    json_decref(expect_answer(world, "h-2", 400));
    http_expect_silence(world);
}

/* Some phones report a text twice with ids of their own: what was said is the same. */
static void test_same_text_twice_in_webhooks_has_one_uid(void **state)
{
    struct http_world *world = *state;
    json_t *first, *second;

    greet_hooks(world, "{\"path\":\"/${secret:hook}\"," REPLIES "}");
    call(world, "h-1", (struct webhook){ "GET", "/hook/line1/pa55", "id=a&from=1&text=1&at=1790000060", "{}", "" });
    json_decref(gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS));
    first = expect_answer(world, "h-1", 200);
    call(world, "h-2", (struct webhook){ "GET", "/hook/line1/pa55", "id=b&from=1&text=1&at=1790000060", "{}", "" });
    second = expect_answer(world, "h-2", 200); /* the reply waits for `stored` already and is not said twice */
    assert_true(json_equal(json_object_get(first, "after"), json_object_get(second, "after")));
    json_decref(first), json_decref(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(test_next_page_is_asked_for_only_when_all_of_this_one_is_stored),
        HTTP_TEST(test_crash_before_all_is_stored_brings_the_page_again),
        HTTP_TEST(test_cursor_survives_a_crash_and_is_forgotten_by_a_new_epoch),
        HTTP_TEST(test_cursor_may_be_a_field_of_the_last_item),
        HTTP_TEST(test_page_that_is_told_once_survives_a_crash_until_it_is_stored),
        HTTP_TEST(test_full_page_is_followed_by_the_next_at_once),
        HTTP_TEST(test_item_that_is_not_as_described_does_not_stop_the_others),
        HTTP_TEST(test_provider_that_refuses_is_asked_less_often),
        HTTP_TEST(test_accepted_message_is_asked_after_until_its_end_is_stored),
        HTTP_TEST(test_webhook_is_answered_after_its_items_and_names_them),
        HTTP_TEST(test_webhook_of_a_form_or_a_query_is_read_the_same),
        HTTP_TEST(test_webhook_on_another_path_is_turned_away),
        HTTP_TEST(test_webhook_with_another_signature_is_turned_away),
        HTTP_TEST(test_old_webhook_is_turned_away),
        HTTP_TEST(test_webhook_that_cannot_be_read_asks_for_another_try),
        HTTP_TEST(test_same_text_twice_in_webhooks_has_one_uid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
