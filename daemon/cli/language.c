/* SPDX-License-Identifier: Apache-2.0 */
/* Locale and catalogue, and the table of the API's words; see language.h. */
#include "cli/language.h"

#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/memory.h"

#ifndef GREENLINE_LOCALEDIR
#define GREENLINE_LOCALEDIR "/usr/share/locale"
#endif

/* States, kinds, classes, reasons and units that the API speaks; the catalogue says how people call them. */
static const char *const words[] = {
    N_("yes"),
    N_("no"),
    N_("ok"),
    N_("attention"),
    N_("none"),
    N_("normal"),
    N_("emergencies_only"),
    /* messages */
    N_("queued"),
    N_("claimed"),
    N_("started"),
    N_("accepted"),
    N_("delivered"),
    N_("undelivered"),
    N_("refused"),
    N_("expired"),
    N_("cancelled"),
    N_("unknown"),
    N_("held"),
    /* asks, alerts, causes, schedules, replies */
    N_("open"),
    N_("waiting"),
    N_("answered"),
    N_("declined"),
    N_("unasked"),
    N_("acknowledged"),
    N_("closed"),
    N_("active"),
    N_("paused"),
    N_("removed"),
    N_("running"),
    N_("done"),
    N_("missed"),
    N_("expanding"),
    N_("sending"),
    N_("pending"),
    N_("new"),
    N_("understood"),
    N_("ignored"),
    N_("settled"),
    /* days */
    N_("keep"),
    N_("skip"),
    N_("next"),
    N_("before"),
    N_("wait"),
    /* answers */
    N_("fine"),
    N_("help"),
    N_("ack"),
    N_("wrong_number"),
    N_("optout"),
    N_("optin"),
    N_("question"),
    N_("number"),
    N_("free"),
    N_("received"),
    N_("unsure"),
    N_("silent"),
    N_("take"),
    N_("taken_on"),
    N_("pass"),
    /* kinds, lanes, channels */
    N_("checkin"),
    N_("meeting"),
    N_("absent"),
    N_("emergency"),
    N_("confirm_number"),
    N_("slot"),
    N_("duty"),
    N_("count"),
    N_("roll"),
    /* rolls, absences, checks */
    N_("reported"),
    N_("late"),
    N_("overdue"),
    N_("accounted"),
    N_("sick"),
    N_("leave"),
    N_("here"),
    N_("order"),
    N_("nobody"),
    N_("gap"),
    N_("receipt"),
    N_("notice"),
    N_("say"),
    N_("echo"),
    N_("staff"),
    N_("remark"),
    N_("remind"),
    N_("alarm"),
    N_("test"),
    N_("bulk"),
    N_("sms"),
    N_("voice"),
    N_("text"),
    N_("key"),
    N_("call"),
    N_("note"),
    N_("all_clear"),
    N_("cleared"),
    /* alerts */
    N_("missing"),
    N_("injury"),
    N_("illness"),
    N_("fire"),
    N_("storm"),
    N_("flood"),
    N_("road_closed"),
    N_("violence"),
    N_("mandatory_report"),
    N_("blue"),
    N_("yellow"),
    N_("orange"),
    N_("red"),
    N_("guardians"),
    N_("parents"),
    N_("authorities"),
    N_("report"),
    N_("result"),
    N_("kept"),
    N_("kept_late"),
    N_("ended"),
    N_("police"),
    N_("ambulance"),
    N_("minors"),
    N_("counsel"),
    N_("audience"),
    N_("restart"),
    N_("drills"),
    N_("uncleared"),
    N_("warning"),
    N_("an injury of private parts"),
    N_("a girl under 14 was assaulted or is pregnant"),
    N_("a girl of 14 or more is pregnant by an assault"),
    N_("many wounds, malnutrition or unconscious"),
    N_("self-harm, poisoning or an odd injury"),
    N_("abandoned or long untended"),
    N_("of unknown origin, missing or trafficked"),
    N_("made to beg"),
    N_("other serious harm or danger"),
    /* gateways */
    N_("starting"),
    N_("ready"),
    N_("draining"),
    N_("ending"),
    N_("stopped"),
    /* lines */
    N_("suspect"),
    N_("wrong"),
    N_("confirmed"),
    N_("unconfirmed"),
    N_("opted_out"),
    N_("restricted"),
    /* sheets */
    N_("students"),
    N_("contacts"),
    N_("pairings"),
    N_("rota"),
    N_("added"),
    N_("changed"),
    N_("same"),
    /* roles, relations */
    N_("head"),
    N_("mentor"),
    N_("teacher"),
    N_("counsellor"),
    N_("operator"),
    N_("official"),
    N_("father"),
    N_("mother"),
    N_("guardian"),
    N_("grandmother"),
    N_("grandfather"),
    N_("paternal_grandmother"),
    N_("paternal_grandfather"),
    N_("maternal_grandmother"),
    N_("maternal_grandfather"),
    N_("other"),
    N_("male"),
    N_("female"),
    N_("zh"),
    N_("en"),
    /* reasons */
    N_("shared_restricted"),
    N_("not_related"),
    N_("deceased"),
    N_("no_person"),
    N_("no_line"),
    N_("line_changed"),
    N_("no_text"),
    N_("quiet"),
    N_("cap"),
    N_("line_busy"),
    N_("equal"),
    N_("cause_cancelled"),
    N_("no_gateway"),
    N_("busy"),
    N_("no_answer"),
    N_("replaced"),
    N_("by_hand"),
    N_("restored"),
    N_("loop"),
    N_("retry"),
    N_("throttled"),
    N_("gateway_gone"),
    N_("released"),
};

