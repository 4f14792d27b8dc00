/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the sheets of contacts, staff and pairings. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "import/people.h"
#include "import/records.h"
#include "lib/memory.h"
#include "lib/text.h"

/* Whether a header names a number (学号) rather than a name. */
static bool is_number_column(const struct reader *reader, int column)
{
    const char *folded = reader->sheet->columns[column].folded;

    return strstr(folded, "号") || strstr(folded, "编码") || text_ends(folded, "no") || text_ends(folded, "id");
}

/* Letters and digits without any Chinese: a number, in whatever column it stands. */
static bool is_number(const char *folded)
{
    return strlen(folded) == utf8_count(folded) && strpbrk(folded, "0123456789");
}

/* The child a row speaks of: all columns of the field, by number or by name. A mistake when none is filled. */
static struct intake_who read_who(struct reader *reader, const char *field, const char *class_field)
{
    struct intake_who who = { 0 };
    int first = reader_column(reader, field), grade;
    const size_t mistakes = reader->intake->mistake_count;

    for (int column = first; column >= 0; column = sheet_column(reader->sheet, field, (size_t)column + 1)) {
        const char *text = reader_cell(reader, column);
        CLEANUP(mem_clean) char *folded = clean_fold(text);
        CLEANUP(mem_clean) char *clean = NULL;
        const bool number = is_number_column(reader, column) || is_number(folded);
        struct error err;

        if (!*text || reader_none(reader, text, NULL))
            continue;
        if (!(number ? clean_number(&clean, folded, &err) : clean_name(&clean, text, &err))) {
            reader_fault(reader, column, "%s", err.text);
            continue;
        }
        for (char *at = clean; number && *at; at++)
            *at = (char)toupper((unsigned char)*at);
        *(number ? &who.no : &who.name) = intake_keep(reader->intake, clean);
        *(number ? &who.no_place : &who.name_place) = reader_place(reader, column);
    }
    who.class_place = reader_place(reader, reader_column(reader, class_field));
    who.class = reader_class(reader, class_field, NULL, &grade);
    if (!who.no && !who.name && !reader->cells[first].inherited && reader->intake->mistake_count == mistakes)
        reader_fault(reader, first, "the student is missing: write the 学籍号, or the name");
    return who;
}

/* -------------------------------------------------------------------------------------------------------- contacts */

static void read_hearing(struct reader *reader, struct intake_contact *contact)
{
    const int column = reader_column(reader, "contact.hearing");
    const char *text = reader_cell(reader, column);
    CLEANUP(mem_clean) char *folded = headers_fold(text);
    const char *value = *folded ? headers_value(reader->options->headers, "value.hearing", folded) : NULL;
    enum claim impaired = CLAIM_UNKNOWN;

    if (!*folded)
        return;
    if (value) {
        contact->hears = strcmp(value, "good") == 0 ? CLAIM_YES : CLAIM_NO;
        return;
    }
    reader_claim(reader, "contact.hearing", &impaired); /* 是否听力障碍 */
    if (impaired)
        contact->hears = impaired == CLAIM_YES ? CLAIM_NO : CLAIM_YES;
}

/* Some headers ask for the contrary: 是否可告知 beside 禁止联系. */
static void read_restricted(struct reader *reader, struct intake_contact *contact)
{
    const int column = reader_column(reader, "contact.restricted");
    const bool turned = column >= 0 && (strstr(reader->sheet->columns[column].folded, "可告知") ||
                                        strstr(reader->sheet->columns[column].folded, "可联系"));
    enum claim claim = CLAIM_UNKNOWN;

    reader_claim(reader, "contact.restricted", &claim);
    if (turned && claim)
        claim = claim == CLAIM_YES ? CLAIM_NO : CLAIM_YES;
    contact->restricted = claim;
}

static void read_order(struct reader *reader, struct intake_contact *contact)
{
    const int column = reader_column(reader, "contact.order");
    const char *text = reader_cell(reader, column);
    CLEANUP(mem_clean) char *folded = clean_fold(text);
    CLEANUP(mem_clean) char *number = NULL;
    struct error err;
    const char *digits;

    if (!*folded)
        return;
    if (!clean_number(&number, folded, &err)) {
        reader_fault(reader, column, "%s", err.text);
        return;
    }
    digits = number + (text_starts(number, "第") ? strlen("第") : 0);
    if (!isdigit((unsigned char)*digits) || strspn(digits, "0123456789") != strlen(digits) || strlen(digits) > 2 ||
        atoi(digits) < 1) {
        reader_fault(reader, column, "\"%.40s\" is no order of calling: write 1, 2, 3 …", text);
        return;
    }
    contact->rank = atoi(digits);
    contact->ranked = true;
}

