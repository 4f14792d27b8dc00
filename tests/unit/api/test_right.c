/* SPDX-License-Identifier: Apache-2.0 */
/* Rights as words, the header Authorization, and the text format of figures: tables of input and answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_internal.h"
#include "api/bearer.h"
#include "api/metrics.h"
#include "api/right.h"
#include "lib/memory.h"

static void test_a_token_may_what_its_words_say_and_no_more(void **state)
{
    static const struct {
        const char *may, *action;
        bool yes;
    } cases[] = {
        { NULL, "student.set", true }, /* a user of the socket */
        { NULL, "token.add", true },
        { "status.show", "status.show", true },
        { "status.show", "status.list", false },
        { "status.show", "status.showing", false },
        { "status.sho", "status.show", false },
        { "alert.*", "alert.raise", true },
        { "alert.*", "alerts.list", false },
        { "alert.*", "ask.list", false },
        { "*.list", "student.list", true },
        { "*.list", "student.show", false },
        { "*.*", "student.show", true },
        { "*.*", "import", false },
        { "import", "import", true },
        { "import", "import.more", false },
        { "*", "import", true },
        { "*", "student.end", true },
        { "*", "token.add", false }, /* whoever makes tokens may all */
        { "token.*", "token.add", false },
        { "*.add", "token.add", false },
        { "status.show,alert.* today.list", "today.list", true },
        { " , ,alert.list", "alert.list", true },
        { "", "alert.list", false },
        { ",", "alert.list", false },
        { "alert", "alert.list", false },
        { "*", NULL, false }, /* a route that has no action */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (may_do(&(struct actor){ "token:x", cases[i].may }, cases[i].action, "students") != cases[i].yes)
            fail_msg("\"%s\" may %s: want %d", cases[i].may ? cases[i].may : "(all)", cases[i].action, cases[i].yes);
}

