/* SPDX-License-Identifier: Apache-2.0 */
/* What a reply sets going: the mentor is told, the family gets a word back, a wrong number stops its line. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/template.h"
#include "inbox/inbox_internal.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/cause.h"
#include "store/person.h"

enum { QUOTE_MAX = 30 };

/* The first characters of what was written, for the person who reads about it. */
static char *quote(const char *text)
{
    struct text out = { 0 };
    const char *at = text;
    uint32_t c;

    for (int i = 0; i < QUOTE_MAX && (c = utf8_next(&at)); i++)
        text_add_utf8(&out, c < ' ' ? ' ' : c);
    if (*at)
        text_add(&out, "…");
    return text_take(&out);
}

/* The options once more; of several questions each with its name and its whole tokens. */
static char *options(struct inbox *inbox, const struct match *match, const char *language)
{
    const bool chinese = strcmp(language, "zh") == 0,
               several = match->talks[0].cause != match->talks[match->count - 1].cause;
    struct text out = { 0 };

    for (size_t i = 0; i < match->count; i++) {
        const struct kind_row *kind = kind_row(match->talks[i].kind);
        CLEANUP(mem_clean) char *name = mem_format("options.%s", kind->name);
        CLEANUP(mem_clean) char *said = NULL;
        char code[12] = "";

        if (i > 0 && match->talks[i].cause == match->talks[i - 1].cause)
            continue;
        if (match->talks[i].code)
            snprintf(code, sizeof code, "%d", match->talks[i].code);
        said =
            template_render(engine_wording(inbox->engine, name, language), &(struct template_value){ "code", code }, 1);
        text_add_format(&out, "%s%s%s%s", out.length ? (chinese ? "；" : "; ") : "",
                        several ? (chinese ? kind->chinese : kind->name) : "", several ? (chinese ? "：" : ": ") : "",
                        said);
    }
    return text_take(&out);
}

/* What {text} stands for: the reply's own words, the options once more, or the children by number. */
static char *quoted(struct inbox *inbox, const struct reply *reply, const struct match *match, const char *template,
                    const char *language)
{
    struct text out = { 0 };

    if (match->count && strcmp(template, "asked_back") == 0)
        return options(inbox, match, language);
    if (strcmp(template, "which_child") == 0) {
        char *names[TALKS_MAX];
        const size_t count = inbox_names(inbox, match, names, TALKS_MAX);

        for (size_t i = 0; i < count; i++) {
            text_add_format(&out, "%s%zu%s", i ? " " : "", i + 1, names[i]);
            free(names[i]);
        }
        return text_take(&out);
    }
    return quote(reply->text);
}

/* Whether all that the reply answers is an exercise. */
static bool is_drill(struct inbox *inbox, const struct match *match)
{
    for (size_t i = 0; i < match->count; i++)
        if (!cause_is_drill(inbox->store, match->talks[i].cause))
            return false;
    return match->count > 0;
}

/* The mark stands in the words themselves: a note may be joined with others that are none. */
static char *marked(char *text, const char *language)
{
    char *out = *text ? mem_format("%s%s", strcmp(language, "zh") == 0 ? "【演练】" : "[DRILL] ", text) : mem_dup("");

    free(text);
    return out;
}

static char *word(struct inbox *inbox, const struct reply *reply, const struct match *match, const char *template,
                  int64_t person, const int64_t *students, size_t count)
{
    struct person p = { 0 };
    struct student s = { 0 };
    const char *language = person_get(&p, inbox->store, person) ? p.language : "zh";
    CLEANUP(mem_clean) char *said = quoted(inbox, reply, match, template, language);
    CLEANUP(mem_clean) char *mentor = NULL;
    CLEANUP(mem_clean) char *all = NULL;
    struct text names = { 0 };
    char *text;

    for (size_t i = 0; i < count; i++) {
        student_free(&s);
        if (student_get(&s, inbox->store, students[i]))
            text_add_format(&names, "%s%s", names.length ? "、" : "", s.name);
    }
    all = text_take(&names);
    if (count)
        mentor = student_mentor_name(inbox->store, students[0], turn_now(inbox->turn));
    text = template_render(engine_wording(inbox->engine, template, language),
                           (const struct template_value[]){ { "student", s.name ? s.name : all },
                                                            { "students", all },
                                                            { "class", s.class },
                                                            { "person", p.name },
                                                            { "mentor", mentor },
                                                            { "teacher", mentor },
                                                            { "text", said } },
                           7);
    if (is_drill(inbox, match))
        text = marked(text, language);
    student_free(&s);
    person_free(&p);
    return text;
}

static void add_child(int64_t *students, size_t *count, int64_t student)
{
    for (size_t i = 0; i < *count; i++)
        if (students[i] == student)
            return;
    if (student)
        students[(*count)++] = student;
}

size_t inbox_children(const struct match *match, int64_t *students)
{
    size_t count = 0;

    for (size_t i = 0; i < match->count; i++)
        add_child(students, &count, match->talks[i].student);
    return count;
}

