/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: values and defaults, and every mistake of a file in one run (tests/data/config/NAME.conf with the
 * lines it must give in NAME.expected).
 */
#include <dirent.h>

#include "config/word.h"
#include "core/kind.h"
#include "gateway/herald.h"
#include "lib/json.h"
#include "lib/log.h"
#include "tests/unit/config/reading.h"

#define DATA "tests/data/config/"

static void assert_words(char *const *words, const char *wanted)
{
    struct text all = { 0 };

    for (size_t i = 0; words[i]; i++)
        text_add_format(&all, "%s%s", i ? "|" : "", words[i]);
    assert_string_equal(all.data ? all.data : "", wanted);
    text_free(&all);
}

/* --- values --------------------------------------------------------------------------------------------------- */

static void test_a_name_is_enough_and_all_else_has_a_default(void **state)
{
    struct config config;
    bool good;
    char *said = read_text(&config, "school = { name = \"青岭小学\"; };\n", &good);

    (void)state;
    assert_string_equal(said, "");
    assert_true(good);
    assert_string_equal(config.folder, "/tmp");
    assert_string_equal(config.school.signature, "青岭小学");
    assert_string_equal(config.school.region, "CN");
    assert_string_equal(config.school.timezone, "Asia/Shanghai");
    assert_string_equal(config.school.language, "zh");
    assert_null(config.school.calendar[0]);
    assert_string_equal(config.school.week_starts, "monday");
    assert_string_equal(config.school.stage, "");
    assert_int_equal(config.school.quiet_from_min, 1260);
    assert_int_equal(config.school.quiet_to_min, 420);
    assert_string_equal(config.store, "/var/lib/greenline/greenline.db");
    assert_string_equal(config.state_dir, "/var/lib/greenline");
    assert_string_equal(config.backup.folder, "/var/lib/greenline/backup");
    assert_string_equal(config.listen.socket, "/run/greenline/greenline.sock");
    assert_string_equal(config.listen.http, "");
    assert_int_equal(config.listen.connections, 256);
    assert_string_equal(config.listen.certificate, "");
    assert_false(config.demo);
    assert_string_equal(config.clock.start, "");
    assert_true(config.clock.speed == 1.0);
    assert_true(text_ends(config.templates, "/templates"));
    assert_true(text_ends(config.answers, "/answers"));
    assert_true(text_ends(config.headers, "/headers.csv"));
    assert_int_equal(config.gateway_count + config.ladder_count + config.kind_count, 0);
    assert_int_equal(config.limits.per_line_day, 4);
    assert_int_equal(config.retry.first_ms, 30000);
    assert_int_equal(config.retry.max_ms, 1800000);
    assert_int_equal(config.emergency.settled_after_ms, 120000);
    assert_int_equal(config.log.number, LOG_LEVEL_INFO);
    config_free(&config);
    free(said);
}

static void test_values_of_the_school_and_paths_are_taken(void **state)
{
    struct config config;

    (void)state;
    must_read(&config, DATA "good.conf");
    assert_string_equal(config.school.signature, "");
    assert_string_equal(config.school.timezone, "Asia/Vientiane");
    assert_string_equal(config.school.language, "en");
    assert_string_equal(config.school.calendar[0], DATA "terms/2026.ics");
    assert_null(config.school.calendar[1]);
    assert_int_equal(config.school.quiet_from_min, 545);
    assert_int_equal(config.school.quiet_to_min, 1439);
    assert_string_equal(config.store, DATA "store/school.db");
    assert_string_equal(config.state_dir, DATA "state");
    assert_string_equal(config.answers, DATA "../answers");
    assert_string_equal(config.listen.socket, "/tmp/x.sock");
    assert_string_equal(config.listen.http, "[::1]:8025");
    assert_int_equal(config.listen.connections, 9);
    assert_string_equal(config.listen.certificate, DATA "tls/chain.pem");
    assert_string_equal(config.listen.key, "/k.pem");
    assert_true(config.demo);
    assert_string_equal(config.clock.start, "2026-10-08 07:30");
    assert_true(config.clock.speed == 6480.0);
    assert_int_equal(config.limits.per_line_day, 0);
    assert_int_equal(config.retry.max_ms, 5000);
    assert_int_equal(config.emergency.settled_after_ms, 90000);
    assert_int_equal(config.log.number, LOG_LEVEL_DEBUG);
    assert_string_equal(config.backup.folder, "/var/backups");
    config_free(&config);
}

