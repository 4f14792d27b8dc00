/* SPDX-License-Identifier: Apache-2.0 */
/* What must wait for another file; see hold.h. */
#include "import/hold.h"

#include <stdlib.h>
#include <string.h>

#include "import/index.h"
#include "lib/memory.h"
#include "lib/text.h"

/* --------------------------------------------------------------------------------- files that could not be read at all */

/* "a.csv, b.csv" of the files that are marked; the caller frees. */
static char *names_of(const struct intake *intake, const bool *marked)
{
    struct text names = { 0 };

    for (size_t i = 0; i < intake->sheet_count; i++) {
        if (marked[i])
            text_add_format(&names, "%s%s", names.length ? ", " : "", intake->sheets[i].file);
    }
    return text_take(&names);
}

/* Takes the absent ones of all files out of the findings and counts their rows. */
static void take_absent(struct intake *intake, size_t *rows)
{
    int *last = mem_new(intake->sheet_count + 1, sizeof *last);
    size_t kept = 0;

    for (size_t i = 0; i < intake->finding_count; i++) {
        struct finding *finding = &intake->findings[i];

        if (!finding->absent) {
            intake->findings[kept++] = *finding;
            continue;
        }
        rows[finding->place.file] += last[finding->place.file] != finding->place.row;
        last[finding->place.file] = finding->place.row;
        free(finding->text);
        intake->mistake_count--;
    }
    intake->finding_count = kept;
    free(last);
}

void hold_absent(struct intake *intake)
{
    bool *unread = mem_new(intake->sheet_count + 1, sizeof *unread);
    size_t *rows = mem_new(intake->sheet_count + 1, sizeof *rows);
    CLEANUP(mem_clean) char *names = NULL;

    for (size_t i = 0; i < intake->sheet_count; i++)
        unread[i] = !intake->sheets[i].read;
    names = names_of(intake, unread);
    if (*names)
        take_absent(intake, rows);
    for (size_t i = 0; i < intake->sheet_count; i++) {
        if (rows[i] > 0)
            intake_add(intake, (struct place){ i, 0, -1 }, true,
                       "%zu rows name children or staff whom nobody knows, perhaps those of %s: not stored; mend that "
                       "file and import both again",
                       rows[i], names);
    }
    intake_sort(intake);
    free(unread);
    free(rows);
}

/* ------------------------------------------------------------------------------------------------ files with mistakes */

struct holding {
    struct intake *intake;
    bool *held; /* a file: it has mistakes */
    struct index students, staff;
    size_t *rows; /* that wait, a file */
    int *last;
};

/* A record of a file with mistakes goes with it. */
static void hold(const struct holding *holding, struct place place, bool *faulty)
{
    *faulty = *faulty || holding->held[place.file];
}

static void hold_records(struct holding *holding)
{
    struct intake *intake = holding->intake;

    for (size_t i = 0; i < intake->student_count; i++)
        hold(holding, intake->students[i].place, &intake->students[i].faulty);
    for (size_t i = 0; i < intake->contact_count; i++)
        hold(holding, intake->contacts[i].place, &intake->contacts[i].faulty);
    for (size_t i = 0; i < intake->staff_count; i++)
        hold(holding, intake->staff[i].place, &intake->staff[i].faulty);
    for (size_t i = 0; i < intake->pairing_count; i++)
        hold(holding, intake->pairings[i].place, &intake->pairings[i].faulty);
    for (size_t i = 0; i < intake->peer_count; i++)
        hold(holding, intake->peers[i].place, &intake->peers[i].faulty);
    for (size_t i = 0; i < intake->rota_count; i++)
        hold(holding, intake->rota[i].place, &intake->rota[i].faulty);
}

