/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `greenline alert raise` and the board: nothing is raised by accident, nothing is kept waiting, countdowns go on with
 * the seconds, everything keeps to its width; and the words in the help are those that the daemon knows.
 */
#include "fake_daemon.h"

#include "cli/command.h"
#include "cli/screen.h"
#include "cli/view.h"
#include "core/alert.h"

#define PREVIEW                                                                                                            \
    "{\"kind\":\"missing\",\"severity\":\"red\",\"drill\":false,\"asked_about\":1,\"looked_at\":1,\"ladder\":"             \
    "\"urgent\","                                                                                                          \
    "\"then\":\"restart\",\"first\":[{\"student\":{\"ref\":\"S1\",\"name\":\"王小明\"},\"person\":{\"ref\":\"P1\","     \
    "\"name\":\"张桂英\"},\"number\":\"+8613900000001\",\"channel\":\"voice\"}],\"steps\":[{\"step\":0,\"branch\":"     \
    "\"\","                                                                                                                \
    "\"after_s\":0,\"who\":[\"guardian:1\"],\"channels\":[\"voice\"],\"people\":1,\"nobody\":0},{\"step\":1,"              \
    "\"branch\":\"\",\"after_s\":600,\"who\":[\"head\"],\"channels\":[\"voice\",\"sms\"],\"people\":0,\"nobody\":1}],"     \
    "\"unreachable\":[{\"student\":{\"ref\":\"S1\",\"name\":\"王小明\"},\"person\":null,\"who\":\"head\","              \
    "\"reason\":\"no_person\"}],\"clocks\":[{\"name\":\"guardian\",\"limit_s\":1800}],\"texts\":[{\"channel\":"            \
    "\"voice\","                                                                                                           \
    "\"text\":\"现在找不到王小明\"}],\"warnings\":[\"severity: taken as red\"],\"numbers\":[{\"name\":\"police\"," \
    "\"zh\":\"公安\",\"number\":\"110\"}],\"urgent_report\":false}"
#define RAISED                                                                                                         \
    "{\"cause\":7,\"warnings\":[],\"numbers\":[{\"name\":\"police\",\"zh\":\"公安\",\"number\":\"110\"}],\"kind\":"  \
    "\"mandatory_report\",\"severity\":\"red\",\"urgent_report\":true}"

static void test_without_yes_or_terminal_it_is_only_shown(void **state)
{
    static const struct fake_line lines[] = { { "POST /v1/alerts/preview", 200, PREVIEW }, { NULL, 0, NULL } };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "y\n", "alert", "raise", "--student", "S1", "--kind", "missing", "不见了");
    assert_int_equal(ran.status, CLI_USAGE);
    assert_int_equal(fake.request_count, 1);
    assert_non_null(strstr(fake.requests[0], "\"text\":\"不见了\""));
    assert_string_equal(ran.err, "greenline: nothing was raised: --yes raises without asking, --dry-run only looks\n");
    assert_non_null(strstr(ran.out, "王小明  张桂英 (P1)  +8613900000001  voice\n"));
    assert_non_null(strstr(ran.out, "  10 min      head (voice, sms): reaches 0, nobody for 1 children\n"));
    assert_non_null(strstr(ran.out, "warning: severity: taken as red\n"));
    assert_non_null(strstr(ran.out, "  guardian 30 min\n"));
    ran_free(&ran);
    fake_close(&fake);
}

static void test_with_yes_it_is_raised_at_once_and_no_preview_delays_it(void **state)
{
    static const struct fake_line lines[] = { { "POST /v1/alerts", 200, RAISED }, { NULL, 0, NULL } };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "alert", "raise", "--student", "S1", "--kind", "mandatory_report", "--situation", "4",
                   "--yes", "--request-id", "a1");
    assert_int_equal(ran.status, CLI_DONE);
    assert_int_equal(fake.request_count, 1);
    assert_non_null(strstr(fake.requests[0], "Idempotency-Key: a1\r\n"));
    assert_string_equal(ran.out, "The law asks for a report at once; nobody's leave is needed. Ring now:\n"
                                 "  110      公安 (police)\n"
                                 "alert 7 is under way: `greenline alert show 7 --follow` follows it\n");
    ran_free(&ran);
    fake_close(&fake);
}

