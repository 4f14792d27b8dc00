/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of staff: a report of the roll, an absence, a child who came after all (core/order.h has the grammar). Only a line
 * on which everybody is staff may give orders, and none about a child for whom somebody there is restricted. A name or
 * class that is unknown or not the only one is asked back with the choices; what was clear is done all the same, since a
 * missing child waits for nobody's spelling. A text that is no order goes its usual way.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/order.h"
#include "core/template.h"
#include "engine/roll.h"
#include "inbox/inbox_internal.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/person.h"

enum { SAME_NAME_MAX = 8, CLASSES_SHOWN_MAX = 12 };

/* An order on its way: what was meant, what became of it, what is said back. */
struct ordering {
    struct inbox *inbox;
    const struct reply *reply;
    struct order *order;
    char day[DAY_TEXT];
    char *who;                    /* the writer's name */
    char *class;                  /* that is reported; NULL */
    char *own[CLASSES_SHOWN_MAX]; /* classes of the line */
    size_t own_count;
    struct {
        int64_t student; /* 0: unknown */
        enum order_word word;
        bool several, forbidden;
        char *class;
    } children[ORDER_NAMES_MAX];
    struct text unknown, several; /* names; "王梓涵（三1班、四2班）" */
    struct text absent, joined, here;
    int64_t told[ORDER_NAMES_MAX]; /* children whom the answer names */
    size_t told_count;
    struct text said, done;
    const char *language;
    bool asked_back, reported;
};

static void add(struct text *list, const char *name)
{
    text_add_format(list, "%s%s", list->length ? "、" : "", name);
}

static void say(struct ordering *t, const char *template, const char *text)
{
    CLEANUP(mem_clean) char *said = template_render(
        engine_wording(t->inbox->engine, template, t->language),
        (const struct template_value[]){ { "text", text }, { "students", text }, { "class", t->class } }, 3);

    text_add_format(&t->said, "%s%s", t->said.length ? " " : "", said);
}

static void ask_back(struct ordering *t, const char *template, const char *text)
{
    say(t, template, text);
    t->asked_back = true;
}

/* --- which class ---------------------------------------------------------------------------------------------- */

static bool has_report(const struct order *o)
{
    return o->all || o->expected >= 0 || o->present >= 0 || o->missing >= 0;
}

/* The class whose roll was asked for on this line and has not come; the caller frees; NULL: none, or several. */
static char *asked_class(const struct ordering *t, size_t *count)
{
    int64_t rolls[CLASSES_SHOWN_MAX];
    struct roll roll = { 0 };
    char *class = NULL;

    *count = roll_asked_on(t->inbox->store, t->reply->line, t->day, rolls, CLASSES_SHOWN_MAX);
    if (*count == 1 && roll_get(&roll, t->inbox->store, rolls[0]))
        class = mem_dup(roll.class);
    roll_free(&roll);
    return class;
}

static void ask_for_class(struct ordering *t)
{
    struct text shown = { 0 };
    int64_t rolls[CLASSES_SHOWN_MAX];
    const size_t count = roll_asked_on(t->inbox->store, t->reply->line, t->day, rolls, CLASSES_SHOWN_MAX);

    for (size_t i = 0; i < count; i++) {
        struct roll roll = { 0 };

        if (roll_get(&roll, t->inbox->store, rolls[i]))
            add(&shown, roll.class);
        roll_free(&roll);
    }
    for (size_t i = 0; count == 0 && i < t->own_count; i++)
        add(&shown, t->own[i]);
    ask_back(t, "order_class", shown.data ? shown.data : t->order->class ? t->order->class : "?");
    text_free(&shown);
}

/* Named, or the one that is asked for here, or the one that the writer is the teacher of. False: it was asked back. */
static bool find_class(struct ordering *t)
{
    size_t asked = 0;

    if (t->order->class) {
        t->class = class_find(t->inbox->store, t->order->class);
    } else {
        t->class = asked_class(t, &asked);
        if (!t->class && asked == 0 && t->own_count == 1)
            t->class = mem_dup(t->own[0]);
    }
    if (t->class || (!t->order->class && !has_report(t->order)))
        return true;
    ask_for_class(t);
    return false;
}

/* --- which children ------------------------------------------------------------------------------------------- */

static bool is_own(const struct ordering *t, const char *class)
{
    for (size_t i = 0; i < t->own_count; i++)
        if (class && strcmp(t->own[i], class) == 0)
            return true;
    return false;
}

static void show_several(struct ordering *t, const char *name, const int64_t *students, size_t count)
{
    struct text classes = { 0 };

    for (size_t i = 0; i < count; i++) {
        struct student s = { 0 };

        if (student_get(&s, t->inbox->store, students[i]))
            add(&classes, s.class ? s.class : "?");
        student_free(&s);
    }
    text_add_format(&t->several, "%s%s（%s）", t->several.length ? "、" : "", name, classes.data ? classes.data : "");
    text_free(&classes);
}

