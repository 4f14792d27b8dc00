/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The people around a child: the columns of a wide roster unfolded into contacts, one person in two columns made one
 * again, and the rows of a contact sheet. Order of calling: who is named for emergencies, the guardian, the parents,
 * further contacts, grandparents, the household's line, the village's official.
 */
#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "import/records.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { FAMILY_MAX = 16 };

/* Groups of columns in the order of calling. */
static const struct side {
    const char *entity, *relation; /* relation NULL: by the relation's column or word */
    const char *word;              /* for a name that is missing: 王小明父亲 */
} sides[] = {
    { "emergency", NULL, "家长" },
    { "guardian", NULL, "家长" },
    { "father", "father", "父亲" },
    { "mother", "mother", "母亲" },
    { "contact2", NULL, "第二联系人" },
    { "contact3", NULL, "第三联系人" },
    { "grandfather", "paternal_grandfather", "爷爷" },
    { "grandmother", "paternal_grandmother", "奶奶" },
    { "maternal_grandfather", "maternal_grandfather", "外公" },
    { "maternal_grandmother", "maternal_grandmother", "外婆" },
    { "household", "other", "家" },
    { "village_official", "official", "村干部" },
};
_Static_assert(COUNT(sides) <= FAMILY_MAX, "a family has room for every group of columns");

const char *relation_kind(const struct reader *reader, const char *word)
{
    static const char *const whose[] = { "其", "她的", "他的", "学生的", "孩子的", "孩子", "学生" };
    CLEANUP(mem_clean) char *folded = headers_fold(word);
    const struct headers *headers = reader->options->headers;
    const char *kind = headers_value(headers, "value.relation", folded);

    for (size_t i = 0; i < COUNT(whose) && !kind; i++) {
        if (text_starts(folded, whose[i]))
            kind = headers_value(headers, "value.relation", folded + strlen(whose[i]));
    }
    return kind;
}

struct intake_contact *add_contact(struct intake *intake, const struct intake_contact *contact)
{
    intake->contacts = mem_grow(intake->contacts, intake->contact_count + 1, sizeof *intake->contacts);
    intake->contacts[intake->contact_count] = *contact;
    return &intake->contacts[intake->contact_count++];
}

/* ------------------------------------------------------------------------------------- a name with more in its cell */

/* The part before and inside brackets at the end: "张桂芳（奶奶）". False when there are none. */
static bool split_brackets(const char *text, char **outside, char **inside)
{
    const char *open = strstr(text, "（");
    const char *narrow = strchr(text, '(');
    const char *close;
    size_t width = strlen("（");

    if (narrow && (!open || narrow < open))
        open = narrow, width = 1;
    if (!open || open == text)
        return false;
    close = strstr(open, "）");
    if (!close)
        close = strchr(open, ')');
    if (!close)
        close = text + strlen(text);
    *outside = mem_dup_n(text, (size_t)(open - text));
    *inside = close > open + width ? mem_dup_n(open + width, (size_t)(close - open) - width) : mem_dup("");
    return true;
}

static const char *name_or_fault(struct reader *reader, int column, const char *text)
{
    CLEANUP(mem_clean) char *name = NULL;
    struct error err;

    if (clean_name(&name, text, &err))
        return intake_keep(reader->intake, name);
    reader_fault(reader, column, "%s", err.text);
    return NULL;
}

struct called read_called(struct reader *reader, const char *field)
{
    const int column = reader_column(reader, field);
    const char *text = reader_cell(reader, column);
    CLEANUP(mem_clean) char *outside = NULL, *inside = NULL, *folded = headers_fold(text);
    struct called called = { 0 };
    size_t used = 0;

    if (!*text)
        return called;
    if (reader_none(reader, text, &called.deceased) || strcmp(folded, "离异失联") == 0 || strcmp(folded, "失联") == 0) {
        called.none = true;
        return called;
    }
    if (relation_kind(reader, text)) {
        called.word = intake_keep(reader->intake, text);
        return called;
    }
    if (split_brackets(text, &outside, &inside)) {
        const bool turned = relation_kind(reader, outside) && !relation_kind(reader, inside) && *inside;

        reader_none(reader, inside, &called.deceased);
        if (relation_kind(reader, turned ? outside : inside))
            called.word = intake_keep(reader->intake, turned ? outside : inside);
        called.name = name_or_fault(reader, column, turned ? inside : outside);
        return called;
    }
    if (headers_value_prefix(reader->options->headers, "value.relation", text, 2, &used) &&
        utf8_count(text + used) >= 2 && utf8_count(text) >= 4) {
        CLEANUP(mem_clean) char *word = mem_dup_n(text, used);

        called.word = intake_keep(reader->intake, word);
        text += used;
    }
    called.name = name_or_fault(reader, column, text);
    return called;
}

