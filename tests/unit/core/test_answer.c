/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer grammar, held against tables of replies (tests/data/answers, columns text, expected, context, also, note)
 * and against its own rules. A row is right when the class is one of `expected`; a row is dangerous when help is read as
 * good news, a missing child as accounted for, or a wrong number as a yes: none may be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <csv.h>

#include "core/answer.h"
#include "lib/memory.h"
#include "lib/text.h"

#define WORDS "conf/answers"
#define TABLES "tests/data/answers/"

enum { FIELDS = 5, ROWS_MAX = 5000, US_A_REPLY = 100 };

struct row {
    char *field[FIELDS]; /* text, expected, context, also, note */
};

struct table {
    struct row *rows;
    size_t count;
    size_t column;
};

static const char *const names[] = { "王小明", "王小红" };

static void on_field(void *data, size_t length, void *arg)
{
    struct table *table = arg;

    if (table->column == 0) {
        table->rows = mem_grow(table->rows, ++table->count, sizeof *table->rows);
        table->rows[table->count - 1] = (struct row){ { NULL } };
    }
    if (table->column < FIELDS)
        table->rows[table->count - 1].field[table->column++] = mem_dup_n(data ? data : "", length);
}

static void on_row(int c, void *arg)
{
    (void)c;
    ((struct table *)arg)->column = 0;
}

static struct table table_read(const char *path)
{
    struct table table = { 0 };
    struct csv_parser parser;
    char block[4096];
    size_t length;
    FILE *file = fopen(path, "re");

    if (!file)
        fail_msg("%s: run the test from the top folder of the project", path);
    assert_int_equal(csv_init(&parser, 0), 0);
    csv_set_delim(&parser, ',');
    /* blanks at the edges of a reply are part of it */
    csv_set_space_func(&parser, NULL);
    while ((length = fread(block, 1, sizeof block, file)))
        assert_int_equal(csv_parse(&parser, block, length, on_field, on_row, &table), length);
    csv_fini(&parser, on_field, on_row, &table);
    csv_free(&parser);
    (void)fclose(file);
    return table;
}

static void table_free(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        for (size_t j = 0; j < FIELDS; j++)
            free(table->rows[i].field[j]);
    free(table->rows);
}

/* One of `expected` ("fine|ack", "number:3"). */
static bool is_expected(const struct answer *answer, const char *expected)
{
    CLEANUP(mem_clean) char *list = mem_dup(expected);
    CLEANUP(mem_clean) char *got = answer->class == ANSWER_NUMBER ? mem_format("number:%d", answer->value)
                                                                  : mem_dup(answer_class_name(answer->class));
    char *rest = NULL;

    for (const char *one = strtok_r(list, "|", &rest); one; one = strtok_r(NULL, "|", &rest))
        if (strcmp(one, got) == 0)
            return true;
    return false;
}

static bool is_dangerous(const struct answer *answer, const char *expected, enum answer_kind kind)
{
    if (strcmp(expected, "help") == 0)
        return answer->class == ANSWER_FINE || answer->class == ANSWER_ACK || answer->class == ANSWER_YES;
    if (strcmp(expected, "no") == 0 && kind == ANSWER_KIND_ABSENT)
        return answer->class == ANSWER_YES;
    return strcmp(expected, "wrong_number") == 0 && answer->class == ANSWER_YES;
}

static void read_as(struct answer *answer, const struct grammar *grammar, const char *context, const char *text,
                    enum answer_kind *kind)
{
    struct error err = { { 0 } };
    struct answer_question question = { .options = names, .option_count = 0 };

    if (!answer_kind_parse(&question.kind, &question.choices, context, &err))
        fail_msg("%s", err.text);
    if (question.kind == ANSWER_KIND_WHICH_CHILD)
        question.option_count = COUNT(names);
    *kind = question.kind;
    answer_read(answer, grammar, &question, text);
}

