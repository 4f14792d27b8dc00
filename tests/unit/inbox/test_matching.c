/* SPDX-License-Identifier: Apache-2.0 */
/* Which question a reply means when several are open on one phone: tokens, names, the only grammar; else asked back once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "support/family.h"

/* A check-in and an emergency about 小明 are open on the grandmother's phone; their texts are read. */
struct open {
    int64_t checkin, emergency;
};

static struct open both_open(struct family *f)
{
    struct open open = { .checkin = world_ask(f->world, KIND_CHECKIN, "student:S1", NULL) };

    world_settle(f->world);
    expect_in(expect_job(f->world, GRANNY), "好请回1，");
    open.emergency = world_ask(f->world, KIND_EMERGENCY, "student:S1", "校车晚点");
    world_settle(f->world);
    expect_in(expect_job(f->world, GRANNY), "看到回31，需要帮助回32");
    return open;
}

static void test_emergency_beside_a_routine_question_prints_whole_tokens(void **state)
{
    both_open(*state);
}

static void test_a_token_is_matched_by_its_code(void **state)
{
    struct family *f = *state;
    const struct open open = both_open(f);

    world_reply(f->world, GRANNY, "31");
    expect_text(family_ask_state(f, open.emergency, f->ming), "waiting");
    expect_text(family_ask_state(f, open.checkin, f->ming), "open");
    expect_text(world_words(f->world, "SELECT via FROM answer"), "code");
}

static void test_a_token_counts_only_as_the_whole_message(void **state)
{
    struct family *f = *state;
    const struct open open = both_open(f);

    world_reply(f->world, GRANNY, "31号是星期六");
    expect_text(family_ask_state(f, open.emergency, f->ming), "open");
}

static void test_a_bare_option_that_fits_two_questions_is_asked_back_once(void **state)
{
    struct family *f = *state;
    const struct open open = both_open(f);
    char *text;

    world_reply(f->world, GRANNY, "1");
    world_settle(f->world);
    expect_text(family_ask_state(f, open.emergency, f->ming), "open");
    expect_text(family_ask_state(f, open.checkin, f->ming), "open");
    expect_text(family_reply_state(f), "waiting");
    text = expect_job(f->world, GRANNY);
    assert_non_null(strstr(text, "31"));
    expect_in(text, "41");
    world_reply(f->world, GRANNY, "1");
    world_settle(f->world);
    expect_silence(f->world, GRANNY);
}

static void test_after_asking_back_each_question_has_its_token(void **state)
{
    struct family *f = *state;
    const struct open open = both_open(f);

    world_reply(f->world, GRANNY, "1");
    world_reply(f->world, GRANNY, "41");
    expect_text(family_outcome(f, open.checkin, f->ming), "fine");
    expect_text(family_ask_state(f, open.emergency, f->ming), "open");
    world_reply(f->world, GRANNY, "31");
    expect_text(family_ask_state(f, open.emergency, f->ming), "waiting");
}

static void test_help_in_words_is_help_for_every_open_question(void **state)
{
    struct family *f = *state;
    const struct open open = both_open(f);

    world_reply(f->world, GRANNY, "孩子发烧住院了");
    world_settle(f->world);
    expect_text(family_outcome(f, open.checkin, f->ming), "help");
    expect_text(family_outcome(f, open.emergency, f->ming), "help");
    expect_text(family_ask_state(f, open.emergency, f->ming), "open"); /* help takes no alarm */
    expect_in(expect_job(f->world, MENTOR), "王小明");
}

static void test_the_only_question_whose_grammar_fits_is_meant(void **state)
{
    struct family *f = *state;
    const int64_t meeting = world_ask(f->world, KIND_MEETING, "student:S1", "请来开家长会");
    int64_t roll;

    world_settle(f->world);
    roll = world_ask(f->world, KIND_ABSENT, "student:S1", "没到校");
    world_settle(f->world);
    world_reply(f->world, GRANNY, "参加");
    expect_text(family_outcome(f, meeting, f->ming), "yes");
    expect_text(family_ask_state(f, roll, f->ming), "open");
    expect_text(world_words(f->world, "SELECT via FROM answer"), "grammar");
}

