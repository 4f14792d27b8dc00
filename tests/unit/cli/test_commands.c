/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands against itself, its examples, the man page, the completion and the Chinese catalogue. */
#include "fake_daemon.h"

#include "cli/command.h"
#include "cli/language.h"

enum { PAGE_MAX = 256 * 1024, WORDS_MAX = 32 };

/* The whole of a file of the project; the caller frees. */
static char *page(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = mem_new(PAGE_MAX, 1);

    assert_non_null(file);
    assert_in_range(fread(text, 1, PAGE_MAX - 1, file), 1, PAGE_MAX - 2);
    fclose(file);
    return text;
}

/* "--dry-run" as roff writes it; the caller frees. */
static char *roff(const char *text)
{
    struct text out = { 0 };

    for (; *text; text++)
        text_add(&out, *text == '-' ? "\\-" : (const char[]){ *text, '\0' });
    return text_take(&out);
}

/* The part of the man page about a command: up to the next .TP. The caller frees. */
static char *entry_of(const char *man, const struct cli_command *command)
{
    CLEANUP(mem_clean) char *words = roff(command->verb);
    CLEANUP(mem_clean) char *head = mem_format("\n.TP\n.B greenline %s%s%s", command->noun, *words ? " " : "", words);
    const char *at = strstr(man, head), *end;

    while (at && !strchr(" \n", at[strlen(head)]))
        at = strstr(at + 1, head);
    if (!at)
        return NULL;
    end = strstr(at + 4, "\n.TP\n");
    return mem_dup_n(at, end ? (size_t)(end - at) : strlen(at));
}

static void test_the_man_page_has_each_command_with_each_option(void **state)
{
    CLEANUP(mem_clean) char *man = page("daemon/cli/greenline.1");
    const struct cli_command *command;

    (void)state;
    for (size_t i = 0; (command = command_at(i)); i++) {
        CLEANUP(mem_clean) char *entry = entry_of(man, command);

        if (!entry)
            fail_msg("greenline.1 lacks: %s %s", command->noun, command->verb);
        for (size_t o = 0; o < COMMAND_OPTIONS_MAX && command->options[o].name; o++) {
            CLEANUP(mem_clean) char *option = roff(command->options[o].name);

            if (!strstr(entry, option))
                fail_msg("greenline.1 lacks at %s %s: %s", command->noun, command->verb, command->options[o].name);
        }
    }
}

/* Splits an example as a shell does: blanks, double quotes, and no more behind "<". */
static int split(char *text, char **argv)
{
    int argc = 0;

    while (*text && *text != '<' && argc < WORDS_MAX) {
        const char end = *text == '"' ? '"' : ' ';

        argv[argc++] = text += end == '"';
        text += strcspn(text, end == '"' ? "\"" : " ");
        if (*text)
            *text++ = '\0';
        text += strspn(text, " ");
    }
    return argc;
}

static void test_every_example_is_understood_as_its_own_command(void **state)
{
    const struct cli_command *command;

    (void)state;
    for (size_t i = 0; (command = command_at(i)); i++) {
        assert_non_null(command->examples[0]);
        for (size_t e = 0; e < COMMAND_EXAMPLES_MAX && command->examples[e]; e++) {
            CLEANUP(mem_clean) char *line = mem_format("greenline %s", command->examples[e]);
            char *argv[WORDS_MAX];
            const int argc = split(line, argv);
            struct cli_call call = { 0 };
            struct error err;

            if (!call_parse(&call, argc, argv, &err))
                fail_msg("%s: %s", command->examples[e], err.text);
            assert_ptr_equal(call.command, command);
            call_free(&call);
        }
    }
}

static void test_every_command_has_a_known_noun_a_path_and_a_view(void **state)
{
    const struct cli_command *command;

    (void)state;
    for (size_t i = 0; (command = command_at(i)); i++) {
        assert_non_null(command_noun_help(command->noun));
        assert_ptr_equal(command_find(command->noun, command->verb), command);
        assert_non_null(command->view);
        assert_int_equal(strchr(command->path, '*') != NULL,
                         command->arguments[0].kind == ARGUMENT_PATH && command->arguments[0].name != NULL);
        if (command->list && !command->view->draw)
            assert_non_null(command->view->columns[0].title);
        if (!command->list && !command->view->draw && !command->run)
            assert_non_null(command->view->fields[0].title);
    }
    for (size_t i = 0; command_noun_at(i); i++) {
        bool used = false;

        for (size_t c = 0; command_at(c); c++)
            used = used || strcmp(command_at(c)->noun, command_noun_at(i)) == 0;
        assert_true(used);
    }
}