/* Of several of one name the one of the writer's own class is meant. */
static int64_t only_own(const struct ordering *t, const int64_t *students, size_t count)
{
    int64_t found = 0;

    for (size_t i = 0; i < count; i++) {
        struct student s = { 0 };
        const bool own = student_get(&s, t->inbox->store, students[i]) && is_own(t, s.class);

        student_free(&s);
        if (own && found)
            return 0;
        found = own ? students[i] : found;
    }
    return found;
}

static void find_child(struct ordering *t, size_t index)
{
    const char *name = t->order->names[index].name;
    int64_t students[SAME_NAME_MAX];
    size_t count = student_by_name(t->inbox->store, name, t->class, students, SAME_NAME_MAX);
    struct student s = { 0 };
    int64_t found;

    if (count == 0 && t->class && !t->order->class) /* the class was not named: a child of another one is meant */
        count = student_by_name(t->inbox->store, name, NULL, students, SAME_NAME_MAX);
    found = count == 1 ? students[0] : only_own(t, students, count);
    t->children[index].word = t->order->names[index].word;
    t->children[index].student = found;
    t->children[index].several = !found && count > 1;
    if (count == 0)
        add(&t->unknown, name);
    else if (!found)
        show_several(t, name, students, count);
    for (size_t i = 0; i < count; i++) /* also where it is not clear which: nothing is said about that child */
        t->children[index].forbidden |= line_restricted(t->inbox->store, t->reply->line, students[i]);
    if (found && student_get(&s, t->inbox->store, found))
        t->children[index].class = mem_dup(s.class);
    student_free(&s);
}

/* False when it is no order after all, or (then it waits) from a phone that may not speak of a child. */
static bool find_children(struct ordering *t, bool *handled)
{
    bool any = false;

    *handled = false;
    for (size_t i = 0; i < t->order->name_count; i++) {
        find_child(t, i);
        any = any || t->children[i].student || t->children[i].several;
        if (t->children[i].forbidden) {
            reply_set(t->inbox->store, t->reply->id, "waiting",
                      "from the phone of a person who may not be told about this child: somebody should read it");
            *handled = true;
            return false;
        }
    }
    return !t->order->loose || any;
}

/* --- doing it ------------------------------------------------------------------------------------------------- */

static void note_result(struct ordering *t, size_t index, const struct roll_result *before,
                        const struct roll_result *after)
{
    const char *name = t->order->names[index].name;

    if (after->opened > before->opened)
        add(&t->absent, name);
    else if (after->joined > before->joined)
        add(&t->joined, name);
    else if (after->back > before->back)
        add(&t->here, name);
    text_add_format(&t->done, " %s", name);
    t->told[t->told_count++] = t->children[index].student;
}

static void note_child(struct ordering *t, size_t index)
{
    const struct away_note note = { t->children[index].student, t->children[index].word, t->who };
    const struct roll_result before = { 0 };
    struct roll_result after = { 0 };
    struct error err;

    if (engine_note_away(t->inbox->engine, &note, &after, &err))
        note_result(t, index, &before, &after);
    else
        log_warning("reply %" PRId64 ": %s", t->reply->id, err.text);
}

static bool of_class(const struct ordering *t, size_t index)
{
    return t->class && t->children[index].student && t->children[index].class &&
           strcmp(t->children[index].class, t->class) == 0;
}

/* The children of the class are part of its report; each is done by itself before, so that the answer knows what became
 * of whom, and the report finds it done. */
static void report(struct ordering *t)
{
    const struct order *o = t->order;
    int64_t students[ORDER_NAMES_MAX];
    enum order_word words[ORDER_NAMES_MAX];
    size_t count = 0;
    struct roll_report report = { .class = t->class,
                                  .all = o->all,
                                  .expected = o->expected,
                                  .present = o->present,
                                  .missing = o->missing,
                                  .students = students,
                                  .words = words,
                                  .person = line_only_person(t->inbox->store, t->reply->line),
                                  .line = t->reply->line,
                                  .reply = t->reply->id,
                                  .who = t->who };
    struct roll_result result;
    struct error err;
    char number[16];

    for (size_t i = 0; i < o->name_count; i++)
        if (of_class(t, i)) {
            students[count] = t->children[i].student;
            words[count++] = t->children[i].word;
        }
    report.count = count;
    if (!engine_report_roll(t->inbox->engine, &report, &result, &err)) {
        ask_back(t, "order_numbers", "");
        return;
    }
    t->reported = true;
    text_add_format(&t->done, " %s %d/%d", t->class, result.present, result.expected);
    if (result.unnamed > 0) {
        snprintf(number, sizeof number, "%d", result.unnamed);
        say(t, "order_names", number);
    }
}

