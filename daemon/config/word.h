/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words that may stand in texts of the configuration, as tables, and the checks of texts with a form of their own
 * (a time zone, an address, a phone prefix). Each check answers with "what: mend", without the place, which the caller
 * puts before it.
 */
#ifndef GREENLINE_CONFIG_WORD_H
#define GREENLINE_CONFIG_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

/* NULL-terminated. The kinds are those of core/kind.c: a test holds the two together. */
extern const char *const word_kinds[];
/* Kinds of alert and how bad they are; a ladder may be for "missing" or for "missing.red" alone. */
extern const char *const word_alerts[];
extern const char *const word_severities[];
extern const char *const word_channels[];
extern const char *const word_roles[];
extern const char *const word_events[]; /* what happens: gateway/herald.h */
extern const char *const word_levels[]; /* from LOG_LEVEL_ERROR on */

/* One line without control characters, at most WORD_TEXT_MAX bytes; may be empty. */
enum { WORD_TEXT_MAX = 1000, WORD_NAME_MAX = 32 };
bool word_check_text(const char *text, struct error *err);
bool word_check_not_empty(const char *text, struct error *err);
bool word_check_region(const char *text, struct error *err);     /* ISO 3166-1 alpha-2, "CN" */
bool word_check_zone(const char *text, struct error *err);       /* by zone_open() */
bool word_check_language(const char *text, struct error *err);   /* "zh" or "en" */
bool word_check_week_start(const char *text, struct error *err); /* "monday" or "sunday" */
bool word_check_stage(const char *text, struct error *err);      /* "", "kindergarten", "primary", "boarding" */
bool word_check_http(const char *text, struct error *err);       /* "" or an address with a port */
bool word_check_range(const char *text, struct error *err);      /* "10.0.0.0/8" */
bool word_check_name(const char *text, struct error *err);       /* of gateways, ladders: a-z 0-9 - _ */
bool word_check_program(const char *text, struct error *err);    /* a name, an absolute path, unix:/PATH */
bool word_check_absolute(const char *text, struct error *err);   /* a path that begins with / */
bool word_check_event(const char *text, struct error *err);
bool word_check_e164(const char *text, struct error *err);   /* "" or a number with + before it */
bool word_check_prefix(const char *text, struct error *err); /* "+", "+86" */
bool word_check_branch(const char *text, struct error *err); /* "" or a name */
bool word_check_number(const char *text, struct error *err); /* as people dial it: "110", "0736-1234567" */
bool word_check_channel(const char *text, struct error *err);
bool word_check_step_channel(const char *text, struct error *err); /* the same, and "auto" */
bool word_check_ladder_kind(const char *text, struct error *err);  /* a kind, "missing" or "missing.red" */
bool word_check_kind(const char *text, struct error *err);
bool word_check_level(const char *text, struct error *err);
bool word_check_who(const char *text, struct error *err);    /* of a ladder's step */
bool word_check_answer(const char *text, struct error *err); /* "any", "all", "role:R" */
bool word_check_then(const char *text, struct error *err);   /* "", "restart", "head", "role:R", "person:REF" … */
/* Whether a ladder's kind never ends in silence: absent, emergency, and each kind of alert. */
bool word_is_urgent(const char *kind);
/* "missing", "missing.red" */
bool word_is_alert(const char *kind);
/* Whether it is asked of a person and not about a child: no guardian, mentor or teacher belongs to it. */
bool word_is_of_person(const char *kind);
/* Whether a `who` or `then` names somebody without a child to go by: duty, head, role:R, person:REF … */
bool word_of_staff(const char *who);

bool word_check_minute(const char *text, struct error *err); /* "" or a time of day */
/* "21:00" to minutes of the day. */
bool word_minute(int *out, const char *text, struct error *err);
/* "0.05" yuan to 500; at most four digits behind the point, at most 100 yuan. */
bool word_price(int64_t *out_e4, const char *text, struct error *err);
/* Whether a URL leads to this machine: host 127.x.x.x, ::1 or localhost, nothing odd about it. */
bool word_loopback_url(const char *url);

#endif
