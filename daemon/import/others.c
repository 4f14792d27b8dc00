/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the sheets of contacts, staff, pairings and rota. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "import/records.h"
#include "lib/memory.h"
#include "lib/text.h"

/* Whether a header names a number (学号) rather than a name. */
static bool is_number_column(const struct reader *reader, int column)
{
    const char *folded = reader->sheet->columns[column].folded;

    return strstr(folded, "号") || strstr(folded, "编码") || text_ends(folded, "no") || text_ends(folded, "id");
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
        const bool number = is_number_column(reader, column);
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

/* -------------------------------------------------------------------------------------------------- pairings, rota */

void read_pairing_row(struct reader *reader)
{
    const int mentor_column = reader_column(reader, "pairing.mentor");
    struct intake *intake = reader->intake;
    struct intake_pairing pairing = { .student = read_who(reader, "pairing.student", "pairing.class") };

    pairing.place = pairing.mentor_place = reader_place(reader, mentor_column);
    pairing.mentor = reader_name(reader, "pairing.mentor", true);
    reader_date(reader, "pairing.from", false, &pairing.since);
    reader_date(reader, "pairing.to", false, &pairing.until);
    if (pairing.until.year && pairing.since.year && date_compare(pairing.until, pairing.since) < 0)
        reader_fault(reader, reader_column(reader, "pairing.to"),
                     "lies before the pairing began: mend one of the dates");
    intake->pairings = mem_grow(intake->pairings, intake->pairing_count + 1, sizeof *intake->pairings);
    intake->pairings[intake->pairing_count++] = pairing;
}

/* 周一, 星期1, Monday … to 1–7; 0 when it is none. */
static int weekday_of(const char *folded)
{
    static const char *const days[] = { "一|1|mon", "二|2|tue", "三|3|wed",   "四|4|thu",
                                        "五|5|fri", "六|6|sat", "日|天|7|sun" };
    const char *rest = folded;

    if (text_starts(rest, "星期"))
        rest += strlen("星期");
    else if (text_starts(rest, "礼拜"))
        rest += strlen("礼拜");
    else if (text_starts(rest, "周"))
        rest += strlen("周");
    for (size_t i = 0; i < COUNT(days); i++) {
        CLEANUP(mem_clean) char *copy = mem_dup(days[i]);
        char *list = copy;
        char *word;

        while ((word = strsep(&list, "|"))) {
            if (strcmp(rest, word) == 0 ||
                (strlen(word) == 3 && isalpha((unsigned char)*word) && text_starts(rest, word)))
                return (int)i + 1;
        }
    }
    return 0;
}

/* A date, or a range 9.14-9.20 whose year is the school's current one. */
static bool read_range(struct reader *reader, const char *text, struct intake_rota *rota)
{
    static const char *const to[] = { "~", "至", "到", "—", "--", "－", "-" };
    const struct date today = reader->options->today;
    CLEANUP(mem_clean) char *folded = clean_fold(text);
    struct error err;

    if (date_parse(&rota->from, folded, &err)) {
        rota->to = rota->from;
        return true;
    }
    for (size_t i = 0; i < COUNT(to); i++) {
        char *gap = strstr(folded, to[i]);
        CLEANUP(mem_clean) char *first = NULL, *second = NULL;
        struct date from, until;

        if (!gap)
            continue;
        first = mem_dup_n(folded, (size_t)(gap - folded));
        second = mem_dup(gap + strlen(to[i]));
        if (!date_parse(&from, first, NULL)) {
            CLEANUP(mem_clean) char *full = mem_format("%d.%s", today.year, first);

            if (!date_parse(&from, full, NULL))
                continue;
        }
        if (!date_parse(&until, second, NULL)) {
            CLEANUP(mem_clean) char *full = mem_format("%d.%s", from.year, second);

            if (!date_parse(&until, full, NULL))
                continue;
        }
        rota->from = from;
        rota->to = until;
        return date_compare(from, until) <= 0;
    }
    {
        CLEANUP(mem_clean) char *full = mem_format("%d.%s", today.year, folded);

        if (!date_parse(&rota->from, full, NULL))
            return false;
    }
    rota->to = rota->from;
    return true;
}

static void read_when(struct reader *reader, struct intake_rota *rota)
{
    const int date_column = reader_column(reader, "rota.date"), day_column = reader_column(reader, "rota.weekday");
    const char *date = reader_cell(reader, date_column);
    const char *day = reader_cell(reader, day_column);
    CLEANUP(mem_clean) char *date_folded = headers_fold(date), *day_folded = headers_fold(day);

    if (*day_folded && !(rota->weekday = weekday_of(day_folded)))
        reader_fault(reader, day_column, "\"%.40s\" is no weekday: write 周一 to 周日", day);
    if (*date_folded && !rota->weekday && weekday_of(date_folded))
        rota->weekday = weekday_of(date_folded);
    else if (*date_folded && !read_range(reader, date, rota))
        reader_fault(reader, date_column, "\"%.40s\" is no date: write 2026-09-14 or 9.14-9.20", date);
    rota->week = reader_keep(reader, "rota.week");
    if (!rota->weekday && !rota->from.year && !rota->week && !reader->faulty)
        reader_fault(reader, date_column >= 0 ? date_column : day_column,
                     "the day is missing: write 2026-09-14 or 周一");
}

void read_rota_row(struct reader *reader)
{
    const int column = reader_column(reader, "rota.person");
    const char *text = reader_cell(reader, column);
    struct intake_rota rota = { .place = reader_place(reader, column), .person_place = reader_place(reader, column) };
    struct intake *intake = reader->intake;
    CLEANUP(mem_clean) char *people = mem_dup(text);
    char *rest = people, *name;

    read_when(reader, &rota);
    rota.leader = reader_name(reader, "rota.leader", false);
    rota.post = reader_keep(reader, "rota.post");
    rota.shift = reader_keep(reader, "rota.shift");
    if (!*text && !reader->cells[column].bad && !reader->cells[column].inherited)
        reader_fault(reader, column, "nobody is named: write who is on duty");
    for (char *at = strstr(people, "、"); at; at = strstr(at, "、"))
        memset(at, '|', strlen("、"));
    while ((name = strsep(&rest, "|,;/\n"))) {
        CLEANUP(mem_clean) char *clean = NULL;
        struct error err;

        if (!*name)
            continue;
        if (!clean_name(&clean, text_trim(name), &err)) {
            reader_fault(reader, column, "%s", err.text);
            continue;
        }
        rota.person = intake_keep(intake, clean);
        intake->rota = mem_grow(intake->rota, intake->rota_count + 1, sizeof *intake->rota);
        intake->rota[intake->rota_count++] = rota;
    }
}
