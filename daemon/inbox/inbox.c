/* SPDX-License-Identifier: Apache-2.0 */
/* The inbox: storing a reply, and what it means; see inbox.h. */
#include "inbox/inbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/phone.h"
#include "inbox/inbox_internal.h"
#include "lib/memory.h"
#include "lib/text.h"

#define CALL_ME_WITHIN_MS (5 * MINUTE_MS)
enum { LONG_REPLY = 12 }; /* characters; what is longer is a sentence */

struct inbox *inbox_new(struct turn *turn, struct engine *engine, const struct grammar *grammar, const char *region)
{
    struct inbox *inbox = mem_new(1, sizeof *inbox);

    *inbox = (struct inbox){
        .turn = turn, .store = turn_store(turn), .engine = engine, .grammar = grammar, .region = mem_dup(region)
    };
    return inbox;
}

void inbox_free(struct inbox *inbox)
{
    if (!inbox)
        return;
    free(inbox->region);
    free(inbox);
}

void inbox_set_grammar(struct inbox *inbox, const struct grammar *grammar)
{
    inbox->grammar = grammar;
}

static void done(struct inbox *inbox, const struct reply *reply, const char *state, const char *why)
{
    reply_set(inbox->store, reply->id, state, why);
}

/* Everybody on the line is restricted for nobody, or the reply counts for no ask of that child: match.c leaves those out.
 * What comes from a line that only a restricted person has is kept and not answered. */
static void answer_all(struct inbox *inbox, const struct reply *reply, const struct match *match, const char *class)
{
    struct answer_row row = { .line = reply->line,
                              .person = line_only_person(inbox->store, reply->line),
                              .reply = reply->id,
                              .class = class,
                              .has_value = match->answer.has_value,
                              .value = match->answer.value,
                              .rest = match->answer.rest,
                              .via = match->via };

    for (size_t i = 0; i < match->count; i++) {
        row.ask = match->talks[i].ask;
        engine_answer(inbox->engine, &row);
    }
}

/* Staff were asked about all at once: a plain answer is for all that were put to this line, a name narrows it. */
static void answer_gathered(struct inbox *inbox, const struct reply *reply, const struct match *match,
                            const char *class)
{
    int64_t named[TALKS_MAX];
    struct answer_row row = { .line = reply->line,
                              .person = line_only_person(inbox->store, reply->line),
                              .reply = reply->id,
                              .class = class,
                              .rest = match->answer.rest,
                              .via = match->via };
    const struct ask_naming naming = { match->talks[0].cause, reply->line, reply->text };
    const size_t count = ask_named(inbox->store, &naming, named, COUNT(named));

    for (size_t i = 0; i < count; i++) {
        row.ask = named[i];
        engine_answer(inbox->engine, &row);
    }
    if (count == 0)
        engine_answer_cause(inbox->engine, match->talks[0].cause, &row);
}

static char *outcome_of(struct inbox *inbox, const struct match *match)
{
    return ask_outcome(inbox->store, match->talks[0].ask);
}

/* Asked back once a question; of several questions each has a token of its own then. */
static void ask_back(struct inbox *inbox, const struct reply *reply, struct match *match, const char *why)
{
    const bool several = match->talks[0].cause != match->talks[match->count - 1].cause;
    char line[200];
    bool first = false;

    for (size_t i = 0; i < match->count; i++) {
        first |= talk_ask_back(inbox->store, reply->line, match->talks[i].cause);
        if (several && !match->talks[i].code)
            match->talks[i].code =
                talk_give_code(inbox->store, reply->line, match->talks[i].cause, turn_now(inbox->turn));
    }
    snprintf(line, sizeof line, "%.150s%s", why,
             first && inbox_echo(inbox, reply, match, "asked_back") ? "; asked back" : "");
    done(inbox, reply, "waiting", line);
}

static void take_help(struct inbox *inbox, const struct reply *reply, struct match *match)
{
    int64_t children[TALKS_MAX];

    answer_all(inbox, reply, match, "help");
    if (match->talks[0].gathered) {
        done(inbox, reply, "waiting", "help, from staff: somebody should call");
        return;
    }
    inbox_tell_mentors(inbox, reply, match, "help_mentor", KIND_STAFF);
    if (inbox_children(match, children) > 1) {
        talk_set_which(inbox->store, reply->line, match->talks[0].cause, true);
        inbox_echo(inbox, reply, match, "which_child");
        done(inbox, reply, "understood", "help, for each child; the mentors know; asked which child");
        return;
    }
    inbox_echo(inbox, reply, match, "echo_help");
    done(inbox, reply, "understood", "help; the mentor knows");
}

