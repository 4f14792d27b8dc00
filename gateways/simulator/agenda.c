/* SPDX-License-Identifier: Apache-2.0 */
/* A binary heap by time; see agenda.h. */
#include "gateways/simulator/agenda.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

void agenda_free(struct agenda *agenda)
{
    free(agenda->entries);
    *agenda = (struct agenda){ 0 };
}

static bool before(const struct agenda_entry *a, const struct agenda_entry *b)
{
    return a->due < b->due || (a->due == b->due && a->order < b->order);
}

static void make_room(struct agenda *agenda)
{
    struct agenda_entry *more;

    if (agenda->count < agenda->room)
        return;
    agenda->room = agenda->room ? agenda->room * 2 : 64;
    more = mem_new(agenda->room, sizeof *more);
    if (agenda->count > 0)
        memcpy(more, agenda->entries, agenda->count * sizeof *more);
    free(agenda->entries);
    agenda->entries = more;
}

void agenda_add(struct agenda *agenda, struct agenda_entry entry)
{
    size_t at = agenda->count;

    make_room(agenda);
    entry.order = agenda->added++;
    agenda->count++;
    for (; at > 0 && before(&entry, &agenda->entries[(at - 1) / 2]); at = (at - 1) / 2)
        agenda->entries[at] = agenda->entries[(at - 1) / 2];
    agenda->entries[at] = entry;
}

time_ms agenda_due(const struct agenda *agenda)
{
    return agenda->count > 0 ? agenda->entries[0].due : TIME_NEVER;
}

bool agenda_take(struct agenda *agenda, time_ms now, struct agenda_entry *out)
{
    struct agenda_entry last;
    size_t at = 0;

    if (agenda_due(agenda) > now || agenda->count == 0)
        return false;
    *out = agenda->entries[0];
    last = agenda->entries[--agenda->count];
    for (size_t child = 1; child < agenda->count; child = at * 2 + 1) {
        if (child + 1 < agenda->count && before(&agenda->entries[child + 1], &agenda->entries[child]))
            child++;
        if (!before(&agenda->entries[child], &last))
            break;
        agenda->entries[at] = agenda->entries[child];
        at = child;
    }
    agenda->entries[at] = last;
    return true;
}
