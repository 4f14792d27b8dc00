/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulator's script, plan and agenda: which lines hold, what they make of a job, and what is said of a faulty
 * line. The simulator is a program, not a library: its pure files are compiled into this test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateways/simulator/agenda.c"
#include "gateways/simulator/plan.c"
#include "gateways/simulator/script.c"

static struct script script_of(const char *text)
{
    struct script script;
    struct mistakes mistakes = { 0 };

    if (!script_read(&script, "t.sim", text, strlen(text), &mistakes))
        fail_msg("unexpected mistake: %s", mistakes.lines[0]);
    return script;
}

static const struct {
    const char *line, *mistake; /* NULL: none */
} lines[] = {
    { "+8619900000001 1 reply \"1\"", NULL },
    { "  +8619900000001\t*  reply \"a \\\"b\\\" \\\\ \\n#\" after 10m # why", NULL },
    { "* * silent", NULL },
    { "+8619900000001 2 refuse temporary busy", NULL },
    { "+8619900000001 2 report late after 3h", NULL },
    { "+8619900000001 2 unknown lost", NULL },
    { "+8619900000001 2 key 1*#", NULL },
    { "random 42 mild", NULL },
    { "# nothing", NULL },
    { "\r", NULL },
    { "+8619900000001 1", "t.sim:1: too few words: NUMBER NTH ACTION [after DURATION]" },
    { "13900000001 1 busy", "t.sim:1: number \"13900000001\": write it as +8619900000012, or *" },
    { "+0619900000001 1 busy", "t.sim:1: number \"+0619900000001\": write it as +8619900000012, or *" },
    { "+8619900000001 0 busy", "t.sim:1: NTH \"0\": 1, 2 … or *" },
    { "+8619900000001 +1 busy", "t.sim:1: NTH \"+1\": 1, 2 … or *" },
    { "+8619900000001 first busy", "t.sim:1: NTH \"first\": 1, 2 … or *" },
    { "+8619900000001 1 reply 1", "t.sim:1: reply needs a text in quotes: reply \"1\"" },
    { "+8619900000001 1 reply \"1", "t.sim:1: the text has no closing quote: add one" },
    { "+8619900000001 1 reply \"\\t\"", "t.sim:1: unknown escape in the text: only \\\" \\\\ and \\n are known" },
    { "+8619900000001 1 key x", "t.sim:1: key needs digits, * or #: key 1" },
    { "+8619900000001 1 report never", "t.sim:1: report \"never\": write report late, report twice or report first" },
    { "+8619900000001 1 refuse now busy", "t.sim:1: class \"now\": one of permanent, temporary, throttled" },
    { "+8619900000001 1 refuse temporary", "t.sim:1: refuse needs a class and a code: refuse temporary busy" },
    { "+8619900000001 1 from mum", "t.sim:1: from needs a number such as +8619900000012" },
    { "+8619900000001 1 busy after", "t.sim:1: after needs one duration, and nothing behind it: after 10m" },
    { "+8619900000001 1 busy after 10",
      "t.sim:1: duration \"10\": write a number and a unit, such as 90s, 10m, 2h or 3d" },
    { "+8619900000001 1 busy soon", "t.sim:1: \"soon\" is not expected here: after DURATION, or the end of the line" },
    { "+8619900000001 1 report late a b c d e", "t.sim:1: too many words: NUMBER NTH ACTION [after DURATION]" },
    { "random mild", "t.sim:1: random needs a seed and a profile: random 42 mild" },
    { "random -1 mild", "t.sim:1: seed \"-1\": a whole number such as 42" },
    { "random 1 wild", "t.sim:1: profile \"wild\": one of mild, load, faulty" },
    { "\xff", "t.sim: not UTF-8: save it as UTF-8" },
};

static void test_each_line_is_taken_or_its_mistake_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct script script;
        struct mistakes mistakes = { 0 };
        const bool ok = script_read(&script, "t.sim", lines[i].line, strlen(lines[i].line), &mistakes);

        assert_int_equal(ok, lines[i].mistake == NULL);
        if (lines[i].mistake)
            assert_string_equal(mistakes.lines[0], lines[i].mistake);
        mistakes_free(&mistakes);
        script_free(&script);
    }
}