/* Reads every row; prints the ones that are not right. */
static void judge_table(const struct grammar *grammar, const char *path)
{
    struct table table = table_read(path);
    size_t right = 0, dangerous = 0;

    for (size_t i = 1; i < table.count; i++) {
        const struct row *row = &table.rows[i];
        struct answer answer;
        enum answer_kind kind;
        bool good;

        read_as(&answer, grammar, row->field[2], row->field[0], &kind);
        good = is_expected(&answer, row->field[1]);
        right += good;
        dangerous += is_dangerous(&answer, row->field[1], kind);
        if (!good)
            print_message("%s:%zu: %s \"%s\": want %s, got %s%s\n", path, i + 1, row->field[2], row->field[0],
                          row->field[1], is_dangerous(&answer, row->field[1], kind) ? "DANGEROUS " : "", answer.why);
        answer_free(&answer);
    }
    print_message("%s: %zu of %zu right, %zu dangerous\n", path, right, table.count - 1, dangerous);
    if (dangerous || right != table.count - 1)
        fail_msg("%s: %zu rows are not read as they should be", path, table.count - 1 - right);
    table_free(&table);
}

static void test_every_reply_of_the_sample_is_read_as_meant(void **state)
{
    judge_table(*state, TABLES "sample.csv");
}

static void test_every_reply_of_the_own_table_is_read_as_meant(void **state)
{
    judge_table(*state, TABLES "replies.csv");
}

static void test_every_reply_of_the_hold_out_is_read_as_meant(void **state)
{
    judge_table(*state, TABLES "holdout.csv");
}

static void test_every_reply_of_the_later_hold_outs_is_read_as_meant(void **state)
{
    judge_table(*state, TABLES "holdout2.csv");
    judge_table(*state, TABLES "holdout3.csv");
    judge_table(*state, TABLES "holdout4.csv");
}

static void test_every_reply_of_the_examinations_is_read_as_meant(void **state)
{
    judge_table(*state, TABLES "examination.csv");
    judge_table(*state, TABLES "examination2.csv");
    judge_table(*state, TABLES "examination3.csv");
    judge_table(*state, TABLES "examination4.csv");
    judge_table(*state, TABLES "examination5.csv");
}

/* A reply that means help and nothing else stays far from good news, whatever politeness stands round it. */
static size_t judge_wrapped(const struct grammar *grammar, const char *context, const char *reply)
{
    static const char *const heads[] = { "好的，谢谢老师，", "收到。", "1，",   "挺好的，就是",
                                         "没事，",           "OK ",    "嗯嗯 ", "老师好，" };
    static const char *const tails[] = { "", "，谢谢", "。收到", "🙏", "，好的" };
    size_t dangerous = 0;

    for (size_t i = 0; i < COUNT(heads) * COUNT(tails); i++) {
        CLEANUP(mem_clean) char *text = mem_format("%s%s%s", heads[i / COUNT(tails)], reply, tails[i % COUNT(tails)]);
        struct answer answer;
        enum answer_kind kind;

        read_as(&answer, grammar, context, text, &kind);
        if (is_dangerous(&answer, "help", kind)) {
            print_message("%s \"%s\": got DANGEROUS %s\n", context, text, answer.why);
            dangerous++;
        }
        answer_free(&answer);
    }
    return dangerous;
}

static void test_help_stays_help_behind_any_polite_head(void **state)
{
    static const char *const tables[] = {
        TABLES "sample.csv",       TABLES "replies.csv",      TABLES "holdout.csv",     TABLES "holdout2.csv",
        TABLES "holdout3.csv",     TABLES "holdout4.csv",     TABLES "examination.csv", TABLES "examination2.csv",
        TABLES "examination3.csv", TABLES "examination4.csv", TABLES "examination5.csv"
    };
    static const char *const contexts[] = { "checkin", "ack", "emergency", "none" };
    size_t dangerous = 0;

    for (size_t i = 0; i < COUNT(tables); i++) {
        struct table table = table_read(tables[i]);

        for (size_t j = 1; j < table.count; j++)
            for (size_t k = 0; k < COUNT(contexts); k++)
                if (strcmp(table.rows[j].field[1], "help") == 0 && strcmp(table.rows[j].field[2], contexts[k]) == 0 &&
                    strlen(table.rows[j].field[0]) > 4)
                    dangerous += judge_wrapped(*state, contexts[k], table.rows[j].field[0]);
        table_free(&table);
    }
    assert_int_equal(dangerous, 0);
}

static void test_what_sounds_good_at_first_is_not_believed(void **state)
{
    judge_table(*state, TABLES "traps.csv");
    judge_table(*state, TABLES "traps2.csv");
    judge_table(*state, TABLES "traps3.csv");
}