static void test_words_that_allow_nothing_are_refused_with_the_nearest(void **state)
{
    static const struct {
        const char *words, *why; /* NULL: good */
    } cases[] = {
        { "status.show,alert.*", NULL },
        { "*", NULL },
        { "*.list *.show", NULL },
        { "import", NULL },
        { "", "may is empty: name actions, as \"status.show,alert.*\"" },
        { " , ", "may is empty: name actions, as \"status.show,alert.*\"" },
        { "status.show,alert.rais", "may \"alert.rais\": no such action: did you mean alert.raise?" },
        { "token.list", "may \"token.list\": no token makes or ends tokens: leave it out" },
        { "nonsense.*",
          "may \"nonsense.*\": no such action: `greenlined --routes` lists them; alert.*, *.list and * are "
          "words too" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = { "" };
        const bool good = right_words_check(cases[i].words, &err);

        if (good != !cases[i].why || (!good && strcmp(err.text, cases[i].why) != 0))
            fail_msg("\"%s\": got %d, %s", cases[i].words, good, err.text);
    }
}

static void test_every_route_has_an_action_of_its_own(void **state)
{
    const struct api_route *route, *other;

    (void)state;
    for (size_t i = 0; (route = api_route_at(i)); i++) {
        if (!route->action || !*route->action)
            fail_msg("%s: has no action: name it NOUN.VERB, with API_QUIET where the audit log needs no row",
                     route->path);
        for (size_t j = 0; j < i && (other = api_route_at(j)); j++)
            if (strcmp(route->action, other->action) == 0)
                fail_msg("%s and %s have the same action %s", route->path, other->path, route->action);
    }
}

static void test_authorization_is_read_in_one_way(void **state)
{
    static const struct {
        const char *value;
        enum bearer want;
        const char *token;
    } cases[] = {
        { "Bearer glt_aB3-_.~+/==", BEARER_TOKEN, "glt_aB3-_.~+/==" },
        { "bearer   x", BEARER_TOKEN, "x" },
        { "BEARER x  ", BEARER_TOKEN, "x" },
        { "Bearer", BEARER_MALFORMED, NULL },
        { "Bearer ", BEARER_MALFORMED, NULL },
        { "Bearer a b", BEARER_MALFORMED, NULL },
        { "Bearer a,b", BEARER_MALFORMED, NULL },
        { "Bearer =", BEARER_MALFORMED, NULL },
        { "Bearer a=b", BEARER_MALFORMED, NULL },
        { "Bearer \"a\"", BEARER_MALFORMED, NULL },
        { "Bearer a\tb", BEARER_MALFORMED, NULL },
        { "Bearer 令牌", BEARER_MALFORMED, NULL },
        { "Bearer\ta", BEARER_OTHER, NULL },
        { "Basic eDp5", BEARER_OTHER, NULL },
        { "Bearers x", BEARER_OTHER, NULL },
        { "glt_x", BEARER_OTHER, NULL },
        { "", BEARER_OTHER, NULL },
        { " Bearer x", BEARER_OTHER, NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char token[BEARER_MAX] = "";
        const enum bearer got = bearer_read(cases[i].value, token);

        if (got != cases[i].want || (cases[i].token && strcmp(token, cases[i].token) != 0))
            fail_msg("\"%s\": got %d, %s", cases[i].value, got, token);
    }
}

static void test_a_token_that_is_too_long_is_malformed(void **state)
{
    char value[2 * BEARER_MAX], token[BEARER_MAX];

    (void)state;
    memset(value, 'a', sizeof value);
    memcpy(value, "Bearer ", 7);
    value[7 + BEARER_MAX - 1] = '\0'; /* as many as fit with the NUL */
    assert_int_equal(bearer_read(value, token), BEARER_TOKEN);
    assert_int_equal(strlen(token), BEARER_MAX - 1);
    value[7 + BEARER_MAX - 1] = 'a';
    value[7 + BEARER_MAX] = '\0';
    assert_int_equal(bearer_read(value, token), BEARER_MALFORMED);
}

static void test_figures_are_written_as_their_readers_take_them(void **state)
{
    const struct metric_bucket buckets[] = { { 500, 3 }, { 15000, 4 } };
    const struct metric_histogram turns = { buckets, 2, 1020304, 6 };
    const struct metric_label odd[] = { { "gateway", "a\"b\\c\nd" }, { NULL, NULL } };
    const struct metric_label two[] = { { "kind", "checkin" }, { "state", "held" }, { NULL, NULL } };
    struct metric_writer writer = { 0 };
    CLEANUP(mem_clean) char *text = NULL;

    (void)state;
    metric_put(&writer, METRIC_UPTIME, NULL, 61005);
    metric_put_histogram(&writer, METRIC_TURN, &turns);
    metric_put(&writer, METRIC_MESSAGES, two, 7);
    metric_put(&writer, METRIC_GATEWAY_UP, odd, 1);
    metric_put(&writer, METRIC_GATEWAY_UP, NULL, -2);
    text = text_take(&writer.out);
    assert_string_equal(text, "# HELP greenline_uptime_seconds Real time since the daemon was started.\n"
                              "# TYPE greenline_uptime_seconds gauge\n"
                              "greenline_uptime_seconds 61.005\n"
                              "# HELP greenline_turn_duration_seconds Time of a turn of the loop, its commit and what "
                              "then left; to stay below "
                              "0.015.\n"
                              "# TYPE greenline_turn_duration_seconds histogram\n"
                              "greenline_turn_duration_seconds_bucket{le=\"0.0005\"} 3\n"
                              "greenline_turn_duration_seconds_bucket{le=\"0.015\"} 4\n"
                              "greenline_turn_duration_seconds_bucket{le=\"+Inf\"} 6\n"
                              "greenline_turn_duration_seconds_sum 1.020304\n"
                              "greenline_turn_duration_seconds_count 6\n"
                              "# HELP greenline_messages_total Messages that came into a state.\n"
                              "# TYPE greenline_messages_total counter\n"
                              "greenline_messages_total{kind=\"checkin\",state=\"held\"} 7\n"
                              "# HELP greenline_gateway_up 1 when the gateway may get messages.\n"
                              "# TYPE greenline_gateway_up gauge\n"
                              "greenline_gateway_up{gateway=\"a\\\"b\\\\c\\nd\"} 1\n"
                              "greenline_gateway_up -2\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_token_may_what_its_words_say_and_no_more),
        cmocka_unit_test(test_words_that_allow_nothing_are_refused_with_the_nearest),
        cmocka_unit_test(test_every_route_has_an_action_of_its_own),
        cmocka_unit_test(test_authorization_is_read_in_one_way),
        cmocka_unit_test(test_a_token_that_is_too_long_is_malformed),
        cmocka_unit_test(test_figures_are_written_as_their_readers_take_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