static void test_a_gateway_has_its_values_its_place_and_its_own_section(void **state)
{
    struct config config;
    char *json;

    (void)state;
    must_read(&config, DATA "good.conf");
    assert_int_equal(config.gateway_count, 2);
    assert_string_equal(config.gateways[0].program, "http");
    assert_words(config.gateways[0].channels, "sms|im");
    assert_words(config.gateways[0].prefixes, "+86|+856");
    assert_words(config.gateways[0].hook.from, "203.0.113.9|10.0.0.0/8");
    assert_true(config.gateways[0].rate == 5.0); /* written as a whole number */
    assert_int_equal(config.gateways[0].price_e4, 500);
    assert_string_equal(config.gateways[0].file, DATA "good.conf");
    assert_int_equal(config.gateways[0].line, 7);
    json = json_write(config.gateways[0].config);
    assert_string_equal(json, "{\"method\":\"POST\",\"url\":\"http://127.0.0.1:8080/send\",\"simulated\":true,"
                              "\"connections\":8,\"timeout\":2.5,\"big\":3000000000,\"headers\":[\"A: b\",\"C: d\"],"
                              "\"success\":{\"status\":\"2xx\"}}");
    free(json);
    assert_ptr_equal(config_gateway_find(&config, "line2"), &config.gateways[1]);
    assert_words(config.gateways[1].channels, "sms");
    assert_words(config.gateways[1].prefixes, "+");
    assert_words(config.gateways[1].hook.from, "");
    assert_int_equal(config.gateways[1].price_e4, 120000);
    assert_int_equal(json_object_size(config.gateways[1].config), 0);
    assert_null(config_gateway_find(&config, "line3"));
    config_free(&config);
}

static void test_a_gateway_is_confined_and_not_probed_unless_told_otherwise(void **state)
{
    struct config config;

    (void)state;
    must_read(&config, DATA "good.conf");
    assert_true(config.gateways[0].confine);
    assert_words(config.gateways[0].paths, "");
    assert_string_equal(config.gateways[0].probe.number, "");
    assert_int_equal(config.gateways[0].probe.at_min, 550);
    assert_int_equal(config.gateways[0].signal_below, -105);
    assert_false(config.gateways[1].confine);
    assert_words(config.gateways[1].paths, "/dev/ttyUSB0|/run/modem");
    assert_string_equal(config.gateways[1].probe.number, "+8613900000000");
    assert_int_equal(config.gateways[1].probe.at_min, 485);
    assert_int_equal(config.gateways[1].signal_below, -97);
    config_free(&config);
}

static void test_ladders_and_kinds_are_found_by_name(void **state)
{
    struct config config;
    const struct config_ladder *urgent;

    (void)state;
    must_read(&config, DATA "good.conf");
    urgent = config_ladder_find(&config, "urgent");
    assert_ptr_equal(config_ladder_of_kind(&config, "absent"), urgent);
    assert_null(config_ladder_of_kind(&config, "meeting"));
    assert_null(config_ladder_find(&config, "none"));
    assert_string_equal(urgent->then, "person:T007");
    assert_int_equal(urgent->step_count, 2);
    assert_words(urgent->steps[0].who, "guardian:1|parents|person:李 桂花");
    assert_words(urgent->steps[0].channels, "auto|sms");
    assert_string_equal(urgent->steps[0].branch, "");
    assert_string_equal(urgent->steps[0].answer, "all");
    assert_int_equal(urgent->steps[0].calls, 2);
    assert_string_equal(urgent->steps[1].branch, "school");
    assert_int_equal(urgent->steps[1].after_ms, 600000);
    assert_string_equal(urgent->steps[1].answer, "role:head");
    assert_int_equal(urgent->steps[1].calls, 1);
    assert_int_equal(urgent->steps[1].line, 14);
    assert_words(config.ladders[1].kinds, "");
    assert_words(config.ladders[1].steps[0].channels, "sms");
    assert_int_equal(config_kind_find(&config, "checkin")->due_ms, 43200000);
    assert_int_equal(config_kind_find(&config, "checkin")->grace_ms, 259200000);
    assert_int_equal(config_kind_find(&config, "meeting")->grace_ms, -1);
    assert_null(config_kind_find(&config, "duty"));
    config_free(&config);
}

