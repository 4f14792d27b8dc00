/* SPDX-License-Identifier: Apache-2.0 */
/* Files, lines and @include of a configuration; see source.h. The tokens of a line are read in token.c. */
#include "config/source.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/source_internal.h"
#include "lib/memory.h"

void source_free(struct source *source)
{
    for (size_t i = 0; i < source->file_count; i++)
        free(source->files[i]);
    free(source->lines);
    text_free(&source->text);
    *source = (struct source){ 0 };
}

struct source_line source_place(const struct source *source, int line)
{
    const size_t wanted = line > 0 ? (size_t)line : 1;

    if (source->line_count == 0)
        return (struct source_line){ .file = "", .line = 0 };
    return source->lines[(wanted <= source->line_count ? wanted : source->line_count) - 1];
}

void source_mistake(struct reader *reader, const char *format, ...)
{
    char said[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(said, sizeof said, format, args);
    va_end(args);
    mistakes_add(reader->mistakes, "%s:%d: %s", reader->place.file, reader->place.line, said);
}

static void begin_line(struct reader *reader)
{
    struct source *source = reader->source;

    source->lines = mem_grow(source->lines, source->line_count + 1, sizeof *source->lines);
    source->lines[source->line_count++] = reader->place;
}

void source_end_line(struct reader *reader)
{
    text_add_char(&reader->source->text, '\n');
    reader->place.line++;
    begin_line(reader);
}

static void forget_keys(struct reader *reader, size_t first)
{
    while (reader->key_count > first)
        free(reader->keys[--reader->key_count].name);
}

/* What the file opened and did not close is closed for it, so that the rest can still be read. */
static void close_open(struct reader *reader)
{
    while (reader->depth > reader->base) {
        const struct open_bracket *open = &reader->open[reader->depth--];

        mistakes_add(reader->mistakes, "%s:%d: %c: opened here and never closed: close it with %s", open->place.file,
                     open->place.line, open->bracket,
                     open->bracket == '{'   ? "}"
                     : open->bracket == '(' ? ")"
                                            : "]");
        forget_keys(reader, open->first_key);
        reader->source->broken = true;
    }
}

static int line_of(const char *text, const char *at)
{
    int line = 1;

    for (; text < at; text++)
        line += *text == '\n';
    return line;
}

/* Where the first byte stands that is not UTF-8, or NULL. */
static const char *bad_byte(const char *text, size_t length)
{
    const char *at = text;

    if (utf8_valid(text, length))
        return NULL;
    while (at < text + length) {
        const char *before = at;
        const uint32_t c = utf8_next(&at);

        if (c == 0 || (c == 0xfffd && at - before == 1))
            return before;
    }
    return text;
}

static bool encoding_holds(struct reader *reader, const char *text, size_t length)
{
    const char *bad = bad_byte(text, length);

    if (!bad)
        return true;
    reader->place.line = line_of(text, bad);
    source_mistake(reader, "file: %s: save it as UTF-8",
                   *bad ? "not UTF-8 (GBK or UTF-16, perhaps)" : "a NUL byte (UTF-16, perhaps)");
    reader->source->unread = true;
    return false;
}

static void drop_byte_order_mark(struct reader *reader)
{
    if (!text_starts(reader->at, "\xef\xbb\xbf"))
        return;
    source_mistake(reader, "file: begins with a byte order mark (BOM), as Windows editors write it: save it as UTF-8 "
                           "without BOM");
    reader->at += 3;
}

/* The file `name` (handed over) with its text; what stood before goes on afterwards. */
static void read_text(struct reader *reader, char *name, const char *text, size_t length)
{
    const struct reader before = *reader;

    reader->source->files[reader->source->file_count++] = name;
    reader->place = (struct source_line){ .file = name, .line = 1 };
    reader->at = text;
    reader->end = text + length;
    reader->base = reader->depth;
    begin_line(reader);
    if (encoding_holds(reader, text, length)) {
        drop_byte_order_mark(reader);
        while (reader->at < reader->end)
            source_token(reader);
    }
    close_open(reader);
    reader->at = before.at;
    reader->end = before.end;
    reader->place = before.place;
    reader->base = before.base;
}

/* The text of a file, ended by NUL; the caller frees. NULL and the reason when it cannot be read. */
static char *slurp(const char *path, size_t *length, bool regular, struct error *err)
{
    FILE *file = fopen(path, "re");
    struct stat status;
    char *text = NULL;

    if (!file || fstat(fileno(file), &status) != 0)
        error_set(err, "cannot be read: %s", strerror(errno));
    else if (S_ISDIR(status.st_mode) || (regular && !S_ISREG(status.st_mode)))
        error_set(err, "cannot be read: not a file");
    else {
        text = mem_new(SOURCE_SIZE_MAX + 2, 1);
        *length = fread(text, 1, SOURCE_SIZE_MAX + 1, file);
        if (ferror(file) || *length > SOURCE_SIZE_MAX) {
            error_set(err, ferror(file) ? "cannot be read" : "over %d KiB", SOURCE_SIZE_MAX / 1024);
            free(text);
            text = NULL;
        }
    }
    if (file)
        fclose(file);
    return text;
}

/* The file that `path` means in an include that stands in `holder`; the caller frees. */
static char *included_path(const char *holder, const char *path)
{
    const char *slash = strrchr(holder, '/');

    if (path[0] == '/' || !slash)
        return mem_dup(path);
    return mem_format("%.*s/%s", (int)(slash - holder), holder, path);
}

static bool of_ladders(const char *path)
{
    const char *slash = strrchr(path, '/');

    return text_starts(slash ? slash + 1 : path, "ladders");
}

static void include_file(struct reader *reader, const char *path)
{
    const size_t room = SOURCE_SIZE_MAX - reader->source->text.length;
    char *name = included_path(reader->place.file, path);
    size_t length = 0;
    struct error err;
    CLEANUP(mem_clean) char *text = NULL;

    if (reader->without_ladders && of_ladders(path)) {
        free(name);
        return;
    }
    if (reader->files_open == SOURCE_DEPTH_MAX || reader->source->file_count == SOURCE_FILES_MAX) {
        source_mistake(reader,
                       "@include: \"%.200s\": too many files in each other: include at most %d deep and %d in "
                       "all",
                       path, SOURCE_DEPTH_MAX, SOURCE_FILES_MAX);
    } else if (!(text = slurp(name, &length, true, &err))) {
        source_mistake(reader, "@include: \"%.200s\": %s: write a path that starts at the folder of this file", path,
                       err.text);
    } else if (reader->source->text.length > SOURCE_SIZE_MAX || length > room) {
        source_mistake(reader, "@include: \"%.200s\": over %d KiB with it: make the configuration shorter", path,
                       SOURCE_SIZE_MAX / 1024);
    } else {
        reader->files_open++;
        text_add_char(&reader->source->text, '\n');
        read_text(reader, name, text, length);
        text_add_char(&reader->source->text, '\n');
        begin_line(reader);
        reader->files_open--;
        return;
    }
    free(name);
}

void source_include(struct reader *reader)
{
    const char *at = reader->at + strlen("@include");
    size_t length;

    at += strspn(at, " \t");
    length = *at == '"' ? strcspn(at + 1, "\"\n") : 0;
    if (length == 0 || at[length + 1] != '"') {
        source_mistake(reader, "@include: no file name behind it: write @include \"FILE\"");
        reader->at += strcspn(reader->at, "\n");
        return;
    }
    reader->at = at + length + 2;
    {
        CLEANUP(mem_clean) char *path = mem_dup_n(at + 1, length);

        include_file(reader, path);
    }
    reader->wants_value = false;
}

static bool read_whole(struct reader *reader, const char *path, const char *text, size_t length)
{
    const size_t before = reader->mistakes->count + reader->mistakes->dropped;

    *reader->source = (struct source){ 0 };
    text_add(&reader->source->text, "");
    read_text(reader, mem_dup(path), text, length);
    forget_keys(reader, 0);
    free(reader->keys);
    return reader->mistakes->count + reader->mistakes->dropped == before;
}

bool source_read_text(struct source *source, const char *path, const char *text, size_t length,
                      struct mistakes *mistakes)
{
    struct reader reader = { .source = source, .mistakes = mistakes };

    return read_whole(&reader, path, text, length);
}

bool source_read(struct source *source, const char *path, bool without_ladders, struct mistakes *mistakes)
{
    struct reader reader = { .source = source, .mistakes = mistakes, .without_ladders = without_ladders };
    struct error err;
    size_t length = 0;
    CLEANUP(mem_clean) char *text = slurp(path, &length, false, &err);

    if (text)
        return read_whole(&reader, path, text, length);
    *source = (struct source){ .broken = true };
    return mistakes_add(mistakes, "%s: file: %s: give the path of the configuration with -c", path, err.text);
}
