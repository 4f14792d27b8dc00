/* SPDX-License-Identifier: Apache-2.0 */
/* `greenline token add` on a daemon that knows its lines: what scripts get, and what is said when the token is lost. */
#include "fake_daemon.h"

static void test_a_new_token_stands_alone_on_the_output_and_a_lost_one_is_told(void **state)
{
    static const struct fake_line first[] = { { "POST /v1/tokens", 200,
                                                "{\"name\":\"board\",\"may\":\"status.show\",\"token\":\"glt_x\"}" },
                                              { NULL, 0, NULL } };
    static const struct fake_line again[] = {
        { "POST /v1/tokens", 200, "{\"name\":\"board\",\"may\":\"status.show\",\"token\":null}" }, { NULL, 0, NULL }
    };
    static const char *const words[] = { "token", "add", "board", "--may", "status.show", NULL };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, first);
    ran = fake_cli_words(fake.path, "", words);
    assert_int_equal(ran.status, CLI_DONE);
    assert_string_equal(ran.out, "glt_x\n");
    assert_string_equal(ran.err, "");
    assert_non_null(strstr(fake.requests[0], "{\"name\":\"board\",\"may\":\"status.show\"}"));
    ran_free(&ran);
    fake_close(&fake);
    fake_open(&fake, again);
    ran = fake_cli_words(fake.path, "", words);
    assert_int_equal(ran.status, CLI_FAILED);
    assert_string_equal(ran.out, "");
    assert_string_equal(ran.err,
                        "greenline: board was made before and its token was told then: `greenline token end board`, "
                        "then make another\n");
    ran_free(&ran);
    fake_close(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_token_stands_alone_on_the_output_and_a_lost_one_is_told),
    };

    unsetenv("COLUMNS");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