static void test_what_people_ring_by_hand_and_the_clocks_have_customary_values(void **state)
{
    struct config config;
    bool good;
    char *said = read_text(&config, "school = { name = \"青岭小学\"; };\n", &good);

    (void)state;
    assert_true(good);
    assert_int_equal(config.emergency.done_by_ms, 1800000);
    assert_int_equal(config.emergency.remind_ms, 600000);
    assert_int_equal(config.emergency.clocks.guardian_ms, 1800000);
    assert_int_equal(config.emergency.clocks.parents_ms, 3600000);
    assert_int_equal(config.emergency.clocks.authorities_ms, 7200000);
    assert_int_equal(config.emergency.number_count, 5);
    assert_string_equal(config_number_find(&config, "police")->number, "110");
    assert_string_equal(config_number_find(&config, "police")->zh, "公安");
    assert_null(config_number_find(&config, "office"));
    assert_int_equal(config.roll.by_min, -1);
    config_free(&config);
    free(said);
}

static void test_numbers_and_the_roll_of_a_school_of_its_own(void **state)
{
    struct config config;
    bool good;
    char *said = read_text(&config,
                           "school = { name = \"青岭小学\"; };\nemergency = { clocks = { parents = \"45m\"; };\n"
                           "numbers = ( { name = \"office\"; number = \"0736-1234567\"; } ); };\n"
                           "roll = { by = \"08:20\"; classes = [ \"三1班\" ]; ladder = \"duty\"; };\n",
                           &good);

    (void)state;
    assert_string_equal(said, "");
    assert_true(good);
    assert_int_equal(config.emergency.clocks.parents_ms, 2700000);
    assert_int_equal(config.emergency.clocks.authorities_ms, 7200000);
    assert_int_equal(config.emergency.number_count, 1);
    assert_string_equal(config_number_find(&config, "office")->number, "0736-1234567");
    assert_string_equal(config_number_find(&config, "office")->zh, "office");
    assert_int_equal(config.roll.by_min, 500);
    assert_int_equal(config.roll.before_ms, 1800000);
    assert_words(config.roll.classes, "三1班");
    assert_string_equal(config.roll.ladder, "duty");
    config_free(&config);
    free(said);
}

static void test_paths_of_an_included_file_start_at_the_main_file(void **state)
{
    struct config config;
    char *here = getcwd(NULL, 0);
    char *text = mem_format("@include \"%s/conf/demo.conf\"\n", here);
    bool good;
    char *said = read_text(&config, text, &good);

    (void)state;
    assert_string_equal(said, "");
    assert_true(good);
    assert_string_equal(config.store, "/tmp/demo.db");
    assert_string_equal(config.listen.socket, "/tmp/greenline.sock");
    assert_int_equal(config.ladder_count, 9);
    config_free(&config);
    free(said);
    free(text);
    free(here);
}

/* --- mistakes ------------------------------------------------------------------------------------------------- */

/* The mistakes of a file, read from within its folder, so that lines begin with its bare name. */
static char *mistakes_of(const char *name)
{
    struct config config;
    struct mistakes mistakes = { 0 };
    char *here = getcwd(NULL, 0);
    char *said;

    assert_int_equal(chdir(DATA), 0);
    if (config_read(&config, name, &mistakes))
        config_free(&config);
    assert_int_equal(chdir(here), 0);
    free(here);
    said = joined(&mistakes);
    mistakes_free(&mistakes);
    return said;
}

