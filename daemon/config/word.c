/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of words and checks of texts; see word.h. */
#include "config/word.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "lib/memory.h"
#include "lib/network.h"
#include "lib/text.h"
#include "lib/zone.h"

const char *const word_kinds[] = { "checkin",   "meeting", "absent", "emergency", "confirm_number",
                                   "slot",      "duty",    "count",  "receipt",   "roll",
                                   "notice",    "say",     "echo",   "staff",     "remark",
                                   "settled",   "remind",  "alarm",  "test",      "warning",
                                   "all_clear", "cleared", NULL };
const char *const word_alerts[] = { "missing",     "injury",   "illness",          "fire",  "storm", "flood",
                                    "road_closed", "violence", "mandatory_report", "other", NULL };
const char *const word_severities[] = { "blue", "yellow", "orange", "red", NULL };
/* Kinds that wait for nothing, and kinds that are asked of a person, not about a child. */
static const char *const urgent_kinds[] = { "absent", "emergency", "warning", NULL };
static const char *const staff_kinds[] = { "confirm_number", "duty", "count", "roll", NULL };
const char *const word_channels[] = { "sms", "voice", "im", NULL };
const char *const word_roles[] = { "head", "mentor", "teacher", "counsellor", "duty", "operator", "official", NULL };
const char *const word_events[] = { "alert", "gateway_down", "gateway_up", "disk", "clock", NULL };
const char *const word_levels[] = { "error", "warning", "notice", "info", "debug", NULL };
static const char *const week_starts[] = { "monday", "sunday", NULL };
static const char *const stages[] = { "kindergarten", "primary", "boarding", NULL };
static const char *const languages[] = { "zh", "en", NULL };

/* Who may stand in a ladder's step, and what follows the colon. */
enum argument { ARGUMENT_NONE, ARGUMENT_RANK, ARGUMENT_ROLE, ARGUMENT_REF };
struct form {
    const char *name;
    enum argument argument;
    const char *shown;
};

static const struct form who_forms[] = {
    { "mother", ARGUMENT_NONE, "mother" },
    { "father", ARGUMENT_NONE, "father" },
    { "parents", ARGUMENT_NONE, "parents" },
    { "guardian", ARGUMENT_RANK, "guardian:1" }, /* by rank in the emergency chain */
    { "guardians", ARGUMENT_NONE, "guardians" },
    { "audience", ARGUMENT_NONE, "audience" }, /* those the cause was sent to */
    { "mentor", ARGUMENT_NONE, "mentor" },
    { "teacher", ARGUMENT_NONE, "teacher" },
    { "duty", ARGUMENT_NONE, "duty" },
    { "head", ARGUMENT_NONE, "head" },
    { "counsellor", ARGUMENT_NONE, "counsellor" },
    { "official", ARGUMENT_NONE, "official" },
    { "operator", ARGUMENT_NONE, "operator" },
    { "role", ARGUMENT_ROLE, "role:ROLE" },
    { "person", ARGUMENT_REF, "person:REF" },
};
static const struct form answer_forms[] = { { "any", ARGUMENT_NONE, "any" },
                                            { "all", ARGUMENT_NONE, "all" },
                                            { "role", ARGUMENT_ROLE, "role:ROLE" } };
static const struct form then_forms[] = {
    { "restart", ARGUMENT_NONE, "restart" },
    { "head", ARGUMENT_NONE, "head" },
    { "duty", ARGUMENT_NONE, "duty" },
    { "operator", ARGUMENT_NONE, "operator" },
    { "counsellor", ARGUMENT_NONE, "counsellor" },
    { "official", ARGUMENT_NONE, "official" },
    { "mentor", ARGUMENT_NONE, "mentor" },
    { "teacher", ARGUMENT_NONE, "teacher" },
    { "guardian", ARGUMENT_RANK, "guardian:1" },
    { "role", ARGUMENT_ROLE, "role:ROLE" },
    { "person", ARGUMENT_REF, "person:REF" },
};

enum { RANK_MAX = 9, REF_MAX = 64, FORMS_MAX = 16 };

static bool listed(const char *const *names, const char *text)
{
    for (; *names; names++)
        if (strcmp(*names, text) == 0)
            return true;
    return false;
}

