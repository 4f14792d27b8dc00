/* SPDX-License-Identifier: Apache-2.0 */
/* The file STORE.ballast; see ballast.h. */
#include "store/ballast.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/memory.h"

static char *path_of(const char *store_path)
{
    return mem_format("%s.ballast", store_path);
}

bool ballast_there(const char *store_path)
{
    CLEANUP(mem_clean) char *path = path_of(store_path);
    struct stat there;

    return stat(path, &there) == 0 && there.st_size == BALLAST_BYTES &&
           (int64_t)there.st_blocks * 512 >= BALLAST_BYTES; /* of an interrupted start it may be a hole */
}

int64_t ballast_free_bytes(const char *store_path)
{
    CLEANUP(mem_clean) char *copy = mem_dup(store_path);
    struct statvfs disk;

    if (statvfs(dirname(copy), &disk) != 0)
        return -1;
    return (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
}

/* Where a file system allocates nothing ahead, glibc writes a byte to each block. */
static bool allocate(const char *path, struct error *err)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    int failed;

    if (fd < 0)
        return error_set(err, "%s: %m", path);
    failed = posix_fallocate(fd, 0, BALLAST_BYTES);
    if (close(fd) != 0 && !failed)
        failed = errno;
    if (!failed)
        return true;
    unlink(path);
    return error_set(err, "%s: %s", path, strerror(failed));
}

bool ballast_make(const char *store_path, struct error *err)
{
    CLEANUP(mem_clean) char *path = path_of(store_path);
    const int64_t room = ballast_free_bytes(store_path);

    if (ballast_there(store_path))
        return true;
    if (room < (int64_t)BALLAST_BYTES + BALLAST_SPARE)
        return error_set(err, "%s: %lld MiB are free, %d are needed: make room on the disk", path,
                         (long long)(room >> 20), (BALLAST_BYTES + BALLAST_SPARE) >> 20);
    return allocate(path, err);
}

bool ballast_release(const char *store_path)
{
    CLEANUP(mem_clean) char *path = path_of(store_path);

    return unlink(path) == 0;
}
