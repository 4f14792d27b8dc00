/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one way out: whether something may be told, now. Everything that leaves for a phone is asked here when it enters
 * the outbox and again, for each child it names, when it is claimed. The facts are gathered by store/telling.c; this
 * function is pure.
 */
#ifndef GREENLINE_CORE_TELL_H
#define GREENLINE_CORE_TELL_H

#include <stdbool.h>

#include "core/hours.h"
#include "core/kind.h"
#include "core/state.h"
#include "lib/clock.h"
#include "lib/zone.h"

struct telling {
    enum kind kind;
    bool call;            /* voice, else a text */
    bool about_child;     /* a child is named */
    bool by_role;         /* told as staff: needs no relation, a restriction still holds for the child's name */
    bool related;         /* a relation to the child that holds now */
    bool restricted;      /* this person is restricted for the child */
    bool line_restricted; /* somebody else on the line is restricted for the child */
    bool deceased;
    bool has_line;    /* false: the rest about the line is void */
    bool line_theirs; /* the line is still the person's */
    bool confirmed;
    bool landline;
    bool wrong_number, suspect, opted_out;
    bool settled;   /* the ask was answered, or its version moved on */
    bool answering; /* an answer to what came from this line within the last hour: quiet hours do not hold */
    bool line_busy; /* another routine question is open there */
    time_ms busy_until;
    struct hours school_quiet, person_quiet;
    struct zone zone;
    int sent_today, cap; /* messages that count for the cap; cap 0 = none */
};

struct verdict {
    enum { TELL_YES, TELL_LATER, TELL_NEVER } answer;
    time_ms at; /* of TELL_LATER: not before */
    enum reason reason;
};

struct verdict may_tell(const struct telling *telling, time_ms now);

#endif
