/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small files that survive a crash of the machine: written beside, synced, put in place. Reading gives all or nothing; a
 * file that is not there is an empty one.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_KEEP_H
#define GREENLINE_GATEWAYS_HTTP_KEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

enum { KEEP_BYTES_MAX = 16 * 1024 * 1024 };

bool keep_write(const char *path, const char *bytes, size_t length, struct error *err);
/* The bytes with a NUL behind them, the caller's; NULL with an empty `err` when there is no such file. */
char *keep_read(const char *path, size_t *length, struct error *err);

#endif
