/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The script of the simulator: what the phones do. One line each, `#` begins a comment:
 *
 *     NUMBER NTH ACTION [after DURATION]      +8619900000012 1 reply "1" after 10m
 *     random SEED PROFILE                     random 42 mild
 *
 * NUMBER is E.164 or `*` (every number), NTH the n-th hand-over to that number (1, 2 …) or `*`. All lines of one NUMBER
 * and NTH act, in order. The nearest lines count: NUMBER NTH, else NUMBER *, else * NTH, else * *. Reading reports
 * every fault as FILE:LINE: what: mend; it is pure but for script_load().
 */
#ifndef GREENLINE_GATEWAYS_SIMULATOR_SCRIPT_H
#define GREENLINE_GATEWAYS_SIMULATOR_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/clock.h"
#include "lib/error.h"

enum {
    SCRIPT_BYTES_MAX = 16 * 1024 * 1024,
    SCRIPT_LINES_MAX = 200000, /* lines that say something */
    SCRIPT_GROUP_MAX = 16,     /* lines of one NUMBER and NTH */
    SCRIPT_NTH_MAX = 1000000
};

enum action {
    ACTION_REPLY,        /* text: a text comes back */
    ACTION_KEY,          /* text: keys pressed in a call; after a text message: a text of these digits */
    ACTION_BUSY,         /* the call finds the line busy */
    ACTION_NO_ANSWER,    /* the call is not answered */
    ACTION_MISSED_CALL,  /* the phone rings back once and hangs up */
    ACTION_UNDELIVERED,  /* accepted, then reported undelivered */
    ACTION_REFUSE,       /* the provider refuses: class and code (text) */
    ACTION_UNKNOWN,      /* the provider gives no clear answer; the phone got it, or not (lost) */
    ACTION_SILENT,       /* accepted, and no report ever */
    ACTION_REPORT_LATE,  /* the report comes late */
    ACTION_REPORT_TWICE, /* the report comes twice */
    ACTION_REPORT_FIRST, /* the report comes before `accepted` */
    ACTION_FROM,         /* text: replies come from this number */
    ACTION_DIE, /* the gateway kills itself before it says what became of the job; the phone got it, or not (lost) */
    ACTIONS
};

struct script_line {
    const char *number; /* "*": every number */
    int nth;            /* 0: every one */
    enum action action;
    char *text;    /* what the action needs, else NULL */
    int refusal;   /* enum gateway_refusal, for ACTION_REFUSE */
    bool lost;     /* for ACTION_UNKNOWN and ACTION_DIE: the phone gets nothing */
    time_ms after; /* -1: the action's usual time */
    int line;
};

enum profile { PROFILE_NONE, PROFILE_MILD, PROFILE_LOAD, PROFILE_FAULTY };

struct script {
    struct script_line *lines; /* by number, nth and line */
    size_t count;
    enum profile profile; /* for numbers without a line */
    uint64_t seed;
};

void script_free(struct script *script);
/* Reads a whole script (text[length] is NUL); `file` names it in mistakes. True without mistakes; `out` is to be freed
 * in any case. */
bool script_read(struct script *out, const char *file, const char *text, size_t length, struct mistakes *mistakes);
/* Reads the file of that name; a file that cannot be read is a mistake. */
bool script_load(struct script *out, const char *file, struct mistakes *mistakes);
/* The lines that hold for the nth hand-over to a number; *count may be 0. */
const struct script_line *script_find(const struct script *script, const char *number, int nth, size_t *count);
/* Whether any line names this very number. */
bool script_knows(const struct script *script, const char *number);

#endif
