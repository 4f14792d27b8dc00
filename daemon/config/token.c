/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokens of a configuration, copied one by one; see source.h. What libconfig would take wrongly or refuse without a
 * reason is named here and mended in the copy.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/source_internal.h"
#include "lib/memory.h"

/* Chinese punctuation where libconfig wants its own. */
static const struct {
    uint32_t wide;
    char narrow;
} punctuation[] = {
    { 0xff1b, ';' }, { 0xff1d, '=' }, { 0xff1a, ':' }, { 0xff0c, ',' }, { 0x3001, ',' },
    { 0xff08, '(' }, { 0xff09, ')' }, { 0xff5b, '{' }, { 0xff5d, '}' }, { 0xff3b, '[' },
    { 0xff3d, ']' }, { 0x3010, '[' }, { 0x3011, ']' }, { 0x201c, '"' }, { 0x201d, '"' },
    { 0xff02, '"' }, { 0x3000, ' ' }, { 0x00a0, ' ' }, { 0xff03, '#' },
};

static char narrow_of(const char *at)
{
    const uint32_t c = utf8_next(&at);

    for (size_t i = 0; i < COUNT(punctuation); i++)
        if (punctuation[i].wide == c)
            return punctuation[i].narrow;
    return 0;
}

static bool in_word(const char *at)
{
    return isalnum((unsigned char)*at) || *at == '_' || *at == '-' || *at == '*' ||
           ((unsigned char)*at >= 0x80 && !narrow_of(at));
}

static void copy(struct reader *reader, size_t length)
{
    text_add_n(&reader->source->text, reader->at, length);
    reader->at += length;
}

/* --- comments ------------------------------------------------------------------------------------------------- */

static void pass_line_comment(struct reader *reader)
{
    reader->at += strcspn(reader->at, "\n");
}

static void pass_block_comment(struct reader *reader)
{
    const struct source_line opened = reader->place;

    for (reader->at += 2; *reader->at; reader->at++) {
        if (reader->at[0] == '*' && reader->at[1] == '/') {
            reader->at += 2;
            text_add_char(&reader->source->text, ' ');
            return;
        }
        if (*reader->at == '\n')
            source_end_line(reader);
    }
    mistakes_add(reader->mistakes, "%s:%d: comment: opened here and never closed: close it with */", opened.file,
                 opened.line);
}

/* --- texts ---------------------------------------------------------------------------------------------------- */

static bool closes_text(const char *at, bool wide)
{
    return wide ? narrow_of(at) == '"' || *at == '"' : *at == '"';
}

/* A text from behind its opening quote to behind its closing one. A wide one was opened by a Chinese quote. */
static void copy_text(struct reader *reader, bool wide)
{
    struct text *out = &reader->source->text;

    text_add_char(out, '"');
    while (*reader->at && *reader->at != '\n' && !closes_text(reader->at, wide)) {
        if (reader->at[0] == '\\' && reader->at[1] && reader->at[1] != '\n')
            copy(reader, 2);
        else
            copy(reader, 1);
    }
    if (!*reader->at || *reader->at == '\n') {
        source_mistake(reader, "\": opened here and not closed on this line: close the text with \"");
        if (text_ends(out->data, "\\"))
            text_add_char(out, '\\');
    } else {
        utf8_next(&reader->at);
    }
    text_add_char(out, '"');
    reader->wants_value = false;
}

static void add_quoted(struct reader *reader, const char *word, size_t length)
{
    text_add_char(&reader->source->text, '"');
    text_add_n(&reader->source->text, word, length);
    text_add_char(&reader->source->text, '"');
    reader->at = word + length;
    reader->wants_value = false;
}

/* --- numbers -------------------------------------------------------------------------------------------------- */

static size_t number_length(const char *at)
{
    const bool hex = at[0] == '0' && (at[1] == 'x' || at[1] == 'X');
    size_t length = *at == '+' || *at == '-' ? 1 : 0;

    while (isalnum((unsigned char)at[length]) || at[length] == '.' ||
           (at[length] == ':' && isdigit((unsigned char)at[length + 1])) ||
           ((at[length] == '+' || at[length] == '-') && !hex && length && strchr("eE", at[length - 1])))
        length++;
    return length;
}

