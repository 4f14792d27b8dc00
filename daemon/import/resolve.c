/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks across rows, sheets and files, when all are read: numbers given twice, the students and staff that other
 * rows name, the order of calling. What the store knows counts like what the files say. Names that fit nobody are
 * mistakes of their cell, with the nearest name; a record that leans on a faulty row is faulty without a line.
 */
#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "import/records.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { NEAREST_MAX = 500 }; /* names looked at for "did you mean" */

/* A student as others may name it. */
struct entry {
    const char *ref, *name, *class;
    const struct intake_student *student; /* NULL: the store's */
    size_t order;
};

struct roll {
    struct entry *by_ref, *by_name;
    size_t count;
};

/* A member of staff as others may name it. */
struct colleague {
    const char *name, *ref; /* ref NULL: of this intake */
    bool faulty;
};

struct resolver {
    struct intake *intake;
    const struct import_options *options;
    struct roll roll;
    struct colleague *staff;
    size_t staff_count;
};

/* ------------------------------------------------------------------------------------------------------- the roll */

static int compare_order(const struct entry *a, const struct entry *b)
{
    return a->order < b->order ? -1 : a->order > b->order;
}

static int compare_ref(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    const int order = strcmp(a->ref, b->ref);

    return order != 0 ? order : compare_order(a, b);
}

static int compare_name(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    const int order = strcmp(a->name, b->name);

    return order != 0 ? order : compare_order(a, b);
}

static void roll_add(struct roll *roll, struct entry entry)
{
    if (!entry.ref || !entry.name)
        return;
    entry.order = roll->count;
    roll->by_ref = mem_grow(roll->by_ref, roll->count + 1, sizeof *roll->by_ref);
    roll->by_ref[roll->count++] = entry;
}

/* The students of the files first, then those of the store that the files do not name. */
static void roll_open(struct resolver *resolver)
{
    const struct intake *intake = resolver->intake;
    const struct known *known = resolver->options->known;
    struct roll *roll = &resolver->roll;

    for (size_t i = 0; i < intake->student_count; i++) {
        const struct intake_student *student = &intake->students[i];

        roll_add(roll, (struct entry){ student->ref, student->name, student->class, student, 0 });
    }
    for (size_t i = 0; known && i < known->student_count; i++)
        roll_add(roll,
                 (struct entry){ known->students[i].ref, known->students[i].name, known->students[i].class, NULL, 0 });
    if (roll->count == 0)
        return;
    qsort(roll->by_ref, roll->count, sizeof *roll->by_ref, compare_ref);
    roll->by_name = mem_new(roll->count, sizeof *roll->by_name);
    memcpy(roll->by_name, roll->by_ref, roll->count * sizeof *roll->by_name);
    qsort(roll->by_name, roll->count, sizeof *roll->by_name, compare_name);
}

