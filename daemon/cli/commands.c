/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of commands. A new command is a row here; greenline.1 has a line for each, which a test holds against it.
 * Paths and fields are those of daemon/api/README.md.
 */
#include "cli/command.h"

#include <string.h>

#include "cli/language.h"
#include "lib/memory.h"

/* Arguments */
#define STUDENT { "STUDENT", ARGUMENT_PATH, NULL, false }
#define PERSON { "PERSON", ARGUMENT_PATH, NULL, false }
#define ID { "ID", ARGUMENT_PATH, NULL, false }
#define NAME { "NAME", ARGUMENT_PATH, NULL, false }
#define WORDS(field) { "TEXT", ARGUMENT_WORDS, field, false }

/* Options that several commands have */
#define BY_STATE { "--state", OPTION_TEXT, "state", "S,S", N_("only these states"), false }
#define BY_KIND { "--kind", OPTION_TEXT, "kind", "KIND", N_("only this kind"), false }
#define BY_CAUSE { "--cause", OPTION_NUMBER, "cause", "ID", N_("only of this broadcast, schedule date or alert"), false }
#define BY_STUDENT { "--student", OPTION_TEXT, "student", "STUDENT", N_("only about this child"), false }
#define BY_PERSON { "--person", OPTION_TEXT, "person", "PERSON", N_("only to this person"), false }
#define BY_LINE { "--line", OPTION_TEXT, "line", "NUMBER", N_("only of this phone number"), false }
#define BY_WORDS { "--find", OPTION_TEXT, "q", "TEXT", N_("only with this in name or number"), false }
#define TEXT_OR { "--text", OPTION_TEXT, "text", "TEXT", N_("what is sent; {child} and the like are filled in"), false }
#define TEMPLATE { "--template", OPTION_TEXT, "template", "NAME", N_("a text of the folder templates instead"), false }
#define LADDER { "--ladder", OPTION_TEXT, "ladder", "NAME", N_("whom it climbs to without an answer"), false }
#define CLASS { "--class", OPTION_TEXT, "class", "CLASS", N_("the answer: fine, help, yes, no, ack, number and so on"), false }
#define VALUE { "--value", OPTION_NUMBER, "value", "N", N_("the number answered"), false }