static void read_relation(struct reader *reader, struct intake_contact *contact, const char *from_name)
{
    const int column = reader_column(reader, "contact.relation");
    const char *word = reader_keep(reader, "contact.relation");
    const char *kind;

    if (!word)
        word = from_name;
    contact->word = word;
    contact->relation = "other";
    if (!word) {
        if (column >= 0)
            reader_fault(reader, column, "the relation is missing: write e.g. 奶奶");
        return;
    }
    kind = relation_kind(reader, word);
    if (kind)
        contact->relation = kind;
    else
        reader_warn(reader, column, "relation \"%.40s\" is not among the known words: kept as it is", word);
}

static void read_abilities(struct reader *reader, struct intake_contact *contact)
{
    enum claim with_child = CLAIM_UNKNOWN;
    const char *kind = reader_keep(reader, "contact.kind");

    reader_claim(reader, "contact.can_read", &contact->reads);
    reader_claim(reader, "contact.can_send", &contact->sends);
    reader_claim(reader, "contact.lives_with", &with_child);
    reader_claim(reader, "contact.opt_out", &contact->opted_out);
    read_hearing(reader, contact);
    read_restricted(reader, contact);
    contact->language = reader_keep(reader, "contact.language");
    contact->hours = reader_keep(reader, "contact.quiet");
    contact->work_place = reader_keep(reader, "contact.work_place");
    contact->guardian = with_child == CLAIM_YES || (kind && (strstr(kind, "监护") || strstr(kind, "照护")));
    contact->guardian_given = contact->guardian;
}

void read_contact_row(struct reader *reader)
{
    const int name_column = reader_column(reader, "contact.name");
    const struct called called = read_called(reader, "contact.name");
    struct intake_contact contact = { .student = read_who(reader, "contact.student", "contact.student_class") };
    struct date ignored = { 0 };

    contact.place = reader_place(reader, name_column);
    contact.name = called.name;
    contact.named = called.name != NULL;
    contact.deceased = called.deceased;
    read_relation(reader, &contact, called.word);
    reader_phones(reader, "contact.phone", contact.phones, &contact.phone_count);
    reader_phones(reader, "contact.phone2", contact.phones, &contact.phone_count);
    read_order(reader, &contact);
    read_abilities(reader, &contact);
    reader_date(reader, "contact.confirmed_on", true, &ignored);
    if (!contact.name && !called.deceased) {
        if (name_column >= 0)
            reader_fault(reader, name_column, "the name is missing: write it, or delete the row");
        else if (contact.student.name) {
            CLEANUP(mem_clean) char *name =
                mem_format("%s%s", contact.student.name, contact.word ? contact.word : "家长");

            contact.name = intake_keep(reader->intake, name);
        }
    }
    if (contact.deceased)
        contact.phone_count = 0;
    if (contact.name)
        add_contact(reader->intake, &contact);
}

/* ----------------------------------------------------------------------------------------------------------- staff */

struct intake_staff *add_staff(struct reader *reader, int column)
{
    struct intake *intake = reader->intake;

    intake->staff = mem_grow(intake->staff, intake->staff_count + 1, sizeof *intake->staff);
    intake->staff[intake->staff_count] = (struct intake_staff){ .place = reader_place(reader, column) };
    return &intake->staff[intake->staff_count++];
}

static void add_role(struct reader *reader, struct intake_staff *staff, const char *word, int column)
{
    CLEANUP(mem_clean) char *folded = headers_fold(word);
    const char *role = *folded ? headers_value(reader->options->headers, "value.role", folded) : NULL;

    if (!*folded)
        return;
    if (!role && (text_ends(folded, "教师") || text_ends(folded, "老师")))
        role = "teacher";
    if (!role) {
        reader_warn(reader, column, "role \"%.40s\" is not among the known ones: kept as it is", word);
        role = intake_keep(reader->intake, folded);
    }
    for (size_t i = 0; i < staff->role_count; i++) {
        if (strcmp(staff->roles[i], role) == 0)
            return;
    }
    if (staff->role_count < INTAKE_ROLES_MAX)
        staff->roles[staff->role_count++] = role;
}

/* Several roles in a cell, separated by 、 and its kin. */
static void read_roles(struct reader *reader, struct intake_staff *staff)
{
    const int column = reader_column(reader, "staff.role");
    const char *text = reader_cell(reader, column);
    struct text plain = { 0 };
    char *rest, *word;

    while (*text) {
        static const char *const separators[] = { "、", "，", "；", ",", ";", "/", "|", "\n", "兼", "和", "及", "+" };
        size_t i = 0;

        while (i < COUNT(separators) && !text_starts(text, separators[i]))
            i++;
        text_add_char(&plain, i < COUNT(separators) ? '|' : *text);
        text += i < COUNT(separators) ? strlen(separators[i]) : 1;
    }
    rest = plain.data;
    while (rest && (word = strsep(&rest, "|")))
        add_role(reader, staff, word, column);
    text_free(&plain);
}

