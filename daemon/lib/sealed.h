/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sealed file: a backup that only the holder of a key can read. Format, version 1:
 *
 *     "greenline sealed 1\n"   19 bytes, also the associated data of every chunk
 *     header                   24 bytes of crypto_secretstream_xchacha20poly1305 (libsodium)
 *     chunks                   each 65,536 bytes of content and 17 of the stream's; the last one, shorter (0 to 65,535
 *                              bytes of content), carries the tag FINAL
 *
 * So a changed byte, a chunk left out or moved, and a file that was cut are all found out. The key is 32 random bytes,
 * kept in a file of its own as one line of 64 hex digits. Whoever loses it has no backup.
 */
#ifndef GREENLINE_LIB_SEALED_H
#define GREENLINE_LIB_SEALED_H

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

enum { SEALED_KEY_BYTES = crypto_secretstream_xchacha20poly1305_KEYBYTES, SEALED_CHUNK = 65536 };

struct sealed_key {
    unsigned char bytes[SEALED_KEY_BYTES];
};

/* Refuses a file that others may read. */
bool sealed_key_read(struct sealed_key *out, const char *path, struct error *err);
/* Makes a key file, mode 0600; one that is there already is not touched: a failure. */
bool sealed_key_new(const char *path, struct error *err);

/* Whether what lies there begins like a sealed file; false too when it cannot be read. */
bool sealed_is(const char *path);

struct sealed_writer {
    int fd; /* borrowed */
    crypto_secretstream_xchacha20poly1305_state state;
    size_t held;
    unsigned char chunk[SEALED_CHUNK];
};
/* Writes the begin of the file. */
bool sealed_begin(struct sealed_writer *writer, int fd, const struct sealed_key *key, struct error *err);
bool sealed_write(struct sealed_writer *writer, const void *data, size_t length, struct error *err);
/* The last chunk; the caller syncs and closes. */
bool sealed_end(struct sealed_writer *writer, struct error *err);

/* Opens the sealed file `path` into `fd`. On failure what was written there is worth nothing. */
bool sealed_open(const char *path, int fd, const struct sealed_key *key, struct error *err);

/* All of it, also after a short write. */
bool write_all(int fd, const void *data, size_t length, struct error *err);

#endif