static void expect_rest(const struct grammar *grammar, const char *context, const char *text, const char *rest)
{
    struct answer answer;
    enum answer_kind kind;

    read_as(&answer, grammar, context, text, &kind);
    if (rest ? !answer.rest || strcmp(answer.rest, rest) != 0 : answer.rest != NULL)
        fail_msg("rest of \"%s\": want %s, got %s", text, rest ? rest : "none", answer.rest ? answer.rest : "none");
    answer_free(&answer);
}

static void test_what_goes_beyond_the_grammar_is_kept_in_the_senders_words(void **state)
{
    expect_rest(*state, "checkin", "1, but he coughs", "but he coughs");
    expect_rest(*state, "meeting", "参加，几点开始？", "几点开始？");
    expect_rest(*state, "checkin", "１。", NULL);
    expect_rest(*state, "checkin", "很好，谢谢老师", NULL);
    expect_rest(*state, "checkin", "孩子发烧了", "孩子发烧了");
}

static void test_machines_are_marked_and_people_are_not(void **state)
{
    static const struct {
        const char *text;
        bool machine;
    } cases[] = {
        { "【中国移动】尊敬的用户，您的余额不足", true },
        { "[自动回复]您好，我现在有事不在", true },
        { "I'm driving right now, I'll call you later", true },
        { "正在忙，孩子挺好", false },
        { "1", false },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct answer answer;
        enum answer_kind kind;

        read_as(&answer, *state, "checkin", cases[i].text, &kind);
        if (answer.machine != cases[i].machine || (answer.machine && answer.class != ANSWER_FREE))
            fail_msg("\"%s\": want machine %d, got %d, %s", cases[i].text, cases[i].machine, answer.machine,
                     answer.why);
        answer_free(&answer);
    }
}

static void test_any_bytes_and_any_length_are_read(void **state)
{
    static const char *const broken[] = { "", "\xff\xfe", "1\xc3", "\xe5\xad", "\xf0\x9f\x91", "[[[[", "。。。", " " };
    struct text longest = { 0 };
    struct answer answer;
    enum answer_kind kind;

    for (size_t i = 0; i < COUNT(broken); i++) {
        read_as(&answer, *state, "meeting", broken[i], &kind);
        assert_non_null(answer.why);
        answer_free(&answer);
    }
    for (int i = 0; i < 3 * ANSWER_TEXT_MAX; i++)
        text_add(&longest, i == ANSWER_TEXT_MAX + 5 ? "救命" : "孩子。");
    read_as(&answer, *state, "checkin", longest.data, &kind);
    assert_int_equal(answer.class, ANSWER_FREE); /* what stands behind the bound is not read */
    answer_free(&answer);
    text_free(&longest);
}

static void test_kinds_and_classes_are_known_by_name(void **state)
{
    struct error err = { { 0 } };
    enum answer_kind kind = ANSWER_KIND_NONE;
    enum answer_class class = ANSWER_FREE;
    int choices = -1;

    (void)state;
    assert_true(answer_kind_parse(&kind, &choices, "choice:4", &err));
    assert_int_equal(kind, ANSWER_KIND_CHOICE);
    assert_int_equal(choices, 4);
    assert_true(answer_kind_parse(&kind, &choices, "voice:checkin", &err));
    assert_int_equal(kind, ANSWER_KIND_VOICE_CHECKIN);
    assert_false(answer_kind_parse(&kind, &choices, "choice:0", &err));
    assert_false(answer_kind_parse(&kind, &choices, "choice", &err));
    assert_false(answer_kind_parse(&kind, &choices, "choice:4x", &err));
    assert_false(answer_kind_parse(&kind, NULL, "chekin", &err));
    assert_non_null(strstr(err.text, "chekin"));
    assert_true(answer_class_parse(&class, "wrong_number"));
    assert_int_equal(class, ANSWER_WRONG_NUMBER);
    assert_false(answer_class_parse(&class, "maybe"));
    for (int i = 0; i < ANSWER_CLASSES; i++)
        assert_true(strlen(answer_class_name((enum answer_class)i)) > 0);
}

/* Writes one word file into a folder of its own and opens it. */
static struct grammar *open_words(const char *words, struct error *err)
{
    char folder[] = "/tmp/answer-XXXXXX";
    CLEANUP(mem_clean) char *path = NULL;
    struct grammar *grammar;
    FILE *file;

    assert_non_null(mkdtemp(folder));
    path = mem_format("%s/10-test.txt", folder);
    file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(words, file) >= 0);
    assert_int_equal(fclose(file), 0);
    grammar = grammar_open(folder, err);
    (void)unlink(path);
    (void)rmdir(folder);
    return grammar;
}