static const struct cli_command commands[] = {
    { .noun = "today", .verb = "", .path = "today", .list = true, .whole = true, .view = &view_today,
      .help = N_("what waits for a person, most urgent first, each with the command that settles it"),
      .examples = { "today", "today --json" } },
    { .noun = "status", .verb = "", .path = "status", .view = &view_status,
      .help = N_("whether all is well; what is wrong and how to mend it comes first"), .examples = { "status", "status --json" } },
    { .noun = "import", .verb = "", .path = "import", .change = true, .view = &view_report, .run = run_import,
      .arguments = { { "FILE", ARGUMENT_FILES, NULL, false } },
      .options = { { "--as", OPTION_TEXT, "as", "KIND",
                     N_("what the sheet is: students, contacts, staff, pairings or rota (else told by its headers)"), false },
                   { "--dry-run", OPTION_FLAG, "dry_run", NULL, N_("only show what would change"), false },
                   { "--partial", OPTION_FLAG, "partial", NULL, N_("store the sound rows, leave out the faulty ones"), false } },
      .help = N_("read the school's sheets (CSV): children, contacts, staff, pairings, rota"),
      .examples = { "import students.csv contacts.csv --dry-run", "import staff.csv --as staff", "import roster.csv --partial" } },

    { .noun = "student", .verb = "list", .path = "students", .list = true, .view = &view_students,
      .options = { { "--class", OPTION_TEXT, "class", "CLASS", N_("only this class"), false },
                   { "--village", OPTION_TEXT, "village", "VILLAGE", N_("only this village"), false },
                   { "--left-behind", OPTION_YES_NO, "left_behind", "yes|no", N_("only children who are left behind, or who are not"),
                     false },
                   BY_WORDS },
      .help = N_("the children of the school"),
      .examples = { "student list --left-behind yes", "student list --class 3-2 --json", "student list --find 王" } },
    { .noun = "student", .verb = "show", .path = "students/*", .arguments = { STUDENT }, .view = &view_student,
      .help = N_("one child with everybody who may be called"), .examples = { "student show G2026001", "student show 王小明" } },
    { .noun = "student", .verb = "card", .path = "students/*", .arguments = { STUDENT }, .view = &view_card,
      .help = N_("the child's contact card, to print or to call from"), .examples = { "student card G2026001" } },

    { .noun = "contact", .verb = "list", .path = "contacts", .list = true, .view = &view_contacts,
      .options = { BY_STUDENT, BY_WORDS }, .help = N_("parents, grandparents and other contacts of the children"),
      .examples = { "contact list --student G2026001", "contact list --find 139" } },
    { .noun = "contact", .verb = "show", .path = "contacts/*", .arguments = { PERSON }, .view = &view_contact,
      .help = N_("one contact: phones and children"), .examples = { "contact show 李桂芳" } },
    { .noun = "contact", .verb = "set", .path = "contacts/*/set", .change = true, .arguments = { PERSON }, .view = &view_contact,
      .options = { { "--student", OPTION_TEXT, "student", "STUDENT", N_("the child for whom --restricted, --guardian, --rank hold"),
                     false },
                   { "--restricted", OPTION_YES_NO, "restricted", "yes|no", N_("never to be told anything about that child"), false },
                   { "--guardian", OPTION_YES_NO, "guardian", "yes|no", N_("is the child's guardian"), false },
                   { "--rank", OPTION_NUMBER, "rank", "N", N_("place in the order of calling, 1 first"), false },
                   { "--phone", OPTION_TEXT, "phone", "NUMBER", N_("add this phone number, before the others"), false },
                   { "--remove-phone", OPTION_TEXT, "remove_phone", "NUMBER", N_("this number is no longer theirs"), false },
                   { "--confirmed", OPTION_YES_NO, "confirmed", "yes|no", N_("their numbers were confirmed by staff"), false },
                   { "--opted-out", OPTION_YES_NO, "opted_out", "yes|no", N_("they want no routine messages"), false },
                   { "--reads", OPTION_YES_NO, "reads", "yes|no", N_("can read; who cannot is called"), false },
                   { "--quiet", OPTION_TEXT, "quiet", "HOURS", N_("do not disturb, as 21:00-07:00; none ends it"), false },
                   { "--language", OPTION_TEXT, "language", "zh|en", N_("language of texts to them"), false } },
      .help = N_("change a contact by hand: phone, order of calling, restriction, opt-out"),
      .examples = { "contact set 王建国 --student G2026001 --restricted yes", "contact set 李桂芳 --phone 13900001111",
                    "contact set 李桂芳 --confirmed yes", "contact set 李桂芳 --reads no --quiet 20:00-07:30" } },
    { .noun = "staff", .verb = "list", .path = "staff", .list = true, .view = &view_staff,
      .options = { { "--role", OPTION_TEXT, "role", "ROLE", N_("only this role: head, mentor, teacher, duty and so on"), false },
                   BY_WORDS },
      .help = N_("teachers, mentors and village officials with their roles"),
      .examples = { "staff list", "staff list --role mentor" } },
    { .noun = "staff", .verb = "show", .path = "contacts/*", .arguments = { PERSON }, .view = &view_contact,
      .help = N_("one member of staff: phones, and children of their own"), .examples = { "staff show 张老师" } },
    { .noun = "pair", .verb = "list", .path = "pairings", .list = true, .view = &view_pairings,
      .options = { BY_STUDENT, { "--person", OPTION_TEXT, "person", "PERSON", N_("only of this mentor"), false } },
      .help = N_("which mentor looks after which child"), .examples = { "pair list", "pair list --student G2026001" } },

    { .noun = "schedule", .verb = "list", .path = "schedules", .list = true, .view = &view_schedules,
      .options = { BY_STATE, BY_KIND }, .help = N_("what is sent regularly, with its next date"), .examples = { "schedule list" } },
    { .noun = "schedule", .verb = "add", .path = "schedules", .change = true, .view = &view_schedule,
      .options = { { "--name", OPTION_TEXT, "name", "NAME", N_("what it is called from now on"), true },
                   { "--kind", OPTION_TEXT, "kind", "KIND", N_("checkin, meeting, duty, notice and so on"), true },
                   { "--to", OPTION_TEXT, "audience", "AUDIENCE", N_("who: class:C, village:V, left-behind, mentors-of:A and so on"),
                     true },
                   TEXT_OR, TEMPLATE, LADDER,
                   { "--every", OPTION_TEXT, "every", "WORDS", N_("when, in words: \"month on the 1st Saturday at 09:00\""), false },
                   { "--rrule", OPTION_TEXT, "rrule", "RULE", N_("when, as a rule of RFC 5545 (with --start)"), false },
                   { "--start", OPTION_TEXT, "start", "TIME", N_("the first date of the rule, 2026-09-05 09:00"), false } },
      .help = N_("send something regularly"),
      .examples = { "schedule add --name monthly --kind checkin --to left-behind --template checkin --every \"month on the 1st "
                    "Saturday at 09:00\"",
                    "schedule add --name rota --kind duty --to role:duty --template duty --rrule FREQ=WEEKLY --start \"2026-09-07 "
                    "18:00\"" } },
    { .noun = "schedule", .verb = "show", .path = "schedules/*", .arguments = { NAME }, .view = &view_schedule,
      .help = N_("one schedule"), .examples = { "schedule show monthly" } },
    { .noun = "schedule", .verb = "preview", .path = "schedules/*/preview", .list = true, .whole = true, .arguments = { NAME }, .view = &view_dates,
      .options = { { "--count", OPTION_NUMBER, "count", "N", N_("how many dates (5)"), false } },
      .help = N_("the next dates with their weekdays"), .examples = { "schedule preview monthly --count 12" } },
    { .noun = "schedule", .verb = "pause", .path = "schedules/*/pause", .change = true, .arguments = { NAME },
      .view = &view_schedule, .help = N_("no more dates until it is resumed"), .examples = { "schedule pause monthly" } },
    { .noun = "schedule", .verb = "resume", .path = "schedules/*/resume", .change = true, .arguments = { NAME },
      .view = &view_schedule, .help = N_("go on with a paused schedule"), .examples = { "schedule resume monthly" } },
    { .noun = "schedule", .verb = "run", .path = "schedules/*/run", .change = true, .arguments = { NAME }, .view = &view_done,
      .help = N_("send it once, now"), .examples = { "schedule run monthly" } },
    { .noun = "schedule", .verb = "remove", .path = "schedules/*/remove", .change = true, .arguments = { NAME },
      .view = &view_schedule, .help = N_("end a schedule; what it sent stays on record"), .examples = { "schedule remove monthly" } },

    { .noun = "broadcast", .verb = "send", .path = "broadcasts", .change = true, .view = &view_preview, .run = run_broadcast,
      .options = { { "--to", OPTION_TEXT, "to", "AUDIENCE", N_("who: class:C, village:V, left-behind, parents-of:A and so on"), true },
                   { "--except", OPTION_TEXT, "except", "AUDIENCE", N_("but not these"), false }, TEXT_OR, TEMPLATE,
                   { "--kind", OPTION_TEXT, "kind", "KIND", N_("notice (the default), or a question: checkin, meeting, receipt"),
                     false },
                   { "--at", OPTION_TEXT, "at", "TIME", N_("not before this time, 2026-09-05 18:00"), false },
                   { "--title", OPTION_TEXT, "title", "TEXT", N_("what lists call it"), false }, LADDER,
                   { "--dry-run", OPTION_FLAG, NULL, NULL, N_("only show who would get what and what it costs"), false },
                   { "--yes", OPTION_FLAG, NULL, NULL, N_("send without asking"), false } },
      .help = N_("write to many families; shows who gets it and the cost, then asks"),
      .examples = { "broadcast send --to class:3-2 --text \"明天停课一天\" --dry-run",
                    "broadcast send --to left-behind --except village:东村 --template notice --yes",
                    "broadcast send --to class:3-2 --kind meeting --template meeting --at \"2026-09-05 18:00\"" } },
    { .noun = "broadcast", .verb = "list", .path = "broadcasts", .list = true, .view = &view_broadcasts,
      .options = { BY_STATE, BY_KIND }, .help = N_("broadcasts with what became of them"), .examples = { "broadcast list" } },
    { .noun = "broadcast", .verb = "show", .path = "broadcasts/*", .arguments = { ID }, .view = &view_broadcast,
      .help = N_("one broadcast: messages, answers, cost, and who was not told"), .examples = { "broadcast show 12" } },
    { .noun = "broadcast", .verb = "pause", .path = "broadcasts/*/pause", .change = true, .arguments = { ID },
      .view = &view_broadcast, .help = N_("hold what has not left yet"), .examples = { "broadcast pause 12" } },
    { .noun = "broadcast", .verb = "resume", .path = "broadcasts/*/resume", .change = true, .arguments = { ID },
      .view = &view_broadcast, .help = N_("go on with a paused broadcast"), .examples = { "broadcast resume 12" } },
    { .noun = "broadcast", .verb = "cancel", .path = "broadcasts/*/cancel", .change = true, .arguments = { ID },
      .view = &view_broadcast, .help = N_("what has not left yet is never sent"), .examples = { "broadcast cancel 12" } },

    { .noun = "alert", .verb = "raise", .path = "alerts", .change = true, .view = &view_done,
      .options = { { "--student", OPTION_TEXT, "student", "STUDENT", N_("the child it is about"), false },
                   { "--to", OPTION_TEXT, "to", "AUDIENCE", N_("or many: class:C, village:V and so on"), false },
                   { "--text", OPTION_TEXT, "text", "TEXT", N_("what has happened"), false },
                   { "--kind", OPTION_TEXT, "kind", "KIND", N_("absent, or emergency (the default)"), false },
                   { "--severity", OPTION_TEXT, "severity", "WORD", N_("how bad it is"), false },
                   { "--title", OPTION_TEXT, "title", "TEXT", N_("what lists call it"), false }, LADDER,
                   { "--drill", OPTION_FLAG, "drill", NULL, N_("an exercise, said so in every text"), false } },
      .help = N_("an emergency: calls and texts at once, at any hour, climbing until somebody takes it"),
      .examples = { "alert raise --student G2026001 --text \"孩子发高烧，已送镇卫生院\"",
                    "alert raise --to class:3-2 --text \"暴雨，请来校接孩子\" --drill" } },
    { .noun = "alert", .verb = "list", .path = "alerts", .list = true, .view = &view_alerts, .help = N_("emergencies and their state"),
      .examples = { "alert list" } },
    { .noun = "alert", .verb = "show", .path = "alerts/*", .arguments = { ID }, .view = &view_alert,
      .help = N_("one emergency: who took it, how far it climbed"), .examples = { "alert show 31" } },
    { .noun = "alert", .verb = "ack", .path = "alerts/*/ack", .change = true, .arguments = { ID }, .view = &view_alert,
      .options = { { "--person", OPTION_TEXT, "person", "PERSON", N_("who takes it (else you)"), false } },
      .help = N_("somebody has taken it: the climb stops"), .examples = { "alert ack 31", "alert ack 31 --person 张老师" } },
    { .noun = "alert", .verb = "close", .path = "alerts/*/close", .change = true, .arguments = { ID }, .view = &view_alert,
      .options = { { "--outcome", OPTION_TEXT, "outcome", "TEXT", N_("how it ended"), true } },
      .help = N_("end an emergency with its outcome"), .examples = { "alert close 31 --outcome \"退烧，外婆已接回\"" } },

    { .noun = "ask", .verb = "list", .path = "asks", .list = true, .view = &view_asks,
      .options = { BY_STATE, BY_KIND, BY_CAUSE, BY_STUDENT, BY_PERSON }, .help = N_("questions and their answers"),
      .examples = { "ask list --state expired,unasked", "ask list --student G2026001", "ask list --cause 12 --json" } },
    { .noun = "ask", .verb = "show", .path = "asks/*", .arguments = { ID }, .view = &view_ask,
      .help = N_("one question: answers, and every attempt to reach somebody"), .examples = { "ask show 7" } },
    { .noun = "ask", .verb = "answer", .path = "asks/*/answer", .change = true, .arguments = { ID }, .view = &view_ask,
      .options = { { "--class", OPTION_TEXT, "class", "CLASS", N_("the answer: fine, help, yes, no, ack, number and so on"), true },
                   VALUE, { "--person", OPTION_TEXT, "person", "PERSON", N_("who said so"), false },
                   { "--note", OPTION_TEXT, "note", "TEXT", N_("what else was said"), false } },
      .help = N_("enter an answer that came by another way"),
      .examples = { "ask answer 7 --class fine --person 李桂芳 --note \"电话里说的\"", "ask answer 7 --class number --value 3" } },
    { .noun = "ask", .verb = "cancel", .path = "asks/*/cancel", .change = true, .arguments = { ID }, .view = &view_ask,
      .help = N_("stop asking"), .examples = { "ask cancel 7" } },
    { .noun = "ask", .verb = "handle", .path = "asks/*/handle", .change = true, .arguments = { ID }, .view = &view_ask,
      .help = N_("somebody has seen to it: it leaves `today`"), .examples = { "ask handle 7" } },

    { .noun = "channel", .verb = "show", .path = "students/*/channel", .list = true, .arguments = { STUDENT }, .view = &view_channel,
      .help = N_("the child's green channel: every text, call, answer and note in order of time"),
      .examples = { "channel show G2026001", "channel show 王小明 --json" } },
    { .noun = "channel", .verb = "say", .path = "students/*/say", .change = true, .arguments = { STUDENT, WORDS("text") },
      .view = &view_done,
      .options = { { "--to", OPTION_TEXT, "to", "WHO", N_("a relation (mother) or person, else the first guardian who may be told"),
                     false } },
      .help = N_("write to the child's family"), .examples = { "channel say G2026001 今天得了奖状", "channel say 王小明 请回电 --to mother" } },
    { .noun = "channel", .verb = "note", .path = "students/*/note", .change = true, .arguments = { STUDENT, WORDS("text") },
      .view = &view_done, .help = N_("a note on the child's time line, for staff only"),
      .examples = { "channel note G2026001 外婆来校接走" } },

    { .noun = "inbox", .verb = "list", .path = "inbox", .list = true, .view = &view_inbox,
      .options = { BY_STATE, BY_KIND, BY_LINE, BY_STUDENT }, .help = N_("replies, key presses and calls that came in"),
      .examples = { "inbox list --state waiting", "inbox list --student G2026001" } },
    { .noun = "inbox", .verb = "show", .path = "inbox/*", .arguments = { ID }, .view = &view_reply,
      .help = N_("one reply and what was understood"), .examples = { "inbox show 42" } },
    { .noun = "inbox", .verb = "assign", .path = "inbox/*/assign", .change = true, .arguments = { ID }, .view = &view_reply,
      .options = { { "--student", OPTION_TEXT, "student", "STUDENT", N_("the child it is about"), false },
                   { "--ask", OPTION_NUMBER, "ask", "ID", N_("the question it answers"), false }, CLASS, VALUE,
                   { "--ignore", OPTION_FLAG, "ignore", NULL, N_("it answers nothing: set it aside"), false } },
      .help = N_("say what a reply means that nobody understood"),
      .examples = { "inbox assign 42 --ask 7 --class help", "inbox assign 42 --student G2026001 --class fine",
                    "inbox assign 42 --ignore" } },
    { .noun = "inbox", .verb = "try", .path = "inbox/try", .view = &view_tried, .run = run_try,
      .arguments = { { "TEXT", ARGUMENT_WORDS, "text", true } },
      .options = { { "--kind", OPTION_TEXT, "kind", "KIND", N_("the question: checkin, meeting, ack, choice:3 and so on"), true },
                   { "--options", OPTION_LIST, "options", "A,B", N_("what may be chosen, or names of children"), false } },
      .help = N_("show what a reply would be understood as, and why; without TEXT one reply a line from standard input"),
      .examples = { "inbox try --kind checkin \"1，就是有点咳嗽\"", "inbox try --kind choice:2 --options 上午,下午 下午",
                    "inbox try --kind meeting --json < replies.txt" } },

    { .noun = "outbox", .verb = "list", .path = "outbox", .list = true, .view = &view_outbox,
      .options = { BY_STATE, { "--lane", OPTION_TEXT, "lane", "LANE", N_("only emergency, notice or bulk"), false },
                   { "--channel", OPTION_TEXT, "channel", "CHANNEL", N_("only sms or voice"), false }, BY_CAUSE, BY_STUDENT, BY_PERSON,
                   BY_LINE },
      .help = N_("messages that wait, went out or failed"),
      .examples = { "outbox list --state held,unknown", "outbox list --student G2026001", "outbox list --cause 12 --json" } },
    { .noun = "outbox", .verb = "show", .path = "outbox/*", .arguments = { ID }, .view = &view_message,
      .help = N_("one message: every step, time, gateway, try, code and reason"), .examples = { "outbox show 99" } },
    { .noun = "outbox", .verb = "cancel", .path = "outbox/*/cancel", .change = true, .arguments = { ID }, .view = &view_message,
      .help = N_("do not send a message that waits"), .examples = { "outbox cancel 99" } },
    { .noun = "outbox", .verb = "retry", .path = "outbox/*/retry", .change = true, .arguments = { ID }, .view = &view_message,
      .help = N_("release a message that is held or whose fate is unknown"), .examples = { "outbox retry 99" } },

    { .noun = "gateway", .verb = "list", .path = "gateways", .list = true, .whole = true, .view = &view_gateways,
      .help = N_("the programs that send, and how they are"), .examples = { "gateway list" } },
    { .noun = "gateway", .verb = "show", .path = "gateways/*", .arguments = { NAME }, .view = &view_gateway,
      .help = N_("one gateway: state, last restart and why, counters, its last words"), .examples = { "gateway show line1" } },
    { .noun = "gateway", .verb = "test", .path = "gateways/*/test", .change = true, .arguments = { NAME }, .view = &view_done,
      .options = { { "--to", OPTION_TEXT, "to", "NUMBER", N_("a number of the register"), true },
                   { "--text", OPTION_TEXT, "text", "TEXT", N_("what is sent"), false } },
      .help = N_("send one test message"), .examples = { "gateway test line1 --to 13900001111" } },
    { .noun = "gateway", .verb = "pause", .path = "gateways/*/pause", .change = true, .arguments = { NAME }, .view = &view_gateway,
      .options = { { "--reason", OPTION_TEXT, "reason", "TEXT", N_("shown until it is resumed"), false },
                   { "--until", OPTION_TEXT, "until", "TIME", N_("goes on by itself then"), false } },
      .help = N_("give it no more messages"), .examples = { "gateway pause line1 --reason \"SIM card is changed\"" } },
    { .noun = "gateway", .verb = "resume", .path = "gateways/*/resume", .change = true, .arguments = { NAME },
      .view = &view_gateway, .help = N_("give it messages again"), .examples = { "gateway resume line1" } },
    { .noun = "gateway", .verb = "drain", .path = "gateways/*/drain", .change = true, .arguments = { NAME }, .view = &view_gateway,
      .options = { { "--reason", OPTION_TEXT, "reason", "TEXT", N_("shown until it is resumed"), false } },
      .help = N_("let it finish what it has, then stop it"), .examples = { "gateway drain line1" } },

    { .noun = "audit", .verb = "", .path = "audit", .list = true, .view = &view_audit,
      .options = { { "--subject", OPTION_TEXT, "subject", "NOUN:ID", N_("only about this, as student:G2026001"), false },
                   { "--actor", OPTION_TEXT, "actor", "WHO", N_("only by this one, as unix:root"), false } },
      .help = N_("who looked at or changed what, and when"),
      .examples = { "audit --subject student:G2026001", "audit --actor unix:root --json" } },
};

