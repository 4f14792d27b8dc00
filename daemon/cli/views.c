/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The views of the API's nouns, as tables: title, field, form. The order of columns is the order in which people look;
 * what may be long stands last. Titles are short, for a terminal of 100 columns.
 */
#include "cli/language.h"
#include "cli/view.h"

#define ID N_("id"), "id", cell_text, LOOK_NUMBER
#define STATE N_("state"), "state", cell_word, LOOK_STATE
#define CHILD N_("child"), "student", cell_name, LOOK_PROSE
#define REF N_("ref"), "ref", cell_text, LOOK_WHOLE
#define NAME N_("name"), "name", cell_text, LOOK_PROSE

const struct view view_students = {
    .columns = { { REF },
                 { NAME },
                 { N_("class"), "class", cell_text, LOOK_PROSE },
                 { N_("village"), "village", cell_text, LOOK_PROSE },
                 { N_("left behind"), "left_behind", cell_yes, LOOK_WHOLE },
                 { N_("contacts"), "contacts", cell_text, LOOK_NUMBER },
                 { N_("mentor"), "mentor", cell_name, LOOK_PROSE } },
};

#define CHILD_FIELDS                                                                                                   \
    { NAME }, { REF }, { N_("class"), "class", cell_text, LOOK_PROSE },                                                \
        { N_("village"), "village", cell_text, LOOK_PROSE },                                                           \
        { N_("village group"), "village_group", cell_text, LOOK_PROSE },                                               \
        { N_("left behind"), "left_behind", cell_yes_no, LOOK_PROSE },                                                 \
    {                                                                                                                  \
        N_("mentor"), "mentor", cell_who, LOOK_PROSE                                                                   \
    }

const struct view view_student = {
    .fields = { CHILD_FIELDS,
                { N_("former name"), "former_name", cell_text, LOOK_PROSE },
                { N_("sex"), "sex", cell_word, LOOK_PROSE },
                { N_("born"), "birth", cell_text, LOOK_PROSE },
                { N_("boarding"), "boarding", cell_yes_no, LOOK_PROSE },
                { N_("language"), "language", cell_word, LOOK_PROSE },
                { N_("left the school"), "gone", cell_day, LOOK_PROSE },
                { N_("groups"), "groups", cell_list, LOOK_PROSE },
                { N_("peers"), "peers", cell_names, LOOK_PROSE },
                { N_("remark"), "remark", cell_text, LOOK_PROSE } },
    .sections = { { N_("Contacts, in the order in which they are called"),
                    "contacts",
                    { { N_("rank"), "rank", cell_text, LOOK_NUMBER },
                      { N_("relation"), "word", cell_word, LOOK_PROSE },
                      { NAME },
                      { N_("guardian"), "guardian", cell_yes, LOOK_WHOLE },
                      { N_("restricted"), "restricted", cell_yes, LOOK_WHOLE },
                      { N_("reads"), "reads", cell_yes_no, LOOK_WHOLE },
                      { N_("phones"), "lines", cell_lines, LOOK_PROSE },
                      { N_("person"), "ref", cell_text, LOOK_PROSE } } } },
};

/* 联系卡: what hangs beside the telephone. */
const struct view view_card = {
    .fields = { CHILD_FIELDS, { N_("remark"), "remark", cell_text, LOOK_PROSE } },
    .sections = { { N_("Call in this order"),
                    "contacts",
                    { { N_("rank"), "rank", cell_text, LOOK_NUMBER },
                      { N_("relation"), "word", cell_word, LOOK_PROSE },
                      { NAME },
                      { N_("phones"), "lines", cell_lines, LOOK_WHOLE },
                      { N_("never tell"), "restricted", cell_yes, LOOK_WHOLE } } } },
};

const struct view view_contacts = {
    .columns = { { N_("person"), "ref", cell_text, LOOK_PROSE },
                 { NAME },
                 { N_("phones"), "lines", cell_lines, LOOK_WHOLE },
                 { N_("reads"), "reads", cell_yes_no, LOOK_WHOLE },
                 { N_("language"), "language", cell_word, LOOK_WHOLE },
                 { N_("children"), "students", cell_names, LOOK_PROSE } },
};

