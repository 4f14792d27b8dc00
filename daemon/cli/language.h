/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The language of what people read: English in the code, others from gettext catalogues (daemon/po). LANGUAGE, LC_ALL,
 * LC_MESSAGES and LANG decide, as gettext(3) has it; the catalogue lies in `locale/` beside the program or in the
 * system's folder. A machine that lacks the locale LANG names still gets the language.
 */
#ifndef GREENLINE_CLI_LANGUAGE_H
#define GREENLINE_CLI_LANGUAGE_H

#include <libintl.h>
#include <stdbool.h>
#include <stddef.h>

/* The text in the user's language; N_ marks a text in a table that is translated where it is shown. */
#define _(text) gettext(text)
#define N_(text) text

/* Once, at the start of the program: changes the process's locale. */
void language_open(void);

/* Whether texts are in this language ("zh"), as the catalogue says of itself; "en" without a catalogue. */
bool language_is(const char *code);

/* A state, kind, class or reason of the API as people say it; a word that is not known comes back as it is. */
const char *language_word(const char *word);
/* The words known, one by one for the tests; NULL behind the last. */
const char *language_word_at(size_t index);

#endif