/* Whom rows may lean on: the store's, and those of the files that are stored. */
static void open_known(struct holding *holding, const struct known *known)
{
    const struct intake *intake = holding->intake;

    for (size_t i = 0; known && i < known->student_count; i++)
        index_add(&holding->students, known->students[i].ref, i);
    for (size_t i = 0; known && i < known->staff_count; i++)
        index_add(&holding->staff, known->staff[i].name, i);
    for (size_t i = 0; i < intake->student_count; i++) {
        if (!intake->students[i].faulty && intake->students[i].ref)
            index_add(&holding->students, intake->students[i].ref, i);
    }
    for (size_t i = 0; i < intake->staff_count; i++) {
        if (!intake->staff[i].faulty && !intake->staff[i].mentioned && intake->staff[i].name)
            index_add(&holding->staff, intake->staff[i].name, i);
    }
}

/* A record of a sound file: it has no mistakes of its own, and whom it leans on is here or is not. */
static void wait_unless(struct holding *holding, bool here, struct place place, bool *faulty)
{
    if (holding->held[place.file])
        return;
    *faulty = !here;
    if (here)
        return;
    holding->rows[place.file] += holding->last[place.file] != place.row;
    holding->last[place.file] = place.row;
}

static bool has_student(const struct holding *holding, const struct intake_who *who)
{
    return !who->ref || index_find(&holding->students, who->ref) != INDEX_END;
}

static bool has_staff(const struct holding *holding, const char *name)
{
    return !name || index_find(&holding->staff, name) != INDEX_END;
}

static void wait_for_others(struct holding *holding)
{
    struct intake *intake = holding->intake;

    for (size_t i = 0; i < intake->staff_count; i++) {
        struct intake_staff *staff = &intake->staff[i];

        if (staff->mentioned)
            wait_unless(holding, has_staff(holding, staff->name), staff->place, &staff->faulty);
    }
    for (size_t i = 0; i < intake->contact_count; i++) {
        struct intake_contact *contact = &intake->contacts[i];

        wait_unless(holding, has_student(holding, &contact->student), contact->place, &contact->faulty);
    }
    for (size_t i = 0; i < intake->pairing_count; i++) {
        struct intake_pairing *pairing = &intake->pairings[i];

        wait_unless(holding,
                    has_student(holding, &pairing->student) &&
                        (pairing->mentor_ref || has_staff(holding, pairing->mentor)),
                    pairing->place, &pairing->faulty);
    }
    for (size_t i = 0; i < intake->peer_count; i++) {
        struct intake_peer *peer = &intake->peers[i];

        wait_unless(holding, has_student(holding, &peer->student) && has_student(holding, &peer->partner), peer->place,
                    &peer->faulty);
    }
    for (size_t i = 0; i < intake->rota_count; i++) {
        struct intake_rota *rota = &intake->rota[i];

        wait_unless(holding, has_staff(holding, rota->person), rota->place, &rota->faulty);
    }
}

bool hold_files(struct intake *intake, const struct known *known)
{
    struct holding holding = { .intake = intake };
    CLEANUP(mem_clean) char *names = NULL;
    bool any = false;

    holding.held = mem_new(intake->sheet_count + 1, sizeof *holding.held);
    holding.rows = mem_new(intake->sheet_count + 1, sizeof *holding.rows);
    holding.last = mem_new(intake->sheet_count + 1, sizeof *holding.last);
    for (size_t i = 0; i < intake->finding_count; i++)
        holding.held[intake->findings[i].place.file] |= !intake->findings[i].warning;
    for (size_t i = 0; i < intake->sheet_count; i++) {
        intake->sheets[i].held = holding.held[i];
        any = any || !holding.held[i];
    }
    hold_records(&holding);
    open_known(&holding, known);
    wait_for_others(&holding);
    names = names_of(intake, holding.held);
    for (size_t i = 0; i < intake->sheet_count; i++) {
        if (holding.rows[i] > 0)
            intake_add(intake, (struct place){ i, 0, -1 }, true,
                       "%zu rows wait for %s, where their children or staff stand: mend that and import both again",
                       holding.rows[i], names);
    }
    intake_sort(intake);
    index_free(&holding.students);
    index_free(&holding.staff);
    free(holding.held);
    free(holding.rows);
    free(holding.last);
    return any;
}
