/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads the words of the answer grammar from *.txt files (format: conf/answers/00-README.txt). All or nothing: the first
 * fault is reported as FILE:LINE: what: how to mend it.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/answer_internal.h"
#include "lib/memory.h"

enum { FILES_MAX = 200, LINE_MAX_BYTES = 16384, PHRASE_MAX = 40 };

/* The sections of a file. Those without a role are handled apart. */
static const char *const role_names[ROLES] = {
    [ROLE_UNKNOWN] = "",      [ROLE_PLAIN] = "plain",   [ROLE_FILLER] = "filler",   [ROLE_AND] = "and",
    [ROLE_TITLE] = "title",   [ROLE_CHILD] = "child",   [ROLE_PERSON] = "person",   [ROLE_NOT] = "not",
    [ROLE_DONT] = "dont",     [ROLE_DOUBT] = "doubt",   [ROLE_IF] = "if",           [ROLE_BUT] = "but",
    [ROLE_ILL] = "ill",       [ROLE_DANGER] = "danger", [ROLE_HELP] = "help",       [ROLE_LACK] = "lack",
    [ROLE_OVER] = "over",     [ROLE_FINE] = "fine",     [ROLE_YES] = "yes",         [ROLE_NO] = "no",
    [ROLE_ACK] = "ack",       [ROLE_ASK] = "ask",       [ROLE_ASKING] = "asking",   [ROLE_MAYASK] = "mayask",
    [ROLE_ADVICE] = "advice", [ROLE_WRONG] = "wrong",   [ROLE_MACHINE] = "machine", [ROLE_OPTOUT] = "optout",
    [ROLE_OPTIN] = "optin",   [ROLE_PASS] = "pass",     [ROLE_UNIT] = "unit",       [ROLE_BEFORE] = "before",
    [ROLE_PICK] = "pick",     [ROLE_DIGITS] = "",
};

enum section { SECTION_NONE, SECTION_WORDS, SECTION_LETTERS, SECTION_SAME };

struct loader {
    struct grammar *grammar;
    enum section section;
    enum role role;
    uint32_t kinds; /* bit per kind */
    bool named;     /* the section names its kinds */
    bool off;       /* "@off": the rest of the file is skipped */
};

enum { ALL_KINDS = (1 << ANSWER_KINDS) - 1 };

static bool role_parse(enum role *out, const char *name)
{
    for (size_t i = 0; i < COUNT(role_names); i++)
        if (role_names[i][0] && strcmp(role_names[i], name) == 0) {
            *out = (enum role)i;
            return true;
        }
    return false;
}

static bool kind_add(struct loader *loader, const char *name, struct error *err)
{
    for (int kind = 0; kind < ANSWER_KINDS; kind++)
        if (strcmp(answer_kind_name((enum answer_kind)kind), name) == 0) {
            if (!loader->named)
                loader->kinds = 0;
            loader->named = true;
            loader->kinds |= UINT32_C(1) << kind;
            return true;
        }
    return error_set(err, "\"%s\": no such kind of question: name kinds as in [yes meeting slot]", name);
}

/* "[yes meeting slot]", the brackets already cut off. */
static bool section_begin(struct loader *loader, char *inside, struct error *err)
{
    char *rest = NULL;
    const char *name = strtok_r(inside, " \t", &rest);

    loader->kinds = ALL_KINDS;
    loader->named = false;
    loader->section = SECTION_WORDS;
    if (!name)
        return error_set(err, "[]: a section without a name: write one such as [help]");
    if (strcmp(name, "letters") == 0)
        loader->section = SECTION_LETTERS;
    else if (strcmp(name, "same") == 0)
        loader->section = SECTION_SAME;
    else if (!role_parse(&loader->role, name))
        return error_set(err, "[%s]: no such section: the sections stand in 00-README.txt", name);
    while ((name = strtok_r(NULL, " \t", &rest)))
        if (!kind_add(loader, name, err))
            return false;
    return true;
}