static bool not_known(const char *text, const char *const *names, struct error *err)
{
    const char *near = text_nearest(text, names);
    struct text all = { 0 };

    for (size_t i = 0; names[i]; i++)
        text_add_format(&all, "%s%s", i ? ", " : "", names[i]);
    if (near)
        error_set(err, "\"%.60s\" is not known: did you mean \"%s\"? (%s)", text, near, all.data);
    else
        error_set(err, "\"%.60s\" is not known: write one of %s", text, all.data);
    text_free(&all);
    return false;
}

static bool check_listed(const char *text, const char *const *names, struct error *err)
{
    return listed(names, text) || not_known(text, names, err);
}

static bool check_argument(const struct form *form, const char *argument, struct error *err)
{
    switch (form->argument) {
    case ARGUMENT_NONE:
        return !argument || error_set(err, "\"%s:%.40s\": nothing follows %s: write \"%s\"", form->name, argument,
                                      form->name, form->name);
    case ARGUMENT_RANK:
        return (argument && strlen(argument) == 1 && *argument >= '1' && *argument <= '0' + RANK_MAX) ||
               error_set(err, "\"%s\" takes a rank: write \"%s:1\" to \"%s:%d\", or \"guardians\" for all", form->name,
                         form->name, form->name, RANK_MAX);
    case ARGUMENT_ROLE:
        if (!argument || !*argument)
            return error_set(err, "\"%s\" takes a role: write for instance \"%s:head\"", form->name, form->name);
        return check_listed(argument, word_roles, err) || error_in(err, form->name);
    case ARGUMENT_REF:
        return (argument && *argument && strlen(argument) <= REF_MAX) ||
               error_set(err,
                         "\"%s\" takes the reference of a person: write \"%s:REF\" as `greenline staff list` "
                         "shows it",
                         form->name, form->name);
    }
    return false;
}

static bool check_form(const char *text, const struct form *forms, size_t count, struct error *err)
{
    const char *shown[FORMS_MAX + 1] = { NULL };
    const size_t length = strcspn(text, ":");

    for (size_t i = 0; i < count; i++)
        if (strlen(forms[i].name) == length && memcmp(forms[i].name, text, length) == 0)
            return check_argument(&forms[i], text[length] ? text + length + 1 : NULL, err);
    for (size_t i = 0; i < count && i < FORMS_MAX; i++)
        shown[i] = forms[i].shown;
    return not_known(text, shown, err);
}

_Static_assert(COUNT(who_forms) <= FORMS_MAX, "all forms fit into the list that an error shows");

bool word_check_who(const char *text, struct error *err)
{
    return check_form(text, who_forms, COUNT(who_forms), err);
}

bool word_check_answer(const char *text, struct error *err)
{
    return check_form(text, answer_forms, COUNT(answer_forms), err);
}

bool word_check_then(const char *text, struct error *err)
{
    return !*text || check_form(text, then_forms, COUNT(then_forms), err);
}

bool word_check_channel(const char *text, struct error *err)
{
    return check_listed(text, word_channels, err);
}

bool word_check_event(const char *text, struct error *err)
{
    return check_listed(text, word_events, err);
}

bool word_check_step_channel(const char *text, struct error *err)
{
    static const char *const channels[] = { "sms", "voice", "im", "auto", NULL };

    return check_listed(text, channels, err);
}

bool word_is_alert(const char *text)
{
    const char *dot = strchr(text, '.');
    char kind[24];

    if (!dot)
        return listed(word_alerts, text);
    snprintf(kind, sizeof kind, "%.*s", (int)(dot - text), text);
    return listed(word_alerts, kind) && listed(word_severities, dot + 1);
}

bool word_is_urgent(const char *kind)
{
    return listed(urgent_kinds, kind) || word_is_alert(kind);
}

bool word_is_of_person(const char *kind)
{
    return listed(staff_kinds, kind);
}

bool word_of_staff(const char *who)
{
    return strcmp(who, "mentor") != 0 && strcmp(who, "teacher") != 0 &&
           (listed(word_roles, who) || text_starts(who, "role:") || text_starts(who, "person:"));
}

