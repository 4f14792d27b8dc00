/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ladders: the shipped ones, which ladder a kind takes, a start with a faulty one, and whether the gateways can carry
 * them. What is wrong inside one ladder stands in tests/data/config/ladder-*.conf.
 */
#include "config/carry.h"
#include "config/config_internal.h"
#include "config/word.h"
#include "core/kind.h"
#include "core/ladder.h"
#include "lib/json.h"
#include "tests/unit/config/reading.h"

#define SCHOOL "school = { name = \"S\"; };\n"

/* --- which ladder --------------------------------------------------------------------------------------------- */

static void take(struct config *config, const char *text)
{
    bool good;
    char *said = read_text(config, text, &good);

    assert_string_equal(said, "");
    assert_true(good);
    free(said);
}

static void expect_ladder(const struct config_ladder *ladder, const char *name)
{
    assert_string_equal(ladder ? ladder->name : "(none)", name);
}

static void test_the_shipped_ladders_are_those_of_ladders_conf(void **state)
{
    struct config config;
    char *here = getcwd(NULL, 0);
    char *text = mem_format(SCHOOL "@include \"%s/conf/ladders.conf\"\n", here);

    (void)state;
    take(&config, text);
    assert_int_equal(config.shipped_count, config.ladder_count);
    for (size_t i = 0; i < config.ladder_count; i++) {
        assert_string_equal(config.shipped[i].name, config.ladders[i].name);
        assert_int_equal(config.shipped[i].step_count, config.ladders[i].step_count);
        assert_int_equal(config.shipped[i].line, config.ladders[i].line);
        assert_string_equal(config.shipped[i].then, config.ladders[i].then);
    }
    config_free(&config);
    free(text);
    free(here);
}

static void test_every_kind_of_question_and_alert_has_a_shipped_ladder(void **state)
{
    struct config config;

    (void)state;
    take(&config, SCHOOL);
    for (size_t i = 0; i < KINDS; i++) {
        bool found = !kind_row((enum kind)i)->asks || i == KIND_ALL_CLEAR; /* once to everybody who was told */

        for (size_t j = 0; j < config.shipped_count; j++)
            for (char **kind = config.shipped[j].kinds; *kind; kind++)
                found |= strcmp(*kind, kind_row((enum kind)i)->name) == 0;
        if (!found)
            fail_msg("%s has none", kind_row((enum kind)i)->name);
    }
    for (const char *const *alert = word_alerts; *alert; alert++)
        if (!config_ladder_of_kind(&config, *alert))
            fail_msg("%s has none", *alert);
    config_free(&config);
}

static void test_an_absence_calls_the_grandmother_and_texts_the_parents_at_once(void **state)
{
    struct config config;
    const struct config_ladder *absence;

    (void)state;
    take(&config, SCHOOL);
    absence = config_ladder_of_kind(&config, "absent");
    expect_ladder(absence, "absence");
    assert_string_equal(absence->then, "head");
    assert_string_equal(absence->steps[0].who[0], "guardian:1");
    assert_string_equal(absence->steps[0].channels[0], "voice");
    assert_int_equal(absence->steps[0].after_ms, 0);
    assert_string_equal(absence->steps[2].who[0], "parents");
    assert_string_equal(absence->steps[2].channels[0], "sms");
    assert_string_not_equal(absence->steps[2].branch, absence->steps[0].branch);
    assert_int_equal(absence->steps[2].after_ms, 0);
    config_free(&config);
}

static void test_what_must_not_be_silent_has_the_shipped_ladder_where_the_school_gives_none(void **state)
{
    struct config config;

    (void)state;
    take(&config,
         SCHOOL "ladders = { calm = { kinds = [ \"checkin\" ]; steps = ( { who = [ \"audience\" ]; } ); }; };\n");
    expect_ladder(config_ladder_of_kind(&config, "emergency"), "urgent");
    expect_ladder(config_ladder_of_kind(&config, "absent"), "absence");
    expect_ladder(config_ladder_of_kind(&config, "missing"), "missing");
    expect_ladder(config_ladder_of_kind(&config, "roll"), "roll");
    expect_ladder(config_ladder_of_kind(&config, "checkin"), "calm");
    expect_ladder(config_ladder_of_kind(&config, "meeting"), "(none)");
    expect_ladder(config_ladder_find(&config, "weather"), "weather");
    config_free(&config);
}

