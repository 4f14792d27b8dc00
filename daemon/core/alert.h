/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an alert can be: its kinds, severities, clocks, and the nine situations of a mandatory report, each as one table.
 * An alert is an emergency of the engine; what makes a storm differ from a missing child is only its row here. Pure.
 *
 * Sources: Emergency Response Law 2024, 63 (four colours), 64 (issuer and time), 70 (the all-clear); Minors Protection
 * Law 2024, 11 (report at once), 39 (bullying: both families); the nine situations: opinion on mandatory reports of 2020.
 */
#ifndef GREENLINE_CORE_ALERT_H
#define GREENLINE_CORE_ALERT_H

#include <stdbool.h>

#include "lib/clock.h"
#include "lib/error.h"

enum alert_kind {
    ALERT_MISSING,
    ALERT_INJURY,
    ALERT_ILLNESS,
    ALERT_FIRE,
    ALERT_STORM,
    ALERT_FLOOD,
    ALERT_ROAD_CLOSED,
    ALERT_VIOLENCE,
    ALERT_MANDATORY_REPORT,
    ALERT_OTHER,
    ALERT_KINDS
};

/* Least first, as the law's four grades. */
enum severity { SEVERITY_BLUE, SEVERITY_YELLOW, SEVERITY_ORANGE, SEVERITY_RED, SEVERITIES };

/* What an alert is measured by, from when it was raised. */
enum alert_clock {
    CLOCK_GUARDIAN,    /* a guardian of each child has taken it, or is on the spot */
    CLOCK_PARENTS,     /* a parent of each child has answered */
    CLOCK_AUTHORITIES, /* education office and government know: marked by staff */
    CLOCK_REPORT,      /* a mandatory report was made to an authority */
    CLOCK_RESULT,      /* the authority has told the school what it did; runs from the report */
    ALERT_CLOCKS
};

struct alert_row {
    const char *name;
    const char *zh, *en;
    const char *template;          /* of conf/templates; "emergency" where that lacks it */
    const char *says_zh, *says_en; /* in place of a text that nobody wrote */
    enum severity severity;        /* when none is given */
    bool warning;                  /* passed on from an office: carries issuer and time, ends with an all-clear */
    bool families;                 /* two may be involved */
    bool secret;               /* who raised it is told to the head alone; texts name no child and no words of others */
    bool clocks[ALERT_CLOCKS]; /* which run */
};

const struct alert_row *alert_row(enum alert_kind kind);
/* By name, in English or Chinese ("road closed", "道路中断"); "emergency" is "other". False when there is none. */
bool alert_kind_parse(enum alert_kind *out, const char *word);
/* The nearest name, or NULL. Static. */
const char *alert_kind_nearest(const char *word);
/* "missing, injury, …": for messages. Static. */
extern const char alert_kind_list[];

const char *severity_name(enum severity severity);               /* "red" */
const char *severity_word(enum severity severity, bool chinese); /* "红色", "red" */
/* red, 红, 红色, Ⅰ, I级, 1, 一级, 特别重大 and so on; false when it is none of them. */
bool severity_parse(enum severity *out, const char *word);

const char *alert_clock_name(enum alert_clock clock);
bool alert_clock_parse(enum alert_clock *out, const char *name);
time_ms alert_clock_default(enum alert_clock clock);
/* How long after a miss people are reminded again, until it is done; 0: they are not. */
time_ms alert_clock_again(enum alert_clock clock);

enum { SITUATIONS = 9 };
struct situation {
    const char *name, *zh, *en;
};
/* n from 1 to SITUATIONS. */
const struct situation *situation_row(int n);
/* "3", its name, or its Chinese or English words; 0 when it is none. */
int situation_parse(const char *word);

#endif