bool word_check_ladder_kind(const char *text, struct error *err)
{
    const char *const *const lists[] = { word_kinds, word_alerts };
    const char *all[40] = { NULL };
    size_t count = 0;

    if (word_is_alert(text))
        return true;
    if (strchr(text, '.'))
        return error_set(err,
                         "\"%.60s\": not a kind of alert and its severity: write for instance \"missing.red\" "
                         "(blue, yellow, orange, red)",
                         text);
    for (size_t i = 0; i < COUNT(lists); i++)
        for (const char *const *at = lists[i]; *at && count + 1 < COUNT(all); at++)
            all[count++] = *at;
    return check_listed(text, all, err);
}

bool word_check_kind(const char *text, struct error *err)
{
    return check_listed(text, word_kinds, err);
}

bool word_check_level(const char *text, struct error *err)
{
    return check_listed(text, word_levels, err);
}

bool word_check_language(const char *text, struct error *err)
{
    return check_listed(text, languages, err);
}

bool word_check_week_start(const char *text, struct error *err)
{
    return check_listed(text, week_starts, err);
}

bool word_check_stage(const char *text, struct error *err)
{
    return !*text || check_listed(text, stages, err);
}

bool word_check_text(const char *text, struct error *err)
{
    if (strlen(text) > WORD_TEXT_MAX)
        return error_set(err, "over %d bytes: write less", WORD_TEXT_MAX);
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return error_set(err, "holds a control character: take it out");
    return true;
}

bool word_check_not_empty(const char *text, struct error *err)
{
    return text[strspn(text, " ")] ? word_check_text(text, err) : error_set(err, "is empty: fill it in");
}

bool word_check_region(const char *text, struct error *err)
{
    return (strlen(text) == 2 && isupper((unsigned char)text[0]) && isupper((unsigned char)text[1])) ||
           error_set(err, "\"%.20s\": not a country: write its two capital letters, \"CN\"", text);
}

bool word_check_zone(const char *text, struct error *err)
{
    struct zone zone;

    return zone_open(&zone, text, err);
}

bool word_check_name(const char *text, struct error *err)
{
    const size_t good = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_");

    return (good > 0 && good <= WORD_NAME_MAX && !text[good] && isalnum((unsigned char)*text)) ||
           error_set(err, "\"%.60s\": not a name: write a-z, 0-9, - and _, at most %d of them", text, WORD_NAME_MAX);
}

bool word_check_branch(const char *text, struct error *err)
{
    return !*text || word_check_name(text, err);
}

bool word_check_program(const char *text, struct error *err)
{
    static const char socket[] = "unix:";

    if (!word_check_not_empty(text, err))
        return false;
    if (text_starts(text, socket)) {
        const size_t most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

        return (text[strlen(socket)] == '/' && strlen(text) - strlen(socket) <= most) ||
               error_set(err, "\"%.100s\": not the path of a socket: write unix:/PATH, at most %zu bytes", text, most);
    }
    if (strchr(text, '/') && text[0] != '/')
        return error_set(err,
                         "\"%.100s\": a path that does not begin with /: write a name such as \"http\", or the "
                         "whole path",
                         text);
    if (strcmp(text, ".") == 0 || strcmp(text, "..") == 0 || text_ends(text, "/"))
        return error_set(err, "\"%.100s\": a folder: write the name of a program", text);
    return true;
}

bool word_check_prefix(const char *text, struct error *err)
{
    const size_t digits = text[0] == '+' ? strspn(text + 1, "0123456789") : 0;

    return (text[0] == '+' && !text[1 + digits] && digits <= 15) ||
           error_set(err, "\"%.40s\": not a prefix of numbers: write + and digits, \"+86\", or \"+\" for all", text);
}

bool word_check_number(const char *text, struct error *err)
{
    const size_t head = text[0] == '+';
    const size_t length = strlen(text);

    return (length >= 3 && length <= 24 && isdigit((unsigned char)text[head]) &&
            !text[head + strspn(text + head, "0123456789- ")]) ||
           error_set(err, "\"%.40s\": not a number to dial: write digits, \"110\" or \"0736-1234567\"", text);
}

