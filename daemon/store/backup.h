/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup: one state of the store in one file, made beside the running daemon in slices. The copy is made from a read
 * transaction of its own, so what is written meanwhile is not in it; then its rows are counted against the original's,
 * each table is put through SQLite's integrity check, it is sealed where a key is given (lib/sealed.h), synced, and only
 * then renamed: under its final name there is a whole backup or none. A plain one is an SQLite database.
 *
 * While it lasts the write-ahead log cannot be shortened: a backup is to be short beside the work it saves.
 */
#ifndef GREENLINE_STORE_BACKUP_H
#define GREENLINE_STORE_BACKUP_H

#include <jansson.h>

#include "lib/sealed.h"
#include "lib/zone.h"
#include "store/store.h"

struct backup;

enum { BACKUP_SLICE_MS = 40, BACKUP_FILES_MAX = 10000 };

struct backup_plan {
    const char *store, *path;     /* copied */
    const struct sealed_key *key; /* copied; NULL: not sealed */
    time_ms slice_ms;             /* of a step: 0: BACKUP_SLICE_MS; below 0: the least there is */
    time_ms now;                  /* kept in the copy, for whoever restores it */
    bool (*stop)(void *arg);      /* asked now and then; NULL: never */
    void *arg;
};

enum backup_progress { BACKUP_GOES_ON, BACKUP_DONE, BACKUP_FAILED };

/* NULL and why: no room, no such folder, a store that cannot be read. An unfinished file lies beside, PATH.part. */
struct backup *backup_begin(const struct backup_plan *plan, struct error *err);
/* One slice of at most some BACKUP_SLICE_MS (a table's check may take longer). */
enum backup_progress backup_step(struct backup *backup, struct error *err);
/* From 0 to 100. */
int backup_percent(const struct backup *backup);
/* Of a backup that is done: its size. */
int64_t backup_bytes(const struct backup *backup);
/* Takes away what is not finished. NULL is allowed. */
void backup_end(struct backup *backup);

/* --- a folder of backups: greenline-YYYYMMDD-HHMMSS.db or .sealed; …-fetch.db on its way to a client --- */
enum backup_sort { BACKUP_PLAIN, BACKUP_SEALED, BACKUP_FETCH, BACKUP_SORTS };
/* The caller frees. */
char *backup_name(struct zone zone, time_ms now, enum backup_sort sort);
bool backup_name_good(const char *name);
bool backup_name_fetch(const char *name);
/* An array of {name, bytes, at (ms), sealed}, newest first. */
json_t *backup_list(const char *folder);
/* Removes all but the newest `keep` (0: none of them); how many were removed. */
int backup_prune(const char *folder, int keep);
/* Removes what interrupted backups and clients left. Only while no backup is made. */
void backup_clean(const char *folder);

/* Writes down the names in the folder of this file, so that they outlive a power cut; for restore.c as well. */
bool backup_sync_folder(const char *path, struct error *err);

#endif
