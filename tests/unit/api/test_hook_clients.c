/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clients of the listener for webhooks who drip, stay silent, do not read, break off or speak no HTTP: they are cut at the
 * deadline, which is short here, and cost others nothing.
 */
#include <sys/resource.h>

#include "tests/support/hook_fixture.h"

static void drip(struct fixture *f, struct client *client, const char *bytes)
{
    for (; *bytes && !client->ended; bytes++) {
        bufferevent_write(client->buffers, bytes, 1);
        turn(f);
    }
}

static void test_dripping_client_is_cut_whatever_it_still_sends(void **state)
{
    struct fixture *f = *state;
    struct client *client;
    const time_ms start = clock_mono();

    f->setting.deadline_ms = 300;
    open_hook(f);
    client = client_new(f);
    say(client, "GET /hook/g HTTP/1.1\r\n");
    while (!client->ended && clock_mono() - start < GUARD_MS)
        drip(f, client, "X-A: 1\r\n");
    assert_true(client->ended);
    assert_in_range(clock_mono() - start, 290, 5000);
    wait_connections(f, 0);
    client_free(client);
    assert_null(f->diary.data);
}

static void test_dripping_body_is_cut_too(void **state)
{
    struct fixture *f = *state;
    struct client *client;
    const time_ms start = clock_mono();

    f->setting.deadline_ms = 300;
    open_hook(f);
    client = client_new(f);
    say(client, POST("/hook/g", "Content-Length: 1000000\r\n\r\n"));
    while (!client->ended && clock_mono() - start < GUARD_MS)
        drip(f, client, "xxxx");
    assert_true(client->ended);
    wait_connections(f, 0);
    client_free(client);
}

static void test_at_the_cap_clients_wait_and_are_served_when_one_ends(void **state)
{
    struct fixture *f = *state;
    struct client *idle[3], *next;

    f->setting.connections = 3;
    f->setting.deadline_ms = 400;
    open_hook(f);
    for (size_t i = 0; i < COUNT(idle); i++)
        idle[i] = client_new(f);
    wait_connections(f, 3);
    next = client_new(f);
    say(next, "GET /hook/g HTTP/1.1\r\n\r\n");
    for (int i = 0; i < 20; i++)
        turn(f);
    assert_int_equal(hook_connections(f->hook), 3); /* it waits outside */
    assert_false(heard(next, "HTTP"));
    wait_heard(next, OK);
    for (size_t i = 0; i < COUNT(idle); i++)
        client_free(idle[i]);
    client_free(next);
}

static void test_half_a_request_and_the_end_leaves_nothing(void **state)
{
    static const char *const halves[] = { "",
                                          "G",
                                          "GET /hook/g HT",
                                          "GET /hook/g HTTP/1.1\r\nX-A: 1\r\n",
                                          POST("/hook/g", "Content-Length: 10\r\n\r\nhalf"),
                                          POST("/hook/g", "Transfer-Encoding: chunked\r\n\r\n5\r\nab") };
    struct fixture *f = *state;

    open_hook(f);
    for (size_t i = 0; i < COUNT(halves); i++) {
        struct client *client = client_new(f);

        say(client, halves[i]);
        wait_connections(f, 1);
        for (int j = 0; j < 3; j++)
            turn(f);
        client_free(client);
        wait_connections(f, 0);
    }
    assert_null(f->diary.data);
}

static void test_what_is_no_http_is_ended(void **state)
{
    static const char *const noise[] = { "\r\n\r\n\r\n",
                                         "hello\r\n\r\n",
                                         "GET /hook/g\r\n\r\n",
                                         "GET /hook/g HTTP/9.9\r\n\r\n",
                                         "BREW /hook/g HTTP/1.1\r\n\r\n",
                                         "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n" };
    struct fixture *f = *state;

    f->setting.deadline_ms = 300;
    open_hook(f);
    for (size_t i = 0; i < COUNT(noise); i++) {
        struct client *client = client_new(f);

        say(client, noise[i]);
        wait_end(client);
        client_free(client);
    }
    assert_null(f->diary.data);
    expect(f, "GET /hook/g HTTP/1.1\r\n\r\n", OK);
}

