/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a command line by the table: noun, verb, arguments and options in any order, `--name VALUE` or `--name=VALUE`,
 * `--` ends the options. What is not known is answered with the nearest that is.
 */
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/language.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { NAMES_MAX = 64 };

/* A command line being read. */
struct reading {
    struct cli_call *call;
    char *const *argv;
    int argc, at;
    bool plain; /* behind "--" */
    size_t arguments;
};

void call_free(struct cli_call *call)
{
    free(call->name);
    json_decref(call->fields);
    json_decref(call->own);
}

static bool unknown(struct error *err, const char *what, const char *name, const char *const *known, const char *see)
{
    CLEANUP(mem_clean) char *clean = screen_line(name);
    const char *nearest = text_nearest(clean, known);

    if (nearest)
        return error_set(err, _("%s \"%.60s\" is not known: did you mean %s?"), what, clean, nearest);
    return error_set(err, _("%s \"%.60s\" is not known: see `greenline %s--help`"), what, clean, see);
}

static bool unknown_noun(struct error *err, const char *name)
{
    const char *known[NAMES_MAX] = { "help", "completion" };

    for (size_t i = 0; command_noun_at(i) && i + 3 < NAMES_MAX; i++)
        known[i + 2] = command_noun_at(i);
    return unknown(err, _("command"), name, known, "");
}

static bool unknown_verb(struct error *err, const char *noun, const char *name)
{
    CLEANUP(mem_clean) char *see = mem_format("%s ", noun);
    const char *known[NAMES_MAX] = { NULL };
    size_t count = 0;

    for (size_t i = 0; command_at(i) && count + 1 < NAMES_MAX; i++)
        if (strcmp(command_at(i)->noun, noun) == 0)
            known[count++] = command_at(i)->verb;
    return unknown(err, _("command"), name, known, see);
}

/* The n-th option of a command, its own first; NULL behind the last. */
static const struct cli_option *option_at(const struct cli_command *command, size_t index)
{
    for (size_t i = 0; command && i < COMMAND_OPTIONS_MAX && command->options[i].name; i++)
        if (index-- == 0)
            return &command->options[i];
    return command_common_option(command, index);
}

static bool unknown_option(struct error *err, const struct cli_command *command, const char *name)
{
    CLEANUP(mem_clean) char *see =
        command ? mem_format("%s %s%s", command->noun, command->verb, *command->verb ? " " : "") : mem_dup("");
    const char *known[NAMES_MAX] = { NULL };

    for (size_t i = 0; option_at(command, i) && i + 1 < NAMES_MAX; i++)
        known[i] = option_at(command, i)->name;
    return unknown(err, _("option"), name, known, see);
}

static json_t *list_value(const char *text)
{
    json_t *list = json_array();

    while (*text) {
        const size_t length = strcspn(text, ",");
        CLEANUP(mem_clean) char *one = text_trim(mem_dup_n(text, length));

        if (*one)
            json_array_append_new(list, json_string(one));
        text += length + (text[length] ? 1 : 0);
    }
    return list;
}

static json_t *yes_no_value(const char *text)
{
    static const char *const yes[] = { "yes", "true", "1", "是" }, *const no[] = { "no", "false", "0", "否" };

    for (size_t i = 0; i < COUNT(yes); i++)
        if (strcmp(text, yes[i]) == 0)
            return json_true();
    for (size_t i = 0; i < COUNT(no); i++)
        if (strcmp(text, no[i]) == 0)
            return json_false();
    return NULL;
}

static json_t *number_value(const char *text)
{
    char *end;
    long long number;

    errno = 0;
    number = strtoll(text, &end, 10);
    return errno || end == text || *end ? NULL : json_integer(number);
}

static const char *wanted(const struct cli_option *option)
{
    if (option->kind == OPTION_YES_NO)
        return _("yes or no");
    return option->kind == OPTION_NUMBER ? _("a number") : _("a text in UTF-8");
}