/* The answer to "which child?": the others' help is withdrawn, nothing is put in its place. */
static bool take_which(struct inbox *inbox, const struct reply *reply, struct match *match)
{
    char *names[TALKS_MAX];
    const size_t count = inbox_names(inbox, match, names, TALKS_MAX);
    struct answer which = { 0 };
    bool told = false;

    answer_read(&which, inbox->grammar,
                &(struct answer_question){
                    .kind = ANSWER_KIND_WHICH_CHILD, .options = (const char *const *)names, .option_count = count },
                reply->text);
    if (which.class == ANSWER_NUMBER && which.has_value && which.value >= 1 && (size_t)which.value <= match->count) {
        for (size_t i = 0; i < match->count; i++) {
            const int64_t help = answer_find(inbox->store, match->talks[i].ask, reply->line, "help");

            if (i + 1 != (size_t)which.value && help)
                engine_answer(inbox->engine, &(struct answer_row){ .ask = match->talks[i].ask,
                                                                   .line = reply->line,
                                                                   .reply = reply->id,
                                                                   .class = "withdrawn",
                                                                   .withdraws = help,
                                                                   .via = "name" });
        }
        talk_set_which(inbox->store, reply->line, match->talks[0].cause, false);
        done(inbox, reply, "understood", "says which child it is");
        told = true;
    }
    answer_free(&which);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    return told;
}

static void take_wrong_number(struct inbox *inbox, const struct reply *reply, struct match *match)
{
    answer_all(inbox, reply, match, "wrong_number");
    inbox_wrong_number(inbox, reply);
    inbox_tell_mentors(inbox, reply, match, "wrong_number_mentor", KIND_STAFF);
    done(inbox, reply, "understood", "wrong number; nothing more goes there, the mentor knows");
}

static void take_optout(struct inbox *inbox, const struct reply *reply, const struct match *match, bool in)
{
    const bool changed = line_set_optout(inbox->store, reply->line, in ? TIME_NEVER : turn_now(inbox->turn));

    if (changed)
        inbox_echo(inbox, reply, &(struct match){ .via = match->via }, in ? "optin_done" : "optout_done");
    done(inbox, reply, "understood", in ? "wants messages again" : "wants no more messages; emergencies still go");
}

/* A plain answer counts for each child of the question. */
static void take_answer(struct inbox *inbox, const struct reply *reply, struct match *match)
{
    CLEANUP(mem_clean) char *before = outcome_of(inbox, match);
    CLEANUP(mem_clean) char *after = NULL;
    char why[160];

    if (match->talks[0].gathered && match->answer.class == ANSWER_ACK)
        answer_gathered(inbox, reply, match, "take");
    else
        answer_all(inbox, reply, match, answer_class_name(match->answer.class));
    after = outcome_of(inbox, match);
    line_reset_automatic(inbox->store, reply->line, turn_now(inbox->turn));
    talk_settled(inbox->store, reply->line, turn_now(inbox->turn));
    if (match->answer.rest && match->answer.rest[0])
        inbox_tell_mentors(inbox, reply, match, "rest_mentor", KIND_REMARK);
    if (before && before[0] && strcmp(before, "unsure") != 0 && after && strcmp(before, after) != 0)
        inbox_echo(inbox, reply, match, "echo_changed");
    reply_settle_waiting(inbox->store, reply->line, "a later reply was clear");
    snprintf(why, sizeof why, "%s (%s)%s", answer_class_name(match->answer.class), match->via,
             match->answer.rest && match->answer.rest[0] ? "; the mentor reads the rest" : "");
    done(inbox, reply, "understood", why);
}

/* "Cannot, ask the next". */
static void take_pass(struct inbox *inbox, const struct reply *reply, struct match *match)
{
    if (match->talks[0].gathered)
        answer_gathered(inbox, reply, match, "pass");
    else
        answer_all(inbox, reply, match, "pass");
    line_reset_automatic(inbox->store, reply->line, turn_now(inbox->turn));
    done(inbox, reply, "understood", "cannot: the next one is asked");
}

static void take_unclear(struct inbox *inbox, const struct reply *reply, struct match *match)
{
    const bool question = match->answer.class == ANSWER_QUESTION;

    answer_all(inbox, reply, match, question ? "question" : "free");
    if (question || utf8_count(reply->text) > LONG_REPLY) /* a sentence is for a person, not for asking again */
        done(inbox, reply, "waiting",
             question ? "a question: somebody should answer" : "not clear: somebody should read it");
    else
        ask_back(inbox, reply, match, "not clear");
}

