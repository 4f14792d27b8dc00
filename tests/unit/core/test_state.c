/* SPDX-License-Identifier: Apache-2.0 */
/* The table of message states: every state has its row, reports never lead back, and what has ended stays ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/state.h"
#include "lib/memory.h"

/* Written by hand: from, and everything it may become. */
static const struct {
    enum message_state from;
    const char *to;
} allowed[] = {
    { MESSAGE_QUEUED, "claimed accepted delivered undelivered refused expired cancelled held" },
    { MESSAGE_CLAIMED, "queued started accepted delivered undelivered refused expired cancelled unknown held" },
    { MESSAGE_STARTED, "queued accepted delivered undelivered refused expired cancelled unknown held" },
    { MESSAGE_ACCEPTED, "delivered undelivered" },
    { MESSAGE_DELIVERED, "" },
    { MESSAGE_UNDELIVERED, "delivered" },
    { MESSAGE_REFUSED, "" },
    { MESSAGE_EXPIRED, "delivered" },
    { MESSAGE_CANCELLED, "delivered" },
    { MESSAGE_UNKNOWN, "queued accepted delivered undelivered expired cancelled held refused" },
    { MESSAGE_HELD, "queued accepted delivered undelivered expired cancelled" },
};

static bool listed(const char *list, const char *word)
{
    const size_t length = strlen(word);

    for (const char *at = strstr(list, word); at; at = strstr(at + 1, word))
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

static void test_every_state_has_its_row(void **state)
{
    (void)state;
    assert_int_equal(COUNT(allowed), MESSAGE_STATES);
    for (enum message_state s = 0; s < MESSAGE_STATES; s++) {
        enum message_state read = MESSAGE_STATES;

        assert_non_null(message_state_name(s));
        assert_true(message_state_parse(&read, message_state_name(s)));
        assert_int_equal(read, s);
    }
    for (enum ask_state s = 0; s < ASK_STATES; s++) {
        enum ask_state read = ASK_STATES;

        assert_non_null(ask_state_name(s));
        assert_true(ask_state_parse(&read, ask_state_name(s)));
        assert_int_equal(read, s);
    }
}

static void test_only_the_listed_transitions_are_allowed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(allowed); i++)
        for (enum message_state to = 0; to < MESSAGE_STATES; to++)
            if (message_state_may(allowed[i].from, to) != listed(allowed[i].to, message_state_name(to)))
                fail_msg("%s -> %s: got %d, want %d", message_state_name(allowed[i].from), message_state_name(to),
                         message_state_may(allowed[i].from, to), listed(allowed[i].to, message_state_name(to)));
}

static void test_what_has_ended_never_waits_again(void **state)
{
    (void)state;
    for (enum message_state from = 0; from < MESSAGE_STATES; from++)
        for (enum message_state to = 0; to < MESSAGE_STATES; to++)
            if (message_state_ended(from) && message_state_may(from, to))
                assert_true(message_state_ended(to));
}

static void test_every_reason_has_words_in_both_languages(void **state)
{
    (void)state;
    for (enum reason reason = 0; reason < REASONS; reason++) {
        enum reason read = REASONS;

        assert_non_null(reason_name(reason));
        assert_true(reason_parse(&read, reason_name(reason)));
        assert_int_equal(read, reason);
        assert_true(reason == REASON_NONE || reason_text(reason, "zh")[0]);
        assert_true(reason == REASON_NONE || reason_text(reason, "en")[0]);
    }
}

static void test_an_unknown_word_is_no_state(void **state)
{
    enum message_state message = MESSAGE_HELD;
    enum ask_state ask = ASK_EXPIRED;

    (void)state;
    assert_false(message_state_parse(&message, "lost"));
    assert_false(ask_state_parse(&ask, NULL));
    assert_int_equal(message, MESSAGE_HELD);
    assert_int_equal(ask, ASK_EXPIRED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_state_has_its_row),
        cmocka_unit_test(test_only_the_listed_transitions_are_allowed),
        cmocka_unit_test(test_what_has_ended_never_waits_again),
        cmocka_unit_test(test_every_reason_has_words_in_both_languages),
        cmocka_unit_test(test_an_unknown_word_is_no_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