static json_t *value_of(const struct cli_option *option, const char *text)
{
    if (!utf8_valid(text, strlen(text)))
        return NULL;
    switch (option->kind) {
    case OPTION_FLAG:
        return json_true();
    case OPTION_TEXT:
        return json_string(text);
    case OPTION_NUMBER:
        return number_value(text);
    case OPTION_YES_NO:
        return yes_no_value(text);
    case OPTION_LIST:
        return list_value(text);
    }
    return NULL;
}

/* Text behind "=" or the next word; NULL when there is none. */
static const char *option_text(struct reading *reading, const struct cli_option *option, const char *equals)
{
    if (option->kind == OPTION_FLAG)
        return equals ? NULL : "";
    if (equals)
        return equals + 1;
    return reading->at + 1 < reading->argc ? reading->argv[++reading->at] : NULL;
}

static const struct cli_option *option_named(const struct cli_command *command, const char *name)
{
    const struct cli_option *option = NULL;

    for (size_t i = 0; (option = option_at(command, i)); i++)
        if (strcmp(option->name, name) == 0)
            return option;
    return NULL;
}

static bool read_option(struct reading *reading, const char *word, struct error *err)
{
    const char *equals = strchr(word, '=');
    CLEANUP(mem_clean) char *name = mem_dup_n(word, equals ? (size_t)(equals - word) : strlen(word));
    const struct cli_option *option = option_named(reading->call->command, strcmp(name, "-h") == 0 ? "--help" : name);
    const char *text;
    json_t *value;

    if (!option)
        return unknown_option(err, reading->call->command, name);
    text = option_text(reading, option, equals);
    if (!text && option->kind == OPTION_FLAG)
        return error_set(err, _("%s takes no value"), option->name);
    if (!text)
        return error_set(err, _("%s needs a value: %s"), option->name, wanted(option));
    value = value_of(option, text);
    if (!value) {
        CLEANUP(mem_clean) char *clean = screen_line(text);

        return error_set(err, _("%s \"%.60s\": give %s"), option->name, clean, wanted(option));
    }
    json_put(option->field ? reading->call->fields : reading->call->own,
             option->field ? option->field : option->name + 2, value);
    return true;
}

static const struct cli_argument *argument_next(const struct reading *reading)
{
    const struct cli_argument *arguments = reading->call->command->arguments;
    const size_t count = COMMAND_ARGUMENTS_MAX;

    for (size_t i = 0; i < count && arguments[i].name; i++)
        if (i == reading->arguments || (arguments[i].kind >= ARGUMENT_WORDS && reading->arguments > i))
            return &arguments[i];
    return NULL;
}

static bool add_words(json_t *fields, const char *field, const char *word)
{
    const char *before = json_text(fields, field, NULL);
    CLEANUP(mem_clean) char *joined = before ? mem_format("%s %s", before, word) : mem_dup(word);

    json_put_text(fields, field, joined);
    return true;
}

static bool read_argument(struct reading *reading, const char *word, struct error *err)
{
    const struct cli_argument *argument = argument_next(reading);
    struct cli_call *call = reading->call;

    if (!argument)
        return error_set(err, _("\"%.60s\" is one word too many: see `greenline %s %s --help`"), word,
                         call->command->noun, call->command->verb);
    if (!*word || (argument->kind != ARGUMENT_FILES && !utf8_valid(word, strlen(word))))
        return error_set(err, _("%s: give %s"), argument->name, _("a text in UTF-8"));
    reading->arguments++;
    switch (argument->kind) {
    case ARGUMENT_PATH:
        call->name = mem_dup(word);
        return true;
    case ARGUMENT_FIELD:
    case ARGUMENT_WORDS:
        return add_words(call->fields, argument->field, word);
    case ARGUMENT_FILES:
        if (call->file_count == COMMAND_FILES_MAX)
            return error_set(err, _("more than %d files: give fewer at a time"), COMMAND_FILES_MAX);
        call->files[call->file_count++] = word;
        return true;
    }
    return true;
}