/* An answer that is not read is cut at the deadline; nobody else waits for it. */
static void test_slow_reader_is_cut(void **state)
{
    struct fixture *f = *state;
    char *much = mem_new(8 * 1024 * 1024, 1);
    const struct hook_answer answer = { .status = 200, .body = much, .length = 8 * 1024 * 1024 };
    const time_ms until = clock_mono() + GUARD_MS;
    struct client *client;

    f->setting.deadline_ms = 400;
    open_hook(f);
    f->wait = true;
    client = client_new(f);
    say(client, "GET /hook/g HTTP/1.1\r\n\r\n");
    while (f->count == 0 && clock_mono() < until)
        turn(f);
    bufferevent_disable(client->buffers, EV_READ);
    answer_all(f, &answer);
    f->wait = false;
    expect(f, "GET /hook/g HTTP/1.1\r\n\r\n", OK);
    wait_connections(f, 0);
    assert_true(client->heard.length < answer.length);
    client_free(client);
    free(much);
}

static void test_client_that_leaves_before_the_answer_is_forgotten(void **state)
{
    const struct hook_answer ok = { .status = 200 };
    struct fixture *f = *state;
    const time_ms until = clock_mono() + GUARD_MS;
    struct client *client;

    f->setting.deadline_ms = 300;
    open_hook(f);
    f->wait = true;
    client = client_new(f);
    say(client, "GET /hook/g HTTP/1.1\r\n\r\n");
    while (f->count == 0 && clock_mono() < until)
        turn(f);
    client_free(client);
    for (int i = 0; i < 10; i++)
        turn(f);
    answer_all(f, &ok); /* evhttp notices only now, or has told us before */
    wait_connections(f, 0);
}

static void test_closing_forgets_what_waits(void **state)
{
    struct fixture *f = *state;
    const time_ms until = clock_mono() + GUARD_MS;
    struct client *client;

    open_hook(f);
    f->wait = true;
    client = client_new(f);
    say(client, "GET /hook/g HTTP/1.1\r\n\r\n");
    while (f->count == 0 && clock_mono() < until)
        turn(f);
    hook_free(f->hook);
    f->hook = NULL;
    assert_int_equal(f->forgotten, 1);
    wait_end(client);
    client_free(client);
}

/* Some thousand silent clients and a hundred that drip, where the system lets us have the descriptors. */
static void test_thousands_of_idle_clients_delay_nobody_inside(void **state)
{
    struct fixture *f = *state;
    struct rlimit limit;
    struct client **crowd;
    int count = 2000;
    time_ms longest = 0;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < 5000)
        count = 200;
    f->setting.connections = 256;
    f->setting.deadline_ms = 60000;
    open_hook(f);
    crowd = mem_new((size_t)count, sizeof(struct client *));
    for (int i = 0; i < count; i++) {
        crowd[i] = client_new(f);
        if (i % 50 == 0)
            turn(f);
    }
    wait_connections(f, count < 256 ? count : 256);
    for (int round = 0; round < 50; round++) {
        const time_ms start = clock_mono();

        for (int i = 0; i < 100; i++)
            bufferevent_write(crowd[i]->buffers, "x", 1);
        turn(f); /* what else the daemon does waits no longer than such a turn */
        longest = clock_mono() - start > longest ? clock_mono() - start : longest;
    }
    assert_in_range(longest, 0, 500);
    assert_int_equal(hook_connections(f->hook), count < 256 ? count : 256);
    for (int i = 0; i < count; i++)
        client_free(crowd[i]);
    free(crowd);
    wait_connections(f, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_dripping_client_is_cut_whatever_it_still_sends),
        TEST(test_dripping_body_is_cut_too),
        TEST(test_at_the_cap_clients_wait_and_are_served_when_one_ends),
        TEST(test_half_a_request_and_the_end_leaves_nothing),
        TEST(test_what_is_no_http_is_ended),
        TEST(test_slow_reader_is_cut),
        TEST(test_client_that_leaves_before_the_answer_is_forgotten),
        TEST(test_closing_forgets_what_waits),
        TEST(test_thousands_of_idle_clients_delay_nobody_inside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