static void take(struct inbox *inbox, const struct reply *reply, struct match *match)
{
    if (match->answer.pass) {
        take_pass(inbox, reply, match);
        return;
    }
    switch (match->answer.class) {
    case ANSWER_HELP:
        take_help(inbox, reply, match);
        return;
    case ANSWER_WRONG_NUMBER:
        take_wrong_number(inbox, reply, match);
        return;
    case ANSWER_OPTOUT:
    case ANSWER_OPTIN:
        take_optout(inbox, reply, match, match->answer.class == ANSWER_OPTIN);
        return;
    case ANSWER_FREE:
    case ANSWER_QUESTION:
        take_unclear(inbox, reply, match);
        return;
    case ANSWER_YES:
    case ANSWER_NO:
    case ANSWER_FINE:
    case ANSWER_ACK:
    case ANSWER_NUMBER:
        take_answer(inbox, reply, match);
        return;
    case ANSWER_CLASSES:
        return;
    }
}

/* "收到", "好的谢谢": nobody needs to look at it. A bare option is another matter. */
static bool only_thanks(struct inbox *inbox, const char *text)
{
    struct answer answer = { 0 };
    bool thanks;

    answer_read(&answer, inbox->grammar, &(struct answer_question){ .kind = ANSWER_KIND_ACK }, text);
    thanks = answer.class == ANSWER_ACK && !answer.rest && !answer.has_value && !strpbrk(text, "0123456789");
    answer_free(&answer);
    return thanks;
}

/* Help is never late: who is in charge of the line's children is told, and a person looks. */
static void alone_help(struct inbox *inbox, const struct reply *reply, struct match *match)
{
    inbox_children_of_line(inbox, reply->line, match);
    inbox_tell_mentors(inbox, reply, match, "help_mentor", KIND_STAFF);
    done(inbox, reply, "waiting", "help, no question was open: somebody should call");
}

static void alone_wrong_number(struct inbox *inbox, const struct reply *reply, struct match *match)
{
    inbox_children_of_line(inbox, reply->line, match);
    inbox_wrong_number(inbox, reply);
    inbox_tell_mentors(inbox, reply, match, "wrong_number_mentor", KIND_STAFF);
    done(inbox, reply, "understood", "wrong number; nothing more goes there, the mentor knows");
}

/* No question is open: only wishes about the line and trouble are understood. */
static void take_alone(struct inbox *inbox, const struct reply *reply)
{
    struct match match = { .via = "single" };

    answer_read(&match.answer, inbox->grammar, &(struct answer_question){ .kind = ANSWER_KIND_NONE }, reply->text);
    if (match.answer.machine)
        done(inbox, reply, "ignored", "an automatic reply");
    else if (match.answer.class == ANSWER_FREE && only_thanks(inbox, reply->text))
        done(inbox, reply, "understood", "a thank-you; nothing was asked");
    else if (match.answer.class == ANSWER_OPTOUT || match.answer.class == ANSWER_OPTIN)
        take_optout(inbox, reply, &match, match.answer.class == ANSWER_OPTIN);
    else if (match.answer.class == ANSWER_WRONG_NUMBER)
        alone_wrong_number(inbox, reply, &match);
    else if (match.answer.class == ANSWER_HELP)
        alone_help(inbox, reply, &match);
    else
        done(inbox, reply, "waiting", "no question was open");
    answer_free(&match.answer);
}

/* Several questions are open and the reply does not say which it means: nothing is guessed, but help is help for all. */
static void take_ambiguous(struct inbox *inbox, const struct reply *reply, struct match *match)
{
    const enum answer_class class = match->answer.class;

    if (match->answer.machine)
        done(inbox, reply, "ignored", "an automatic reply");
    else if (class == ANSWER_HELP || class == ANSWER_WRONG_NUMBER || class == ANSWER_OPTOUT || class == ANSWER_OPTIN)
        take(inbox, reply, match);
    else if (class == ANSWER_QUESTION || utf8_count(reply->text) > LONG_REPLY)
        done(inbox, reply, "waiting", "several questions are open: somebody should read it");
    else
        ask_back(inbox, reply, match, "several questions are open");
}

static void take_text(struct inbox *inbox, const struct reply *reply)
{
    struct match match = { 0 };

    if (inbox_order(inbox, reply))
        return;
    switch (inbox_match(inbox, reply, &match)) {
    case MATCH_NONE:
        take_alone(inbox, reply);
        break;
    case MATCH_AMBIGUOUS:
        take_ambiguous(inbox, reply, &match);
        break;
    case MATCH_ONE:
        if (match.answer.machine)
            done(inbox, reply, "ignored", "an automatic reply");
        else if (!(match.talks[0].which && take_which(inbox, reply, &match)))
            take(inbox, reply, &match);
        break;
    }
    answer_free(&match.answer);
}