/* Whether a noun that is a command by itself has a verb of this name: `backup list`, but `backup FILE`. */
static bool is_verb(const struct reading *reading, const char *word)
{
    const struct cli_command *command = reading->call->command;

    return !*command->verb && reading->arguments == 0 && *word && command_find(command->noun, word);
}

/* Takes a word as noun or verb, or says that there is none such. */
static bool read_name(struct reading *reading, const char *word, struct error *err)
{
    struct cli_call *call = reading->call;

    if (!call->noun) {
        if (!command_noun_help(word))
            return unknown_noun(err, word);
        call->noun = word;
        call->command = command_find(word, "");
        return true;
    }
    call->command = command_find(call->noun, word);
    return call->command || unknown_verb(err, call->noun, word);
}

static bool read_word(struct reading *reading, const char *word, struct error *err)
{
    if (!reading->plain && strcmp(word, "--") == 0) {
        reading->plain = true;
        return true;
    }
    if (!reading->plain && word[0] == '-' && word[1])
        return read_option(reading, word, err);
    if (!reading->call->command || (!reading->plain && is_verb(reading, word)))
        return read_name(reading, word, err);
    return read_argument(reading, word, err);
}

/* Whether all that must be there is. */
static bool complete(const struct reading *reading, struct error *err)
{
    const struct cli_call *call = reading->call;
    const struct cli_command *command = call->command;

    if (!call->noun)
        return error_set(err, _("no command given: see `greenline --help`"));
    if (!command)
        return error_set(err, _("%s: say what to do: see `greenline %s --help`"), call->noun, call->noun);
    for (size_t i = reading->arguments; i < COMMAND_ARGUMENTS_MAX && command->arguments[i].name; i++)
        if (!command->arguments[i].optional)
            return error_set(err, _("%s is missing: see `greenline %s%s%s --help`"), command->arguments[i].name,
                             command->noun, *command->verb ? " " : "", command->verb);
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++)
        if (command->options[i].required && !json_object_get(call->fields, command->options[i].field))
            return error_set(err, _("%s is missing: see `greenline %s%s%s --help`"), command->options[i].name,
                             command->noun, *command->verb ? " " : "", command->verb);
    return true;
}

bool call_parse(struct cli_call *out, int argc, char *const *argv, struct error *err)
{
    struct reading reading = { .call = out, .argv = argv, .argc = argc, .at = 1 };

    out->fields = json_object();
    out->own = json_object();
    if (argc > 1 && strcmp(argv[1], "help") == 0) {
        out->help = true;
        reading.at = 2;
    }
    for (; reading.at < argc; reading.at++)
        if (!read_word(&reading, argv[reading.at], err))
            return false;
    out->help = out->help || json_flag(out->own, "help", false);
    return out->help || complete(&reading, err);
}

static void add_escaped(struct text *out, const char *text)
{
    char *escaped = curl_easy_escape(NULL, text, 0);

    text_add(out, escaped ? escaped : "");
    curl_free(escaped);
}

char *call_path(const struct cli_call *call)
{
    struct text out = { 0 };
    const char *name;
    json_t *value;
    char separator = '?';

    text_add(&out, "/v1/");
    for (const char *at = call->command->path; *at; at++) {
        if (*at == '*')
            add_escaped(&out, call->name);
        else
            text_add_char(&out, *at);
    }
    if (!call->command->change)
        json_object_foreach (call->fields, name, value) {
            CLEANUP(mem_clean) char *text = json_is_boolean(value)  ? mem_dup(json_is_true(value) ? "yes" : "no")
                                            : json_is_string(value) ? mem_dup(json_string_value(value))
                                                                    : json_write(value);

            text_add_format(&out, "%c%s=", separator, name);
            add_escaped(&out, text);
            separator = '&';
        }
    return text_take(&out);
}
