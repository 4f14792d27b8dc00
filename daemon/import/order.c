/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of calling inside each family, when all files are read: as the sheets say, else as they name people; and who is
 * taken for the guardian where no sheet says it. Never fails.
 */
#include <stdlib.h>
#include <string.h>

#include "import/records.h"
#include "lib/memory.h"

/* Contacts of one child, in the order in which the files give them. */
struct group {
    const char *ref;
    struct intake_contact *contact;
    size_t order;
};

static int compare_group(const void *left, const void *right)
{
    const struct group *a = left, *b = right;
    const int order = strcmp(a->ref, b->ref);

    if (order != 0)
        return order;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* Ranks without gaps for those who have none, behind those who have; somebody cares for each child. */
static void order_family(const struct group *group, size_t count)
{
    bool guardian = false;
    int last = 0;

    for (size_t i = 0; i < count; i++) {
        const struct intake_contact *contact = group[i].contact;

        guardian = guardian || contact->guardian;
        last = contact->rank > last ? contact->rank : last;
    }
    for (size_t i = 0; i < count; i++) {
        if (group[i].contact->rank == 0)
            group[i].contact->rank = ++last;
    }
    for (size_t i = 0; i < count && !guardian; i++) {
        struct intake_contact *contact = group[i].contact;

        if (contact->deceased || contact->restricted == CLAIM_YES || strcmp(contact->relation, "official") == 0)
            continue;
        contact->guardian = guardian = true;
    }
}

void intake_order(struct intake *intake)
{
    struct group *groups = mem_new(intake->contact_count + 1, sizeof *groups);
    size_t count = 0;

    for (size_t i = 0; i < intake->contact_count; i++) {
        if (intake->contacts[i].student.ref)
            groups[count++] = (struct group){ intake->contacts[i].student.ref, &intake->contacts[i], i };
    }
    if (count > 1)
        qsort(groups, count, sizeof *groups, compare_group);
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start + 1; end < count && strcmp(groups[end].ref, groups[start].ref) == 0;)
            end++;
        order_family(groups + start, end - start);
    }
    free(groups);
}
