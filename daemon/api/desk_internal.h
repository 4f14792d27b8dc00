/* SPDX-License-Identifier: Apache-2.0 */
/* What desk.c (requests) and desk_import.c (the line of imports) share. */
#ifndef GREENLINE_API_DESK_INTERNAL_H
#define GREENLINE_API_DESK_INTERNAL_H

#include "api/desk.h"

enum {
    DESK_IMPORTS_MAX = 8, /* in line; each holds a body of up to API_BODY_MAX */
    DESK_LOOKS_MAX = 3,   /* at an import, while the register is changed by others */
};

/* One request. */
struct errand {
    struct desk *desk;
    struct errand *next;
    desk_answer_fn *give;
    void *arg;
    struct api_task task;
    struct api_answer answer;
    time_ms now;         /* when it came */
    int64_t register_at; /* the desk's count of changes when the look began */
    int looks;
    enum fault fault; /* of its look aside */
    bool again;       /* made once more after its turn failed */
    bool waiting;     /* for that */
};

/* What becomes of the first import in line; the stages that end in a commit move on by it. */
enum import_stage {
    IMPORT_NONE,
    IMPORT_LOOKING,  /* on the helper thread */
    IMPORT_WRITING,  /* its plan, slice by slice */
    IMPORT_RELEASED, /* wholly written in this turn */
    IMPORT_APPLYING, /* slice by slice */
    IMPORT_APPLIED,  /* the last one in this turn */
};

struct desk {
    const struct api_setting *setting;
    const struct api_parts *parts;
    struct errand *first; /* all that lie here */
    int64_t register_changes;
    bool closed;
    struct errand *line[DESK_IMPORTS_MAX]; /* of imports; the first is worked on */
    size_t line_count;
    enum import_stage stage;
    bool wrote;    /* its share of this turn: what is written costs at the commit */
    bool leftover; /* a plan that was not released may lie in the store */
};

/* desk.c */
/* Sends it to the helper thread; answers 503 when too much waits there. Outside any turn: a snapshot that begins inside
 * one would lack changes that are counted already. */
void desk_look(struct errand *errand);
/* Puts a problem in the place of its answer. */
void desk_refuse(struct errand *errand, int status, const char *detail);
/* Gives the answer, and clears it off the desk. */
void desk_give(struct errand *errand);
/* Inside the turn: the answer leaves after the commit, or becomes 503. */
void desk_give_later(struct errand *errand);
/* Inside the turn: ends the task, so that its answer is known. */
void desk_end(struct errand *errand);

/* desk_import.c */
void desk_import_join(struct errand *errand);
/* The look is done, inside the turn. */
void desk_import_seen(struct errand *errand);
/* It is off the desk for a reason of its own (the helper was stopped). */
void desk_import_leave(struct errand *errand);
void desk_import_clear(struct desk *desk);

#endif
