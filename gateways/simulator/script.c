/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the simulator's script; see script.h. A line is cut into words (a word in quotes keeps its blanks), the
 * action's row in the table says which words must follow. A faulty line is reported and left out.
 */
#include "gateways/simulator/script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateways/common/gateway.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { WORDS_MAX = 8 };

/* The words of one line; quoted[i] tells a text from a plain word. */
struct words {
    char *word[WORDS_MAX];
    bool quoted[WORDS_MAX];
    size_t count;
};

static void words_free(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->word[i]);
    words->count = 0;
}

/* Reads a text in quotes with \" \\ \n; *at stands behind the opening quote and is left behind the closing one. */
static bool quoted_read(struct text *out, const char **at, const char *end, struct error *err)
{
    const char *c = *at;

    text_add(out, "");
    for (; c < end && *c != '"'; c++) {
        if (*c != '\\') {
            text_add_char(out, *c);
            continue;
        }
        c++;
        if (c == end || !strchr("\"\\n", *c))
            return error_set(err, "unknown escape in the text: only \\\" \\\\ and \\n are known");
        text_add_char(out, (char)(*c == 'n' ? '\n' : *c));
    }
    *at = c + 1;
    return c < end || error_set(err, "the text has no closing quote: add one");
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool words_split(struct words *out, const char *at, const char *end, struct error *err)
{
    while (true) {
        struct text word = { 0 };
        const char *start;
        bool ok = true;

        while (at < end && is_blank(*at))
            at++;
        if (at == end || *at == '#')
            return true;
        if (out->count == WORDS_MAX)
            return error_set(err, "too many words: NUMBER NTH ACTION [after DURATION]");
        start = at;
        out->quoted[out->count] = *at == '"';
        if (*at == '"') {
            at++;
            ok = quoted_read(&word, &at, end, err);
        } else {
            while (at < end && !is_blank(*at))
                at++;
            text_add_n(&word, start, (size_t)(at - start));
        }
        out->word[out->count++] = text_take(&word);
        if (!ok)
            return false;
    }
}

enum argument { TAKES_NOTHING, TAKES_TEXT, TAKES_DIGITS, TAKES_CLASS_CODE, TAKES_NUMBER, TAKES_LOST };

/* What an action excludes: two of one group in the same NUMBER NTH contradict each other. */
enum exclusive { FREE, HANDOVER, DELIVERY };

static const struct {
    enum action action;
    const char *word, *second; /* second: a word that belongs to the name ("report late") */
    enum argument argument;
    enum exclusive exclusive;
} actions[ACTIONS] = {
    { ACTION_REPLY, "reply", NULL, TAKES_TEXT, FREE },
    { ACTION_KEY, "key", NULL, TAKES_DIGITS, FREE },
    { ACTION_BUSY, "busy", NULL, TAKES_NOTHING, DELIVERY },
    { ACTION_NO_ANSWER, "no_answer", NULL, TAKES_NOTHING, DELIVERY },
    { ACTION_MISSED_CALL, "missed_call", NULL, TAKES_NOTHING, FREE },
    { ACTION_UNDELIVERED, "undelivered", NULL, TAKES_NOTHING, DELIVERY },
    { ACTION_REFUSE, "refuse", NULL, TAKES_CLASS_CODE, HANDOVER },
    { ACTION_UNKNOWN, "unknown", NULL, TAKES_LOST, HANDOVER },
    { ACTION_SILENT, "silent", NULL, TAKES_NOTHING, DELIVERY },
    { ACTION_REPORT_LATE, "report", "late", TAKES_NOTHING, FREE },
    { ACTION_REPORT_TWICE, "report", "twice", TAKES_NOTHING, FREE },
    { ACTION_REPORT_FIRST, "report", "first", TAKES_NOTHING, FREE },
    { ACTION_FROM, "from", NULL, TAKES_NUMBER, FREE },
    { ACTION_DIE, "die", NULL, TAKES_LOST, HANDOVER },
};

/* E.164: a plus, then 7 to 15 digits, the first not 0. */
static bool is_number(const char *word)
{
    const size_t digits = word[0] == '+' ? strspn(word + 1, "0123456789") : 0;

    return digits >= 7 && digits <= 15 && word[digits + 1] == '\0' && word[1] != '0';
}

static bool action_find(struct script_line *line, const struct words *words, size_t *at, struct error *err)
{
    const char *first = words->word[*at];
    const char *second = *at + 1 < words->count ? words->word[*at + 1] : "";

    for (size_t i = 0; i < ACTIONS; i++) {
        if (strcmp(actions[i].word, first) != 0 || (actions[i].second && strcmp(actions[i].second, second) != 0))
            continue;
        line->action = actions[i].action;
        *at += actions[i].second ? 2 : 1;
        return true;
    }
    if (strcmp(first, "report") == 0)
        return error_set(err, "report \"%.40s\": write report late, report twice or report first", second);
    return error_set(err,
                     "action \"%.40s\" is unknown: one of reply, key, busy, no_answer, missed_call, undelivered, "
                     "refuse, unknown, silent, report, from, die",
                     first);
}

static bool take_class_code(struct script_line *line, const struct words *words, size_t *at, struct error *err)
{
    enum gateway_refusal refusal;

    if (*at + 1 >= words->count)
        return error_set(err, "refuse needs a class and a code: refuse temporary busy");
    if (!gateway_refusal_parse(&refusal, words->word[*at]))
        return error_set(err, "class \"%.40s\": one of permanent, temporary, throttled", words->word[*at]);
    line->refusal = (int)refusal;
    line->text = mem_dup(words->word[*at + 1]);
    *at += 2;
    return true;
}

static bool take_argument(struct script_line *line, const struct words *words, size_t *at, struct error *err)
{
    const char *word = *at < words->count ? words->word[*at] : NULL;

    switch (actions[line->action].argument) {
    case TAKES_NOTHING:
        return true;
    case TAKES_LOST:
        line->lost = word && strcmp(word, "lost") == 0;
        *at += line->lost;
        return true;
    case TAKES_CLASS_CODE:
        return take_class_code(line, words, at, err);
    case TAKES_TEXT:
        if (!word || !words->quoted[*at])
            return error_set(err, "reply needs a text in quotes: reply \"1\"");
        break;
    case TAKES_DIGITS:
        if (!word || !*word || word[strspn(word, "0123456789*#")])
            return error_set(err, "key needs digits, * or #: key 1");
        break;
    case TAKES_NUMBER:
        if (!word || !is_number(word))
            return error_set(err, "from needs a number such as +8619900000012");
        break;
    }
    line->text = mem_dup(word);
    (*at)++;
    return true;
}

static bool take_after(struct script_line *line, const struct words *words, size_t at, struct error *err)
{
    line->after = -1;
    if (at == words->count)
        return true;
    if (strcmp(words->word[at], "after") != 0 || words->quoted[at])
        return error_set(err, "\"%.40s\" is not expected here: after DURATION, or the end of the line",
                         words->word[at]);
    if (at + 2 != words->count)
        return error_set(err, "after needs one duration, and nothing behind it: after 10m");
    return duration_parse(&line->after, words->word[at + 1], err);
}

static bool nth_parse(int *out, const char *word, struct error *err)
{
    char *end = NULL;
    const long n = strcmp(word, "*") == 0 ? 0 : strtol(word, &end, 10);

    if (end && (*end || n < 1 || n > SCRIPT_NTH_MAX || word[0] < '0' || word[0] > '9'))
        return error_set(err, "NTH \"%.40s\": 1, 2 … or *", word);
    *out = (int)n;
    return true;
}

static bool line_parse(struct script_line *out, const struct words *words, struct error *err)
{
    size_t at = 2;

    if (words->count < 3)
        return error_set(err, "too few words: NUMBER NTH ACTION [after DURATION]");
    if (strcmp(words->word[0], "*") != 0 && !is_number(words->word[0]))
        return error_set(err, "number \"%.40s\": write it as +8619900000012, or *", words->word[0]);
    if (!nth_parse(&out->nth, words->word[1], err) || !action_find(out, words, &at, err) ||
        !take_argument(out, words, &at, err) || !take_after(out, words, at, err))
        return false;
    out->number = mem_dup(words->word[0]);
    return true;
}

static const char *const profiles[] = {
    [PROFILE_NONE] = NULL, [PROFILE_MILD] = "mild", [PROFILE_LOAD] = "load", [PROFILE_FAULTY] = "faulty"
};

static bool random_parse(struct script *script, const struct words *words, struct error *err)
{
    char *end = NULL;

    if (script->profile != PROFILE_NONE)
        return error_set(err, "a second random: keep one");
    if (words->count != 3)
        return error_set(err, "random needs a seed and a profile: random 42 mild");
    errno = 0;
    script->seed = strtoull(words->word[1], &end, 10);
    if (errno || *end || words->word[1][0] < '0' || words->word[1][0] > '9')
        return error_set(err, "seed \"%.40s\": a whole number such as 42", words->word[1]);
    for (size_t i = PROFILE_MILD; i < COUNT(profiles); i++)
        if (strcmp(profiles[i], words->word[2]) == 0)
            script->profile = (enum profile)i;
    return script->profile != PROFILE_NONE ||
           error_set(err, "profile \"%.40s\": one of mild, load, faulty", words->word[2]);
}

static bool take_line(struct script *script, const char *start, const char *end, int number, struct error *err)
{
    struct words words = { 0 };
    struct script_line line = { .line = number };
    bool ok = words_split(&words, start, end, err);

    if (ok && words.count > 0 && strcmp(words.word[0], "random") == 0) {
        ok = random_parse(script, &words, err);
    } else if (ok && words.count > 0) {
        ok = line_parse(&line, &words, err);
        if (ok && script->count == SCRIPT_LINES_MAX)
            ok = error_set(err, "more than %d lines: make the script shorter", (int)SCRIPT_LINES_MAX);
        if (ok) {
            script->lines = mem_grow(script->lines, script->count + 1, sizeof *script->lines);
            script->lines[script->count++] = line;
        } else {
            free((char *)line.number);
            free(line.text);
        }
    }
    words_free(&words);
    return ok;
}

static int by_place(const void *a, const void *b)
{
    const struct script_line *one = a, *two = b;
    const int order = strcmp(one->number, two->number);

    if (order != 0)
        return order;
    return one->nth != two->nth ? (one->nth > two->nth) - (one->nth < two->nth)
                                : (one->line > two->line) - (one->line < two->line);
}

static bool same_group(const struct script_line *one, const struct script_line *two)
{
    return one->nth == two->nth && strcmp(one->number, two->number) == 0;
}

/* The lines of one NUMBER NTH, from `first` to before `end`. */
static void check_group(const struct script_line *first, const struct script_line *end, const char *file,
                        struct mistakes *mistakes)
{
    int seen[] = { [FREE] = 0, [HANDOVER] = 0, [DELIVERY] = 0 };

    if (end - first > SCRIPT_GROUP_MAX)
        mistakes_add(mistakes, "%s:%d: more than %d lines for one NUMBER NTH: take some out", file,
                     first[SCRIPT_GROUP_MAX].line, (int)SCRIPT_GROUP_MAX);
    for (; first < end; first++) {
        const enum exclusive kind = actions[first->action].exclusive;

        if (kind != FREE && seen[kind])
            mistakes_add(mistakes, "%s:%d: %s contradicts line %d: keep one of them", file, first->line,
                         actions[first->action].word, seen[kind]);
        seen[kind] = first->line;
    }
}

static void check_groups(const struct script *script, const char *file, struct mistakes *mistakes)
{
    size_t end;

    for (size_t first = 0; first < script->count; first = end) {
        for (end = first + 1; end < script->count && same_group(&script->lines[first], &script->lines[end]);)
            end++;
        check_group(script->lines + first, script->lines + end, file, mistakes);
    }
}

bool script_read(struct script *out, const char *file, const char *text, size_t length, struct mistakes *mistakes)
{
    const size_t before = mistakes->count + mistakes->dropped;
    const char *const end = text + length; /* text ends in NUL there */
    int number = 1;

    *out = (struct script){ 0 };
    if (!utf8_valid(text, length))
        return mistakes_add(mistakes, "%s: not UTF-8: save it as UTF-8", file);
    if (text_starts(text, "\xef\xbb\xbf"))
        text += 3; /* the mark that Windows editors put first */
    for (const char *line = text; line < end; number++) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        struct error err;

        stop = stop ? stop : end;
        if (!take_line(out, line, stop, number, &err))
            mistakes_add(mistakes, "%s:%d: %s", file, number, err.text);
        line = stop + 1;
    }
    if (out->count > 0)
        qsort(out->lines, out->count, sizeof *out->lines, by_place);
    check_groups(out, file, mistakes);
    return mistakes->count + mistakes->dropped == before;
}

