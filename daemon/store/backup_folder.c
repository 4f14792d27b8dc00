/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of backups: names that sort by time, the list, the pruning; see backup.h. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/backup.h"

#define BEGIN "greenline-"

static const char *const ends[] = { [BACKUP_PLAIN] = ".db", [BACKUP_SEALED] = ".sealed", [BACKUP_FETCH] = "-fetch.db" };

char *backup_name(struct zone zone, time_ms now, enum backup_sort sort)
{
    const struct local_time t = zone_local(zone, now);

    return mem_format(BEGIN "%04d%02d%02d-%02d%02d%02d%s", t.year, t.month, t.day, t.hour, t.minute, t.second,
                      ends[sort]);
}

bool backup_name_good(const char *name)
{
    return text_starts(name, BEGIN) && (text_ends(name, ends[BACKUP_PLAIN]) || text_ends(name, ends[BACKUP_SEALED])) &&
           !strchr(name, '/') && strlen(name) < 64;
}

bool backup_name_fetch(const char *name)
{
    return backup_name_good(name) && text_ends(name, ends[BACKUP_FETCH]);
}

static int newest_first(const void *a, const void *b)
{
    return strcmp(*(char *const *)b, *(char *const *)a);
}

/* Names of whole backups, newest first; the caller frees each and the array. */
static size_t read_names(const char *folder, char ***out)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    char **names = NULL;
    size_t count = 0;

    while (dir && count < BACKUP_FILES_MAX && (entry = readdir(dir))) {
        if (!backup_name_good(entry->d_name) || backup_name_fetch(entry->d_name))
            continue;
        names = mem_grow(names, count + 1, sizeof *names);
        names[count++] = mem_dup(entry->d_name);
    }
    if (dir)
        closedir(dir);
    if (count)
        qsort(names, count, sizeof *names, newest_first);
    *out = names;
    return count;
}

json_t *backup_list(const char *folder)
{
    json_t *list = json_array();
    char **names;
    const size_t count = read_names(folder, &names);

    for (size_t i = 0; i < count; i++) {
        CLEANUP(mem_clean) char *path = mem_format("%s/%s", folder, names[i]);
        struct stat there;

        if (stat(path, &there) == 0) {
            json_t *one = json_object();

            json_put_text(one, "name", names[i]);
            json_put_int(one, "bytes", (int64_t)there.st_size);
            json_put_int(one, "at", (int64_t)there.st_mtim.tv_sec * 1000);
            json_put_flag(one, "sealed", text_ends(names[i], ".sealed"));
            json_array_append_new(list, one);
        }
        free(names[i]);
    }
    free(names);
    return list;
}

int backup_prune(const char *folder, int keep)
{
    char **names;
    const size_t count = read_names(folder, &names);
    int removed = 0;

    for (size_t i = 0; i < count; i++) {
        CLEANUP(mem_clean) char *path = mem_format("%s/%s", folder, names[i]);

        if (keep > 0 && i >= (size_t)keep)
            removed += unlink(path) == 0;
        free(names[i]);
    }
    free(names);
    return removed;
}

void backup_clean(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    for (int i = 0; dir && i < BACKUP_FILES_MAX && (entry = readdir(dir)); i++)
        if (text_starts(entry->d_name, BEGIN) && (strstr(entry->d_name, ".part") || backup_name_fetch(entry->d_name)))
            unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
}