/* ------------------------------------------------------------------------------------------ one group of columns */

static const char *keep_of(struct reader *reader, const char *entity, const char *thing)
{
    CLEANUP(mem_clean) char *field = mem_format("%s.%s", entity, thing);

    return reader_keep(reader, field);
}

static int column_of(const struct reader *reader, const char *entity, const char *thing)
{
    CLEANUP(mem_clean) char *field = mem_format("%s.%s", entity, thing);

    return reader_column(reader, field);
}

/* Whether a free text (学历, 健康状况) holds one of the words listed for it. */
static bool says(const struct reader *reader, const char *entity, const char *text)
{
    CLEANUP(mem_clean) char *folded = text ? headers_fold(text) : NULL;

    for (const char *at = folded; at && *at; utf8_next(&at)) {
        size_t used;

        if (headers_value_prefix(reader->options->headers, entity, at, 1, &used))
            return true;
    }
    return false;
}

static void set_relation(struct reader *reader, struct intake_contact *contact, const char *word, int column)
{
    const char *kind = word ? relation_kind(reader, word) : NULL;

    contact->word = word;
    contact->relation = kind ? kind : "other";
    if (word && !kind)
        reader_warn(reader, column, "relation \"%.40s\" is not among the known words: kept as it is", word);
}

/* Reads one group of columns; false when it holds nobody. */
static bool read_side(struct reader *reader, const struct side *side, struct intake_contact *out)
{
    CLEANUP(mem_clean) char *name_field = mem_format("%s.name", side->entity);
    CLEANUP(mem_clean) char *phone_field = mem_format("%s.phone", side->entity);
    const bool household = strcmp(side->entity, "household") == 0;
    const struct called called = read_called(reader, name_field);
    const int relation_column = column_of(reader, side->entity, "relation");
    const char *word = keep_of(reader, side->entity, "relation");
    struct intake_contact contact = { .relation = side->relation, .name = called.name, .deceased = called.deceased };

    contact.place = reader_place(reader, reader_column(reader, called.name || called.word ? name_field : phone_field));
    reader_phones(reader, household ? "student.home_phone" : phone_field, contact.phones, &contact.phone_count);
    contact.work_place = keep_of(reader, side->entity, "work_place");
    contact.guardian = contact.guardian_given = strcmp(side->entity, "guardian") == 0;
    if (says(reader, "value.illiterate", keep_of(reader, side->entity, "education")))
        contact.reads = CLAIM_NO;
    if (says(reader, "value.deaf", keep_of(reader, side->entity, "health")))
        contact.hears = CLAIM_NO;
    if (!side->relation)
        set_relation(reader, &contact, word ? word : called.word, relation_column);
    else
        contact.word = called.word ? called.word : intake_keep(reader->intake, household ? "家庭电话" : side->word);
    contact.named = contact.name != NULL;
    if (called.none && contact.phone_count > 0) {
        reader_warn(reader, contact.place.column, "a number, but the name says that there is nobody: not stored");
        return false;
    }
    if (!contact.named && contact.phone_count == 0 && !contact.deceased && !(called.word && contact.guardian))
        return false;
    *out = contact;
    return true;
}

/* --------------------------------------------------------------------------------- one person in two columns is one */

static bool shares_phone(const struct intake_contact *a, const struct intake_contact *b)
{
    for (size_t i = 0; i < a->phone_count; i++) {
        for (size_t j = 0; j < b->phone_count; j++) {
            if (strcmp(a->phones[i].e164, b->phones[j].e164) == 0)
                return true;
        }
    }
    return false;
}

/* Whether two groups of columns mean one person: the same name, or one without name whose relation or number fits. */
static bool same_person(const struct intake_contact *a, const struct intake_contact *b)
{
    const bool a_vague = strcmp(a->relation, "other") == 0, b_vague = strcmp(b->relation, "other") == 0;

    if (a->named && b->named)
        return strcmp(a->name, b->name) == 0;
    if (!a_vague && !b_vague)
        return strcmp(a->relation, b->relation) == 0;
    return shares_phone(a, b) || (!a->phone_count && !a->named && a_vague) || (!b->phone_count && !b->named && b_vague);
}