/* A whole number in the notation of libconfig: digits or 0x…, with or without L or LL. *fits: in 64 bits. */
static bool whole_number(const char *word, size_t *digits, bool *fits)
{
    const size_t sign = *word == '+' || *word == '-' ? 1 : 0;
    const bool hex = !sign && word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
    char *end = NULL;
    const char *rest;

    errno = 0;
    if (!isdigit((unsigned char)word[sign]))
        return false;
    (void)strtoll(word, &end, hex ? 16 : 10);
    *fits = errno == 0;
    *digits = (size_t)(end - word);
    rest = end;
    for (int i = 0; i < 2 && *rest == 'L'; i++)
        rest++;
    return *rest == '\0' && (!hex || *digits > 2);
}

static bool real_number(const char *word)
{
    char *end = NULL;

    (void)strtod(word, &end);
    return end != word && *end == '\0' && word[strcspn(word, "xXnNiIpP")] == '\0';
}

static void read_number(struct reader *reader)
{
    const size_t length = number_length(reader->at);
    CLEANUP(mem_clean) char *word = mem_dup_n(reader->at, length);
    bool fits = true;
    size_t digits = 0;

    if (whole_number(word, &digits, &fits)) {
        if (!fits)
            source_mistake(reader, "%.60s: a number beyond 64 bits: write a smaller one", word);
        text_add_n(&reader->source->text, word, digits);
        text_add_char(&reader->source->text, 'L');
        reader->at += length;
    } else if (real_number(word)) {
        copy(reader, length);
    } else {
        source_mistake(reader, "%.60s: not a number: write it in quotes, \"%.60s\"", word, word);
        add_quoted(reader, reader->at, length);
    }
    reader->wants_value = false;
}

/* --- keys and words ------------------------------------------------------------------------------------------- */

static const struct seen_key *find_key(const struct reader *reader, const char *name)
{
    for (size_t i = reader->open[reader->depth].first_key; i < reader->key_count; i++)
        if (strcmp(reader->keys[i].name, name) == 0)
            return &reader->keys[i];
    return NULL;
}

static void refuse_key(struct reader *reader)
{
    text_add_format(&reader->source->text, SOURCE_REFUSED_KEY "%zu", reader->source->refused++);
}

static void note_key(struct reader *reader, const char *name)
{
    if (reader->key_count == SOURCE_KEYS_MAX)
        return;
    reader->keys = mem_grow(reader->keys, reader->key_count + 1, sizeof *reader->keys);
    reader->keys[reader->key_count++] = (struct seen_key){ .name = mem_dup(name), .place = reader->place };
}

static bool libconfig_name(const char *name)
{
    if (!isalpha((unsigned char)*name) && *name != '*')
        return false;
    for (; *name; name++)
        if ((unsigned char)*name >= 0x80)
            return false;
    return true;
}

static void read_key(struct reader *reader, const char *name)
{
    const struct seen_key *before = find_key(reader, name);

    if (!libconfig_name(name)) {
        source_mistake(reader,
                       "%.100s: a key is written in English letters: take it from greenline.conf (values may "
                       "be Chinese, in quotes)",
                       name);
        refuse_key(reader);
    } else if (before) {
        source_mistake(reader, "%.100s: given twice, first at %s:%d: leave one of them", name, before->place.file,
                       before->place.line);
        refuse_key(reader);
    } else {
        note_key(reader, name);
        text_add(&reader->source->text, name);
    }
}

static bool is_flag(const char *word)
{
    return strcasecmp(word, "true") == 0 || strcasecmp(word, "false") == 0;
}

static void read_word(struct reader *reader)
{
    const char *start = reader->at;
    const char *end = start;
    CLEANUP(mem_clean) char *word = NULL;

    while (in_word(end) && end - start < SOURCE_NAME_MAX)
        utf8_next(&end);
    word = mem_dup_n(start, (size_t)(end - start));
    if (!reader->wants_value) {
        read_key(reader, word);
        reader->at = end;
    } else if (is_flag(word)) {
        copy(reader, (size_t)(end - start));
        reader->wants_value = false;
    } else {
        source_mistake(reader, "%.100s: a text stands in quotes: write \"%.100s\"%s", word, word,
                       strcasecmp(word, "yes") == 0 || strcasecmp(word, "no") == 0 ? " (or true, false)" : "");
        add_quoted(reader, start, (size_t)(end - start));
    }
}