static void test_an_alert_takes_the_school_s_own_ladder_before_the_shipped_one(void **state)
{
    struct config config;

    (void)state;
    take(&config, SCHOOL
         "ladders = { mine = { kinds = [ \"emergency\" ]; then = \"head\"; steps = ( { who = [ \"head\" ]; } ); };\n"
         "red = { kinds = [ \"missing.red\" ]; then = \"restart\"; steps = ( { who = [ \"head\" ]; } ); }; };\n");
    expect_ladder(config_ladder_of_kind(&config, "missing.red"), "red");
    expect_ladder(config_ladder_of_kind(&config, "missing"), "(none)"); /* then "emergency" is meant */
    expect_ladder(config_ladder_of_kind(&config, "emergency"), "mine");
    expect_ladder(config_ladder_of_kind(&config, "absent"), "absence");
    config_free(&config);
}

static void test_the_words_are_those_of_the_core(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        const struct kind_row *row = kind_row((enum kind)i);

        assert_int_equal(word_is_urgent(row->name), row->asks && row->lane == LANE_EMERGENCY);
        if (row->asks)
            assert_int_equal(word_is_of_person(row->name), !row->per_student);
    }
    assert_true(word_is_urgent("storm.blue"));
    assert_false(word_is_urgent("storm.green"));
    assert_int_equal(CONFIG_BRANCHES_MAX, LADDER_BRANCHES_MAX);
    assert_int_equal(CONFIG_STEPS_MAX, LADDER_STEPS_MAX);
}

/* --- a start with a faulty ladder ----------------------------------------------------------------------------- */

static bool start_with(struct config *config, const char *text, struct mistakes *mistakes, struct mistakes *ladders)
{
    char path[] = "/tmp/greenline-config-XXXXXX";
    const int fd = mkstemp(path);
    bool good;

    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    good = config_read_start(config, path, mistakes, ladders);
    unlink(path);
    return good;
}

static void test_a_start_puts_the_shipped_ladder_in_the_place_of_a_faulty_one(void **state)
{
    struct mistakes mistakes = { 0 }, ladders = { 0 };
    struct config config;
    const struct config_ladder *ladder;

    (void)state;
    assert_true(start_with(
        &config,
        SCHOOL "ladders = {\n"
               "mine = { kinds = [ \"emergency\", \"fire\" ]; steps = ( { who = [ \"head\" ]; } ); };\n"
               "good = { kinds = [ \"checkin\" ]; steps = ( { who = [ \"audience\" ]; } ); };\n"
               "absence = { knids = [ \"absent\" ]; then = \"head\"; steps = ( { who = [ \"head\" ]; } ); };\n"
               "};\n",
        &mistakes, &ladders));
    assert_int_equal(mistakes.count, 0);
    assert_int_equal(ladders.count, 2);
    assert_non_null(strstr(ladders.lines[0], ":3: ladders.mine: an emergency must not end in silence"));
    assert_non_null(strstr(ladders.lines[1], ":5: ladders.absence.knids: no such key: did you mean kinds?"));
    ladder = config_ladder_of_kind(&config, "fire");
    expect_ladder(ladder, "mine");
    assert_true(ladder->replaced);
    assert_string_equal(ladder->then, "restart");
    assert_int_equal(ladder->step_count, 7);
    assert_false(config_ladder_of_kind(&config, "checkin")->replaced);
    ladder = config_ladder_of_kind(&config, "absent"); /* its kinds were not understood: the shipped ones count */
    expect_ladder(ladder, "absence");
    assert_int_equal(ladder->step_count, 6);
    config_free(&config);
    mistakes_free(&ladders);
}

static void test_a_start_is_refused_for_any_other_mistake(void **state)
{
    struct mistakes mistakes = { 0 }, ladders = { 0 };
    struct config config;

    (void)state;
    assert_false(start_with(&config,
                            SCHOOL "nonsense = 1;\nladders = { a = { kinds = [ \"absent\" ]; steps = ( ); }; };\n",
                            &mistakes, &ladders));
    assert_int_equal(mistakes.count, 1);
    assert_int_equal(ladders.count, 2);
    mistakes_free(&mistakes);
    mistakes_free(&ladders);
}

static void test_ladders_that_are_no_group_leave_the_shipped_ones(void **state)
{
    struct mistakes mistakes = { 0 }, ladders = { 0 };
    struct config config;

    (void)state;
    assert_true(start_with(&config, SCHOOL "ladders = ( \"urgent\" );\n", &mistakes, &ladders));
    assert_int_equal(ladders.count, 1);
    expect_ladder(config_ladder_of_kind(&config, "emergency"), "urgent");
    config_free(&config);
    mistakes_free(&ladders);
}