const char *language_word_at(size_t index)
{
    return index < COUNT(words) ? words[index] : NULL;
}

bool language_is(const char *code)
{
    static const char field[] = "\nLanguage: ", header[] = "";
    const char *at = strstr(gettext(header), field); /* of the catalogue */

    return strncmp(at ? at + strlen(field) : "en", code, strlen(code)) == 0;
}

const char *language_word(const char *word)
{
    for (size_t i = 0; i < COUNT(words); i++)
        if (strcmp(words[i], word) == 0)
            return gettext(words[i]);
    return word;
}

/* What gettext would have asked for, had the system that locale; NULL for none. */
static const char *wanted_language(void)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

    for (size_t i = 0; i < COUNT(names); i++) {
        const char *value = getenv(names[i]);

        if (value && *value)
            return strcmp(value, "C") == 0 || strcmp(value, "POSIX") == 0 ? NULL : value;
    }
    return NULL;
}

/* `locale/` beside the running program or above it (tests), else the system's; the caller frees. */
static char *catalogues(void)
{
    static const char *const near[] = { "locale", "../locale", "../../../locale", "../share/locale" };
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    char *slash;

    path[length > 0 ? length : 0] = '\0';
    slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    for (size_t i = 0; slash && i < COUNT(near); i++) {
        char *folder = mem_format("%s/%s", path, near[i]);

        if (access(folder, F_OK) == 0)
            return folder;
        free(folder);
    }
    return mem_dup(GREENLINE_LOCALEDIR);
}

void language_open(void)
{
    CLEANUP(mem_clean) char *folder = catalogues();

    if (!setlocale(LC_ALL, "")) {
        const char *wanted = wanted_language();

        /* gettext(3) translates nothing in the locale "C", whatever LANGUAGE says */
        setlocale(LC_ALL, "C.UTF-8");
        if (wanted)
            setenv("LANGUAGE", wanted, 0);
    }
    setlocale(LC_NUMERIC, "C");
    bindtextdomain("greenline", folder);
    bind_textdomain_codeset("greenline", "UTF-8");
    textdomain("greenline");
}