static void merge(struct intake_contact *into, const struct intake_contact *from)
{
    if (!into->named && from->named) {
        into->name = from->name;
        into->named = true;
    }
    if (strcmp(into->relation, "other") == 0 && strcmp(from->relation, "other") != 0) {
        into->relation = from->relation;
        into->word = from->word;
    }
    for (size_t i = 0; i < from->phone_count; i++) {
        bool have = false;

        for (size_t j = 0; j < into->phone_count; j++)
            have = have || strcmp(into->phones[j].e164, from->phones[i].e164) == 0;
        if (!have && into->phone_count < INTAKE_PHONES_MAX)
            into->phones[into->phone_count++] = from->phones[i];
    }
    into->guardian = into->guardian_given = into->guardian || from->guardian;
    into->deceased = into->deceased || from->deceased;
    into->reads = from->reads ? from->reads : into->reads;
    into->hears = from->hears ? from->hears : into->hears;
    into->work_place = into->work_place ? into->work_place : from->work_place;
}

/* A second number without name or relation (备用电话, 紧急电话) is the guardian's. */
static bool is_spare(const struct side *side, const struct intake_contact *contact)
{
    return !contact->named && strcmp(contact->relation, "other") == 0 && !contact->word &&
           (text_starts(side->entity, "contact") || strcmp(side->entity, "emergency") == 0);
}

/* Puts a person into the family: joined with the one already there, else at the end. */
static void join(struct intake_contact *family, size_t *count, const struct intake_contact *contact)
{
    for (size_t i = 0; i < *count; i++) {
        if (same_person(&family[i], contact)) {
            merge(&family[i], contact);
            return;
        }
    }
    family[(*count)++] = *contact;
}

/* A spare number goes to the guardian, else to whoever is called first, else stands alone. */
static void join_spare(struct intake_contact *family, size_t *count, const struct intake_contact *spare)
{
    for (size_t i = 0; i < *count; i++) {
        if (shares_phone(&family[i], spare))
            return;
    }
    for (size_t i = 0; i < *count; i++) {
        if (family[i].guardian && !family[i].deceased) {
            merge(&family[i], spare);
            return;
        }
    }
    family[(*count)++] = *spare;
}

static void name_the_nameless(struct reader *reader, const struct intake_student *student,
                              struct intake_contact *contact, const char *word)
{
    CLEANUP(mem_clean) char *name = NULL;

    if (contact->name)
        return;
    name = mem_format("%s%s", student->name ? student->name : "",
                      strcmp(contact->relation, "self") == 0 ? ""
                      : contact->word                        ? contact->word
                                                             : word);
    contact->name = intake_keep(reader->intake, name);
}

/* The number of a dead person rings somebody else: never used. */
static void bury(struct reader *reader, struct intake_contact *contact)
{
    if (!contact->deceased || contact->phone_count == 0)
        return;
    reader_warn(reader, contact->phones[0].place.column, "the number of somebody who has died: not stored");
    contact->phone_count = 0;
}

static void warn_of(struct reader *reader, const struct intake_contact *contact)
{
    if (strcmp(contact->relation, "grandparents") == 0 && contact->phone_count > 0)
        reader_warn(reader, contact->place.column, "two persons in one cell: ask whose the number is");
}

void read_family(struct reader *reader, const struct intake_student *student)
{
    struct intake_contact family[FAMILY_MAX], spares[FAMILY_MAX];
    size_t count = 0, spare_count = 0;
    int rank = 1;

    for (size_t i = 0; i < COUNT(sides); i++) {
        struct intake_contact contact;

        if (!read_side(reader, &sides[i], &contact))
            continue;
        if (is_spare(&sides[i], &contact))
            spares[spare_count++] = contact;
        else
            join(family, &count, &contact);
    }
    for (size_t i = 0; i < spare_count && count < FAMILY_MAX; i++)
        join_spare(family, &count, &spares[i]);
    for (size_t i = 0; i < count; i++) {
        name_the_nameless(reader, student, &family[i], "家长");
        bury(reader, &family[i]);
        warn_of(reader, &family[i]);
        family[i].rank = rank++;
        family[i].student = own_child(student);
        add_contact(reader->intake, &family[i]);
    }
}