static void test_all_mistakes_are_named_in_one_run(void **state)
{
    struct script script;
    struct mistakes mistakes = { 0 };
    static const char text[] = "\xef\xbb\xbf# with a mark of byte order\n"
                               "+8619900000001 1 sing\n"
                               "+8619900000001 1 busy\n"
                               "+8619900000001 x busy\n"
                               "+8619900000001 1 no_answer\n"
                               "random 1 mild\nrandom 1 load\n";

    (void)state;
    assert_false(script_read(&script, "t.sim", text, sizeof text - 1, &mistakes));
    assert_int_equal(mistakes.count, 4);
    assert_string_equal(mistakes.lines[0],
                        "t.sim:2: action \"sing\" is unknown: one of reply, key, busy, no_answer, missed_call, "
                        "undelivered, refuse, unknown, silent, report, from, die");
    assert_string_equal(mistakes.lines[1], "t.sim:4: NTH \"x\": 1, 2 … or *");
    assert_string_equal(mistakes.lines[2], "t.sim:7: a second random: keep one");
    assert_string_equal(mistakes.lines[3], "t.sim:5: no_answer contradicts line 3: keep one of them");
    mistakes_free(&mistakes);
    script_free(&script);
}

static void test_script_that_is_not_there_is_a_mistake(void **state)
{
    struct script script;
    struct mistakes mistakes = { 0 };

    (void)state;
    assert_false(script_load(&script, "/nowhere/t.sim", &mistakes));
    assert_string_equal(mistakes.lines[0],
                        "/nowhere/t.sim: cannot be read (No such file or directory): name a file that is there");
    mistakes_free(&mistakes);
    script_free(&script);
}

static void test_nearest_lines_hold(void **state)
{
    struct script script = script_of("* * reply \"any\"\n* 2 reply \"second\"\n+8619900000001 * reply \"always\"\n"
                                     "+8619900000001 1 reply \"one\"\n+8619900000001 1 reply \"more\"\n");
    size_t count = 0;

    (void)state;
    assert_string_equal(script_find(&script, "+8619900000001", 1, &count)[1].text, "more");
    assert_int_equal(count, 2);
    assert_string_equal(script_find(&script, "+8619900000001", 2, &count)->text, "always");
    assert_string_equal(script_find(&script, "+8619900000002", 2, &count)->text, "second");
    assert_string_equal(script_find(&script, "+8619900000002", 1, &count)->text, "any");
    assert_true(script_knows(&script, "+8619900000001"));
    assert_false(script_knows(&script, "+8619900000002"));
    script_free(&script);
}

/* What a job becomes, as words: "accept delivered@2000 reply(1)@60000". */
static char *plan_text(const char *script_text, bool voice)
{
    static const char *const handovers[] = { "accept", "refuse", "unknown", "die" };
    struct script script = script_of(script_text);
    struct plan plan;
    struct text text = { 0 };

    plan_make(&plan, &script, &(struct plan_job){ .id = "e1-1", .number = "+8619900000001", .voice = voice, .nth = 1 },
              2000);
    text_add_format(&text, "%s%s", handovers[plan.handover], plan.reaches ? "" : " lost");
    for (size_t i = 0; i < plan.count; i++) {
        const struct plan_event *event = &plan.events[i];

        if (event->state)
            text_add_format(&text, " %s%s%s@%lld", event->first ? "first:" : "", event->state,
                            event->keys ? plan.digits : "", (long long)event->after);
        else
            text_add_format(&text, " %s(%s)@%lld", event->from + 11, event->text ? event->text : "missed",
                            (long long)event->after);
    }
    script_free(&script);
    return text_take(&text);
}

static const struct {
    const char *script;
    bool voice;
    const char *plan;
} plans[] = {
    { "", false, "accept delivered@2000" },
    { "", true, "accept answered@20000" },
    { "+8619900000001 1 reply \"1\"", false, "accept 001(1)@60000 delivered@2000" },
    { "+8619900000001 1 reply \"1\" after 5m\n+8619900000001 1 reply \"2\" after 1h", false,
      "accept 001(1)@300000 001(2)@3600000 delivered@2000" },
    { "+8619900000001 1 from +8619900000044\n+8619900000001 1 reply \"1\"", false,
      "accept 044(1)@60000 delivered@2000" },
    { "+8619900000001 1 undelivered after 1m", false, "accept undelivered@60000" },
    { "+8619900000001 1 silent", false, "accept" },
    { "+8619900000001 1 refuse permanent no_such_number", false, "refuse lost" },
    { "+8619900000001 1 unknown", false, "unknown delivered@2000" },
    { "+8619900000001 1 unknown lost", false, "unknown lost" },
    { "+8619900000001 1 die", false, "die delivered@2000" },
    { "+8619900000001 1 die lost", false, "die lost" },
    { "+8619900000001 1 report late", false, "accept delivered@3600000" },
    { "+8619900000001 1 report twice", false, "accept delivered@2000 delivered@4000" },
    { "+8619900000001 1 report first", false, "accept first:delivered@2000" },
    { "+8619900000001 1 missed_call after 5m", false, "accept 001(missed)@300000 delivered@2000" },
    { "+8619900000001 1 busy", false, "accept delivered@2000" },
    { "+8619900000001 1 key 1", false, "accept 001(1)@60000 delivered@2000" },
    { "+8619900000001 1 key 1", true, "accept answered1@10000" },
    { "+8619900000001 1 key 9\n+8619900000001 1 key 1 after 25s", true, "accept answered91@25000" },
    { "+8619900000001 1 busy", true, "accept busy@2000" },
    { "+8619900000001 1 no_answer", true, "accept no_answer@30000" },
    { "+8619900000001 1 missed_call", true, "accept 001(missed)@60000 no_answer@30000" },
    { "+8619900000001 1 reply \"1\"", true, "accept 001(1)@60000 answered@20000" },
    { "random 1 load", false, "accept delivered@2000" },
    { "random 1 load\n+8619900000001 2 busy", false, "accept delivered@2000" },
};