static void test_help_shows_options_and_examples_of_a_command(void **state)
{
    struct ran ran = fake_cli_words("/nowhere", "", (const char *const[]){ "outbox", "retry", "--help", NULL });

    (void)state;
    assert_int_equal(ran.status, CLI_DONE);
    assert_string_equal(ran.err, "");
    assert_string_equal(ran.out, "greenline outbox retry ID [options]\n\n"
                                 "release a message that is held or whose fate is unknown\n\n"
                                 "Options\n"
                                 "  --json                        print JSON: a list is an array of objects\n"
                                 "  --request-id ID               the same command with the same id is done once\n"
                                 "  --socket PATH                 the daemon's socket (or GREENLINE_SOCKET)\n"
                                 "  --help                        this text\n\n"
                                 "Examples\n  greenline outbox retry 99\n");
    ran_free(&ran);
}

static void test_help_of_a_noun_lists_its_commands(void **state)
{
    struct ran ran = fake_cli_words("/nowhere", "", (const char *const[]){ "pair", "--help", NULL });

    (void)state;
    assert_int_equal(ran.status, CLI_DONE);
    assert_string_equal(ran.out, "greenline pair …: mentors and their children\n\n"
                                 "Commands\n  list        which mentor looks after which child\n"
                                 "  add         a mentor looks after a child from now on\n"
                                 "  end         a mentor looks after a child no longer\n\n"
                                 "`greenline pair COMMAND --help` shows options and examples.\n");
    ran_free(&ran);
}

static void test_completion_offers_nouns_verbs_and_options(void **state)
{
    char *out = NULL;
    size_t size;
    FILE *file = open_memstream(&out, &size);

    (void)state;
    completion_print(file);
    fclose(file);
    assert_non_null(strstr(out, "        outbox) words=\"list show cancel retry \" ;;\n"));
    assert_non_null(
        strstr(out, "        \"gateway drain\") words=\"--reason --json --request-id --socket --help \" ;;\n"));
    assert_non_null(strstr(out, "complete -o default -F _greenline greenline\n"));
    free(out);
}

static void test_every_text_has_its_chinese(void **state)
{
    CLEANUP(mem_clean) char *catalogue = page("daemon/po/zh_CN.po");
    const struct cli_command *command;

    (void)state;
    for (size_t i = 0; language_word_at(i); i++) {
        CLEANUP(mem_clean) char *entry = mem_format("\nmsgid \"%s\"\nmsgstr \"", language_word_at(i));
        const char *at = strstr(catalogue, entry);

        if (!at || at[strlen(entry)] == '"')
            fail_msg("zh_CN.po lacks the word: %s", language_word_at(i));
    }
    for (size_t i = 0; (command = command_at(i)); i++) {
        CLEANUP(mem_clean) char *entry = mem_format("\nmsgid \"%s\"\nmsgstr \"", command->help);

        if (!strchr(command->help, '"') && !strstr(catalogue, entry))
            fail_msg("zh_CN.po lacks: %s", command->help);
    }
    assert_null(strstr(catalogue, "\nmsgstr \"\"\n\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_man_page_has_each_command_with_each_option),
        cmocka_unit_test(test_every_example_is_understood_as_its_own_command),
        cmocka_unit_test(test_every_command_has_a_known_noun_a_path_and_a_view),
        cmocka_unit_test(test_help_shows_options_and_examples_of_a_command),
        cmocka_unit_test(test_help_of_a_noun_lists_its_commands),
        cmocka_unit_test(test_completion_offers_nouns_verbs_and_options),
        cmocka_unit_test(test_every_text_has_its_chinese),
    };

    unsetenv("COLUMNS");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