const struct view view_contact = {
    .fields = { { NAME },
                { N_("person"), "ref", cell_text, LOOK_PROSE },
                { N_("language"), "language", cell_word, LOOK_PROSE },
                { N_("reads"), "reads", cell_yes_no, LOOK_PROSE },
                { N_("quiet hours"), "quiet", cell_text, LOOK_PROSE },
                { N_("deceased"), "deceased", cell_yes, LOOK_PROSE },
                { N_("dialect"), "dialect", cell_text, LOOK_PROSE },
                { N_("groups"), "groups", cell_list, LOOK_PROSE },
                { N_("remark"), "remark", cell_text, LOOK_PROSE } },
    .sections = { { N_("Phones"),
                    "lines",
                    { { N_("rank"), "rank", cell_text, LOOK_NUMBER },
                      { N_("phone"), "e164", cell_text, LOOK_WHOLE },
                      { STATE },
                      { N_("confirmed"), "confirmed", cell_yes_no, LOOK_WHOLE },
                      { N_("opted out"), "opted_out", cell_yes, LOOK_WHOLE } } },
                  { N_("Children"),
                    "students",
                    { { REF },
                      { NAME },
                      { N_("relation"), "relation", cell_word, LOOK_PROSE },
                      { N_("rank"), "rank", cell_text, LOOK_NUMBER },
                      { N_("guardian"), "guardian", cell_yes, LOOK_WHOLE },
                      { N_("restricted"), "restricted", cell_yes, LOOK_WHOLE } } } },
};

const struct view view_staff = {
    .columns = { { N_("person"), "ref", cell_text, LOOK_PROSE },
                 { NAME },
                 { N_("roles"), "roles", cell_roles, LOOK_PROSE },
                 { N_("phones"), "lines", cell_lines, LOOK_WHOLE },
                 { N_("mentors"), "students", cell_names, LOOK_PROSE } },
    .fields = { { NAME },
                { N_("person"), "ref", cell_text, LOOK_PROSE },
                { N_("roles"), "roles", cell_roles, LOOK_PROSE },
                { N_("phones"), "lines", cell_lines, LOOK_PROSE },
                { N_("mentors"), "students", cell_names, LOOK_PROSE } },
};

const struct view view_pairings = {
    .columns = { { N_("mentor"), "mentor", cell_who, LOOK_PROSE },
                 { N_("child"), "student", cell_who, LOOK_PROSE },
                 { N_("since"), "since", cell_day, LOOK_WHOLE },
                 { N_("until"), "until", cell_day, LOOK_WHOLE } },
    .fields = { { N_("mentor"), "mentor", cell_who, LOOK_PROSE },
                { N_("child"), "student", cell_who, LOOK_PROSE },
                { N_("since"), "since", cell_day, LOOK_PROSE },
                { N_("until"), "until", cell_day, LOOK_PROSE } },
};

const struct view view_rota = {
    .columns = { { ID },
                 { N_("from"), "since", cell_time, LOOK_WHOLE },
                 { N_("until"), "until", cell_time, LOOK_WHOLE },
                 { N_("post"), "post", cell_word, LOOK_WHOLE },
                 { N_("person"), "person", cell_who, LOOK_PROSE } },
    .fields = { { ID },
                { N_("person"), "person", cell_who, LOOK_PROSE },
                { N_("post"), "post", cell_word, LOOK_PROSE },
                { N_("from"), "since", cell_time, LOOK_PROSE },
                { N_("until"), "until", cell_time, LOOK_PROSE } },
};

const struct view view_schedules = {
    .columns = { { NAME },
                 { N_("kind"), "kind", cell_word, LOOK_WHOLE },
                 { STATE },
                 { N_("next"), "next", cell_short, LOOK_WHOLE },
                 { N_("last"), "last.at", cell_short, LOOK_WHOLE },
                 { N_("to"), "audience", cell_text, LOOK_PROSE },
                 { N_("rule"), "rrule", cell_text, LOOK_PROSE } },
};