static void test_a_faulty_word_file_is_refused_with_place_and_mend(void **state)
{
    static const struct {
        const char *words, *want;
    } cases[] = {
        { "救命\n", "10-test.txt:1: " },
        { "[help]\n救命\n[hlep]\n", "10-test.txt:3: [hlep]" },
        { "# x\n[yes meting]\n", "10-test.txt:2: \"meting\"" },
        { "[letters]\n會会 x\n", "10-test.txt:2: \"x\"" },
        { "[same]\n受到\n", "10-test.txt:2: \"受到\"" },
        { "[help]\n\xff\n", "10-test.txt:2: not UTF-8" },
        { "# nothing\n", "no words in it" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = { { 0 } };

        assert_null(open_words(cases[i].words, &err));
        if (!strstr(err.text, cases[i].want))
            fail_msg("want %s, got %s", cases[i].want, err.text);
    }
}

static void test_a_school_adds_and_overrules_words(void **state)
{
    struct error err = { { 0 } };
    struct grammar *grammar =
        open_words("[not]\n没\n[ill]\n鸡瘟\n[fine]\n巴适\n= 阿弥陀佛\n[ack]\n巴适得板\n@off\n[help]\n巴适\n", &err);
    static const struct {
        const char *text;
        enum answer_class want;
    } cases[] = {
        { "巴适", ANSWER_FINE },   { "巴适得板", ANSWER_ACK },    { "鸡瘟", ANSWER_HELP },
        { "没鸡瘟", ANSWER_FINE }, { "阿弥陀佛！", ANSWER_FINE }, { "阿弥陀佛啊", ANSWER_FREE },
    };

    (void)state;
    if (!grammar)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct answer answer;
        enum answer_kind kind;

        read_as(&answer, grammar, "checkin", cases[i].text, &kind);
        if (answer.class != cases[i].want)
            fail_msg("\"%s\": want %s, got %s", cases[i].text, answer_class_name(cases[i].want), answer.why);
        answer_free(&answer);
    }
    grammar_close(grammar);
}

static void test_a_reply_is_read_in_well_under_a_hundred_microseconds(void **state)
{
    struct table table = table_read(TABLES "sample.csv");
    struct timespec from, to;
    double us;
    enum { ROUNDS = 20 };

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 1; i < table.count; i++) {
            struct answer answer;
            enum answer_kind kind;

            read_as(&answer, *state, table.rows[i].field[2], table.rows[i].field[0], &kind);
            answer_free(&answer);
        }
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    us = ((double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3) / ROUNDS /
         (double)(table.count - 1);
    print_message("%.1f us a reply\n", us);
    table_free(&table);
#ifndef __SANITIZE_ADDRESS__
    assert_true(us < US_A_REPLY);
#endif
}

static int words_open(void **state)
{
    struct error err = { { 0 } };

    *state = grammar_open(WORDS, &err);
    if (!*state)
        print_error("%s\n", err.text);
    return *state ? 0 : -1;
}

static int words_close(void **state)
{
    grammar_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_reply_of_the_sample_is_read_as_meant),
        cmocka_unit_test(test_every_reply_of_the_own_table_is_read_as_meant),
        cmocka_unit_test(test_every_reply_of_the_hold_out_is_read_as_meant),
        cmocka_unit_test(test_every_reply_of_the_later_hold_outs_is_read_as_meant),
        cmocka_unit_test(test_every_reply_of_the_examinations_is_read_as_meant),
        cmocka_unit_test(test_help_stays_help_behind_any_polite_head),
        cmocka_unit_test(test_what_sounds_good_at_first_is_not_believed),
        cmocka_unit_test(test_what_goes_beyond_the_grammar_is_kept_in_the_senders_words),
        cmocka_unit_test(test_machines_are_marked_and_people_are_not),
        cmocka_unit_test(test_any_bytes_and_any_length_are_read),
        cmocka_unit_test(test_kinds_and_classes_are_known_by_name),
        cmocka_unit_test(test_a_faulty_word_file_is_refused_with_place_and_mend),
        cmocka_unit_test(test_a_school_adds_and_overrules_words),
        cmocka_unit_test(test_a_reply_is_read_in_well_under_a_hundred_microseconds),
    };

    return cmocka_run_group_tests(tests, words_open, words_close);
}
