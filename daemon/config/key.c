/* SPDX-License-Identifier: Apache-2.0 */
/* The table of keys; see key.h. */
#include "config/key.h"

#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "config/word.h"
#include "lib/memory.h"
#include "lib/text.h"

#define AT(field) .offset = offsetof(struct config, field)
#define GATEWAY(field) .offset = offsetof(struct config_gateway, field)
#define HOOK(field) .offset = offsetof(struct config_hook, field)
#define LADDER(field) .offset = offsetof(struct config_ladder, field)
#define STEP(field) .offset = offsetof(struct config_step, field)
#define NUMBER(field) .offset = offsetof(struct config_number, field)
#define KIND(field) .offset = offsetof(struct config_kind, field)

const struct config_key config_keys[] = {
    { "school", KEY_GROUP, .help = "the school" },
    { "school.name", KEY_TEXT, AT(school.name), .required = true, .example = "\"青岭小学\"",
      .check = word_check_not_empty, .help = "its name, as it stands in texts" },
    { "school.signature", KEY_TEXT, AT(school.signature), .shown = "the school's name", .example = "\"青岭小学\"",
      .check = word_check_text, .help = "before each text in 【】; \"\" adds nothing (the provider does)" },
    { "school.region", KEY_TEXT, AT(school.region), "CN", .check = word_check_region,
      .help = "country of numbers written without +" },
    { "school.timezone", KEY_TEXT, AT(school.timezone), "Asia/Shanghai", .check = word_check_zone,
      .help = "zone of all times people write and read" },
    { "school.language", KEY_TEXT, AT(school.language), "zh", .check = word_check_language,
      .help = "of texts to persons without a language of their own: zh or en" },
    { "school.calendar", KEY_PATHS, AT(school.calendar), "", .example = "[ \"calendars/cn-2026.ics\" ]",
      .check = word_check_text, .help = "iCalendar files of holidays and terms, see calendars/README.md" },
    { "school.week_starts", KEY_TEXT, AT(school.week_starts), "monday", .check = word_check_week_start,
      .help = "first day of a school week: monday or sunday" },
    { "school.stage", KEY_TEXT, AT(school.stage), "", .example = "\"primary\"", .check = word_check_stage,
      .help = "whose entries of the calendar hold: kindergarten, primary, boarding; \"\": those for all" },
    { "school.quiet", KEY_GROUP, .help = "quiet hours: nothing but emergencies; equal times: none" },
    { "school.quiet.from", KEY_MINUTE, AT(school.quiet_from_min), "21:00", .help = "begin of the quiet hours" },
    { "school.quiet.to", KEY_MINUTE, AT(school.quiet_to_min), "07:00", .help = "end of the quiet hours" },
    { "store", KEY_PATH, AT(store), "/var/lib/greenline/greenline.db", .check = word_check_not_empty,
      .help = "the database file" },
    { "state_dir", KEY_PATH, AT(state_dir), .shown = "the store's folder", .example = "\"/var/lib/greenline\"",
      .check = word_check_not_empty, .help = "folder for locks and states of gateways" },
    { "demo", KEY_FLAG, AT(demo), "false", .help = "a demo store: only simulated gateways, may run on its own clock" },
    { "clock", KEY_GROUP, .help = "the clock of a demo store" },
    { "clock.start", KEY_TEXT, AT(clock.start), "", .example = "\"2026-10-08 07:30\"", .check = word_check_text,
      .help = "the time at which a new demo store begins, in the school's zone; \"\": now" },
    { "clock.speed", KEY_REAL, AT(clock.speed), "1.0", .least = 0.001, .most = 1000000,
      .help = "how many times as fast as real time" },
    { "listen", KEY_GROUP, .help = "where the daemon listens" },
    { "listen.socket", KEY_PATH, AT(listen.socket), "/run/greenline/greenline.sock", .check = word_check_not_empty,
      .help = "unix socket for the CLI; root and group greenline may use it" },
    { "listen.http", KEY_TEXT, AT(listen.http), "", .example = "\"127.0.0.1:8025\"", .check = word_check_http,
      .help = "address and port where providers call /hook/NAME; \"\": none" },
    { "listen.connections", KEY_INT, AT(listen.connections), "256", .least = 1, .most = 10000,
      .help = "of providers at one time; above it they wait" },
    { "listen.certificate", KEY_PATH, AT(listen.certificate), "", .example = "\"/etc/greenline/fullchain.pem\"",
      .check = word_check_text, .help = "PEM file, the daemon's certificate first: then http speaks TLS" },
    { "listen.key", KEY_PATH, AT(listen.key), "", .example = "\"/etc/greenline/key.pem\"", .check = word_check_text,
      .help = "PEM file of the certificate's key, without a passphrase" },
    { "listen.metrics", KEY_FLAG, AT(listen.metrics), "false",
      .help = "http serves /metrics too, to callers of this machine with a token that may" },
    { "listen.tokens", KEY_PATH, AT(listen.tokens), "", .example = "\"/run/greenline/tokens.sock\"",
      .check = word_check_text, .help = "unix socket that any user may open, where only tokens count; \"\": none" },
    { "hooks", KEY_HOOKS, AT(hooks), .shown = "none", .help = "programs that are told what happens" },
    { "hooks[].program", KEY_TEXT, HOOK(program), .required = true, .example = "\"/usr/local/bin/on-alert\"",
      .check = word_check_absolute, .help = "absolute path; it reads one JSON object a line" },
    { "hooks[].events", KEY_WORDS, HOOK(events), "alert", .check = word_check_event,
      .help = "what it is told: alert, gateway_down, gateway_up, disk, clock" },
    { "hooks[].config", KEY_JSON, HOOK(config), .shown = "{ }", .example = "{ to = \"…\"; }",
      .help = "the program's own keys, in the first line it gets" },
    { "gateways", KEY_GATEWAYS, AT(gateways), .shown = "none", .help = "ways to phones, the preferred first" },
    { "gateways[].name", KEY_TEXT, GATEWAY(name), .required = true, .example = "\"line1\"", .check = word_check_name,
      .help = "a name of its own" },
    { "gateways[].program", KEY_TEXT, GATEWAY(program), .required = true, .example = "\"http\"",
      .check = word_check_program,
      .help = "name in the folder of gateways, an absolute path, or unix:/PATH of one in a unit of its own" },
    { "gateways[].channels", KEY_WORDS, GATEWAY(channels), "sms", .check = word_check_channel,
      .help = "what it carries: sms, voice, im" },
    { "gateways[].prefixes", KEY_WORDS, GATEWAY(prefixes), "+", .check = word_check_prefix,
      .help = "numbers it carries, by their beginning; \"+\": all" },
    { "gateways[].rate", KEY_REAL, GATEWAY(rate), "0.0", .least = 0, .most = 100000,
      .help = "messages a second at most; 0: no limit" },
    { "gateways[].price", KEY_PRICE, GATEWAY(price_e4), "0", .help = "yuan a part of a text, or a call" },
    { "gateways[].config", KEY_JSON, GATEWAY(config), .shown = "{ }", .example = "{ url = \"https://…\"; }",
      .help = "the gateway program's own keys, see its manual" },
    { "gateways[].confine", KEY_FLAG, GATEWAY(confine), "true",
      .help = "the program sees only its own files, the system and the internet" },
    { "gateways[].paths", KEY_WORDS, GATEWAY(paths), "", .check = word_check_absolute,
      .example = "[ \"/dev/ttyUSB0\" ]",
      .help = "devices, files, folders that a confined program may read and write too" },
    { "gateways[].probe_number", KEY_TEXT, GATEWAY(probe.number), "", .example = "\"+8613900000000\"",
      .check = word_check_e164, .help = "the gateway's own number: a text goes there and must come back once a day" },
    { "gateways[].probe_at", KEY_MINUTE, GATEWAY(probe.at_min), "09:10", .help = "when" },
    { "gateways[].signal_below", KEY_INT, GATEWAY(signal_below), "-105", .least = -150, .most = 0,
      .help = "dBm; a signal below it for ten minutes is a problem; 0: never" },
    { "gateways[].hook", KEY_GROUP, .help = "who may call this gateway's webhooks" },
    { "gateways[].hook.from", KEY_WORDS, GATEWAY(hook.from), "", .check = word_check_range,
      .example = "[ \"203.0.113.9\", \"10.0.0.0/8\" ]",
      .help = "addresses, or ranges of them, that may; [ ]: any that knows the way" },
    { "templates", KEY_PATH, AT(templates), "data:templates", .shown = "those that come with the program",
      .check = word_check_not_empty, .help = "folder of texts, NAME.zh.txt and NAME.en.txt" },
    { "answers", KEY_PATH, AT(answers), "data:answers", .shown = "those that come with the program",
      .check = word_check_not_empty, .help = "folder of the words that answers are made of" },
    { "headers", KEY_PATH, AT(headers), "data:headers.csv", .shown = "the one that comes with the program",
      .check = word_check_not_empty, .help = "table of the headers of registers" },
    { "ladders", KEY_LADDERS, AT(ladders), .shown = "none", .help = "whom an ask climbs to, see ladders.conf" },
    { "ladders.*.kinds", KEY_WORDS, LADDER(kinds), "", .check = word_check_ladder_kind,
      .help = "kinds that take this ladder unless told otherwise; of alerts also missing, missing.red and the like" },
    { "ladders.*.then", KEY_TEXT, LADDER(then), "", .check = word_check_then, .example = "\"restart\"",
      .help = "after the last step: restart, or who it is handed to (head, role:ROLE, person:REF); \"\": it ends" },
    { "ladders.*.steps", KEY_STEPS, LADDER(steps), .required = true, .example = "( { … } )",
      .help = "the steps, in order" },
    { "ladders.*.steps[].branch", KEY_TEXT, STEP(branch), "", .check = word_check_branch,
      .help = "steps of one branch follow each other, branches run side by side; \"\": the main one" },
    { "ladders.*.steps[].after", KEY_DURATION, STEP(after_ms), "0s", .most = 604800000,
      .help = "from when the step before in its branch fired; of a first step from the opening" },
    { "ladders.*.steps[].who", KEY_WORDS, STEP(who), .required = true, .example = "[ \"guardian:1\" ]",
      .check = word_check_who,
      .help = "mother, father, parents, guardian:N, guardians, audience, mentor, teacher, duty, head, counsellor, "
              "official, operator, role:ROLE, person:REF" },
    { "ladders.*.steps[].channels", KEY_WORDS, STEP(channels), "sms", .check = word_check_step_channel,
      .help = "by which ways at once: sms, voice, im; auto: by what the person can read" },
    { "ladders.*.steps[].answer", KEY_TEXT, STEP(answer), "any", .check = word_check_answer,
      .help = "whose answer ends the climb: any, all, role:ROLE" },
    { "ladders.*.steps[].calls", KEY_INT, STEP(calls), "1", .least = 1, .most = 5,
      .help = "how often a call is tried" },
    { "limits", KEY_GROUP, .help = "limits" },
    { "limits.per_line_day", KEY_INT, AT(limits.per_line_day), "4", .least = 0, .most = 1000,
      .help = "messages to one number a day, emergencies and answers apart; 0: no limit" },
    { "retry", KEY_GROUP, .help = "after a temporary refusal" },
    { "retry.first", KEY_DURATION, AT(retry.first_ms), "30s", .least = 1000, .most = 3600000,
      .help = "wait before the second try; doubles from try to try" },
    { "retry.max", KEY_DURATION, AT(retry.max_ms), "30m", .least = 1000, .most = 86400000,
      .help = "longest wait between tries" },
    { "emergency", KEY_GROUP, .help = "emergencies" },
    { "emergency.settled_after", KEY_DURATION, AT(emergency.settled_after_ms), "2m", .least = 0, .most = 3600000,
      .help = "after the answer that settles it the others who were told hear so" },
    { "emergency.done_by", KEY_DURATION, AT(emergency.done_by_ms), "30m", .least = 60000, .most = 86400000,
      .help = "who took it gives an outcome within, or the climb goes on" },
    { "emergency.remind", KEY_DURATION, AT(emergency.remind_ms), "10m", .least = 0, .most = 86400000,
      .help = "so long before that the one who took it is reminded; \"0s\": not" },
    { "emergency.clocks", KEY_GROUP, .help = "what an alert is measured by, from when it is raised; \"0s\": not" },
    { "emergency.clocks.guardian", KEY_DURATION, AT(emergency.clocks.guardian_ms), "30m", .least = 0, .most = 604800000,
      .help = "a guardian is on the spot within" },
    { "emergency.clocks.parents", KEY_DURATION, AT(emergency.clocks.parents_ms), "1h", .least = 0, .most = 604800000,
      .help = "a parent is reached within" },
    { "emergency.clocks.authorities", KEY_DURATION, AT(emergency.clocks.authorities_ms), "2h", .least = 0,
      .most = 604800000, .help = "education office and government are told within" },
    { "emergency.clocks.report", KEY_DURATION, AT(emergency.clocks.report_ms), "1h", .least = 0, .most = 604800000,
      .help = "what must be reported is reported to an authority within" },
    { "emergency.clocks.result", KEY_DURATION, AT(emergency.clocks.result_ms), "7d", .least = 0, .most = 7776000000.,
      .help = "the authority has said what it did within, from the report on" },
    { "emergency.numbers", KEY_NUMBERS, AT(emergency.numbers), .shown = "110, 120, 119, 12345, 12356",
      .help = "whom a person rings by hand in an emergency" },
    { "emergency.numbers[].name", KEY_TEXT, NUMBER(name), .required = true, .example = "\"police\"",
      .check = word_check_name, .help = "a name of its own, for `alert reported --to NAME`" },
    { "emergency.numbers[].zh", KEY_TEXT, NUMBER(zh), .shown = "the name", .example = "\"公安\"",
      .check = word_check_not_empty, .help = "the same in Chinese" },
    { "emergency.numbers[].number", KEY_TEXT, NUMBER(number), .required = true, .example = "\"110\"",
      .check = word_check_number, .help = "as people dial it" },
    { "roll", KEY_GROUP, .help = "the morning roll: each class says who is there" },
    { "roll.by", KEY_TEXT, AT(roll.by), "", .example = "\"08:20\"", .check = word_check_minute,
      .help = "on school days each class has reported by then; \"\": nobody is asked" },
    { "roll.before", KEY_DURATION, AT(roll.before_ms), "30m", .least = 0, .most = 14400000,
      .help = "so long before the class teachers are asked" },
    { "roll.classes", KEY_WORDS, AT(roll.classes), "", .check = word_check_not_empty,
      .help = "the classes that report; empty: all" },
    { "roll.ladder", KEY_TEXT, AT(roll.ladder), "roll", .check = word_check_name,
      .help = "whom an unreported class climbs to" },
    { "kinds", KEY_KINDS, AT(kinds), .shown = "none", .help = "times of a kind of ask, by its name" },
    { "kinds.*.due", KEY_DURATION, KIND(due_ms), .shown = "by kind", .example = "\"24h\"", .least = 1000,
      .most = 7776000000., .help = "an answer is due after" },
    { "kinds.*.grace", KEY_DURATION, KIND(grace_ms), .shown = "by kind", .example = "\"48h\"", .least = 0,
      .most = 7776000000., .help = "a late answer still counts until so long after it was due" },
    { "log", KEY_GROUP, .help = "the log on standard error" },
    { "log.level", KEY_TEXT, AT(log.level), "info", .check = word_check_level,
      .help = "error, warning, notice, info, debug" },
    { "backup", KEY_GROUP, .help = "backups" },
    { "backup.folder", KEY_PATH, AT(backup.folder), .shown = "backup in state_dir",
      .example = "\"/var/backups/greenline\"", .check = word_check_not_empty, .help = "folder for backups" },
    { "backup.key", KEY_PATH, AT(backup.key), "", .shown = "none: they are not sealed",
      .example = "\"/etc/greenline/backup.key\"", .help = "file of the key that seals backups" },
};
const size_t config_key_count = COUNT(config_keys);

