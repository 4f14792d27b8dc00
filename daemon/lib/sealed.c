/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed files by libsodium's secretstream; see sealed.h. */
#include "lib/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/memory.h"

#define MAGIC "greenline sealed 1\n"
#define MAGIC_BYTES (sizeof MAGIC - 1)

enum {
    HEADER = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    MORE = crypto_secretstream_xchacha20poly1305_ABYTES, /* of each chunk */
    KEY_LINE = 2 * SEALED_KEY_BYTES,
};

bool write_all(int fd, const void *data, size_t length, struct error *err)
{
    const char *at = data;

    while (length) {
        const ssize_t wrote = write(fd, at, length);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return error_set(err, "cannot be written: %m");
        at += wrote;
        length -= (size_t)wrote;
    }
    return true;
}

/* Fewer bytes than asked for only at the end of the file; -1 on an error. */
static ssize_t read_all(int fd, void *data, size_t length)
{
    size_t got = 0;

    while (got < length) {
        const ssize_t now = read(fd, (char *)data + got, length - got);

        if (now < 0 && errno == EINTR)
            continue;
        if (now < 0)
            return -1;
        if (now == 0)
            break;
        got += (size_t)now;
    }
    return (ssize_t)got;
}

static bool key_parse(struct sealed_key *out, const char *line, size_t length, const char *path, struct error *err)
{
    size_t bytes = 0;

    if (length != KEY_LINE || sodium_hex2bin(out->bytes, sizeof out->bytes, line, length, NULL, &bytes, NULL) != 0 ||
        bytes != sizeof out->bytes)
        return error_set(
            err, "%s: is no key: 64 hex digits on one line, as `greenline backup --new-key FILE` writes them", path);
    return true;
}

bool sealed_key_read(struct sealed_key *out, const char *path, struct error *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    char line[KEY_LINE + 2];
    struct stat there;
    ssize_t length;
    bool good;

    if (fd < 0)
        return error_set(err, "%s: %m: `greenline backup --new-key FILE` makes a key", path);
    if (fstat(fd, &there) != 0 || !S_ISREG(there.st_mode) || there.st_mode & 077) {
        close(fd);
        return error_set(err, "%s: others may read it: chmod 600 it", path);
    }
    length = read_all(fd, line, sizeof line);
    close(fd);
    if (length > 0 && line[length - 1] == '\n')
        length--;
    good = key_parse(out, line, length > 0 ? (size_t)length : 0, path, err);
    sodium_memzero(line, sizeof line);
    return good;
}

bool sealed_key_new(const char *path, struct error *err)
{
    unsigned char bytes[SEALED_KEY_BYTES];
    char line[KEY_LINE + 2];
    int fd;
    bool good;

    if (sodium_init() < 0)
        return error_set(err, "no randomness");
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(err, "%s: %m", path);
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(line, sizeof line, bytes, sizeof bytes);
    line[KEY_LINE] = '\n';
    good = write_all(fd, line, KEY_LINE + 1, err) && (fsync(fd) == 0 || error_set(err, "cannot be written: %m"));
    close(fd);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(line, sizeof line);
    if (good)
        return true;
    unlink(path);
    return error_in(err, path);
}

bool sealed_is(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    char begin[MAGIC_BYTES];
    bool is;

    if (fd < 0)
        return false;
    is = read_all(fd, begin, sizeof begin) == (ssize_t)sizeof begin && memcmp(begin, MAGIC, MAGIC_BYTES) == 0;
    close(fd);
    return is;
}

bool sealed_begin(struct sealed_writer *writer, int fd, const struct sealed_key *key, struct error *err)
{
    unsigned char header[HEADER];

    writer->fd = fd;
    writer->held = 0;
    if (sodium_init() < 0)
        return error_set(err, "no randomness");
    crypto_secretstream_xchacha20poly1305_init_push(&writer->state, header, key->bytes);
    return write_all(fd, MAGIC, MAGIC_BYTES, err) && write_all(fd, header, sizeof header, err);
}

static bool push(struct sealed_writer *writer, unsigned char tag, struct error *err)
{
    unsigned char out[SEALED_CHUNK + MORE];

    crypto_secretstream_xchacha20poly1305_push(&writer->state, out, NULL, writer->chunk, writer->held,
                                               (const unsigned char *)MAGIC, MAGIC_BYTES, tag);
    if (!write_all(writer->fd, out, writer->held + MORE, err))
        return false;
    writer->held = 0;
    return true;
}

bool sealed_write(struct sealed_writer *writer, const void *data, size_t length, struct error *err)
{
    const char *at = data;

    while (length) {
        const size_t room = SEALED_CHUNK - writer->held, now = length < room ? length : room;

        memcpy(writer->chunk + writer->held, at, now);
        writer->held += now;
        at += now;
        length -= now;
        if (writer->held == SEALED_CHUNK && !push(writer, 0, err))
            return false;
    }
    return true;
}

bool sealed_end(struct sealed_writer *writer, struct error *err)
{
    const bool good = push(writer, crypto_secretstream_xchacha20poly1305_TAG_FINAL, err);

    sodium_memzero(writer, sizeof *writer);
    return good;
}

static bool pull(crypto_secretstream_xchacha20poly1305_state *state, int from, int to, bool *final, struct error *err)
{
    unsigned char in[SEALED_CHUNK + MORE], out[SEALED_CHUNK];
    unsigned char tag = 0;
    unsigned long long length = 0;
    const ssize_t got = read_all(from, in, sizeof in);

    if (got < 0)
        return error_set(err, "cannot be read: %m");
    if (got == 0)
        return error_set(err, "was cut: its end is missing");
    if (got < (ssize_t)MORE ||
        crypto_secretstream_xchacha20poly1305_pull(state, out, &length, &tag, in, (unsigned long long)got,
                                                   (const unsigned char *)MAGIC, MAGIC_BYTES) != 0)
        return error_set(err, "was cut or changed, or this is not its key");
    *final = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return write_all(to, out, (size_t)length, err);
}

static bool open_stream(int from, int to, const struct sealed_key *key, struct error *err)
{
    crypto_secretstream_xchacha20poly1305_state state;
    unsigned char begin[MAGIC_BYTES + HEADER], more;
    bool final = false;

    if (sodium_init() < 0 || read_all(from, begin, sizeof begin) != (ssize_t)sizeof begin ||
        memcmp(begin, MAGIC, MAGIC_BYTES) != 0 ||
        crypto_secretstream_xchacha20poly1305_init_pull(&state, begin + MAGIC_BYTES, key->bytes) != 0)
        return error_set(err, "is no sealed file");
    while (!final) /* each chunk of the file once */
        if (!pull(&state, from, to, &final, err))
            return false;
    if (read_all(from, &more, 1) != 0)
        return error_set(err, "has something behind its end");
    return true;
}

bool sealed_open(const char *path, int fd, const struct sealed_key *key, struct error *err)
{
    const int from = open(path, O_RDONLY | O_CLOEXEC);
    bool good;

    if (from < 0)
        return error_set(err, "%s: %m", path);
    good = open_stream(from, fd, key, err);
    close(from);
    return good || error_in(err, path);
}