/* What stands in a file of its own, named `name`, that a configuration includes; started with. */
static bool start_including(const char *name, const char *ladders, struct config *config, struct mistakes *mistakes,
                            struct mistakes *said)
{
    char folder[] = "/tmp/greenline-config-XXXXXX";
    CLEANUP(mem_clean) char *path = mkdtemp(folder) ? mem_format("%s/%s", folder, name) : NULL;
    CLEANUP(mem_clean) char *text = mem_format(SCHOOL "@include \"%s\"\n", path);
    FILE *file = ladders ? fopen(path, "w") : NULL;
    bool good;

    if (file) {
        fputs(ladders, file);
        fclose(file);
    }
    good = start_with(config, text, mistakes, said);
    unlink(path);
    rmdir(folder);
    return good;
}

static void test_a_broken_file_of_ladders_is_no_reason_not_to_start(void **state)
{
    static const char *const broken[] = { "ladders = { urgent = { steps = ( \n", "ladders = { 紧急 = 1 };\n",
                                          "ladders = { a = [ 1, \"x\" ]; };\n", "\xb1\xa3", NULL };

    (void)state;
    for (size_t i = 0; i < COUNT(broken); i++) {
        struct mistakes mistakes = { 0 }, said = { 0 };
        struct config config;

        assert_true(start_including("ladders-2026.conf", broken[i], &config, &mistakes, &said));
        assert_int_equal(mistakes.count, 0);
        assert_in_range(said.count, 1, 5);
        assert_non_null(strstr(said.lines[0], "ladders-2026.conf"));
        expect_ladder(config_ladder_of_kind(&config, "emergency"), "urgent");
        config_free(&config);
        mistakes_free(&said);
    }
}

static void test_another_broken_file_is_a_reason(void **state)
{
    struct mistakes mistakes = { 0 }, said = { 0 };
    struct config config;

    (void)state;
    assert_false(start_including("gateways.conf", "gateways = ( {\n", &config, &mistakes, &said));
    assert_in_range(mistakes.count, 1, 3);
    mistakes_free(&mistakes);
    mistakes_free(&said);
}

/* --- gateways ------------------------------------------------------------------------------------------------- */

static const char *const both[] = { "sms", "voice", NULL }, *const voice[] = { "voice", NULL },
                         *const sms[] = { "sms", NULL }, *const everywhere[] = { "+", NULL },
                         *const china[] = { "+86", NULL }, *const laos[] = { "+856", NULL };
#define CLOUD                                                                                                          \
    {                                                                                                                  \
        .name = "cloud", .channels = both, .prefixes = china, .free_text = true,                                       \
        .limits = { { 1, MINUTE_MS }, { 5, HOUR_MS }, { 20, DAY_MS } }, .limit_count = 3                               \
    }
#define MODEM                                                                                                          \
    {                                                                                                                  \
        .name = "modem", .channels = both, .prefixes = everywhere, .free_text = true                                   \
    }

static char *carried(const char *ladders, const struct carrier *carriers, size_t count)
{
    struct mistakes mistakes = { 0 };
    struct config config;
    CLEANUP(mem_clean) char *text = mem_format(SCHOOL "ladders = {\n%s\n};\n", ladders);
    char *said, *path, *at;

    take(&config, text);
    config_check_carry(&config, carriers, count, &mistakes);
    said = joined(&mistakes);
    path = config.ladder_count ? mem_format("%s:", config.ladders[0].file) : mem_dup("?");
    while ((at = strstr(said, path)))
        memmove(at, at + strlen(path), strlen(at + strlen(path)) + 1);
    free(path);
    config_free(&config);
    mistakes_free(&mistakes);
    return said;
}

static void expect_carried(const char *ladders, const struct carrier *carriers, size_t count, const char *want)
{
    CLEANUP(mem_clean) char *said = carried(ladders, carriers, count);

    assert_string_equal(said, want);
}

#define ENDLESS "a = { kinds = [ \"emergency\" ]; then = \"restart\"; steps = ( { who = [ \"guardian:1\" ]; "

static void test_a_ladder_that_goes_on_needs_a_second_way_beside_a_capped_one(void **state)
{
    const struct carrier cloud[] = { CLOUD }, two[] = { CLOUD, MODEM };

    (void)state;
    /* once a round, a round every five minutes: twelve in an hour */
    expect_carried(ENDLESS "channels = [ \"voice\" ]; } ); };", cloud, 1,
                   "3: ladders.a: rings one phone (guardian:1) 12 times in 1h while nobody answers, and gateway cloud "
                   "allows 5: add a second gateway for voice without such a limit (a modem, a SIP line)\n");
    expect_carried(ENDLESS "channels = [ \"voice\" ]; } ); };", two, 2, "");
    expect_carried(ENDLESS "channels = [ \"sms\" ]; } ); };", cloud, 1, "");
}