const char *key_type_name(enum key_type type)
{
    static const char *const names[KEY_TYPES] = {
        [KEY_GROUP] = "group", [KEY_TEXT] = "text",       [KEY_PATH] = "path",         [KEY_INT] = "whole number",
        [KEY_REAL] = "number", [KEY_FLAG] = "true/false", [KEY_DURATION] = "duration", [KEY_MINUTE] = "time of day",
        [KEY_PRICE] = "price", [KEY_WORDS] = "words",     [KEY_PATHS] = "paths",       [KEY_JSON] = "group",
        [KEY_HOOKS] = "list",  [KEY_GATEWAYS] = "list",   [KEY_LADDERS] = "group",     [KEY_STEPS] = "list",
        [KEY_KINDS] = "group", [KEY_NUMBERS] = "list",
    };

    return names[type];
}

/* What follows the section's prefix in a path, or NULL when the path does not lie in it. */
static const char *behind(const char *path, const char *prefix)
{
    const size_t length = strlen(prefix);

    if (length == 0)
        return path;
    return text_starts(path, prefix) && path[length] == '.' ? path + length + 1 : NULL;
}

const struct config_key *key_find(const char *prefix, const char *name)
{
    for (size_t i = 0; i < config_key_count; i++) {
        const char *rest = behind(config_keys[i].path, prefix);

        if (rest && strcmp(rest, name) == 0)
            return &config_keys[i];
    }
    return NULL;
}