static void test_every_mistake_of_a_file_is_named_in_one_run(void **state)
{
    DIR *folder = opendir(DATA);
    struct dirent *entry;
    int files = 0;

    (void)state;
    assert_non_null(folder);
    while ((entry = readdir(folder))) {
        if (text_ends(entry->d_name, ".expected")) {
            char *name = mem_format("%.*s.conf", (int)(strlen(entry->d_name) - strlen(".expected")), entry->d_name);
            char *path = mem_format(DATA "%s", entry->d_name);
            char *want = slurp(path), *got = mistakes_of(name);

            if (strcmp(got, want) != 0)
                print_error("%s\n--- want\n%s--- got\n%s", name, want, got);
            assert_string_equal(got, want);
            free(want);
            free(got);
            free(path);
            free(name);
            files++;
        }
    }
    closedir(folder);
    assert_in_range(files, 11, 100);
}

static void test_a_file_that_includes_itself_is_refused(void **state)
{
    char *said = mistakes_of("loop.conf");

    (void)state;
    assert_non_null(strstr(said, "loop.conf:1: @include: \"loop.conf\": too many files in each other"));
    free(said);
}

static void test_a_file_that_is_missing_is_one_line(void **state)
{
    char *said = mistakes_of("missing.conf");

    (void)state;
    assert_string_equal(said, "missing.conf: file: cannot be read: No such file or directory: give the path of the "
                              "configuration with -c\n");
    free(said);
}

/* What is given here must be refused by a line that begins so. */
static const struct {
    const char *text, *said;
} refused[] = {
    { "", "1: school.name: is missing: write name = \"青岭小学\";\n" },
    { "school = { name = \"S\"; }; limits = { per_line_day = 3000000000L; };\n",
      "1: limits.per_line_day: 3000000000 is out of bounds: write 0 to 1000\n" },
    { "school = { name = \"S\"; }; limits = { per_line_day = 0xFFFFFFFF; };\n",
      "1: limits.per_line_day: 4294967295 is out of bounds: write 0 to 1000\n" },
    { "school = { name = \"S\"; }; limits = { per_line_day =\n\n\n -1; };\n",
      "1: limits.per_line_day: -1 is out of bounds: write 0 to 1000\n" },
    { "school = { name = \"S\"; }; x = [ 1, \"a\" ];\n",
      "1: list: values of different types in [ ]: write them all alike, or use ( )\n" },
    { "school = { name = \"S\"; };\n@include limits.conf\n",
      "2: @include: no file name behind it: write @include \"FILE\"\n" },
    { "school = { name = \"S\"; };\ndemo = true; clock = { speed = -1; };\n",
      "2: clock.speed: -1 is out of bounds: write 0.001 to 1000000\n" },
    { "a={b={c={d={e={f={g={h={i={j={k={l={m={n={o={p={q={r={s={t={u={v=1;};};};};};};};};};};};};};};};};};};};};};\n",
      "1: {: brackets nest too deep: at most 20\n" },
    { "school = { name = \"S\"; calendar = 5; };\n",
      "1: school.calendar: is a whole number: write calendar = [ \"calendars/" },
    { "school = { name = \"S\"; calendar = [ \"a.ics\", \"a.ics\" ]; };\n",
      "1: school.calendar[2]: \"a.ics\" stands there twice" },
    { "school = { name = \"S\"; week_starts = \"saturday\"; };\n",
      "1: school.week_starts: \"saturday\" is not known: did you mean \"sunday\"? (monday, sunday)\n" },
    { "school = { name = \"S\"; stage = \"university\"; };\n",
      "1: school.stage: \"university\" is not known: write one of kindergarten, primary, boarding\n" },
    { "school = { name = \"S\"; }; };\n", "1: }: closes nothing: take it away, or look for a missing { above\n" },
    { "school = { name = \"S\" }; demo = yes;\n", "1: demo: is a text in quotes: write demo = false;\n"
                                                  "1: yes: a text stands in quotes: write \"yes\" (or true, false)\n" },
};

static void test_what_is_wrong_is_refused_with_a_way_to_mend_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct config config;
        bool good;
        char *said = read_text(&config, refused[i].text, &good);

        assert_false(good);
        if (strncmp(said, refused[i].said, strlen(refused[i].said)) != 0)
            fail_msg("given %sgot  %swant %s", refused[i].text, said, refused[i].said);
        free(said);
    }
}