void inbox_children_of_line(struct inbox *inbox, int64_t line, struct match *match)
{
    int64_t students[TALKS_MAX];
    const size_t count = line_students(inbox->store, line, students, TALKS_MAX);

    match->count = 0;
    for (size_t i = 0; i < count; i++)
        match->talks[match->count++] = (struct talk){ .student = students[i] };
    for (size_t i = match->count; i-- > 0;)
        if (line_restricted(inbox->store, line, match->talks[i].student))
            match->talks[i] = match->talks[--match->count];
}

/* Who is told about a child: the mentors, without one the teachers of the class. */
static size_t those_in_charge(struct inbox *inbox, int64_t student, struct contact *contacts, size_t max)
{
    const size_t mentors = person_chain(inbox->store, student, CHAIN_MENTOR, turn_now(inbox->turn), contacts, max);

    return mentors ? mentors : person_chain(inbox->store, student, CHAIN_TEACHER, turn_now(inbox->turn), contacts, max);
}

enum { IN_CHARGE_MAX = 8 };

/* The children of the reply whom this person is in charge of and may be told about. */
static size_t in_charge_of(struct inbox *inbox, const struct match *match, enum kind kind, int64_t person,
                           int64_t *students)
{
    size_t count = 0;

    for (size_t i = 0; i < match->count; i++) {
        struct contact contacts[IN_CHARGE_MAX];
        const size_t there = those_in_charge(inbox, match->talks[i].student, contacts, IN_CHARGE_MAX);

        for (size_t j = 0; j < there; j++)
            if (contacts[j].person == person && engine_may_say(inbox->engine, kind, person, 0, match->talks[i].student))
                add_child(students, &count, match->talks[i].student);
    }
    return count;
}

void inbox_tell_mentors(struct inbox *inbox, const struct reply *reply, const struct match *match, const char *template,
                        enum kind kind)
{
    for (size_t i = 0; i < match->count; i++) {
        struct contact contacts[IN_CHARGE_MAX];
        const size_t count = those_in_charge(inbox, match->talks[i].student, contacts, IN_CHARGE_MAX);

        for (size_t j = 0; j < count; j++) {
            int64_t students[TALKS_MAX];
            const size_t about = in_charge_of(inbox, match, kind, contacts[j].person, students);
            CLEANUP(mem_clean) char *text = word(inbox, reply, match, template, contacts[j].person, students, about);
            char key[64];
            enum reason why;

            if (!about)
                continue; /* nothing of it may be told to this one */
            /* the key makes it one message a mentor, however many children the reply is about */
            snprintf(key, sizeof key, "reply:%" PRId64 ":mentor:%" PRId64, reply->id, contacts[j].person);
            engine_say(inbox->engine,
                       &(struct saying){ .key = key,
                                         .kind = kind,
                                         .person = contacts[j].person,
                                         .students = students,
                                         .student_count = about,
                                         .text = text },
                       &why);
        }
    }
}

bool inbox_echo(struct inbox *inbox, const struct reply *reply, const struct match *match, const char *template)
{
    const int64_t person =
        line_best_person(inbox->store, reply->line, match->count ? match->talks[0].student : 0); /* who gets the echo */
    int64_t students[TALKS_MAX];
    const size_t count = inbox_children(match, students);
    CLEANUP(mem_clean) char *text = NULL;
    char key[64];
    enum reason why;

    /* what comes from the phone of a restricted person is not answered, but for another child's question */
    if (!person || (!count && line_restricted(inbox->store, reply->line, 0)) ||
        !line_take_automatic(inbox->store, reply->line, turn_now(inbox->turn)))
        return false;
    text = word(inbox, reply, match, template, person, students, count);
    snprintf(key, sizeof key, "reply:%" PRId64 ":%s", reply->id, template);
    return text[0] && engine_say(inbox->engine,
                                 &(struct saying){ .key = key,
                                                   .kind = KIND_ECHO,
                                                   .person = person,
                                                   .line = reply->line,
                                                   .students = students,
                                                   .student_count = count,
                                                   .text = text,
                                                   .reply = reply->id },
                                 &why) != 0;
}

static void cancel_waiting(struct inbox *inbox, int64_t line)
{
    int64_t ids[200];
    const size_t count = message_waiting_on(inbox->store, line, ids, COUNT(ids));

    for (size_t i = 0; i < count; i++) {
        struct message m = { 0 };

        if (message_get(&m, inbox->store, ids[i]) &&
            message_move(inbox->store, m.id, m.state, MESSAGE_CANCELLED, REASON_WRONG_NUMBER, turn_now(inbox->turn)))
            engine_message_ended(inbox->engine, m.id, MESSAGE_CANCELLED, REASON_WRONG_NUMBER);
        message_free(&m);
    }
}

void inbox_wrong_number(struct inbox *inbox, const struct reply *reply)
{
    char masked[MASKED_MAX];

    if (!line_set_state(inbox->store, reply->line, "wrong"))
        return;
    cancel_waiting(inbox, reply->line);
    mask_number(masked, reply->sender);
    log_notice("line %s: says that it is a wrong number: nothing more goes there", masked);
}