static struct word *word_at(struct grammar *grammar, const struct plain *phrase)
{
    uint32_t *leaf = tree_put(&grammar->tree, phrase->letters, phrase->length);

    if (!*leaf) {
        grammar->word_count++;
        grammar->words = mem_grow(grammar->words, grammar->word_count, sizeof *grammar->words);
        grammar->words[grammar->word_count - 1] = (struct word){ 0 };
        *leaf = (uint32_t)grammar->word_count;
    }
    return &grammar->words[*leaf - 1];
}

static void word_set(const struct loader *loader, struct word *word, enum span span)
{
    for (int kind = 0; kind < ANSWER_KINDS; kind++) {
        const uint32_t bit = UINT32_C(1) << kind;

        if (!(loader->kinds & bit) || (!loader->named && (word->named & bit)))
            continue;
        word->role[span][kind] = (uint8_t)loader->role;
        if (loader->named)
            word->named |= bit;
    }
}

/* Latin phrases are known without their blanks too: "mei shi" and "meishi". */
static void unspaced_set(const struct loader *loader, struct plain *phrase, enum span span)
{
    size_t kept = 0;

    for (size_t i = 0; i < phrase->length; i++)
        if (phrase->letters[i] != ' ')
            phrase->letters[kept++] = phrase->letters[i];
    if (kept == phrase->length || kept < 4)
        return;
    phrase->length = kept;
    word_set(loader, word_at(loader->grammar, phrase), span);
}

static bool phrase_add(const struct loader *loader, char *text, struct error *err)
{
    struct plain phrase = { 0 };
    const enum span span = *text == '=' ? SPAN_MESSAGE : *text == '~' ? SPAN_CLAUSE : SPAN_PART;

    if (span != SPAN_PART) {
        text = text_trim(text + 1);
    }
    if (*text == '\\')
        text++;
    plain_make(&phrase, loader->grammar, text);
    if (!phrase.length || phrase.length > PHRASE_MAX) {
        plain_free(&phrase);
        return error_set(err, "\"%s\": a phrase must have 1 to %d letters: shorten it", text, PHRASE_MAX);
    }
    word_set(loader, word_at(loader->grammar, &phrase), span);
    unspaced_set(loader, &phrase, span);
    plain_free(&phrase);
    return true;
}

/* "會会 嚟来": pairs of letters, the first read as the second. */
static bool letters_add(struct loader *loader, char *line, struct error *err)
{
    char *rest = NULL;

    for (const char *pair = strtok_r(line, " \t", &rest); pair; pair = strtok_r(NULL, " \t", &rest)) {
        const char *at = pair;
        const uint32_t from = utf8_next(&at);
        const uint32_t to = from ? utf8_next(&at) : 0;

        if (!to || *at)
            return error_set(err, "\"%s\": a pair must be two letters: write the letter typed and the one meant", pair);
        *tree_put(&loader->grammar->letters, &from, 1) = to + 1;
    }
    return true;
}

/* "受到 = 收到" */
static bool same_add(struct loader *loader, char *line, struct error *err)
{
    struct grammar *grammar = loader->grammar;
    char *equals = strchr(line, '=');
    struct plain from = { 0 }, to = { 0 };
    bool good;

    if (!equals)
        return error_set(err, "\"%s\": no \"=\": write WHAT IS TYPED = WHAT IS MEANT", line);
    *equals = '\0';
    plain_make(&from, NULL, text_trim(line));
    plain_make(&to, NULL, text_trim(equals + 1));
    good = from.length && to.length && from.length <= PHRASE_MAX && to.length <= PHRASE_MAX;
    if (good) {
        grammar->same_count++;
        grammar->sames = mem_grow(grammar->sames, grammar->same_count, sizeof *grammar->sames);
        grammar->sames[grammar->same_count - 1] = (struct same){ .text = to.letters, .length = to.length };
        *tree_put(&grammar->spelled, from.letters, from.length) = (uint32_t)grammar->same_count;
        to.letters = NULL;
    } else {
        error_set(err, "\"%s\": both sides must have 1 to %d letters: fill them", line, PHRASE_MAX);
    }
    plain_free(&from);
    plain_free(&to);
    return good;
}