static void test_a_refused_configuration_leaves_the_old_one_alone(void **state)
{
    struct config config = { .demo = true };
    bool good;
    char *said = read_text(&config, "school = { };\n", &good);

    (void)state;
    assert_false(good);
    assert_true(config.demo);
    assert_null(config.file);
    free(said);
}

static void test_the_calendar_is_one_path_or_several(void **state)
{
    static const struct {
        const char *value, *first, *second;
    } rows[] = { { "\"\"", NULL, NULL },
                 { "[ ]", NULL, NULL },
                 { "\"a.ics\"", "/tmp/a.ics", NULL },
                 { "[ \"a.ics\", \"/b.ics\" ]", "/tmp/a.ics", "/b.ics" } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text =
            mem_format("school = { name = \"S\"; calendar = %s; week_starts = \"sunday\"; stage = \"boarding\"; };\n",
                       rows[i].value);
        struct config config;
        bool good;
        char *said = read_text(&config, text, &good);

        assert_string_equal(said, "");
        if (rows[i].first)
            assert_string_equal(config.school.calendar[0], rows[i].first);
        else
            assert_null(config.school.calendar[0]);
        if (rows[i].second)
            assert_string_equal(config.school.calendar[1], rows[i].second);
        assert_string_equal(config.school.week_starts, "sunday");
        assert_string_equal(config.school.stage, "boarding");
        config_free(&config);
        free(said);
        free(text);
    }
}

static void test_windows_line_ends_do_no_harm(void **state)
{
    struct config config;
    bool good;
    char *said = read_text(&config, "school = {\r\n  name = \"S\"; // name\r\n};\r\ndemo = true;\r\n", &good);

    (void)state;
    assert_string_equal(said, "");
    assert_true(good);
    assert_true(config.demo);
    config_free(&config);
    free(said);
}

/* --- words ---------------------------------------------------------------------------------------------------- */

static void test_prices_are_read_exactly(void **state)
{
    static const struct {
        const char *text;
        int64_t price_e4; /* -1: refused */
    } rows[] = { { "0.05", 500 }, { "0", 0 },     { "0.0375", 375 }, { "1", 10000 }, { "100", 1000000 },
                 { ".5", -1 },    { "0.", -1 },   { "0.12345", -1 }, { "-1", -1 },   { "100.01", -1 },
                 { "0,05", -1 },  { "1000", -1 }, { "5分", -1 },     { "", -1 } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t got = -1;

        word_price(&got, rows[i].text, NULL);
        if (got != rows[i].price_e4)
            fail_msg("%s: got %lld want %lld", rows[i].text, (long long)got, (long long)rows[i].price_e4);
    }
}

static void test_times_of_day_are_minutes(void **state)
{
    static const struct {
        const char *text;
        int minute; /* -1: refused */
    } rows[] = { { "21:00", 1260 }, { "7:05", 425 }, { "00:00", 0 },  { "23:59", 1439 }, { "24:00", -1 },
                 { "12:60", -1 },   { "1200", -1 },  { "12:0", -1 },  { "12:000", -1 },  { "012:00", -1 },
                 { "", -1 },        { ":30", -1 },   { "12:30x", -1 } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int got = -1;

        word_minute(&got, rows[i].text, NULL);
        if (got != rows[i].minute)
            fail_msg("%s: got %d want %d", rows[i].text, got, rows[i].minute);
    }
}

