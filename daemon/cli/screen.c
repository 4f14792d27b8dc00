/* SPDX-License-Identifier: Apache-2.0 */
/* Width, colours and clean text; see screen.h. */
#include "cli/screen.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/text.h"

/* ECMA-48 8.3.117 (SGR) */
static const char *const sequences[STYLES] = {
    [STYLE_PLAIN] = "",        [STYLE_HEAD] = "\033[1m",  [STYLE_DIM] = "\033[2m",
    [STYLE_GOOD] = "\033[32m", [STYLE_WAIT] = "\033[33m", [STYLE_BAD] = "\033[1;31m",
};

static const struct {
    const char *word;
    enum style style;
} styles[] = {
    { "help", STYLE_BAD },         { "held", STYLE_BAD },        { "unknown", STYLE_BAD },
    { "refused", STYLE_BAD },      { "undelivered", STYLE_BAD }, { "unasked", STYLE_BAD },
    { "wrong_number", STYLE_BAD }, { "wrong", STYLE_BAD },       { "stopped", STYLE_BAD },
    { "attention", STYLE_BAD },    { "expired", STYLE_BAD },     { "restricted", STYLE_BAD },
    { "suspect", STYLE_WAIT },     { "waiting", STYLE_WAIT },    { "queued", STYLE_WAIT },
    { "open", STYLE_WAIT },        { "starting", STYLE_WAIT },   { "paused", STYLE_WAIT },
    { "draining", STYLE_WAIT },    { "free", STYLE_WAIT },       { "delivered", STYLE_GOOD },
    { "answered", STYLE_GOOD },    { "fine", STYLE_GOOD },       { "yes", STYLE_GOOD },
    { "ok", STYLE_GOOD },          { "ready", STYLE_GOOD },      { "acknowledged", STYLE_GOOD },
    { "ack", STYLE_GOOD },         { "cancelled", STYLE_DIM },   { "closed", STYLE_DIM },
    { "ignored", STYLE_DIM },      { "removed", STYLE_DIM },
};

enum style screen_style_of(const char *word)
{
    for (size_t i = 0; i < COUNT(styles); i++)
        if (strcmp(styles[i].word, word) == 0)
            return styles[i].style;
    return STYLE_PLAIN;
}

static size_t width_of(int fd, bool terminal)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    size_t width = SCREEN_WIDTH;

    if (terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col)
        width = size.ws_col;
    else if (columns && strtoul(columns, NULL, 10))
        width = strtoul(columns, NULL, 10);
    if (width < SCREEN_WIDTH_MIN)
        return SCREEN_WIDTH_MIN;
    return width > SCREEN_WIDTH_MAX ? SCREEN_WIDTH_MAX : width;
}

struct screen screen_open(FILE *out)
{
    const int fd = fileno(out);
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    struct screen screen = { .out = out, .terminal = fd >= 0 && isatty(fd) };

    screen.width = width_of(fd, screen.terminal);
    screen.colours = screen.terminal && !(none && *none) && !(term && strcmp(term, "dumb") == 0);
    return screen;
}

void screen_styled(const struct screen *screen, enum style style, const char *text)
{
    const bool coloured = screen->colours && style != STYLE_PLAIN && *text;

    if (coloured)
        fputs(sequences[style], screen->out);
    fputs(text, screen->out);
    if (coloured)
        fputs("\033[0m", screen->out);
}

void screen_format(const struct screen *screen, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(screen->out, format, args);
    va_end(args);
}

void screen_blanks(const struct screen *screen, size_t count)
{
    fprintf(screen->out, "%*s", (int)count, "");
}

/* C0, DEL, C1, and marks that turn the direction of what follows (Unicode 9.0 UAX 9, explicit formatting characters). */
static bool harmful(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e || c == 0x200f || c == 0x061c ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static char *clean(const char *text, bool breaks)
{
    struct text out = { 0 };
    uint32_t c;

    while ((c = utf8_next(&text))) {
        if (c == '\n' && breaks)
            text_add_char(&out, '\n');
        else if (c == '\n' || c == '\t' || c == 0x2028 || c == 0x2029)
            text_add_char(&out, ' ');
        else if (!harmful(c))
            text_add_utf8(&out, c);
    }
    return text_take(&out);
}

char *screen_line(const char *text)
{
    return text_trim(clean(text, false));
}

char *screen_lines(const char *text)
{
    return text_trim(clean(text, true));
}

/* Bytes of `text` that fit into `width` columns; characters of no width stay with the one before. */
static size_t fitting(const char *text, size_t width)
{
    const char *at = text;
    size_t used = 0;

    while (*at && *at != '\n') {
        const char *next = at;
        char one[8] = "";
        size_t columns;

        utf8_next(&next);
        memcpy(one, at, (size_t)(next - at));
        columns = utf8_width(one);
        if (used + columns > width)
            break;
        used += columns;
        at = next;
    }
    return (size_t)(at - text);
}

char *screen_cut(const char *text, size_t width)
{
    size_t length;

    if (utf8_width(text) <= width)
        return mem_dup(text);
    length = fitting(text, width ? width - 1 : 0);
    return mem_format("%.*s…", (int)length, text);
}

/* Where a line of at most `room` columns ends: behind a blank when one is in its second half. */
static size_t line_end(const char *text, size_t room)
{
    const size_t length = fitting(text, room);
    size_t at = length;

    if (!text[length] || text[length] == '\n')
        return length;
    while (at > length / 2 && text[at - 1] != ' ')
        at--;
    return at > length / 2 ? at : length;
}

void screen_wrapped(const struct screen *screen, size_t indent, enum style style, const char *text)
{
    const size_t room = indent + 20 < screen->width ? screen->width - indent : 20;
    CLEANUP(mem_clean) char *clean_text = screen_lines(text);
    const char *at = clean_text;

    do {
        size_t length = line_end(at, room);
        CLEANUP(mem_clean) char *line = NULL;

        if (length == 0 && *at && *at != '\n')
            length = strlen(at);
        line = text_trim(mem_dup_n(at, length));
        screen_styled(screen, style, line);
        fputc('\n', screen->out);
        at += length;
        if (*at == '\n')
            at++;
        if (*at)
            screen_blanks(screen, indent);
    } while (*at);
}
