/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors are values: one sentence a user can act on ("what: how to mend it").
 * A fallible function takes `struct error *err` last and returns false or NULL after filling it. Whoever handles the
 * error logs it; nobody logs and returns. Every function here accepts NULL where the caller does not care.
 */
#ifndef GREENLINE_LIB_ERROR_H
#define GREENLINE_LIB_ERROR_H

#include <stdbool.h>
#include <stddef.h>

struct error {
    char text[1024];
};

/* Fills `err` like printf. Always returns false, so that `return error_set(err, ...)` reads well. */
bool error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "FILE:LINE: " before what `err` says; line 0 leaves the line out. Always returns false. */
bool error_at(struct error *err, const char *file, int line);

/* Puts `prefix` and ": " before what `err` says. Always returns false. */
bool error_in(struct error *err, const char *prefix);

/*
 * A list of mistakes, for checks that report all of them in one run (configuration, import). At most MISTAKES_MAX are
 * kept, the rest is counted. Free with mistakes_free().
 */
enum { MISTAKES_MAX = 2000 };

struct mistakes {
    char **lines;
    size_t count;   /* lines kept */
    size_t dropped; /* lines over the bound */
};

void mistakes_free(struct mistakes *mistakes);
/* Appends one line like printf. Always returns false. */
bool mistakes_add(struct mistakes *mistakes, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