static const struct entry *find(const struct entry *entries, size_t count, const char *text,
                                int (*compare)(const void *, const void *))
{
    const struct entry key = { text, text, NULL, NULL, 0 };
    size_t low = 0, high = count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (compare(&entries[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count ? &entries[low] : NULL;
}

static const struct entry *find_ref(const struct roll *roll, const char *ref)
{
    const struct entry *entry = find(roll->by_ref, roll->count, ref, compare_ref);

    return entry && strcmp(entry->ref, ref) == 0 ? entry : NULL;
}

/* The first of the students of a name; how many different ones (in the class, unless it is NULL). */
static const struct entry *find_name(const struct roll *roll, const char *name, const char *class, size_t *count)
{
    const struct entry *entry = find(roll->by_name, roll->count, name, compare_name);
    const struct entry *end = entry ? roll->by_name + roll->count : NULL;
    const struct entry *first = NULL;

    *count = 0;
    for (; entry && entry < end && strcmp(entry->name, name) == 0; entry++) {
        if (class && (!entry->class || strcmp(entry->class, class) != 0))
            continue;
        if (first && strcmp(first->ref, entry->ref) == 0)
            continue;
        first = first ? first : entry;
        *count += 1;
    }
    return first;
}

/* -------------------------------------------------------------------------------------------------- numbers twice */

static void judge_twice(struct intake *intake, const struct intake_student *first, struct intake_student *again)
{
    const struct intake_sheet *sheet = &intake->sheets[first->place.file];

    if (first->place.file != again->place.file && strcmp(first->name, again->name) == 0)
        return; /* one child in two files: the later row adds to the earlier */
    again->faulty = true;
    if (first->place.file != again->place.file)
        intake_add(intake, again->place, false, "\"%s\" is %s here and %s in %s row %d: give each child its own number",
                   again->ref, again->name, first->name, sheet->file, first->place.row);
    else if (again->derived)
        intake_add(intake, again->place, false,
                   "%s stands in row %d too, with the same birth and class: delete one, or give both a 学籍号",
                   again->name, first->place.row);
    else
        intake_add(intake, again->place, false, "\"%s\" stands in row %d (%s) too: give each child its own number",
                   again->ref, first->place.row, first->name);
}

/* A number that the store knows as another child's: a changed name is mended by a sheet, a changed child is not. */
static void judge_stranger(struct resolver *resolver, struct intake_student *student, const struct entry *known)
{
    if (strcmp(student->name, known->name) == 0 || text_distance(student->name, known->name) <= 1)
        return;
    if (!student->class || !known->class || strcmp(student->class, known->class) == 0)
        return;
    student->faulty = true;
    intake_add(resolver->intake, student->place, false,
               "\"%s\" is the number of %s (%s) in the store: give each child its own number", student->ref,
               known->name, known->class);
}

static void find_twice(struct resolver *resolver)
{
    const struct roll *roll = &resolver->roll;

    for (size_t i = 1; i < roll->count; i++) {
        const struct entry *entry = &roll->by_ref[i];
        size_t first = i;

        while (first > 0 && strcmp(roll->by_ref[first - 1].ref, entry->ref) == 0)
            first--;
        if (first != i && !entry->student && roll->by_ref[first].student)
            judge_stranger(
                resolver, &resolver->intake->students[roll->by_ref[first].student - resolver->intake->students], entry);
        if (first != i && entry->student && roll->by_ref[first].student)
            judge_twice(resolver->intake, roll->by_ref[first].student,
                        &resolver->intake->students[entry->student - resolver->intake->students]);
    }
}

/* ------------------------------------------------------------------------------------------------------ who is meant */

static const char *nearest_student(const struct roll *roll, const char *name)
{
    const char *names[NEAREST_MAX + 1] = { 0 };
    size_t count = 0;

    for (size_t i = 0; i < roll->count && count < NEAREST_MAX; i++) {
        if (text_distance(roll->by_name[i].name, name) <= 1)
            names[count++] = roll->by_name[i].name;
    }
    return count ? names[0] : NULL;
}

/* The last finding is about somebody nobody knows. */
static void mark_absent(struct intake *intake)
{
    intake->findings[intake->finding_count - 1].absent = true;
}

static bool fault_unknown(struct resolver *resolver, const struct intake_who *who)
{
    const char *near = who->name ? nearest_student(&resolver->roll, who->name) : NULL;

    if (who->no)
        intake_add(resolver->intake, who->no_place, false,
                   "no student has the number \"%s\": import the student first%s%s%s", who->no,
                   near ? ", or did you mean " : "", near ? near : "", near ? "?" : "");
    else if (near)
        intake_add(resolver->intake, who->name_place, false, "no student is called \"%s\": did you mean %s?", who->name,
                   near);
    else
        intake_add(resolver->intake, who->name_place, false,
                   "no student is called \"%s\": import the student first, or mend the name", who->name);
    if (!near)
        mark_absent(resolver->intake);
    return false;
}

static bool take(struct resolver *resolver, struct intake_who *who, const struct entry *entry, bool *faulty)
{
    who->ref = intake_keep(resolver->intake, entry->ref);
    if (entry->student && entry->student->faulty)
        *faulty = true;
    return true;
}

static bool by_number(struct resolver *resolver, struct intake_who *who, bool *faulty)
{
    const struct entry *entry = find_ref(&resolver->roll, who->no);

    if (!entry)
        return fault_unknown(resolver, who);
    if (who->name && strcmp(entry->name, who->name) != 0) {
        intake_add(resolver->intake, who->name_place, false,
                   "number %s belongs to %s, not to %s: mend the number or the name", who->no, entry->name, who->name);
        return false;
    }
    return take(resolver, who, entry, faulty);
}

static bool by_name(struct resolver *resolver, struct intake_who *who, bool *faulty)
{
    const struct roll *roll = &resolver->roll;
    size_t all, here = 0;
    const struct entry *anywhere = find_name(roll, who->name, NULL, &all);
    const struct entry *entry = who->class ? find_name(roll, who->name, who->class, &here) : NULL;
    const struct entry *as_number = all == 0 ? find_ref(roll, who->name) : NULL;

    if (as_number)
        return take(resolver, who, as_number, faulty);
    if (all == 0)
        return fault_unknown(resolver, who);
    if (here == 1 || (!who->class && all == 1) || (here == 0 && all == 1 && !anywhere->class))
        return take(resolver, who, here == 1 ? entry : anywhere, faulty);
    if (who->class && here == 0 && all == 1)
        intake_add(resolver->intake, who->class_place, false, "%s is in %s, not in %s: mend the class or the name",
                   who->name, anywhere->class, who->class);
    else if (who->class && here == 0)
        intake_add(resolver->intake, who->class_place, false,
                   "none of the %zu students called %s is in %s: mend the class", all, who->name, who->class);
    else
        intake_add(resolver->intake, who->name_place, false, "%zu students are called %s: add %s",
                   who->class ? here : all, who->name, who->class ? "the 学籍号" : "the class or the 学籍号");
    return false;
}

/* Fills who->ref, or reports why not. A row that is faulty already is left alone where it says too little. */
static void resolve_who(struct resolver *resolver, struct intake_who *who, bool *faulty)
{
    if (who->ref || (!who->no && !who->name))
        return;
    if (!(who->no ? by_number(resolver, who, faulty) : by_name(resolver, who, faulty)))
        *faulty = true;
}

/* A child's row that turned out faulty takes what belongs to it along. */
static void follow_student(struct resolver *resolver, const struct intake_who *who, bool *faulty)
{
    const struct entry *entry = who->ref ? find_ref(&resolver->roll, who->ref) : NULL;

    if (entry && entry->student && entry->student->faulty)
        *faulty = true;
}

/* ----------------------------------------------------------------------------------------------------------- staff */

static void staff_add(struct resolver *resolver, const char *name, const char *ref, bool faulty)
{
    if (!name)
        return;
    resolver->staff = mem_grow(resolver->staff, resolver->staff_count + 1, sizeof *resolver->staff);
    resolver->staff[resolver->staff_count++] = (struct colleague){ name, ref, faulty };
}

static void staff_open(struct resolver *resolver)
{
    const struct intake *intake = resolver->intake;
    const struct known *known = resolver->options->known;

    for (size_t i = 0; i < intake->staff_count; i++)
        staff_add(resolver, intake->staff[i].name, NULL, intake->staff[i].faulty);
    for (size_t i = 0; known && i < known->staff_count; i++)
        staff_add(resolver, known->staff[i].name, known->staff[i].ref, false);
}

/* 赵老师 is the one colleague of that family name; the title without brackets of any other sort. */
static bool is_titled(const char *name, const char *full)
{
    static const char *const titles[] = { "老师", "校长", "副校长", "主任", "书记", "教师" };
    const char *at = name;

    utf8_next(&at);
    for (size_t i = 0; i < COUNT(titles); i++) {
        if (strcmp(at, titles[i]) == 0)
            return strncmp(name, full, (size_t)(at - name)) == 0;
    }
    return false;
}

/* One 工号 with two names: the later row is wrong. The same person may have several rows, one for each role or class. */
static void find_staff_twice(struct intake *intake)
{
    for (size_t i = 1; i < intake->staff_count; i++) {
        struct intake_staff *staff = &intake->staff[i];
        size_t first = 0;

        while (staff->no && first < i && (!intake->staff[first].no || strcmp(intake->staff[first].no, staff->no) != 0))
            first++;
        if (!staff->no || first == i || !staff->name || !intake->staff[first].name ||
            strcmp(intake->staff[first].name, staff->name) == 0)
            continue;
        staff->faulty = true;
        intake_add(intake, (struct place){ staff->place.file, staff->place.row, staff->no_column }, false,
                   "\"%s\" stands in row %d (%s) too: give each person their own number", staff->no,
                   intake->staff[first].place.row, intake->staff[first].name);
    }
}

/* The colleague of that name, or the only one that the title can mean. NULL when none or several fit. */
static const struct colleague *find_colleague(const struct resolver *resolver, const char *name)
{
    const struct colleague *titled = NULL;
    bool several = false;

    for (size_t i = 0; i < resolver->staff_count; i++) {
        const struct colleague *colleague = &resolver->staff[i];

        if (strcmp(colleague->name, name) == 0)
            return colleague;
        if (!is_titled(name, colleague->name))
            continue;
        several = several || (titled && strcmp(titled->name, colleague->name) != 0);
        titled = colleague;
    }
    return several ? NULL : titled;
}

static void fault_colleague(struct resolver *resolver, struct place place, const char *name)
{
    const char *near = NULL;

    for (size_t i = 0; i < resolver->staff_count && !near; i++) {
        if (text_distance(resolver->staff[i].name, name) <= 1 || is_titled(name, resolver->staff[i].name))
            near = resolver->staff[i].name;
    }
    if (near)
        intake_add(resolver->intake, place, false, "nobody of the staff is called \"%s\": did you mean %s?", name,
                   near);
    else
        intake_add(resolver->intake, place, false,
                   "nobody of the staff is called \"%s\": import the staff list first, or mend the name", name);
    if (!near)
        mark_absent(resolver->intake);
}

/* A name with a number beside it makes a new colleague. */
static void employ(struct resolver *resolver, const struct intake_mention *mention, bool known)
{
    struct intake *intake = resolver->intake;
    struct intake_staff staff = { .place = mention->place,
                                  .faulty = mention->faulty,
                                  .mentioned = known,
                                  .name = mention->name,
                                  .class = mention->class,
                                  .phone_count = mention->phone_count };

    staff.roles[staff.role_count++] = mention->role;
    memcpy(staff.phones, mention->phones, sizeof staff.phones);
    intake->staff = mem_grow(intake->staff, intake->staff_count + 1, sizeof *intake->staff);
    intake->staff[intake->staff_count++] = staff;
    staff_add(resolver, mention->name, NULL, mention->faulty);
}

static bool has_role(const struct intake_staff *staff, const char *role)
{
    for (size_t i = 0; i < staff->role_count; i++) {
        if (strcmp(staff->roles[i], role) == 0)
            return true;
    }
    return false;
}

/* A mention gives a known colleague the role (and the class) that it speaks of. */
static void appoint(struct resolver *resolver, const struct intake_mention *mention, const char *name)
{
    struct intake *intake = resolver->intake;
    struct intake_mention whole = *mention;

    for (size_t i = 0; i < intake->staff_count; i++) {
        struct intake_staff *staff = &intake->staff[i];

        if (!staff->name || strcmp(staff->name, name) != 0 || staff->place.file != mention->place.file)
            continue;
        if (!has_role(staff, mention->role) && staff->role_count < INTAKE_ROLES_MAX)
            staff->roles[staff->role_count++] = mention->role;
        if (!staff->class)
            staff->class = mention->class;
        return;
    }
    whole.name = intake_keep(intake, name);
    employ(resolver, &whole, true);
}

static void resolve_mentions(struct resolver *resolver)
{
    struct intake *intake = resolver->intake;

    for (size_t i = 0; i < intake->mention_count; i++) {
        struct intake_mention *mention = &intake->mentions[i];
        const struct colleague *colleague = find_colleague(resolver, mention->name);

        if (colleague && !mention->faulty) {
            appoint(resolver, mention, colleague->name);
        } else if (!colleague && mention->phone_count > 0) {
            employ(resolver, mention, false);
        } else if (!colleague) {
            if (strcmp(mention->role, "mentor") != 0) /* a mentor's pairing says so itself */
                fault_colleague(resolver, mention->place, mention->name);
            mention->faulty = true;
        }
    }
}

/* The student's row with a staff name that is unknown is faulty as a whole. */
static void spread_mentions(struct resolver *resolver)
{
    struct intake *intake = resolver->intake;

    for (size_t i = 0; i < intake->mention_count; i++) {
        const struct intake_mention *mention = &intake->mentions[i];

        for (size_t j = 0; mention->faulty && j < intake->student_count; j++) {
            struct intake_student *student = &intake->students[j];

            if (student->place.file == mention->place.file && student->place.row == mention->place.row)
                student->faulty = true;
        }
    }
}

static void resolve_pairings(struct resolver *resolver)
{
    struct intake *intake = resolver->intake;

    for (size_t i = 0; i < intake->pairing_count; i++) {
        struct intake_pairing *pairing = &intake->pairings[i];
        const struct colleague *colleague = pairing->mentor ? find_colleague(resolver, pairing->mentor) : NULL;

        if (pairing->mentor && !colleague) {
            fault_colleague(resolver, pairing->mentor_place, pairing->mentor);
            pairing->faulty = true;
        }
        if (colleague) {
            if (strcmp(colleague->name, pairing->mentor) != 0)
                intake_add(intake, pairing->mentor_place, true, "\"%s\" is taken to be %s: write the full name",
                           pairing->mentor, colleague->name);
            pairing->mentor = intake_keep(intake, colleague->name);
            pairing->mentor_ref = intake_keep(intake, colleague->ref);
            pairing->faulty = pairing->faulty || colleague->faulty;
        }
        resolve_who(resolver, &pairing->student, &pairing->faulty);
        follow_student(resolver, &pairing->student, &pairing->faulty);
    }
}

/* A partner of that name in the child's own class, else the only one anywhere. */
static void resolve_partner(struct resolver *resolver, struct intake_peer *peer)
{
    struct intake_who *partner = &peer->partner;
    size_t here = 0;

    if (partner->name && partner->class)
        find_name(&resolver->roll, partner->name, partner->class, &here);
    if (here != 1)
        partner->class = NULL;
    resolve_who(resolver, partner, &peer->faulty);
    if (!partner->ref || !peer->student.ref || strcmp(partner->ref, peer->student.ref) != 0)
        return;
    intake_add(resolver->intake, peer->place, false, "%s cannot be its own partner: write the other child's name",
               partner->name ? partner->name : partner->no);
    peer->faulty = true;
}

/* A child's row with a partner whom nobody knows is faulty as a whole, like one with an unknown mentor. */
static void resolve_peers(struct resolver *resolver)
{
    struct intake *intake = resolver->intake;

    for (size_t i = 0; i < intake->peer_count; i++) {
        struct intake_peer *peer = &intake->peers[i];
        const bool sound = !peer->faulty;

        resolve_who(resolver, &peer->student, &peer->faulty);
        resolve_partner(resolver, peer);
        for (size_t j = 0; sound && peer->faulty && !peer->partner.ref && j < intake->student_count; j++) {
            struct intake_student *student = &intake->students[j];

            if (student->place.file == peer->place.file && student->place.row == peer->place.row)
                student->faulty = true;
        }
    }
    for (size_t i = 0; i < intake->peer_count; i++) {
        follow_student(resolver, &intake->peers[i].student, &intake->peers[i].faulty);
        follow_student(resolver, &intake->peers[i].partner, &intake->peers[i].faulty);
    }
}

static void resolve_rota(struct resolver *resolver)
{
    struct intake *intake = resolver->intake;

    for (size_t i = 0; i < intake->rota_count; i++) {
        struct intake_rota *rota = &intake->rota[i];
        const struct colleague *colleague = find_colleague(resolver, rota->person);

        if (colleague) {
            rota->person = intake_keep(intake, colleague->name);
            rota->faulty = rota->faulty || colleague->faulty;
            continue;
        }
        fault_colleague(resolver, rota->person_place, rota->person);
        rota->faulty = true;
    }
}

/* -------------------------------------------------------------------------------------------------------- contacts */

static void resolve_contacts(struct resolver *resolver)
{
    struct intake *intake = resolver->intake;

    for (size_t i = 0; i < intake->contact_count; i++) {
        resolve_who(resolver, &intake->contacts[i].student, &intake->contacts[i].faulty);
        follow_student(resolver, &intake->contacts[i].student, &intake->contacts[i].faulty);
    }
    intake_order(intake);
}

void intake_resolve(struct intake *intake, const struct import_options *options)
{
    struct resolver resolver = { .intake = intake, .options = options };

    find_staff_twice(intake);
    roll_open(&resolver);
    staff_open(&resolver);
    find_twice(&resolver);
    resolve_mentions(&resolver);
    spread_mentions(&resolver);
    resolve_peers(&resolver);
    resolve_pairings(&resolver);
    resolve_rota(&resolver);
    resolve_contacts(&resolver);
    free(resolver.roll.by_ref);
    free(resolver.roll.by_name);
    free(resolver.staff);
}