static void test_a_second_gateway_for_other_numbers_is_no_second_way(void **state)
{
    const struct carrier gateways[] = { CLOUD,
                                        { .name = "laos", .channels = both, .prefixes = laos, .free_text = true } };

    (void)state;
    expect_carried(ENDLESS "channels = [ \"auto\" ]; } ); };", gateways, 2,
                   "3: ladders.a: rings one phone (guardian:1) 12 times in 1h while nobody answers, and gateway cloud "
                   "allows 5: add a second gateway for voice without such a limit (a modem, a SIP line)\n");
}

static void test_calls_in_one_round_count_with_their_repeats(void **state)
{
    const struct carrier cloud[] = { CLOUD };

    (void)state;
    /* two calls thirty seconds apart in an emergency */
    expect_carried("a = { kinds = [ \"absent\" ]; then = \"head\"; steps = ( { who = [ \"parents\" ]; channels = [ "
                   "\"voice\" ]; calls = 2; } ); };",
                   cloud, 1,
                   "3: ladders.a: rings one phone (a mother who is guardian:1) 2 times in 1m, and gateway cloud "
                   "allows 1: write fewer calls or a longer after, or add a second gateway for voice\n");
    /* and two minutes apart elsewhere */
    expect_carried("a = { steps = ( { who = [ \"parents\" ]; channels = [ \"voice\" ]; calls = 5; } ); };", cloud, 1,
                   "");
    expect_carried(
        "a = { steps = ( { who = [ \"parents\" ]; channels = [ \"voice\" ]; calls = 5; }, { after = \"15m\"; "
        "who = [ \"mother\" ]; channels = [ \"voice\" ]; } ); };",
        cloud, 1,
        "3: ladders.a: rings one phone (a mother who is guardian:1) 6 times in 1h, and gateway cloud allows "
        "5: write fewer calls or a longer after, or add a second gateway for voice\n");
}

static void test_branches_ring_the_same_phone_side_by_side(void **state)
{
    const struct carrier cloud[] = { CLOUD };

    (void)state;
    expect_carried("a = { steps = ( { branch = \"x\"; who = [ \"guardian:1\" ]; channels = [ \"voice\" ]; },\n"
                   "{ branch = \"y\"; who = [ \"guardians\" ]; channels = [ \"voice\" ]; } ); };",
                   cloud, 1,
                   "3: ladders.a: rings one phone (guardian:1) 2 times in 1m, and gateway cloud allows 1: write fewer "
                   "calls or a longer after, or add a second gateway for voice\n");
    expect_carried("a = { steps = ( { branch = \"x\"; who = [ \"guardian:1\" ]; channels = [ \"voice\" ]; },\n"
                   "{ branch = \"y\"; who = [ \"guardian:2\", \"head\" ]; channels = [ \"voice\" ]; } ); };",
                   cloud, 1, "");
}

static void test_who_it_is_handed_to_is_rung_again_and_again(void **state)
{
    const struct carrier cloud[] = { CLOUD };

    (void)state;
    expect_carried(
        "a = { kinds = [ \"absent\" ]; then = \"role:head\"; steps = ( { who = [ \"audience\" ]; }, { after = "
        "\"10m\"; who = [ \"duty\" ]; } ); };",
        cloud, 1,
        "3: ladders.a: rings one phone (role:head) 6 times in 1h while nobody answers, and gateway cloud "
        "allows 5: add a second gateway for voice without such a limit (a modem, a SIP line)\n");
}

static void test_an_alert_needs_a_gateway_for_free_text(void **state)
{
    const struct carrier bound[] = { { .name = "cloud", .channels = both, .prefixes = everywhere } };
    const struct carrier two[] = { { .name = "cloud", .channels = both, .prefixes = everywhere },
                                   { .name = "sim", .channels = sms, .prefixes = everywhere, .free_text = true } };
    static const char ladder[] = "a = { kinds = [ \"storm\" ]; then = \"head\"; steps = ( { who = [ \"head\" ]; },\n"
                                 "{ who = [ \"head\" ]; channels = [ \"voice\" ]; } ); };\n"
                                 "b = { kinds = [ \"checkin\" ]; steps = ( { who = [ \"audience\" ]; } ); };";

    (void)state;
    expect_carried(ladder, bound, 1,
                   "3: ladders.a.steps[1]: an alert is free text, and gateway cloud carries registered templates only: "
                   "add a gateway that takes any text, or another channel\n"
                   "4: ladders.a.steps[2]: an alert is free text, and gateway cloud carries registered templates only: "
                   "add a gateway that takes any text, or another channel\n");
    expect_carried(ladder, two, 2,
                   "4: ladders.a.steps[2]: an alert is free text, and gateway cloud carries registered templates only: "
                   "add a gateway that takes any text, or another channel\n");
}