static const struct {
    const char *name, *help;
} nouns[] = {
    { "today", N_("what waits for a person") },
    { "status", N_("whether all is well") },
    { "import", N_("read the school's sheets") },
    { "student", N_("children of the school") },
    { "contact", N_("parents and other contacts") },
    { "staff", N_("teachers, mentors, officials") },
    { "pair", N_("mentors and their children") },
    { "schedule", N_("what is sent regularly") },
    { "broadcast", N_("write to many families") },
    { "alert", N_("emergencies") },
    { "ask", N_("questions and their answers") },
    { "channel", N_("a child's green channel") },
    { "inbox", N_("replies that came in") },
    { "outbox", N_("messages that go out") },
    { "gateway", N_("the programs that send") },
    { "audit", N_("who looked at or changed what") },
};

static const struct cli_option common[] = {
    { "--json", OPTION_FLAG, NULL, NULL, N_("print JSON: a list is an array of objects"), false },
    { "--limit", OPTION_NUMBER, NULL, "N", N_("at most N rows (50 on a terminal, else all)"), false },
    { "--request-id", OPTION_TEXT, NULL, "ID", N_("the same command with the same id is done once"), false },
    { "--socket", OPTION_TEXT, NULL, "PATH", N_("the daemon's socket (or GREENLINE_SOCKET)"), false },
    { "--help", OPTION_FLAG, NULL, NULL, N_("this text"), false },
};

