/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be wrong with the place where the store lies, as one table: how SQLite says it, what it is for people and how
 * it is mended. Pure: codes in, a row out. What the daemon does about each is in daemon/trouble.c.
 */
#ifndef GREENLINE_STORE_FAULT_H
#define GREENLINE_STORE_FAULT_H

enum fault {
    FAULT_NONE,
    FAULT_FULL,        /* no room; the ballast gives some back */
    FAULT_LOW,         /* hardly any room left, told before it is full */
    FAULT_READ_ONLY,   /* the disk takes no writes */
    FAULT_LOCKED,      /* another program holds a lock on the database */
    FAULT_DAMAGED,     /* pages that make no sense */
    FAULT_GONE,        /* the file is no longer where it was */
    FAULT_DESCRIPTORS, /* none left */
    FAULT_DISK,        /* an input or output error */
    FAULT_OTHER,       /* a mistake of ours, or one nobody thought of */
    FAULTS
};

/* By the extended result code of SQLite and the errno behind it (0: none). */
enum fault fault_of_code(int code, int system_errno);
const char *fault_name(enum fault fault); /* "" for FAULT_NONE */
/* What it is, and how to mend it; `language` "zh" or "en". */
const char *fault_what(enum fault fault, const char *language);
const char *fault_mend(enum fault fault, const char *language);

#endif