bool word_check_absolute(const char *text, struct error *err)
{
    return (text[0] == '/' && text[1] && word_check_text(text, err)) ||
           error_set(err, "\"%.100s\": not a whole path: write it from /, such as \"/dev/ttyUSB0\"", text);
}

bool word_check_e164(const char *text, struct error *err)
{
    const size_t digits = text[0] == '+' ? strspn(text + 1, "0123456789") : 0;

    return !*text || (digits >= 5 && digits <= 15 && !text[1 + digits]) ||
           error_set(err, "\"%.40s\": not an international number: write + and the country's code before it", text);
}

/* --- addresses ------------------------------------------------------------------------------------------------ */

static bool is_loopback(const char *host)
{
    struct in_addr four;
    struct in6_addr six;

    if (strcmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

/* Splits HOST[:PORT] or [HOST][:PORT]; false when it is neither. *port is "" when there is none. */
static bool split_address(const char *text, size_t length, char host[static 64], char port[static 8])
{
    const char *end = text + length;
    const char *from = text + (*text == '[');
    const char *to = *text == '[' ? memchr(text, ']', length) : memchr(text, ':', length);

    if (!to && *text == '[')
        return false;
    if (!to)
        to = end;
    if (to == from || to - from > 63)
        return false;
    snprintf(host, 64, "%.*s", (int)(to - from), from);
    if (*text == '[')
        to++;
    if (to == end) {
        port[0] = '\0';
        return true;
    }
    if (*to != ':' || end - to < 2 || end - to > 6)
        return false;
    snprintf(port, 8, "%.*s", (int)(end - to - 1), to + 1);
    return !port[strspn(port, "0123456789")] && atoi(port) >= 1 && atoi(port) <= 65535;
}

bool word_check_http(const char *text, struct error *err)
{
    struct network_place place;

    return !*text || network_place_parse(&place, text, err);
}

bool word_check_range(const char *text, struct error *err)
{
    struct network_range range;

    return network_range_parse(&range, text, err);
}

bool word_loopback_url(const char *url)
{
    char host[64], port[8];
    const char *start;
    size_t length;

    if (text_starts(url, "http://"))
        start = url + strlen("http://");
    else if (text_starts(url, "https://"))
        start = url + strlen("https://");
    else
        return false;
    length = strcspn(start, "/?#");
    if (length == 0 || memchr(start, '@', length) || memchr(start, '\\', length) || memchr(start, '$', length))
        return false;
    return split_address(start, length, host, port) && is_loopback(host);
}

/* --- times and prices ----------------------------------------------------------------------------------------- */

bool word_minute(int *out, const char *text, struct error *err)
{
    const size_t hours = strspn(text, "0123456789");
    const size_t minutes = text[hours] == ':' ? strspn(text + hours + 1, "0123456789") : 0;
    const int hour = hours >= 1 && hours <= 2 ? atoi(text) : 99;
    const int minute = minutes == 2 ? atoi(text + hours + 1) : 99;

    if (hour > 23 || minute > 59 || text[hours + 1 + minutes])
        return error_set(err, "\"%.40s\": not a time of day: write it like \"21:00\"", text);
    *out = hour * 60 + minute;
    return true;
}

bool word_check_minute(const char *text, struct error *err)
{
    int minute;

    return !*text || word_minute(&minute, text, err);
}

bool word_price(int64_t *out_e4, const char *text, struct error *err)
{
    const size_t yuan = strspn(text, "0123456789");
    const size_t behind = text[yuan] == '.' ? strspn(text + yuan + 1, "0123456789") : 0;
    int64_t price = yuan >= 1 && yuan <= 3 ? atoi(text) : -1;

    if (price < 0 || behind > 4 || (text[yuan] == '.' && behind == 0) || text[yuan + (behind ? behind + 1 : 0)])
        return error_set(err, "\"%.40s\": not a price: write yuan a part, such as \"0.05\"", text);
    for (size_t i = 0; i < 4; i++)
        price = price * 10 + (i < behind ? text[yuan + 1 + i] - '0' : 0);
    if (price > 1000000)
        return error_set(err, "\"%.40s\": over 100 yuan a part: write yuan, such as \"0.05\"", text);
    *out_e4 = price;
    return true;
}