const struct cli_command *command_at(size_t index)
{
    return index < COUNT(commands) ? &commands[index] : NULL;
}

/* Whether a common option makes sense for the command. */
static bool common_fits(const struct cli_command *command, const struct cli_option *option)
{
    if (!command)
        return strcmp(option->name, "--limit") != 0 && strcmp(option->name, "--request-id") != 0;
    if (strcmp(option->name, "--limit") == 0)
        return command->list;
    return strcmp(option->name, "--request-id") != 0 || command->change;
}

const struct cli_option *command_common_option(const struct cli_command *command, size_t index)
{
    for (size_t i = 0; i < COUNT(common); i++)
        if (common_fits(command, &common[i]) && index-- == 0)
            return &common[i];
    return NULL;
}

const char *command_noun_help(const char *noun)
{
    for (size_t i = 0; i < COUNT(nouns); i++)
        if (strcmp(nouns[i].name, noun) == 0)
            return nouns[i].help;
    return NULL;
}

const char *command_noun_at(size_t index)
{
    return index < COUNT(nouns) ? nouns[index].name : NULL;
}

const struct cli_command *command_find(const char *noun, const char *verb)
{
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strcmp(commands[i].noun, noun) == 0 && strcmp(commands[i].verb, verb) == 0)
            return &commands[i];
    return NULL;
}