/* A key inside our own call is exact: it answers what that call asked. */
static void take_key(struct inbox *inbox, const struct reply *reply)
{
    struct match match = { .via = "key" };
    struct talk all[TALKS_MAX];
    int64_t asks[TALKS_MAX];
    const size_t asked = attempt_asks(inbox->store, reply->message, asks, TALKS_MAX);
    const int64_t cause = message_gathered_cause(inbox->store, reply->message);
    const size_t count = talk_list(inbox->store, reply->line, turn_now(inbox->turn), all, TALKS_MAX);

    for (size_t i = 0; i < count; i++) {
        bool meant = cause && all[i].cause == cause; /* one talk stands for all that a gathered call is about */

        for (size_t j = 0; j < asked; j++)
            meant = meant || all[i].ask == asks[j];
        if (meant && !line_restricted(inbox->store, reply->line, all[i].student))
            match.talks[match.count++] = all[i];
    }
    if (!match.count) {
        done(inbox, reply, "waiting", "a key, but its question is over");
        return;
    }
    answer_read(&match.answer, inbox->grammar,
                &(struct answer_question){ .kind = match.talks[0].kind == KIND_CHECKIN && !match.talks[0].gathered
                                                       ? ANSWER_KIND_VOICE_CHECKIN
                                                       : inbox_grammar(&match.talks[0]) },
                reply->text);
    take(inbox, reply, &match);
    answer_free(&match.answer);
}

/* One missed call means "received" where the kind allows it; two within five minutes mean "call me". */
static void take_missed(struct inbox *inbox, const struct reply *reply)
{
    struct match match = { 0 };
    const enum matched matched = inbox_match(inbox, reply, &match);

    answer_free(&match.answer);
    if (reply_count_since(inbox->store, reply->line, "missed", turn_now(inbox->turn) - CALL_ME_WITHIN_MS) >= 2) {
        done(inbox, reply, "waiting", "two missed calls: wants to be called");
    } else if (matched == MATCH_ONE && kind_row(match.talks[0].kind)->missed_call_received) {
        match.via = "missed_call";
        answer_all(inbox, reply, &match, "received");
        talk_settled(inbox->store, reply->line, turn_now(inbox->turn));
        done(inbox, reply, "understood", "a missed call: received");
    } else {
        done(inbox, reply, "waiting", "a missed call, and no question that it could answer");
    }
}

static const char *kind_of(const struct inbound *in)
{
    if (in->digits && in->digits[0])
        return "key";
    if (in->call)
        return strcmp(in->call, "missed") == 0 ? "missed" : "call";
    return "text";
}

static int64_t line_of(struct inbox *inbox, const struct inbound *in, struct phone *phone)
{
    if (in->message)
        return message_line(inbox->store, in->message);
    return phone_parse(phone, in->from, inbox->region, NULL) ? line_find(inbox->store, phone->e164) : 0;
}

int64_t inbox_receive(struct inbox *inbox, const struct inbound *in)
{
    const time_ms now = turn_now(inbox->turn);
    struct phone phone = { 0 };
    CLEANUP(mem_clean) char *sender = NULL;
    struct reply reply = { .gateway = in->gateway,
                           .uid = in->uid,
                           .kind = kind_of(in),
                           .message = in->message,
                           .text = in->digits && in->digits[0] ? in->digits
                                   : in->text                  ? in->text
                                                               : "",
                           .at = in->at ? in->at : now,
                           .received = now };

    reply.line = line_of(inbox, in, &phone);
    if (in->message)
        sender = line_number(inbox->store, reply.line);
    reply.sender = sender ? sender : phone.e164[0] ? phone.e164 : in->from;
    reply.id = reply_put(inbox->store, &reply);
    if (!reply.id)
        return 0;
    if (!reply.line || !line_known(inbox->store, reply.line))
        done(inbox, &reply, "waiting", "from a number that nobody entered");
    else if (strcmp(reply.kind, "key") == 0 && reply.message)
        take_key(inbox, &reply);
    else if (strcmp(reply.kind, "missed") == 0)
        take_missed(inbox, &reply);
    else if (strcmp(reply.kind, "call") == 0)
        done(inbox, &reply, "understood", "a call that was answered");
    else
        take_text(inbox, &reply);
    return reply.id;
}
