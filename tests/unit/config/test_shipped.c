/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is shipped in conf/: greenline.conf, demo.conf and ladders.conf are held against the table of keys, the texts of
 * conf/templates against the length of one message.
 */
#include "config/key.h"
#include "config/tree.h"
#include "core/template.h"
#include "tests/unit/config/reading.h"

#define TEMPLATES "conf/templates/"

enum { SMS_ONE_MAX = 66, SIGNATURE = 6 }; /* 【青岭小学】 */

/* --- the shipped files against the table ---------------------------------------------------------------------- */

/* greenline.conf with its commented keys taken in ("#key", without a blank) and the clock of a demo store allowed. */
static char *uncommented(void)
{
    char *text = slurp("conf/greenline.conf");
    struct text out = { 0 };

    for (const char *line = text; *line;) {
        const size_t length = strcspn(line, "\n");
        const size_t blank = strspn(line, " ");

        text_add_n(&out, line, blank);
        if (line[blank] == '#' && line[blank + 1] != ' ' && line[blank + 1] != '\n')
            text_add_n(&out, line + blank + 1, length - blank - 1);
        else
            text_add_n(&out, line + blank, length - blank);
        text_add_char(&out, '\n');
        line += length + (line[length] == '\n');
    }
    free(text);
    text = text_take(&out);
    memcpy(strstr(text, "demo = false;"), "demo = true; ", strlen("demo = true; "));
    return text;
}

/* The node that a key of the table names: the first element of a list, the first name of a group of names. */
static const struct node *node_of_key(const struct node *node, const char *path)
{
    while (node && *path) {
        const size_t length = strcspn(path, ".[");
        char *name = mem_dup_n(path, length);

        if (strcmp(name, "*") == 0)
            node = node->count ? &node->children[0] : NULL;
        else
            node = node_find(node, name);
        free(name);
        path += length;
        if (text_starts(path, "[]")) {
            node = node && node->count ? &node->children[0] : NULL;
            path += 2;
        }
        path += *path == '.';
    }
    return node;
}

static void test_greenline_conf_shows_every_key_and_no_other(void **state)
{
    struct mistakes mistakes = { 0 };
    struct source source;
    char *text = uncommented();
    struct node *root;

    (void)state;
    source_read_text(&source, "conf/greenline.conf", text, strlen(text), &mistakes);
    root = tree_read(&source, &mistakes);
    assert_int_equal(mistakes.count, 0);
    for (size_t i = 0; i < config_key_count; i++)
        if (!node_of_key(root, config_keys[i].path))
            fail_msg("%s does not occur in conf/greenline.conf", config_keys[i].path);
    config_tree_free(root);
    source_free(&source);
    free(text);
}

static void test_greenline_conf_shows_the_defaults(void **state)
{
    struct mistakes mistakes = { 0 };
    struct source source;
    char *text = uncommented();
    struct node *root;
    int compared = 0;

    (void)state;
    source_read_text(&source, "conf/greenline.conf", text, strlen(text), &mistakes);
    root = tree_read(&source, &mistakes);
    assert_non_null(root);
    for (size_t i = 0; i < config_key_count; i++) {
        const struct node *node = node_of_key(root, config_keys[i].path);

        if (config_keys[i].shown || !config_keys[i].fallback || text_starts(config_keys[i].path, "ladders"))
            continue;
        assert_non_null(node);
        if (node->type == NODE_TEXT && strcmp(node->text, config_keys[i].fallback) != 0)
            fail_msg("%s: greenline.conf \"%s\", table \"%s\"", config_keys[i].path, node->text,
                     config_keys[i].fallback);
        if (node->type == NODE_INT)
            assert_int_equal(node->number, atoll(config_keys[i].fallback));
        compared++;
    }
    assert_in_range(compared, 20, 100);
    config_tree_free(root);
    source_free(&source);
    free(text);
}

static void test_greenline_conf_has_no_mistake_as_shipped_and_uncommented(void **state)
{
    struct config config;
    char *text = uncommented(), *here = getcwd(NULL, 0);
    char *include = strstr(text, "@include \"");
    char *whole = mem_format("%.*s@include \"%s/conf/%s", (int)(include - text), text, here, include + 10);
    bool good;
    char *said = read_text(&config, whole, &good);

    (void)state;
    assert_string_equal(said, "");
    assert_true(good);
    config_free(&config);
    must_read(&config, "conf/greenline.conf");
    assert_non_null(config_ladder_of_kind(&config, "emergency"));
    assert_non_null(config_ladder_of_kind(&config, "checkin"));
    config_free(&config);
    free(said);
    free(whole);
    free(here);
    free(text);
}

