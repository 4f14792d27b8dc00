/* SPDX-License-Identifier: Apache-2.0 */
/* `--follow`: the reading of an event stream in pieces of any length, and what a refusal or a foreign answer comes to. */
#include "fake_daemon.h"

#include "cli/event_stream.h"

/* Expects the data of the stream, whatever the length of the pieces it comes in. */
static void expect(const char *bytes, const char *const *want)
{
    for (size_t piece = 1; piece <= strlen(bytes); piece++) {
        struct event_stream stream = { 0 };
        size_t n = 0;

        for (size_t at = 0; at < strlen(bytes); at += piece) {
            const size_t left = strlen(bytes) - at;
            char *data;

            assert_true(event_stream_add(&stream, bytes + at, left < piece ? left : piece));
            while ((data = event_stream_next(&stream))) {
                if (!want[n] || strcmp(data, want[n]) != 0)
                    fail_msg("pieces of %zu: event %zu is \"%s\", want \"%s\"", piece, n + 1, data,
                             want[n] ? want[n] : "none");
                n++;
                free(data);
            }
        }
        if (want[n])
            fail_msg("pieces of %zu: want \"%s\", got none", piece, want[n]);
        event_stream_free(&stream);
    }
}

static void test_events_are_read_whatever_pieces_they_come_in(void **state)
{
    (void)state;
    expect("id: 1\nevent: alert\ndata: {\"a\":1}\n\nid: 2\nevent: alert\ndata: {\"a\":2}\n\n",
           (const char *const[]){ "{\"a\":1}", "{\"a\":2}", NULL });
}

static void test_comments_are_passed_over(void **state)
{
    (void)state;
    expect(":\n\n:\n\ndata: x\n\n:\n\n", (const char *const[]){ "x", NULL });
}

static void test_lines_of_data_are_joined_and_one_blank_belongs_to_the_field(void **state)
{
    (void)state;
    expect("data:a\ndata:  b\nid: 7\ndata\ndatax: y\n\n", (const char *const[]){ "a\n b", NULL });
}

static void test_what_has_not_ended_is_no_event(void **state)
{
    (void)state;
    expect("data: x\n", (const char *const[]){ NULL });
}

static void test_block_without_end_is_refused_at_the_bound(void **state)
{
    static char block[1 << 20];
    struct event_stream stream = { 0 };

    (void)state;
    memset(block, 'a', sizeof block);
    for (int i = 0; i < 16; i++)
        assert_true(event_stream_add(&stream, block, sizeof block));
    assert_false(event_stream_add(&stream, block, 1));
    event_stream_free(&stream);
}

static void expect_failure(const struct fake_line *lines, const char *err)
{
    struct fake fake;
    struct ran ran;

    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "alert", "show", "31", "--follow", "--json");
    assert_int_equal(ran.status, CLI_FAILED);
    assert_string_equal(ran.out, "");
    if (!strstr(ran.err, err))
        fail_msg("got %s, want …%s…", ran.err, err);
    assert_int_equal(fake.request_count, 1);
    ran_free(&ran);
    fake_close(&fake);
}

static void test_refusal_is_told_and_ends_it(void **state)
{
    (void)state;
    expect_failure((const struct fake_line[]){ { "GET /v1/alerts/31/follow", 404, "{\"detail\":\"there is none\"}" },
                                               { NULL, 0, NULL } },
                   "greenline: there is none\n");
    expect_failure((const struct fake_line[]){ { "GET /v1/alerts/31/follow", 503, "{\"detail\":\"too many\"}" },
                                               { NULL, 0, NULL } },
                   "greenline: too many\n");
}

static void test_what_is_no_json_ends_it(void **state)
{
    (void)state;
    expect_failure(
        (const struct fake_line[]){ { "GET /v1/alerts/31/follow", 200, "data: <html>\n\n" }, { NULL, 0, NULL } },
        "no JSON object");
}

static void test_connection_that_ends_before_the_first_event_is_a_failure(void **state)
{
    (void)state;
    expect_failure((const struct fake_line[]){ { "GET /v1/alerts/31/follow", 200, ":\n\n" }, { NULL, 0, NULL } },
                   "greenline: greenlined has ended the connection: try again\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_are_read_whatever_pieces_they_come_in),
        cmocka_unit_test(test_comments_are_passed_over),
        cmocka_unit_test(test_lines_of_data_are_joined_and_one_blank_belongs_to_the_field),
        cmocka_unit_test(test_what_has_not_ended_is_no_event),
        cmocka_unit_test(test_block_without_end_is_refused_at_the_bound),
        cmocka_unit_test(test_refusal_is_told_and_ends_it),
        cmocka_unit_test(test_what_is_no_json_ends_it),
        cmocka_unit_test(test_connection_that_ends_before_the_first_event_is_a_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