static void test_lines_become_the_plan_of_a_job(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(plans); i++) {
        CLEANUP(mem_clean) char *got = plan_text(plans[i].script, plans[i].voice);

        if (strcmp(got, plans[i].plan) != 0)
            fail_msg("%s\nwant %s\n got %s", plans[i].script, plans[i].plan, got);
    }
}

/* How many of 1,000 ids end with that hand-over. */
static int count_handovers(const struct script *script, enum handover handover, int tries)
{
    int count = 0;

    for (int i = 0; i < 1000; i++) {
        CLEANUP(mem_clean) char *id = mem_format("e1-%d", i);
        struct plan plan;

        plan_make(&plan, script, &(struct plan_job){ .id = id, .number = "+8619900000001", .nth = 1, .tries = tries },
                  2000);
        count += plan.handover == handover;
    }
    return count;
}

static void test_profiles_throw_as_they_are_weighted(void **state)
{
    struct script mild_script = script_of("random 7 mild"), faulty_script = script_of("random 7 faulty");

    (void)state;
    assert_in_range(count_handovers(&mild_script, HANDOVER_REFUSE, 0), 1, 25);      /* 1 % */
    assert_in_range(count_handovers(&faulty_script, HANDOVER_REFUSE, 0), 110, 190); /* 15 % */
    assert_in_range(count_handovers(&faulty_script, HANDOVER_UNKNOWN, 0), 85, 155); /* 12 % */
    script_free(&mild_script);
    script_free(&faulty_script);
}

static void test_profile_gives_a_job_the_same_plan_each_time_and_a_repeat_another_chance(void **state)
{
    struct script script = script_of("random 7 faulty");
    const int first = count_handovers(&script, HANDOVER_ACCEPT, 0);
    int stuck = 0;

    (void)state;
    assert_int_equal(count_handovers(&script, HANDOVER_ACCEPT, 0), first);
    for (int i = 0; i < 1000; i++) {
        CLEANUP(mem_clean) char *id = mem_format("e1-%d", i);
        bool accepted = false;

        for (int tries = 0; tries < 20 && !accepted; tries++) {
            struct plan plan;

            plan_make(&plan, &script,
                      &(struct plan_job){ .id = id, .number = "+8619900000001", .nth = 1, .tries = tries }, 2000);
            accepted = plan.handover == HANDOVER_ACCEPT;
        }
        stuck += !accepted;
    }
    assert_int_equal(stuck, 0);
    script_free(&script);
}

static void test_agenda_gives_the_soonest_first_and_equals_in_order(void **state)
{
    static const time_ms dues[] = { 50, 10, 30, 10, 20, 10, 40 };
    static const size_t want[] = { 1, 3, 5, 4, 2, 6 };
    struct agenda agenda = { 0 };
    struct agenda_entry entry;

    (void)state;
    for (size_t i = 0; i < COUNT(dues); i++)
        agenda_add(&agenda, (struct agenda_entry){ .due = dues[i], .job = i });
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_true(agenda_take(&agenda, 49, &entry));
        assert_int_equal(entry.job, want[i]);
    }
    assert_false(agenda_take(&agenda, 49, &entry));
    assert_int_equal(agenda_due(&agenda), 50);
    assert_true(agenda_take(&agenda, 50, &entry));
    assert_true(agenda_due(&agenda) == TIME_NEVER);
    agenda_free(&agenda);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_line_is_taken_or_its_mistake_named),
        cmocka_unit_test(test_all_mistakes_are_named_in_one_run),
        cmocka_unit_test(test_script_that_is_not_there_is_a_mistake),
        cmocka_unit_test(test_nearest_lines_hold),
        cmocka_unit_test(test_lines_become_the_plan_of_a_job),
        cmocka_unit_test(test_profiles_throw_as_they_are_weighted),
        cmocka_unit_test(test_profile_gives_a_job_the_same_plan_each_time_and_a_repeat_another_chance),
        cmocka_unit_test(test_agenda_gives_the_soonest_first_and_equals_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