static void test_a_dry_run_never_raises(void **state)
{
    static const struct fake_line lines[] = { { "POST /v1/alerts/preview", 200, PREVIEW }, { NULL, 0, NULL } };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "alert", "raise", "--to", "all", "--dry-run", "--yes", "--json");
    assert_int_equal(ran.status, CLI_DONE);
    assert_string_equal(ran.out, PREVIEW "\n");
    assert_int_equal(fake.request_count, 1);
    ran_free(&ran);
    fake_close(&fake);
}

static void test_where_no_daemon_answers_the_numbers_are_said(void **state)
{
    struct ran ran;

    (void)state;
    ran = fake_cli_words("/tmp/greenline-nowhere/sock", "",
                         (const char *const[]){ "alert", "raise", "--student", "S1", "--yes", NULL });
    assert_int_equal(ran.status, CLI_FAILED);
    assert_non_null(strstr(ran.err, "ring by hand now: 110 police, 120 ambulance, 119 fire\n"));
    ran_free(&ran);
}

static void test_it_needs_whom_it_is_about(void **state)
{
    struct ran ran;

    (void)state;
    ran = fake_cli_words("/tmp/greenline-nowhere/sock", "", (const char *const[]){ "alert", "raise", "--yes", NULL });
    assert_int_equal(ran.status, CLI_USAGE);
    assert_string_equal(ran.err, "greenline: give either --student or --to\n");
    ran_free(&ran);
}

static void test_the_list_has_drills_apart(void **state)
{
    static const struct fake_line lines[] = {
        { "GET /v1/alerts?limit=1000", 200,
          "{\"items\":[{\"id\":1,\"kind\":\"fire\",\"state\":\"closed\",\"severity\":\"red\",\"drill\":true,\"title\":"
          "\"演习\"},{\"id\":2,\"kind\":\"storm\",\"state\":\"open\",\"severity\":\"red\",\"drill\":false,\"title\":"
          "\"暴雨\"}],\"next\":null}" },
        { NULL, 0, NULL }
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "alert", "list");
    assert_int_equal(ran.status, CLI_DONE);
    assert_true(strstr(ran.out, "暴雨") < strstr(ran.out, "\nDrills\n"));
    assert_true(strstr(ran.out, "\nDrills\n") < strstr(ran.out, "演习"));
    ran_free(&ran);
    fake_close(&fake);
}

/* --- the board --- */

static const char board[] =
    "{\"id\":7,\"kind\":\"missing\",\"title\":\"不见了\",\"severity\":\"red\",\"state\":\"open\",\"drill\":true,"
    "\"created\":\"2026-10-08T09:00:00+08:00\",\"by\":\"unix:root\",\"acknowledged_by\":null,\"outcome\":null,"
    "\"clocks\":[{\"name\":\"guardian\",\"state\":\"running\",\"due\":\"2026-10-08T09:30:00+08:00\",\"left_s\":605,"
    "\"need\":2,\"have\":1},{\"name\":\"parents\",\"state\":\"kept\",\"due\":\"2026-10-08T10:00:00+08:00\","
    "\"kept\":\"2026-10-08T09:05:00+08:00\"}],\"then\":\"restart\",\"steps\":[{\"step\":0,\"branch\":\"\","
    "\"who\":[\"guardian:1\"],\"channels\":[\"voice\"],\"last\":\"2026-10-08T09:00:00+08:00\",\"made\":1,\"skipped\":0}"
    ","
    "{\"step\":1,\"branch\":\"\",\"who\":[\"head\"],\"channels\":[\"sms\"],\"made\":0,\"skipped\":0}],"
    "\"coming\":[{\"step\":1,\"in_s\":200}],\"asks\":[{\"id\":1,\"student\":{\"ref\":\"S1\",\"name\":\"王小明\"},"
    "\"attempts\":[{\"at\":\"2026-10-08T09:00:00+08:00\",\"round\":0,\"step\":0,\"person\":{\"ref\":\"P1\","
    "\"name\":\"张桂英\"},\"number\":\"+8613900000001\",\"channel\":\"voice\",\"state\":\"undelivered\","
    "\"reason\":\"no_answer\",\"skipped\":false,\"after_settled\":true}],\"answers\":[]}],\"told\":[],\"reports\":[]}";

