/* SPDX-License-Identifier: Apache-2.0 */
/* Files written whole; see keep.h. */
#include "gateways/http/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/memory.h"

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);

        if (n < 0 && errno != EINTR)
            return false;
        bytes += n > 0 ? n : 0;
        length -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* The name is in the folder for good once that is synced. */
static void sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? mem_dup_n(path, (size_t)(slash - path)) : mem_dup(".");
    int fd = open(*folder ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(folder);
}

bool keep_write(const char *path, const char *bytes, size_t length, struct error *err)
{
    CLEANUP(mem_clean) char *fresh = mem_format("%s.new", path);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write_all(fd, bytes, length) && fsync(fd) == 0;
    int why = errno;

    if (fd >= 0)
        close(fd);
    if (written && rename(fresh, path) == 0) {
        sync_folder(path);
        return true;
    }
    return error_set(err, "%s: %s: free the disk, or mend its rights", path, strerror(written ? errno : why));
}

char *keep_read(const char *path, size_t *length, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    char *bytes = NULL;
    size_t room = 0, have = 0;
    ssize_t n = 1;

    if (fd >= 0 && fstat(fd, &about) == 0 && about.st_size <= KEEP_BYTES_MAX) {
        room = (size_t)about.st_size;
        bytes = mem_new(room + 1, 1);
        while (have < room && (n = read(fd, bytes + have, room - have)) > 0)
            have += (size_t)n;
    }
    if (fd >= 0 && (!bytes || have < room)) {
        error_set(err, "%s: cannot be read whole: move it away", path);
        free(bytes);
        bytes = NULL;
    } else if (fd < 0 && errno != ENOENT) {
        error_set(err, "%s: %s: mend its rights", path, strerror(errno));
    }
    if (fd >= 0)
        close(fd);
    *length = have;
    return bytes;
}
