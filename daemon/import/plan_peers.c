/* SPDX-License-Identifier: Apache-2.0 */
/* Pupil to pupil (手拉手): what the intake's rows change. A pair has no first and second; see plan.h. */
#include <string.h>

#include "import/plan_internal.h"

static size_t peer_of(const struct planner *planner, size_t student, size_t peer)
{
    size_t at = INDEX_END, i;

    while ((i = index_next(&planner->peer_by_student, planner->students[student].ref, &at)) != INDEX_END) {
        if (planner->peers[i].student == peer || planner->peers[i].peer == peer)
            return i;
    }
    return INDEX_END;
}

static void take_peer(struct planner *planner, const struct intake_peer *row)
{
    const size_t student = index_find(&planner->student_by_ref, row->student.ref);
    const size_t peer = index_find(&planner->student_by_ref, row->partner.ref);
    const time_ms since = planner_instant(planner, row->since, false);
    const time_ms until = planner_instant(planner, row->until, true);
    struct peer_slot *slot;
    size_t index;

    if (student == INDEX_END || peer == INDEX_END)
        return;
    planner->students[student].peers_named = true;
    index = peer_of(planner, student, peer);
    if (index == INDEX_END)
        index = planner_add_peer(
            planner,
            (struct peer_slot){
                .student = student,
                .peer = peer,
                .since = since != TIME_NEVER ? since : zone_day_start(planner->setting->zone, planner->setting->now, 0),
                .until = until });
    slot = &planner->peers[index];
    slot->named = true;
    slot->since = since != TIME_NEVER ? since : slot->since;
    slot->until = until != TIME_NEVER ? until : slot->until;
}

void plan_peers(struct planner *planner)
{
    const struct intake *intake = planner->intake;

    for (size_t i = 0; i < intake->peer_count; i++) {
        const struct intake_peer *row = &intake->peers[i];

        if (!row->faulty && row->student.ref && row->partner.ref)
            take_peer(planner, row);
    }
    for (size_t i = 0; i < planner->peer_count; i++) { /* whose row names others has those */
        struct peer_slot *slot = &planner->peers[i];

        slot->ended = slot->from && !slot->named &&
                      (planner->students[slot->student].peers_named || planner->students[slot->peer].peers_named);
    }
}
