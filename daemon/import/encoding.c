/* SPDX-License-Identifier: Apache-2.0 */
/* From the bytes of a file to UTF-8; see encoding.h. */
#include "import/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/memory.h"

static const char *const names[] = {
    [ENCODING_UTF8] = "UTF-8",
    [ENCODING_UTF16LE] = "UTF-16LE",
    [ENCODING_UTF16BE] = "UTF-16BE",
    [ENCODING_GB18030] = "GB18030",
};
_Static_assert(COUNT(names) == ENCODINGS, "each encoding has its name");

const char *encoding_name(enum encoding encoding)
{
    return names[encoding];
}

/* First bytes of what is not text. */
static const struct {
    const char *bytes;
    size_t length;
    const char *what;
} workbooks[] = {
    { "\xd0\xcf\x11\xe0", 4, "an old Excel workbook (.xls)" }, /* [MS-CFB] 2.2 */
    { "PK\x03\x04", 4, "an Excel workbook (.xlsx)" },          /* APPNOTE.TXT 4.3.7 */
    { "PK\x05\x06", 4, "an Excel workbook (.xlsx)" },
    { "%PDF", 4, "a PDF document" },
    { "{\\rtf", 5, "a Word document" },
};

static const char *workbook(const char *bytes, size_t length)
{
    size_t at = 0;

    for (size_t i = 0; i < COUNT(workbooks); i++) {
        if (length >= workbooks[i].length && memcmp(bytes, workbooks[i].bytes, workbooks[i].length) == 0)
            return workbooks[i].what;
    }
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        at = 3;
    while (at < length && strchr(" \t\r\n", bytes[at]))
        at++;
    if (length - at >= 5 && (strncasecmp(bytes + at, "<html", 5) == 0 || strncasecmp(bytes + at, "<?xml", 5) == 0 ||
                             strncasecmp(bytes + at, "<!doc", 5) == 0 || strncasecmp(bytes + at, "<meta", 5) == 0 ||
                             strncasecmp(bytes + at, "<tabl", 5) == 0))
        return "a web page or XML that only looks like a workbook";
    return NULL;
}

/* UTF-16 without a mark: in ASCII (commas, line ends, digits) every second byte is NUL. A stray NUL is none. */
static bool utf16_by_nul(enum encoding *which, const char *bytes, size_t length)
{
    enum { STRAY = 20 };
    size_t even = 0, odd = 0;

    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\0')
            *(i % 2 ? &odd : &even) += 1;
    }
    if ((even > odd ? even : odd) * STRAY < length)
        return false;
    *which = odd >= even ? ENCODING_UTF16LE : ENCODING_UTF16BE;
    return true;
}

/* A NUL would end a cell in the midst: it becomes another control character, which is a fault of its cell. */
static void mark_nuls(struct text *text)
{
    for (size_t i = 0; i < text->length; i++) {
        if (text->data[i] == '\0')
            text->data[i] = '\1';
    }
}

/* Text in UTF-8 but for a few bytes: each of these becomes U+FFFD, which is a fault of its cell. GB18030 read as UTF-8 has
 * more wrong sequences than right ones. */
static bool repair_utf8(struct text *out, const char *bytes, size_t length)
{
    enum { RIGHT_FOR_ONE_WRONG = 8 };
    struct text repaired = { 0 };
    size_t right = 0, wrong = 0;

    for (size_t i = 0; i < length;) {
        char piece[5] = { 0 };
        const char *at = piece;
        uint32_t code_point;

        memcpy(piece, bytes + i, length - i < 4 ? length - i : 4);
        code_point = utf8_next(&at);
        right += at - piece > 1;
        wrong += code_point == 0xfffd && at - piece == 1;
        text_add_utf8(&repaired, *piece ? code_point : 1);
        i += *piece ? (size_t)(at - piece) : 1;
    }
    if (wrong * RIGHT_FOR_ONE_WRONG > right) {
        text_free(&repaired);
        return false;
    }
    *out = repaired;
    return true;
}

/* The row at which a conversion stopped, for the message. */
static int row_of(const char *text)
{
    int row = 1;

    for (; *text; text++)
        row += *text == '\n';
    return row;
}

static bool convert(struct text *out, enum encoding which, const char *bytes, size_t length, struct error *err)
{
    iconv_t converter = iconv_open("UTF-8", names[which]);
    char *in = (char *)(size_t)bytes; /* iconv(3) does not change it, whatever its type says */
    size_t left = length;
    bool ok = converter != (iconv_t)-1;

    while (ok && left > 0) {
        char chunk[4096];
        char *to = chunk;
        size_t room = sizeof chunk;

        if (iconv(converter, &in, &left, &to, &room) == (size_t)-1 && errno != E2BIG)
            ok = false;
        text_add_n(out, chunk, (size_t)(to - chunk));
    }
    if (converter != (iconv_t)-1)
        iconv_close(converter);
    if (!ok)
        error_set(err,
                  "row %d: bytes that are no text in UTF-8, UTF-16 or GB18030: save the sheet again as \"CSV UTF-8\"",
                  row_of(out->data ? out->data : ""));
    return ok;
}

/* "\r\n" and lone "\r" become "\n", so that a row is counted once. */
static void unify_line_ends(struct text *text)
{
    size_t to = 0;

    for (size_t at = 0; at < text->length; at++) {
        if (text->data[at] == '\r' && at + 1 < text->length && text->data[at + 1] == '\n')
            continue;
        text->data[to++] = text->data[at] == '\r' ? '\n' : text->data[at];
    }
    text->length = to;
    text->data[to] = '\0';
}

static bool decode(struct text *out, enum encoding *which, const char *bytes, size_t length, struct error *err)
{
    if (length >= 2 && memcmp(bytes, "\xff\xfe", 2) == 0) {
        *which = ENCODING_UTF16LE;
        return convert(out, *which, bytes + 2, length - 2, err);
    }
    if (length >= 2 && memcmp(bytes, "\xfe\xff", 2) == 0) {
        *which = ENCODING_UTF16BE;
        return convert(out, *which, bytes + 2, length - 2, err);
    }
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        bytes += 3, length -= 3;
    if (utf16_by_nul(which, bytes, length))
        return convert(out, *which, bytes, length, err);
    *which = ENCODING_UTF8;
    if (repair_utf8(out, bytes, length))
        return true;
    *which = ENCODING_GB18030;
    return convert(out, *which, bytes, length, err);
}

/* A mark at the front that the conversion left (GB18030 has one too), and NULs in the midst. */
static bool finish(struct text *out, struct error *err)
{
    if (out->length >= 3 && memcmp(out->data, "\xef\xbb\xbf", 3) == 0)
        text_drop(out, 3);
    if (out->length == 0)
        return error_set(err, "the file is empty: save the sheet with its rows as \"CSV UTF-8\"");
    mark_nuls(out);
    unify_line_ends(out);
    return true;
}

bool encoding_decode(struct text *out, enum encoding *which, const char *bytes, size_t length, struct error *err)
{
    const char *what = workbook(bytes, length);

    if (what)
        return error_set(err,
                         "%s, not a CSV file: open it in Excel or WPS, choose 另存为 (Save As) and the type "
                         "\"CSV UTF-8 (*.csv)\", once for each sheet",
                         what);
    if (length > IMPORT_BYTES_MAX)
        return error_set(err, "larger than %d MiB: split it, a file for each class", IMPORT_BYTES_MAX / 1024 / 1024);
    if (decode(out, which, bytes, length, err) && finish(out, err))
        return true;
    text_free(out);
    return false;
}
