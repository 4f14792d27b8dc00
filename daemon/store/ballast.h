/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ballast: 16 MiB beside the store that hold nothing. On a full disk they are given back, so that emergencies can
 * still be stored; when there is room again they are taken anew. The file is made wholly (its blocks are allocated) or
 * not at all; nothing is ever written over.
 */
#ifndef GREENLINE_STORE_BALLAST_H
#define GREENLINE_STORE_BALLAST_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"

enum {
    BALLAST_BYTES = 16 << 20,
    BALLAST_SPARE = 8 << 20, /* that must be free beside it before it is made */
    BALLAST_LOW = 4 << 20,   /* less than this is left free: routine stops before the disk is full */
};

/* Whether it lies there in its full size. */
bool ballast_there(const char *store_path);
/* Makes it; true when it is there. False with a reason when there is no room for it and BALLAST_SPARE. */
bool ballast_make(const char *store_path, struct error *err);
/* Gives the room back. True when there was some. */
bool ballast_release(const char *store_path);
/* Bytes free for us on the disk of the store; -1 when that cannot be told. */
int64_t ballast_free_bytes(const char *store_path);

#endif
