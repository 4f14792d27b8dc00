/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the bytes of a file to UTF-8. Schools save their registers as UTF-8 with or without a byte order mark, as
 * UTF-16 ("Unicode text") or as GB18030 (what Excel calls "CSV" on a Chinese Windows), and sometimes not as text at
 * all: workbooks and HTML tables are known by their first bytes and answered with one line on how to save as CSV.
 * UTF-8 is tried strictly, then UTF-16 by its mark or by where the NUL bytes are, then GB18030 strictly.
 * Fails with one sentence; nothing is replaced or skipped silently.
 */
#ifndef GREENLINE_IMPORT_ENCODING_H
#define GREENLINE_IMPORT_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"
#include "lib/text.h"

enum { IMPORT_BYTES_MAX = 32 * 1024 * 1024 }; /* of one file */

enum encoding { ENCODING_UTF8, ENCODING_UTF16LE, ENCODING_UTF16BE, ENCODING_GB18030, ENCODINGS };

/* "UTF-8" … as iconv and people call it. */
const char *encoding_name(enum encoding encoding);

/* Decodes a whole file into `out` (must be empty; the caller frees): UTF-8 without mark and without NUL, line ends as
 * "\n". `out` stays empty on failure. */
bool encoding_decode(struct text *out, enum encoding *which, const char *bytes, size_t length, struct error *err);

#endif