/* --- brackets and the rest ------------------------------------------------------------------------------------ */

static void open_bracket(struct reader *reader, char bracket)
{
    if (reader->depth == SOURCE_NESTING_MAX) {
        source_mistake(reader, "%c: brackets nest too deep: at most %d", bracket, SOURCE_NESTING_MAX);
        reader->source->broken = true;
        reader->at = reader->end;
        return;
    }
    reader->open[++reader->depth] =
        (struct open_bracket){ .bracket = bracket, .place = reader->place, .first_key = reader->key_count };
    text_add_char(&reader->source->text, bracket);
    reader->wants_value = bracket != '{';
}

static void close_bracket(struct reader *reader, char bracket)
{
    const struct open_bracket *open = &reader->open[reader->depth];
    const char opener = bracket == '}' ? '{' : bracket == ')' ? '(' : '[';

    text_add_char(&reader->source->text, bracket);
    reader->wants_value = false;
    if (reader->depth == reader->base) {
        source_mistake(reader, "%c: closes nothing: take it away, or look for a missing %c above", bracket, opener);
        reader->source->broken = true;
        return;
    }
    if (open->bracket != opener) {
        source_mistake(reader, "%c: closes the %c of line %d: make the two match", bracket, open->bracket,
                       open->place.line);
        reader->source->broken = true;
    }
    while (reader->key_count > open->first_key)
        free(reader->keys[--reader->key_count].name);
    reader->depth--;
}

static void read_sign(struct reader *reader, char sign)
{
    const char top = reader->open[reader->depth].bracket;

    if (strchr("{([", sign)) {
        open_bracket(reader, sign);
        return;
    }
    if (strchr("})]", sign)) {
        close_bracket(reader, sign);
        return;
    }
    text_add_char(&reader->source->text, sign);
    if (sign == '=' || sign == ':')
        reader->wants_value = true;
    else if (sign == ',' || sign == ';')
        reader->wants_value = sign == ',' && (top == '(' || top == '[');
}

static void read_wide(struct reader *reader)
{
    const char *after = reader->at;
    const char narrow = narrow_of(reader->at);
    const char *name = narrow == ' ' ? "an ordinary blank" : NULL;

    utf8_next(&after);
    source_mistake(reader, "%.*s: Chinese punctuation: write %.*s%s outside of texts", (int)(after - reader->at),
                   reader->at, name ? 0 : 1, &narrow, name ? name : "");
    reader->at = after;
    if (narrow == '"')
        copy_text(reader, true);
    else if (narrow == '#')
        pass_line_comment(reader);
    else if (narrow == ' ')
        text_add_char(&reader->source->text, ' ');
    else
        read_sign(reader, narrow);
}

static bool starts_number(const char *at)
{
    if (*at == '+' || *at == '-')
        at++;
    return isdigit((unsigned char)*at) || (*at == '.' && isdigit((unsigned char)at[1]));
}

void source_token(struct reader *reader)
{
    const char *at = reader->at;

    if (*at == '\n') {
        reader->at++;
        source_end_line(reader);
    } else if (*at == '\r' || *at == '\t' || *at == ' ' || *at == '\f' || *at == '\v') {
        reader->at++;
        text_add_char(&reader->source->text, ' ');
    } else if (*at == '#' || (at[0] == '/' && at[1] == '/')) {
        pass_line_comment(reader);
    } else if (at[0] == '/' && at[1] == '*') {
        pass_block_comment(reader);
    } else if (*at == '"') {
        reader->at++;
        copy_text(reader, false);
    } else if (text_starts(at, "@include")) {
        source_include(reader);
    } else if (starts_number(at)) {
        read_number(reader);
    } else if ((unsigned char)*at >= 0x80 && narrow_of(at)) {
        read_wide(reader);
    } else if (in_word(at)) {
        read_word(reader);
    } else {
        reader->at++;
        read_sign(reader, *at);
    }
}