static void test_no_token_is_guessed_where_a_free_number_is_awaited(void **state)
{
    struct family *f = *state;
    int64_t alarm;

    world_sql(f->world, "INSERT INTO role (person, role, class) VALUES (1, 'teacher', '三1')");
    world_ask(f->world, KIND_COUNT, "person:P1", NULL);
    world_settle(f->world);
    alarm = world_ask(f->world, KIND_EMERGENCY, "student:S1", "校车晚点");
    world_settle(f->world);
    world_reply(f->world, GRANNY, "31"); /* thirty-one pupils, or token 31? */
    expect_text(family_ask_state(f, alarm, f->ming), "open");
}

static void test_one_phone_two_children_four_open_asks_and_a_bare_1(void **state)
{
    struct family *f = *state;
    int64_t checkin, alarm;

    checkin = world_ask(f->world, KIND_CHECKIN, "class:三1", NULL);
    world_settle(f->world);
    free(expect_job(f->world, GRANNY));
    alarm = world_ask(f->world, KIND_EMERGENCY, "class:三1", "校车晚点");
    world_settle(f->world);
    free(expect_job(f->world, GRANNY));
    world_reply(f->world, GRANNY, "1");
    for (int64_t child = f->ming; child <= f->hong; child++) {
        expect_text(family_ask_state(f, checkin, child), "open");
        expect_text(family_ask_state(f, alarm, child), "open");
    }
    world_reply(f->world, GRANNY, "31");
    expect_text(family_ask_state(f, alarm, f->ming), "waiting");
    expect_text(family_ask_state(f, alarm, f->hong), "waiting");
    expect_text(family_ask_state(f, checkin, f->hong), "open");
}

static void test_second_routine_question_waits_for_the_line(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t second;

    world_ask(w, KIND_CHECKIN, "student:S1", NULL);
    world_settle(w);
    free(expect_job(w, GRANNY));
    second = world_ask(w, KIND_MEETING, "student:S1", "请来开家长会");
    world_settle(w);
    expect_silence(w, GRANNY);
    expect_text(family_ask_state(f, second, f->ming), "waiting");
    world_reply(w, GRANNY, "1");
    world_settle(w);
    expect_in(expect_job(w, GRANNY), "家长会");
    expect_text(family_ask_state(f, second, f->ming), "open");
}

static void test_what_waited_for_a_silent_line_is_asked_in_full(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t second;

    world_ask(w, KIND_CHECKIN, "student:S1", NULL);
    world_settle(w);
    free(expect_job(w, GRANNY));
    second = world_ask(w, KIND_CHECKIN, "student:S2", NULL);
    world_until(w, world_time(w, "2026-10-09 09:01")); /* the first one's due time has passed */
    free(expect_job(w, GRANNY));
    expect_text(family_ask_state(f, second, f->hong), "open");
    world_until(w, world_time(w, "2026-10-10 08:00")); /* its own day is not over */
    expect_text(family_ask_state(f, second, f->hong), "open");
    world_until(w, world_time(w, "2026-10-10 09:02"));
    expect_text(family_ask_state(f, second, f->hong), "expired");
}

static void test_a_name_picks_the_child_among_the_questions(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = world_ask(w, KIND_CHECKIN, "class:三1", NULL);

    world_settle(w);
    world_reply(w, GRANNY, "小红很好");
    expect_text(family_outcome(f, cause, f->hong), "fine");
    expect_text(family_outcome(f, cause, f->ming), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_emergency_beside_a_routine_question_prints_whole_tokens),
        TEST(test_a_token_is_matched_by_its_code),
        TEST(test_a_token_counts_only_as_the_whole_message),
        TEST(test_a_bare_option_that_fits_two_questions_is_asked_back_once),
        TEST(test_after_asking_back_each_question_has_its_token),
        TEST(test_help_in_words_is_help_for_every_open_question),
        TEST(test_the_only_question_whose_grammar_fits_is_meant),
        TEST(test_no_token_is_guessed_where_a_free_number_is_awaited),
        TEST(test_one_phone_two_children_four_open_asks_and_a_bare_1),
        TEST(test_second_routine_question_waits_for_the_line),
        TEST(test_what_waited_for_a_silent_line_is_asked_in_full),
        TEST(test_a_name_picks_the_child_among_the_questions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