static void test_a_channel_that_no_program_announces_reaches_nobody(void **state)
{
    const struct carrier one[] = { { .name = "sip", .channels = voice, .prefixes = everywhere, .free_text = true } };

    (void)state;
    expect_carried("a = { steps = ( { who = [ \"head\" ]; channels = [ \"sms\" ]; } ); };", one, 1,
                   "3: ladders.a.steps[1].channels: no gateway carries this, so the step reaches nobody: name another "
                   "channel, or add a gateway that carries it\n");
    expect_carried("a = { steps = ( { who = [ \"head\" ]; channels = [ \"sms\" ]; } ); };", NULL, 0, "");
}

static void test_limits_are_read_from_what_a_program_announces(void **state)
{
    static const char text[] =
        "{\"per_callee\":[{\"n\":5,\"ms\":3600000},{\"n\":0,\"ms\":5},7,{\"n\":1,\"ms\":60000}]}";
    json_t *caps = json_read(text, strlen(text), NULL);
    struct carrier carrier = { .limit_count = 7 };

    (void)state;
    carrier_take_caps(&carrier, caps);
    assert_int_equal(carrier.limit_count, 2);
    assert_int_equal(carrier.limits[0].n, 5);
    assert_int_equal(carrier.limits[1].ms, 60000);
    carrier_take_caps(&carrier, NULL);
    assert_int_equal(carrier.limit_count, 0);
    json_decref(caps);
}

static void test_the_shipped_ladders_are_carried_by_a_cloud_and_a_modem(void **state)
{
    const struct carrier two[] = { CLOUD, MODEM };
    struct mistakes mistakes = { 0 };
    struct config config;
    char *said;

    (void)state;
    must_read(&config, "conf/greenline.conf");
    config_check_carry(&config, two, 2, &mistakes);
    said = joined(&mistakes);
    assert_string_equal(said, "");
    free(said);
    config_free(&config);
    mistakes_free(&mistakes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_shipped_ladders_are_those_of_ladders_conf),
        cmocka_unit_test(test_every_kind_of_question_and_alert_has_a_shipped_ladder),
        cmocka_unit_test(test_an_absence_calls_the_grandmother_and_texts_the_parents_at_once),
        cmocka_unit_test(test_what_must_not_be_silent_has_the_shipped_ladder_where_the_school_gives_none),
        cmocka_unit_test(test_an_alert_takes_the_school_s_own_ladder_before_the_shipped_one),
        cmocka_unit_test(test_the_words_are_those_of_the_core),
        cmocka_unit_test(test_a_start_puts_the_shipped_ladder_in_the_place_of_a_faulty_one),
        cmocka_unit_test(test_a_start_is_refused_for_any_other_mistake),
        cmocka_unit_test(test_ladders_that_are_no_group_leave_the_shipped_ones),
        cmocka_unit_test(test_a_broken_file_of_ladders_is_no_reason_not_to_start),
        cmocka_unit_test(test_another_broken_file_is_a_reason),
        cmocka_unit_test(test_a_ladder_that_goes_on_needs_a_second_way_beside_a_capped_one),
        cmocka_unit_test(test_a_second_gateway_for_other_numbers_is_no_second_way),
        cmocka_unit_test(test_calls_in_one_round_count_with_their_repeats),
        cmocka_unit_test(test_branches_ring_the_same_phone_side_by_side),
        cmocka_unit_test(test_who_it_is_handed_to_is_rung_again_and_again),
        cmocka_unit_test(test_an_alert_needs_a_gateway_for_free_text),
        cmocka_unit_test(test_a_channel_that_no_program_announces_reaches_nobody),
        cmocka_unit_test(test_limits_are_read_from_what_a_program_announces),
        cmocka_unit_test(test_the_shipped_ladders_are_carried_by_a_cloud_and_a_modem),
    };

    return cmocka_run_group_tests(tests, NULL, close_zones);
}