bool script_load(struct script *out, const char *file, struct mistakes *mistakes)
{
    const int fd = open(file, O_RDONLY | O_CLOEXEC);
    struct text text = { 0 };
    char bytes[4096];
    ssize_t n = -1;
    bool ok;

    *out = (struct script){ 0 };
    while (fd >= 0 && text.length <= SCRIPT_BYTES_MAX && (n = read(fd, bytes, sizeof bytes)) > 0)
        text_add_n(&text, bytes, (size_t)n);
    if (n < 0)
        ok = mistakes_add(mistakes, "%s: cannot be read (%s): name a file that is there", file, strerror(errno));
    else if (text.length > SCRIPT_BYTES_MAX)
        ok = mistakes_add(mistakes, "%s: more than %d bytes: make the script shorter", file, (int)SCRIPT_BYTES_MAX);
    else
        ok = script_read(out, file, text.data ? text.data : "", text.length, mistakes);
    if (fd >= 0)
        close(fd);
    text_free(&text);
    return ok;
}

void script_free(struct script *script)
{
    for (size_t i = 0; i < script->count; i++) {
        free((char *)script->lines[i].number);
        free(script->lines[i].text);
    }
    free(script->lines);
    *script = (struct script){ 0 };
}

/* The first line at or behind (number, nth). */
static size_t lower_bound(const struct script *script, const char *number, int nth)
{
    const struct script_line wanted = { .number = number, .nth = nth, .line = -1 };
    size_t low = 0, high = script->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (by_place(&script->lines[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct script_line *script_find(const struct script *script, const char *number, int nth, size_t *count)
{
    const struct script_line places[] = {
        { .number = number, .nth = nth }, { .number = number }, { .number = "*", .nth = nth }, { .number = "*" }
    };

    for (size_t i = 0; i < COUNT(places); i++) {
        const size_t first = lower_bound(script, places[i].number, places[i].nth);
        size_t end = first;

        while (end < script->count && same_group(&script->lines[end], &places[i]))
            end++;
        *count = end - first;
        if (*count > 0)
            return script->lines + first;
    }
    return NULL;
}

bool script_knows(const struct script *script, const char *number)
{
    const size_t first = lower_bound(script, number, 0);

    return first < script->count && strcmp(script->lines[first].number, number) == 0;
}