static void test_only_urls_of_this_machine_are_loopback(void **state)
{
    static const char *const here[] = { "http://127.0.0.1/", "http://127.0.0.1:8080/send?x=1", "https://localhost",
                                        "http://[::1]:1/x", "http://127.9.9.9" };
    static const char *const away[] = { "http://127.0.0.1.example/",
                                        "http://127.0.0.1@example.com/",
                                        "http://x:y@127.0.0.1/",
                                        "ftp://127.0.0.1/",
                                        "http://example.com/127.0.0.1",
                                        "http://127.0.0.1\\@example.com/",
                                        "http://128.0.0.1/",
                                        "http://${host}/",
                                        "http://[::1",
                                        "http://[::2]/",
                                        "http://",
                                        "http://127.0.0.1:99999/",
                                        "http://127.0.0.1:/",
                                        "http://2130706433/",
                                        "",
                                        "http://localhost.example/" };

    (void)state;
    for (size_t i = 0; i < COUNT(here); i++)
        if (!word_loopback_url(here[i]))
            fail_msg("%s should be this machine", here[i]);
    for (size_t i = 0; i < COUNT(away); i++)
        if (word_loopback_url(away[i]))
            fail_msg("%s should not be this machine", away[i]);
}

static void test_hooks_are_taken_and_their_events_are_those_of_the_supervisor(void **state)
{
    struct config config;
    bool good;
    char *said =
        read_text(&config,
                  "school = { name = \"S\"; };\n"
                  "hooks = ( { program = \"/usr/local/bin/on-alert\"; },\n"
                  "  { program = \"/bin/x\"; events = [ \"disk\", \"clock\" ]; config = { to = \"ops\"; }; } );\n",
                  &good);

    (void)state;
    assert_true(good);
    assert_int_equal(config.hook_count, 2);
    assert_string_equal(config.hooks[0].program, "/usr/local/bin/on-alert");
    assert_words(config.hooks[0].events, "alert");
    assert_int_equal(json_object_size(config.hooks[0].config), 0);
    assert_words(config.hooks[1].events, "disk|clock");
    assert_string_equal(json_string_value(json_object_get(config.hooks[1].config, "to")), "ops");
    assert_int_equal(config.hooks[1].line, 3);
    config_free(&config);
    free(said);
    for (int i = 0; i < HERALD_EVENTS; i++)
        assert_string_equal(word_events[i], herald_event_name((enum herald_event)i));
    assert_null(word_events[HERALD_EVENTS]);
}

static void test_the_kinds_are_those_of_the_core(void **state)
{
    size_t count = 0;

    (void)state;
    while (word_kinds[count])
        count++;
    assert_int_equal(count, KINDS);
    for (size_t i = 0; i < KINDS; i++)
        if (!word_check_kind(kind_row((enum kind)i)->name, NULL))
            fail_msg("kind %s is missing", kind_row((enum kind)i)->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_is_enough_and_all_else_has_a_default),
        cmocka_unit_test(test_values_of_the_school_and_paths_are_taken),
        cmocka_unit_test(test_a_gateway_has_its_values_its_place_and_its_own_section),
        cmocka_unit_test(test_a_gateway_is_confined_and_not_probed_unless_told_otherwise),
        cmocka_unit_test(test_ladders_and_kinds_are_found_by_name),
        cmocka_unit_test(test_what_people_ring_by_hand_and_the_clocks_have_customary_values),
        cmocka_unit_test(test_numbers_and_the_roll_of_a_school_of_its_own),
        cmocka_unit_test(test_paths_of_an_included_file_start_at_the_main_file),
        cmocka_unit_test(test_every_mistake_of_a_file_is_named_in_one_run),
        cmocka_unit_test(test_a_file_that_includes_itself_is_refused),
        cmocka_unit_test(test_a_file_that_is_missing_is_one_line),
        cmocka_unit_test(test_what_is_wrong_is_refused_with_a_way_to_mend_it),
        cmocka_unit_test(test_a_refused_configuration_leaves_the_old_one_alone),
        cmocka_unit_test(test_the_calendar_is_one_path_or_several),
        cmocka_unit_test(test_windows_line_ends_do_no_harm),
        cmocka_unit_test(test_prices_are_read_exactly),
        cmocka_unit_test(test_times_of_day_are_minutes),
        cmocka_unit_test(test_only_urls_of_this_machine_are_loopback),
        cmocka_unit_test(test_hooks_are_taken_and_their_events_are_those_of_the_supervisor),
        cmocka_unit_test(test_the_kinds_are_those_of_the_core),
    };

    return cmocka_run_group_tests(tests, NULL, close_zones);
}