static bool words_add(struct loader *loader, char *line, struct error *err)
{
    char *rest = NULL;

    for (char *phrase = strtok_r(line, "|", &rest); phrase; phrase = strtok_r(NULL, "|", &rest))
        if (*text_trim(phrase) && !phrase_add(loader, text_trim(phrase), err))
            return false;
    return true;
}

static bool line_read(struct loader *loader, char *line, struct error *err)
{
    const size_t length = strlen(line);

    if (!length || *line == '#' || loader->off)
        return true;
    if (!utf8_valid(line, length))
        return error_set(err, "not UTF-8: save the file as UTF-8");
    if (strcmp(line, "@off") == 0) {
        loader->off = true;
        return true;
    }
    if (*line == '[' && line[length - 1] == ']') {
        line[length - 1] = '\0';
        return section_begin(loader, line + 1, err);
    }
    switch (loader->section) {
    case SECTION_NONE:
        return error_set(err, "\"%s\": a word before the first section: put a line such as [help] above it", line);
    case SECTION_LETTERS:
        return letters_add(loader, line, err);
    case SECTION_SAME:
        return same_add(loader, line, err);
    case SECTION_WORDS:
        return words_add(loader, line, err);
    }
    return true;
}

static bool file_read(struct grammar *grammar, const char *path, struct error *err)
{
    struct loader loader = { .grammar = grammar };
    char line[LINE_MAX_BYTES];
    bool good = true;
    FILE *file = fopen(path, "re");

    if (!file)
        return error_set(err, "%s: %s: make it readable", path, strerror(errno));
    for (int number = 1; good && fgets(line, sizeof line, file); number++) {
        char *start = number == 1 && text_starts(line, "\xef\xbb\xbf") ? line + 3 : line;

        if (strlen(line) == sizeof line - 1)
            good = error_set(err, "a line over %d bytes: break it up", LINE_MAX_BYTES - 2);
        else
            good = line_read(&loader, text_trim(start), err);
        if (!good)
            error_at(err, path, number);
    }
    if (good && ferror(file))
        good = error_set(err, "%s: cannot be read: check the disk", path);
    (void)fclose(file);
    return good;
}

static int is_words_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && text_ends(entry->d_name, ".txt") && strcmp(entry->d_name, "00-README.txt") != 0;
}

static bool folder_read(struct grammar *grammar, const char *folder, struct error *err)
{
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, is_words_file, alphasort);
    bool good = true;

    if (count < 0)
        return error_set(err, "%s: %s: it must be the folder of the answer words (conf/answers)", folder,
                         strerror(errno));
    if (count > FILES_MAX)
        good = error_set(err, "%s: more than %d word files: join some", folder, FILES_MAX);
    for (int i = 0; i < count; i++) {
        CLEANUP(mem_clean) char *path = mem_format("%s/%s", folder, entries[i]->d_name);

        good = good && file_read(grammar, path, err);
        free(entries[i]);
    }
    free(entries);
    if (good && !grammar->word_count)
        good = error_set(err, "%s: no words in it: put the files of conf/answers there", folder);
    return good;
}

struct grammar *grammar_open(const char *folder, struct error *err)
{
    struct grammar *grammar = mem_new(1, sizeof *grammar);

    if (!folder_read(grammar, folder, err)) {
        grammar_close(grammar);
        return NULL;
    }
    return grammar;
}

void grammar_close(struct grammar *grammar)
{
    if (!grammar)
        return;
    tree_free(&grammar->tree);
    tree_free(&grammar->letters);
    tree_free(&grammar->spelled);
    for (size_t i = 0; i < grammar->same_count; i++)
        free(grammar->sames[i].text);
    free(grammar->sames);
    free(grammar->words);
    free(grammar);
}