static char *drawn(int64_t passed)
{
    json_t *alert = json_loads(board, 0, NULL);
    char *out = NULL;
    size_t size;
    FILE *file = open_memstream(&out, &size);
    struct screen screen = screen_open(file);

    assert_non_null(alert);
    screen.width = 100;
    draw_board(&screen, alert, passed);
    fclose(file);
    json_decref(alert);
    return out;
}

static void test_the_board_says_who_was_asked_and_what_comes_next(void **state)
{
    CLEANUP(mem_clean) char *out = drawn(0);

    (void)state;
    assert_non_null(strstr(out, "alert 7: missing, red  open  DRILL  10-08 09:00\n"));
    assert_non_null(strstr(out, "taken by      nobody yet\n"));
    assert_non_null(strstr(out, "guardian      10:05 left (until 09:30), 1 of 2 children\n"));
    assert_non_null(strstr(out, "parents       kept 10-08 09:05\n"));
    assert_non_null(strstr(out, "1             guardian:1 (voice): asked at 09:00, 1 reached, 0 not\n"));
    assert_non_null(strstr(out, "2             head (sms): comes in 3:20\n"));
    assert_non_null(strstr(out, "王小明  张桂英  +8613900000001  voice    no_answer (rang after it was taken)\n"));
}

static void test_countdowns_go_on_with_the_seconds(void **state)
{
    CLEANUP(mem_clean) char *out = drawn(300);

    (void)state;
    assert_non_null(strstr(out, "guardian      5:05 left"));
    assert_non_null(strstr(out, "comes in -1:40\n"));
}

static void test_no_line_of_the_board_is_wider_than_the_screen(void **state)
{
    CLEANUP(mem_clean) char *out = drawn(0);
    char *rest = NULL;

    (void)state;
    for (char *line = strtok_r(out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (utf8_width(line) > 100)
            fail_msg("%zu columns: %s", utf8_width(line), line);
}

/* --- the help --- */

static void test_the_help_has_the_daemons_kinds_and_situations(void **state)
{
    const struct cli_command *raise = command_find("alert", "raise");

    (void)state;
    assert_non_null(strstr(raise->notes[0], alert_kind_list));
    for (int n = 1; n <= SITUATIONS; n++) {
        CLEANUP(mem_clean) char *want = mem_format("%d %s: %s", n, situation_row(n)->name, situation_row(n)->en);

        assert_string_equal(raise->notes[n + 2], want);
    }
    assert_null(raise->notes[SITUATIONS + 3]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_yes_or_terminal_it_is_only_shown),
        cmocka_unit_test(test_with_yes_it_is_raised_at_once_and_no_preview_delays_it),
        cmocka_unit_test(test_a_dry_run_never_raises),
        cmocka_unit_test(test_where_no_daemon_answers_the_numbers_are_said),
        cmocka_unit_test(test_it_needs_whom_it_is_about),
        cmocka_unit_test(test_the_list_has_drills_apart),
        cmocka_unit_test(test_the_board_says_who_was_asked_and_what_comes_next),
        cmocka_unit_test(test_countdowns_go_on_with_the_seconds),
        cmocka_unit_test(test_no_line_of_the_board_is_wider_than_the_screen),
        cmocka_unit_test(test_the_help_has_the_daemons_kinds_and_situations),
    };

    setenv("LC_ALL", "C", 1);
    unsetenv("LANGUAGE");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