static void test_the_list_of_keys_has_one_line_a_key(void **state)
{
    char *text = NULL;
    size_t length = 0, lines = 0;
    FILE *out = open_memstream(&text, &length);

    (void)state;
    config_keys_print(out);
    fclose(out);
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    assert_int_equal(lines, config_key_count);
    assert_non_null(strstr(text, "limits.per_line_day         whole number  4  messages to one number a day"));
    assert_non_null(strstr(text, "school.name                 text          (must be given)  its name"));
    free(text);
}

/* --- the shipped texts ---------------------------------------------------------------------------------------- */

static const char *const texts[] = { "checkin",
                                     "checkin.voice",
                                     "notice",
                                     "asked_back",
                                     "which_child",
                                     "echo_help",
                                     "echo_changed",
                                     "optout_done",
                                     "optin_done",
                                     "wrong_number_mentor",
                                     "help_mentor",
                                     "rest_mentor",
                                     "absent",
                                     "emergency",
                                     "emergency.voice",
                                     "meeting",
                                     "duty",
                                     "roll",
                                     "roll.voice",
                                     "order_absent",
                                     "order_joined",
                                     "order_here",
                                     "order_unknown",
                                     "order_which",
                                     "order_class",
                                     "order_numbers",
                                     "order_names",
                                     "gathered",
                                     "gathered.voice",
                                     "settled",
                                     "remind_taken",
                                     "alarm_gateways",
                                     "alarm_nobody",
                                     "alert_missing",
                                     "alert_missing.voice",
                                     "alert_violence",
                                     "alert_violence.voice",
                                     "alert_storm",
                                     "alert_storm.voice",
                                     "alert_flood",
                                     "alert_flood.voice",
                                     "alert_road_closed",
                                     "alert_road_closed.voice",
                                     "alert_mandatory_report",
                                     "alert_mandatory_report.voice",
                                     "all_clear",
                                     "all_clear.voice",
                                     "cleared",
                                     "cleared.voice",
                                     "remind_report",
                                     "remind_result" };

static const struct template_value sample[] = { { "student", "王小明" },
                                                { "students", "王小明、王小红" },
                                                { "class", "三(2)班" },
                                                { "person", "李桂花" },
                                                { "relation", "奶奶" },
                                                { "school", "青岭小学" },
                                                { "mentor", "赵明" },
                                                { "date", "10月18日" },
                                                { "time", "15:00" },
                                                { "place", "三楼会议室" },
                                                { "code", "3" },
                                                { "text", "孩子好回1，有事回2" },
                                                { "count", "180" },
                                                { "list", "greenline" },
                                                { "kind", "道路中断" },
                                                { "level", "橙色" },
                                                { "issuer", "县气象台" },
                                                { "issued", "06:10" },
                                                { "measures", "孩子留在家里，出门的就近躲雨" },
                                                { "alert", "128" },
                                                { "situation", "身体多处损伤、营养不良" },
                                                { "numbers", "110、12345" } };

static char *text_of(const char *name, const char *language)
{
    char *path = mem_format(TEMPLATES "%s.%s.txt", name, language);
    char *text = slurp(path);

    free(path);
    return text_trim(text);
}

static void test_every_text_is_there_in_both_languages_and_sound(void **state)
{
    static const char *const languages[] = { "zh", "en" };

    (void)state;
    for (size_t i = 0; i < COUNT(texts) * 2; i++) {
        char *text = text_of(texts[i / 2], languages[i % 2]);
        struct error err = { "" };

        if (!template_check(text, NULL, &err))
            fail_msg("%s.%s: %s", texts[i / 2], languages[i % 2], err.text);
        assert_null(strstr(text, "http"));
        free(text);
    }
}

static void test_a_chinese_text_fits_one_message_with_signature_and_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *text = text_of(texts[i], "zh");
        char *said = template_render(text, sample, COUNT(sample));

        if (!text_ends(texts[i], ".voice") && utf8_count(said) + SIGNATURE > SMS_ONE_MAX)
            fail_msg("%s: %zu characters: %s", texts[i], utf8_count(said) + SIGNATURE, said);
        assert_null(strchr(said, '{'));
        free(said);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greenline_conf_shows_every_key_and_no_other),
        cmocka_unit_test(test_greenline_conf_shows_the_defaults),
        cmocka_unit_test(test_greenline_conf_has_no_mistake_as_shipped_and_uncommented),
        cmocka_unit_test(test_the_list_of_keys_has_one_line_a_key),
        cmocka_unit_test(test_every_text_is_there_in_both_languages_and_sound),
        cmocka_unit_test(test_a_chinese_text_fits_one_message_with_signature_and_names),
    };

    return cmocka_run_group_tests(tests, NULL, close_zones);
}