const struct view view_schedule = {
    .fields = { { NAME },
                { N_("kind"), "kind", cell_word, LOOK_PROSE },
                { STATE },
                { N_("to"), "audience", cell_text, LOOK_PROSE },
                { N_("template"), "template", cell_text, LOOK_PROSE },
                { N_("text"), "text", cell_text, LOOK_PROSE },
                { N_("ladder"), "ladder", cell_text, LOOK_PROSE },
                { N_("rule"), "rrule", cell_text, LOOK_PROSE },
                { N_("start"), "start", cell_text, LOOK_PROSE },
                { N_("school days only"), "school_days", cell_yes_no, LOOK_PROSE },
                { N_("on a holiday"), "on_holiday", cell_word, LOOK_PROSE },
                { N_("in quiet hours"), "in_quiet", cell_word, LOOK_PROSE },
                { N_("next"), "next", cell_time, LOOK_PROSE },
                { N_("last"), "last.at", cell_time, LOOK_PROSE },
                { N_("last state"), "last.state", cell_word, LOOK_PROSE },
                { N_("last cause"), "last.cause", cell_text, LOOK_PROSE } },
};

const struct view view_broadcasts = {
    .columns = { { ID },
                 { N_("made"), "created", cell_short, LOOK_WHOLE },
                 { STATE },
                 { N_("to"), "audience", cell_text, LOOK_PROSE },
                 { N_("phones"), "lines", cell_text, LOOK_NUMBER },
                 { N_("messages"), "messages", cell_counts, LOOK_PROSE },
                 { N_("answers"), "asks", cell_counts, LOOK_PROSE },
                 { N_("cost"), "cost", cell_money, LOOK_NUMBER },
                 { N_("title"), "title", cell_text, LOOK_PROSE } },
};

const struct view view_broadcast = {
    .fields = { { ID },
                { N_("title"), "title", cell_text, LOOK_PROSE },
                { N_("kind"), "kind", cell_word, LOOK_PROSE },
                { STATE },
                { N_("to"), "audience", cell_text, LOOK_PROSE },
                { N_("by"), "by", cell_text, LOOK_PROSE },
                { N_("made"), "created", cell_time, LOOK_PROSE },
                { N_("due"), "due", cell_time, LOOK_PROSE },
                { N_("ends"), "expires", cell_time, LOOK_PROSE },
                { N_("recipients"), "recipients", cell_text, LOOK_PROSE },
                { N_("phones"), "lines", cell_text, LOOK_PROSE },
                { N_("messages"), "messages", cell_counts, LOOK_PROSE },
                { N_("answers"), "asks", cell_counts, LOOK_PROSE },
                { N_("parts"), "parts", cell_text, LOOK_PROSE },
                { N_("cost"), "cost", cell_money, LOOK_PROSE } },
    .sections = { { N_("Not told"),
                    "refused",
                    { { CHILD },
                      { N_("person"), "person", cell_name, LOOK_PROSE },
                      { N_("reason"), "reason", cell_word, LOOK_PROSE } } } },
};

const struct view view_alerts = { .draw = draw_alerts };

/* Of the daemon's state: under `status` and in `top`. */
const struct view view_waiting = {
    .sections = { { N_("Messages that wait"),
                    "lanes",
                    { { N_("lane"), "lane", cell_word, LOOK_WHOLE },
                      { N_("queued"), "queued", cell_text, LOOK_NUMBER },
                      { N_("held"), "held", cell_text, LOOK_NUMBER },
                      { N_("oldest"), "oldest", cell_short, LOOK_WHOLE } } },
                  { N_("Gateways"),
                    "gateways",
                    { { N_("name"), "name", cell_text, LOOK_PROSE },
                      { N_("state"), "state", cell_word, LOOK_STATE },
                      { N_("window"), "window", cell_text, LOOK_NUMBER },
                      { N_("in flight"), "in_flight", cell_text, LOOK_NUMBER } } } },
};

const struct view view_alert = { .draw = draw_alert, .draw_passed = draw_board };

const struct view view_alert_preview = { .draw = draw_alert_preview };

const struct view view_asks = {
    .columns = { { ID },
                 { N_("kind"), "kind", cell_word, LOOK_WHOLE },
                 { CHILD },
                 { N_("person"), "person", cell_name, LOOK_PROSE },
                 { STATE },
                 { N_("outcome"), "outcome", cell_word, LOOK_STATE },
                 { N_("due"), "due", cell_short, LOOK_WHOLE },
                 { N_("waits for"), "wait", cell_word, LOOK_PROSE },
                 { N_("handled"), "handled", cell_short, LOOK_WHOLE },
                 { N_("title"), "title", cell_text, LOOK_PROSE } },
};