/* Not stored, but a cell that is no sex says that columns have slipped. */
static void check_sex(struct reader *reader)
{
    const int column = reader_column(reader, "staff.sex");
    const char *text = reader_cell(reader, column);
    CLEANUP(mem_clean) char *folded = headers_fold(text);
    CLEANUP(mem_clean) char *plain = NULL;

    if (*folded && clean_number(&plain, folded, NULL) && !headers_value(reader->options->headers, "value.sex", plain))
        reader_fault(reader, column, "\"%.60s\" is no sex: write 男 or 女", text);
}

void read_staff_row(struct reader *reader)
{
    const int name_column = reader_column(reader, "staff.name");
    const int role_column = reader_column(reader, "staff.role"), phone_column = reader_column(reader, "staff.phone");
    struct intake_staff *staff = add_staff(reader, name_column);
    const char *no = reader_text(reader, "staff.no");
    int grade;

    if (*no) {
        CLEANUP(mem_clean) char *folded = clean_fold(no);
        CLEANUP(mem_clean) char *number = NULL;
        struct error err;

        staff->no_column = reader_column(reader, "staff.no");
        if (clean_number(&number, folded, &err))
            staff->no = intake_keep(reader->intake, number);
        else
            reader_fault(reader, reader_column(reader, "staff.no"), "%s", err.text);
    }
    staff->name = reader_name(reader, "staff.name", true);
    check_sex(reader);
    read_roles(reader, staff);
    if (role_column >= 0 && staff->role_count == 0)
        reader_fault(reader, role_column, "the role is missing: write e.g. 班主任");
    staff->class = reader_class(reader, "staff.class", NULL, &grade);
    reader_phones(reader, "staff.phone", staff->phones, &staff->phone_count);
    reader_phones(reader, "staff.phone2", staff->phones, &staff->phone_count);
    if (phone_column >= 0 && staff->phone_count == 0 && !reader->cells[phone_column].bad)
        reader_fault(reader, phone_column, "no number: %s cannot be reached: write one",
                     staff->name ? staff->name : "this person");
}

/* -------------------------------------------------------------------------------------------------------- pairings */

/* By name; a name that nobody bears may be a number (by_name() of resolve.c). */
static struct intake_who partner_of(const struct intake_peer *peer, const char *name)
{
    return (struct intake_who){ .name = name,
                                .class = peer->student.class,
                                .no_place = peer->place,
                                .name_place = peer->place,
                                .class_place = peer->place };
}

size_t read_partners(struct reader *reader, const char *field, const struct intake_peer *like)
{
    const int column = reader_column(reader, field);
    const char *text = reader_cell(reader, column);
    CLEANUP(mem_clean) char *names = people_of(reader_none(reader, text, NULL) ? "" : text);
    struct intake *intake = reader->intake;
    size_t found = 0;
    char *rest = names, *name;

    for (; (name = people_next(&rest)); found++) {
        CLEANUP(mem_clean) char *folded = clean_fold(name);
        CLEANUP(mem_clean) char *clean = NULL;
        struct intake_peer peer = *like;
        struct error err;

        for (char *at = folded; *at; at++)
            *at = (char)toupper((unsigned char)*at);
        if (is_number(folded))
            clean = mem_dup(folded);
        else if (!clean_name(&clean, name, &err)) {
            reader_fault(reader, column, "%s", err.text);
            continue;
        }
        peer.place = reader_place(reader, column);
        peer.partner = partner_of(&peer, intake_keep(intake, clean));
        intake->peers = mem_grow(intake->peers, intake->peer_count + 1, sizeof *intake->peers);
        intake->peers[intake->peer_count++] = peer;
    }
    return found;
}

void read_pairing_row(struct reader *reader)
{
    const int mentor_column = reader_column(reader, "pairing.mentor");
    const int partner_column = reader_column(reader, "pairing.partner");
    struct intake *intake = reader->intake;
    struct intake_pairing pairing = { .student = read_who(reader, "pairing.student", "pairing.class") };
    struct intake_peer peer = { .student = pairing.student };

    reader_date(reader, "pairing.from", false, &pairing.since);
    reader_date(reader, "pairing.to", false, &pairing.until);
    if (pairing.until.year && pairing.since.year && date_compare(pairing.until, pairing.since) < 0)
        reader_fault(reader, reader_column(reader, "pairing.to"),
                     "lies before the pairing began: mend one of the dates");
    peer.since = pairing.since;
    peer.until = pairing.until;
    if (read_partners(reader, "pairing.partner", &peer) == 0 && mentor_column < 0 &&
        !reader->cells[partner_column].inherited)
        reader_fault(reader, partner_column, "the partner is missing: write the name, or delete the row");
    if (mentor_column < 0)
        return;
    pairing.place = pairing.mentor_place = reader_place(reader, mentor_column);
    pairing.mentor = reader_name(reader, "pairing.mentor", partner_column < 0);
    if (!pairing.mentor && partner_column >= 0)
        return;
    intake->pairings = mem_grow(intake->pairings, intake->pairing_count + 1, sizeof *intake->pairings);
    intake->pairings[intake->pairing_count++] = pairing;
}
