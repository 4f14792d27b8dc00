/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kinds of causes, in one table: what a check-in, a meeting, an emergency or a broadcast is differs only in these rows.
 * No other file asks which kind something is: it reads the row.
 */
#ifndef GREENLINE_CORE_KIND_H
#define GREENLINE_CORE_KIND_H

#include <stdbool.h>

#include "core/answer.h"
#include "lib/clock.h"

enum kind {
    KIND_CHECKIN,        /* how is the child? */
    KIND_MEETING,        /* will you come? */
    KIND_ABSENT,         /* do you know where the child is? */
    KIND_EMERGENCY,      /* an alert: somebody must take it */
    KIND_CONFIRM_NUMBER, /* is this still your number? */
    KIND_SLOT,           /* does the time for the call home suit? */
    KIND_DUTY,           /* has the duty been done? (to staff) */
    KIND_COUNT,          /* a free number, such as a class roll (to staff) */
    KIND_RECEIPT,        /* please say that you have read it */
    KIND_ROLL,           /* who is at school today? (to the class teacher; read by inbox/order.c alone) */
    KIND_NOTICE,         /* an inform: a broadcast */
    KIND_SAY,            /* a sentence a person wrote to a family */
    KIND_ECHO,           /* an automatic answer to a reply */
    KIND_STAFF,          /* what a mentor or the school is told at once: help, a wrong number */
    KIND_REMARK,         /* what a mentor is told about a reply when the hour is fit */
    KIND_SETTLED,        /* "thank you, it is settled", to the others who were told of an emergency */
    KIND_REMIND,         /* to whoever took an emergency: its outcome is awaited */
    KIND_ALARM,          /* Greenline itself is in trouble: to operator and head */
    KIND_TEST,           /* `gateway test` */
    KIND_WARNING,        /* a warning passed on: each family says that it has read it */
    KIND_ALL_CLEAR,      /* a warning is over: to everybody who was told, who say that they have read it */
    KIND_CLEARED,        /* an emergency is over: an inform */
    KINDS
};

enum lane { LANE_EMERGENCY, LANE_NOTICE, LANE_BULK, LANES };

/* How answers make an outcome (DESIGN.md, "Answers"). */
enum fold { FOLD_NONE, FOLD_WORST, FOLD_LAST, FOLD_ALL, FOLD_FIRST };

struct kind_row {
    const char *name;
    const char *chinese;
    bool asks;                /* false: an inform, messages only */
    enum answer_kind grammar; /* of an ask */
    bool per_student;         /* asked once a student, else once a person */
    enum fold fold;
    enum lane lane;
    bool optout_holds, quiet_holds, cap_holds, confirmed_holds;
    bool siblings_share;       /* children (or classes) of one line may stand in one text */
    bool late_taken;           /* a reply between due and grace turns expired into answered */
    bool per_class;            /* asked once a class, beside other questions of a line */
    bool missed_call_received; /* one missed call means "received" */
    bool equal_dropped;        /* an equal text to the line within ten minutes is dropped */
    bool takes;                /* an acknowledgement is not the end: a person gives the outcome, by a time */
    bool passes;               /* "cannot, ask the next" climbs at once */
    bool joined;               /* several notes that wait for one phone go as one text */
    time_ms due, grace;        /* from the first attempt; defaults that the configuration may change */
};

const struct kind_row *kind_row(enum kind kind);
bool kind_parse(enum kind *out, const char *name);
const char *lane_name(enum lane lane);
bool lane_parse(enum lane *out, const char *name);

#endif