const struct view view_ask = {
    .fields = { { ID },
                { N_("title"), "title", cell_text, LOOK_PROSE },
                { N_("kind"), "kind", cell_word, LOOK_PROSE },
                { N_("child"), "student", cell_who, LOOK_PROSE },
                { N_("person"), "person", cell_who, LOOK_PROSE },
                { STATE },
                { N_("outcome"), "outcome", cell_word, LOOK_STATE },
                { N_("value"), "value", cell_text, LOOK_PROSE },
                { N_("cause"), "cause", cell_text, LOOK_PROSE },
                { N_("due"), "due", cell_time, LOOK_PROSE },
                { N_("late until"), "grace", cell_time, LOOK_PROSE },
                { N_("next"), "next", cell_time, LOOK_PROSE },
                { N_("waits for"), "wait", cell_word, LOOK_PROSE },
                { N_("round"), "round", cell_text, LOOK_PROSE },
                { N_("step"), "step", cell_text, LOOK_PROSE },
                { N_("handled"), "handled", cell_time, LOOK_PROSE },
                { N_("handled by"), "handled_by", cell_text, LOOK_PROSE },
                { N_("taken by"), "acknowledged_by", cell_who, LOOK_PROSE },
                { N_("closed with"), "closed", cell_text, LOOK_PROSE } },
    .sections = { { N_("Answers"),
                    "answers",
                    { { ID },
                      { N_("time"), "at", cell_short, LOOK_WHOLE },
                      { N_("meaning"), "class", cell_word, LOOK_STATE },
                      { N_("value"), "value", cell_text, LOOK_NUMBER },
                      { N_("person"), "person", cell_name, LOOK_PROSE },
                      { N_("by way of"), "via", cell_word, LOOK_WHOLE },
                      { N_("by"), "by", cell_text, LOOK_PROSE },
                      { N_("reply"), "reply", cell_text, LOOK_NUMBER },
                      { N_("beyond it"), "rest", cell_text, LOOK_PROSE } } },
                  { N_("Attempts"),
                    "attempts",
                    { { N_("time"), "at", cell_short, LOOK_WHOLE },
                      { N_("round"), "round", cell_text, LOOK_NUMBER },
                      { N_("step"), "step", cell_text, LOOK_NUMBER },
                      { N_("person"), "person", cell_name, LOOK_PROSE },
                      { N_("phone"), "number", cell_text, LOOK_WHOLE },
                      { N_("channel"), "channel", cell_word, LOOK_WHOLE },
                      { N_("message"), "message", cell_text, LOOK_NUMBER },
                      { STATE },
                      { N_("skipped"), "skipped", cell_word, LOOK_PROSE } } } },
};

const struct view view_outbox = {
    .columns = { { ID },
                 { N_("due"), "due", cell_short, LOOK_WHOLE },
                 { N_("child"), "students", cell_names, LOOK_PROSE },
                 { N_("to"), "person", cell_name, LOOK_PROSE },
                 { N_("channel"), "channel", cell_word, LOOK_WHOLE },
                 { STATE },
                 { N_("reason"), "reason", cell_word, LOOK_PROSE },
                 { N_("text"), "text", cell_text, LOOK_PROSE } },
};