const char *key_nearest(const char *prefix, const char *name)
{
    const char *names[COUNT(config_keys) + 1] = { NULL };
    size_t count = 0;

    for (size_t i = 0; i < config_key_count; i++) {
        const char *rest = behind(config_keys[i].path, prefix);

        if (rest && !strpbrk(rest, ".[*"))
            names[count++] = rest;
    }
    return text_nearest(name, names);
}

bool key_in_section(const struct config_key *key, const char *prefix)
{
    const char *rest = behind(key->path, prefix);

    return rest && !strpbrk(rest, "[*") && key->type != KEY_GROUP;
}

static void print_default(FILE *out, const struct config_key *key)
{
    if (key->required)
        fputs("(must be given)", out);
    else if (key->shown)
        fprintf(out, "(%s)", key->shown);
    else if (key->type == KEY_WORDS || key->type == KEY_PATHS)
        fprintf(out, *key->fallback ? "[ \"%s\" ]" : "[ ]", key->fallback);
    else if (key->type == KEY_INT || key->type == KEY_REAL || key->type == KEY_FLAG)
        fputs(key->fallback, out);
    else
        fprintf(out, "\"%s\"", key->fallback);
}

void config_keys_print(FILE *out)
{
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];

        fprintf(out, "%-27s %-13s ", key->path, key_type_name(key->type));
        if (key->type != KEY_GROUP)
            print_default(out, key);
        fprintf(out, "%s%s\n", key->type == KEY_GROUP ? "" : "  ", key->help);
    }
}