/* Names alone are the report of a class whose roll is asked for here. */
static bool is_report(const struct ordering *t)
{
    size_t asked = 0;
    CLEANUP(mem_clean) char *class = NULL;

    if (has_report(t->order))
        return true;
    if (!t->class)
        return false;
    class = asked_class(t, &asked);
    if (!class || strcmp(class, t->class) != 0)
        return false;
    for (size_t i = 0; i < t->order->name_count; i++)
        if (of_class(t, i) && t->children[i].word != ORDER_HERE)
            return true;
    return false;
}

static void do_it(struct ordering *t)
{
    for (size_t i = 0; i < t->order->name_count; i++)
        if (t->children[i].student)
            note_child(t, i);
    if (is_report(t))
        report(t);
    if (t->absent.length)
        say(t, "order_absent", t->absent.data);
    if (t->joined.length)
        say(t, "order_joined", t->joined.data);
    if (t->here.length)
        say(t, "order_here", t->here.data);
    if (t->unknown.length)
        ask_back(t, "order_unknown", t->unknown.data);
    if (t->several.length)
        ask_back(t, "order_which", t->several.data);
}

/* --- the answer ----------------------------------------------------------------------------------------------- */

static void answer(struct ordering *t)
{
    struct store *store = t->inbox->store;
    const int64_t person = line_best_person(store, t->reply->line, 0);
    const bool understood = t->done.length > 0;
    char key[64];
    enum reason why;

    if (understood) {
        line_reset_automatic(store, t->reply->line, turn_now(t->inbox->turn));
        talk_settled(store, t->reply->line, turn_now(t->inbox->turn));
    }
    if (!t->said.length || !person || !line_take_automatic(store, t->reply->line, turn_now(t->inbox->turn)))
        return;
    snprintf(key, sizeof key, "reply:%" PRId64 ":order", t->reply->id);
    engine_say(t->inbox->engine,
               &(struct saying){ .key = key,
                                 .kind = KIND_ECHO,
                                 .person = person,
                                 .line = t->reply->line,
                                 .students = t->told,
                                 .student_count = t->told_count,
                                 .text = t->said.data,
                                 .reply = t->reply->id },
               &why);
}

static void finish(struct ordering *t)
{
    CLEANUP(mem_clean) char *why =
        mem_format("an order of %s:%.120s%s", t->who, t->done.data ? t->done.data : " nothing done",
                   t->asked_back ? "; asked back" : "");

    answer(t);
    reply_set(t->inbox->store, t->reply->id, t->asked_back && !t->done.length ? "waiting" : "understood", why);
}

static void ordering_free(struct ordering *t)
{
    struct text *const texts[] = { &t->unknown, &t->several, &t->absent, &t->joined, &t->here, &t->said, &t->done };

    for (size_t i = 0; i < COUNT(texts); i++)
        text_free(texts[i]);
    for (size_t i = 0; i < t->own_count; i++)
        free(t->own[i]);
    for (size_t i = 0; i < t->order->name_count; i++)
        free(t->children[i].class);
    free(t->class);
    free(t->who);
}

static bool take(struct inbox *inbox, const struct reply *reply, struct order *order)
{
    const int64_t person = line_best_person(inbox->store, reply->line, 0);
    struct person writer = { 0 };
    struct ordering t = { .inbox = inbox, .reply = reply, .order = order };
    bool handled = true;

    engine_day(t.day, inbox->engine, turn_now(inbox->turn));
    t.language = person_get(&writer, inbox->store, person) ? writer.language : "zh";
    t.who = mem_dup(writer.name ? writer.name : "staff");
    t.own_count = line_classes(inbox->store, reply->line, turn_now(inbox->turn), t.own, CLASSES_SHOWN_MAX);
    if (!find_class(&t))
        finish(&t);
    else if (find_children(&t, &handled)) {
        do_it(&t);
        finish(&t);
        handled = true;
    }
    ordering_free(&t);
    person_free(&writer);
    return handled;
}

/* "43" from a line on which nothing but rolls is being asked. */
static bool take_number(struct inbox *inbox, const struct reply *reply)
{
    struct order order = { .expected = -1, .present = order_number(reply->text), .missing = -1 };
    struct talk talks[TALKS_MAX];
    size_t count, open = 0;

    if (order.present < 0)
        return false;
    count = talk_list(inbox->store, reply->line, turn_now(inbox->turn), talks, TALKS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (talks[i].state != ASK_OPEN && talks[i].state != ASK_WAITING)
            continue;
        if (!kind_row(talks[i].kind)->per_class)
            return false;
        open++;
    }
    return open > 0 && take(inbox, reply, &order);
}

bool inbox_order(struct inbox *inbox, const struct reply *reply)
{
    struct order order;
    bool handled;

    if (!line_is_staff(inbox->store, reply->line, turn_now(inbox->turn)))
        return false;
    if (!order_read(&order, reply->text))
        return take_number(inbox, reply);
    handled = take(inbox, reply, &order);
    order_free(&order);
    return handled;
}
