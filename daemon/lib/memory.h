/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation that does not fail: a process without memory stops at once (the supervisor of the system restarts it and
 * the outbox goes on from what was committed), so no caller carries a path for it.
 */
#ifndef GREENLINE_LIB_MEMORY_H
#define GREENLINE_LIB_MEMORY_H

#include <stddef.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Zeroed memory for `count` things of `size` bytes; the caller frees. */
void *mem_new(size_t count, size_t size);
/* Room for one more thing in an array that is appended to: `count` is the number it must hold now, one more than at the
 * call before (1 at the first). Room doubles; new things are not zeroed. */
void *mem_grow(void *old, size_t count, size_t size);
/* A copy the caller frees; NULL gives NULL. */
char *mem_dup(const char *text);
char *mem_dup_n(const char *text, size_t length);
/* asprintf() that does not fail; the caller frees. */
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* `CLEANUP(mem_clean) char *name = ...;` frees at the end of the scope. */
#define CLEANUP(function) __attribute__((cleanup(function)))
void mem_clean(void *pointer_to_pointer);

#endif
