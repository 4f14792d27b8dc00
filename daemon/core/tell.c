/* SPDX-License-Identifier: Apache-2.0 */
/* may_tell(); see tell.h. The order of the rules is the order of what a wrong "yes" would cost. */
#include "core/tell.h"

static struct verdict never(enum reason reason)
{
    return (struct verdict){ .answer = TELL_NEVER, .reason = reason };
}

static struct verdict later(time_ms at, enum reason reason)
{
    return (struct verdict){ .answer = TELL_LATER, .at = at, .reason = reason };
}

/* Restrictions hold in emergencies too. */
static enum reason person_hinders(const struct telling *t)
{
    if (t->about_child && t->restricted)
        return REASON_RESTRICTED;
    if (t->about_child && t->line_restricted)
        return REASON_SHARED_RESTRICTED;
    if (t->deceased)
        return REASON_DECEASED;
    if (t->about_child && !t->by_role && !t->related)
        return REASON_NOT_RELATED;
    return REASON_NONE;
}

static enum reason line_hinders(const struct telling *t)
{
    const struct kind_row *kind = kind_row(t->kind);

    if (!t->has_line)
        return REASON_NO_LINE;
    if (!t->line_theirs)
        return REASON_LINE_CHANGED;
    if (t->wrong_number)
        return REASON_WRONG_NUMBER;
    if (!t->call && t->landline)
        return REASON_NO_TEXT;
    if (t->opted_out && kind->optout_holds)
        return REASON_OPTED_OUT;
    if (!t->confirmed && kind->confirmed_holds)
        return REASON_UNCONFIRMED;
    return REASON_NONE;
}

/* The first instant outside both kinds of quiet hours; at most a day's worth of alternation. */
static time_ms quiet_end(const struct telling *t, time_ms now)
{
    time_ms at = now;

    for (int i = 0; i < 4; i++) {
        const time_ms next = hours_end(t->person_quiet, t->zone, hours_end(t->school_quiet, t->zone, at));

        if (next == at)
            break;
        at = next;
    }
    return at;
}

struct verdict may_tell(const struct telling *t, time_ms now)
{
    const struct kind_row *kind = kind_row(t->kind);
    const enum reason person = person_hinders(t);
    const enum reason line = person == REASON_NONE ? line_hinders(t) : person;

    if (line != REASON_NONE)
        return never(line);
    if (t->settled)
        return never(REASON_SETTLED);
    if (kind->quiet_holds && !t->answering && quiet_end(t, now) > now)
        return later(quiet_end(t, now), REASON_QUIET);
    if (kind->cap_holds && t->cap > 0 && t->sent_today >= t->cap)
        return later(quiet_end(t, zone_day_start(t->zone, now, 1)), REASON_CAP);
    if (t->line_busy && kind->asks && kind->lane != LANE_EMERGENCY)
        return later(t->busy_until, REASON_LINE_BUSY);
    return (struct verdict){ .answer = TELL_YES };
}