const struct view view_message = {
    .fields = { { ID },
                { STATE },
                { N_("reason"), "reason", cell_word, LOOK_PROSE },
                { N_("kind"), "kind", cell_word, LOOK_PROSE },
                { N_("title"), "title", cell_text, LOOK_PROSE },
                { N_("cause"), "cause", cell_text, LOOK_PROSE },
                { N_("child"), "students", cell_names, LOOK_PROSE },
                { N_("to"), "person", cell_who, LOOK_PROSE },
                { N_("phone"), "to", cell_text, LOOK_PROSE },
                { N_("channel"), "channel", cell_word, LOOK_PROSE },
                { N_("lane"), "lane", cell_word, LOOK_PROSE },
                { N_("route"), "route", cell_text, LOOK_PROSE },
                { N_("gateway"), "gateway", cell_text, LOOK_PROSE },
                { N_("made"), "created", cell_time, LOOK_PROSE },
                { N_("due"), "due", cell_time, LOOK_PROSE },
                { N_("ends"), "expires", cell_time, LOOK_PROSE },
                { N_("ended"), "ended", cell_time, LOOK_PROSE },
                { N_("parts"), "parts", cell_text, LOOK_PROSE },
                { N_("cost"), "cost", cell_money, LOOK_PROSE },
                { N_("sent again"), "again", cell_yes, LOOK_PROSE },
                { N_("replaces"), "replaces", cell_text, LOOK_PROSE },
                { N_("text"), "text", cell_text, LOOK_PROSE } },
    .sections = { { N_("What became of it"),
                    "trail",
                    { { N_("time"), "at", cell_time, LOOK_WHOLE },
                      { STATE },
                      { N_("gateway"), "gateway", cell_text, LOOK_WHOLE },
                      { N_("reason"), "reason", cell_word, LOOK_PROSE } } },
                  { N_("Tries"),
                    "tries",
                    { { N_("try"), "n", cell_text, LOOK_NUMBER },
                      { N_("gateway"), "gateway", cell_text, LOOK_WHOLE },
                      { N_("taken"), "claimed", cell_short, LOOK_WHOLE },
                      { N_("started"), "started", cell_short, LOOK_WHOLE },
                      { N_("ended"), "ended", cell_short, LOOK_WHOLE },
                      { N_("outcome"), "outcome", cell_word, LOOK_STATE },
                      { N_("sort"), "class", cell_text, LOOK_WHOLE },
                      { N_("code"), "code", cell_text, LOOK_PROSE },
                      { N_("provider's id"), "provider_id", cell_text, LOOK_PROSE },
                      { N_("seconds"), "seconds", cell_text, LOOK_NUMBER },
                      { N_("detail"), "detail", cell_text, LOOK_PROSE } } } },
};

const struct view view_inbox = {
    .columns = { { ID },
                 { N_("received"), "received", cell_short, LOOK_WHOLE },
                 { N_("from"), "persons", cell_names, LOOK_PROSE },
                 { N_("phone"), "from", cell_text, LOOK_PROSE },
                 { N_("kind"), "kind", cell_word, LOOK_WHOLE },
                 { STATE },
                 { N_("understood as"), "why", cell_text, LOOK_PROSE },
                 { N_("text"), "text", cell_text, LOOK_PROSE } },
};

const struct view view_reply = {
    .fields = { { ID },
                { STATE },
                { N_("from"), "persons", cell_names, LOOK_PROSE },
                { N_("phone"), "from", cell_text, LOOK_PROSE },
                { N_("kind"), "kind", cell_word, LOOK_PROSE },
                { N_("sent"), "at", cell_time, LOOK_PROSE },
                { N_("received"), "received", cell_time, LOOK_PROSE },
                { N_("gateway"), "gateway", cell_text, LOOK_PROSE },
                { N_("provider's id"), "uid", cell_text, LOOK_PROSE },
                { N_("answers message"), "message", cell_text, LOOK_PROSE },
                { N_("assigned"), "assigned", cell_text, LOOK_PROSE },
                { N_("understood as"), "why", cell_text, LOOK_PROSE },
                { N_("sealed"), "sealed", cell_yes, LOOK_PROSE },
                { N_("text"), "text", cell_text, LOOK_PROSE } },
    .sections = { { N_("Answers"),
                    "answers",
                    { { N_("question"), "ask", cell_text, LOOK_NUMBER },
                      { CHILD },
                      { N_("meaning"), "class", cell_word, LOOK_STATE },
                      { N_("value"), "value", cell_text, LOOK_NUMBER },
                      { N_("by way of"), "via", cell_word, LOOK_WHOLE },
                      { N_("beyond it"), "rest", cell_text, LOOK_PROSE } } } },
};

const struct view view_gateways = {
    .columns = { { NAME },
                 { STATE },
                 { N_("paused"), "pause.reason", cell_text, LOOK_PROSE },
                 { N_("channels"), "channels", cell_list, LOOK_PROSE },
                 { N_("window"), "window", cell_text, LOOK_NUMBER },
                 { N_("in flight"), "in_flight", cell_text, LOOK_NUMBER },
                 { N_("restarts"), "restarts", cell_text, LOOK_NUMBER },
                 { N_("last reason"), "last_reason", cell_text, LOOK_PROSE } },
};

const struct view view_gateway = {
    .fields = { { NAME },
                { STATE },
                { N_("ordered"), "order", cell_text, LOOK_PROSE },
                { N_("program"), "program", cell_text, LOOK_PROSE },
                { N_("process"), "pid", cell_text, LOOK_PROSE },
                { N_("since"), "since", cell_instant, LOOK_PROSE },
                { N_("channels"), "channels", cell_list, LOOK_PROSE },
                { N_("prefixes"), "prefixes", cell_list, LOOK_PROSE },
                { N_("rate a second"), "rate", cell_text, LOOK_PROSE },
                { N_("window"), "window", cell_text, LOOK_PROSE },
                { N_("in flight"), "in_flight", cell_text, LOOK_PROSE },
                { N_("unread lines"), "unread_lines", cell_text, LOOK_PROSE },
                { N_("restarts"), "restarts", cell_text, LOOK_PROSE },
                { N_("last reason"), "last_reason", cell_text, LOOK_PROSE },
                { N_("paused by"), "pause.by", cell_text, LOOK_PROSE },
                { N_("paused"), "pause.reason", cell_text, LOOK_PROSE },
                { N_("paused until"), "pause.until", cell_instant, LOOK_PROSE },
                { N_("health"), "health", cell_json, LOOK_PROSE },
                { N_("announced"), "ready", cell_flags, LOOK_PROSE },
                { N_("counted"), "counters", cell_counts, LOOK_PROSE } },
    .sections = { { N_("What it last said"),
                    "log",
                    { { N_("time"), "at", cell_instant, LOOK_WHOLE },
                      { N_("line"), "text", cell_text, LOOK_PROSE } } } },
};

#define TOKEN                                                                                                          \
    { NAME }, { STATE }, { N_("may"), "may", cell_text, LOOK_PROSE }, { N_("until"), "until", cell_time, LOOK_PROSE }, \
        { N_("made"), "created", cell_time, LOOK_PROSE },                                                              \
    {                                                                                                                  \
        N_("by"), "by", cell_text, LOOK_PROSE                                                                          \
    }

const struct view view_tokens = { .columns = { TOKEN } };
const struct view view_token = { .fields = { TOKEN, { N_("ended"), "ended", cell_time, LOOK_PROSE } } };

const struct view view_audit = {
    .columns = { { ID },
                 { N_("time"), "at", cell_short, LOOK_WHOLE },
                 { N_("who"), "actor", cell_text, LOOK_PROSE },
                 { N_("what"), "action", cell_text, LOOK_PROSE },
                 { N_("about"), "subject", cell_text, LOOK_PROSE },
                 { N_("detail"), "detail", cell_json, LOOK_PROSE } },
};

/* What a change that only starts something answers. */
const struct view view_done = {
    .fields = { { N_("cause"), "cause", cell_text, LOOK_PROSE },
                { N_("message"), "message", cell_text, LOOK_PROSE },
                { N_("note"), "id", cell_text, LOOK_PROSE } },
};

const struct view view_tried = {
    .columns = { { N_("meaning"), "class", cell_word, LOOK_STATE },
                 { N_("value"), "value", cell_text, LOOK_NUMBER },
                 { N_("reply"), "text", cell_text, LOOK_PROSE },
                 { N_("beyond it"), "rest", cell_text, LOOK_PROSE },
                 { N_("why"), "why", cell_text, LOOK_PROSE } },
};

const struct view view_backups = {
    .columns = { { N_("name"), "name", cell_text, LOOK_WHOLE },
                 { N_("time"), "at", cell_time, LOOK_WHOLE },
                 { N_("bytes"), "bytes", cell_text, LOOK_NUMBER },
                 { N_("sealed"), "sealed", cell_yes, LOOK_WHOLE } },
};

const struct view view_dates = { .draw = draw_dates };
const struct view view_calendar = { .draw = draw_calendar };
const struct view view_today = { .draw = draw_today };
const struct view view_channel = { .draw = draw_channel };
const struct view view_status = { .draw = draw_status };
const struct view view_report = { .draw = draw_report };
const struct view view_preview = { .draw = draw_preview };
