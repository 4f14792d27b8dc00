/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An alert as a body asks for it. Nobody may be kept waiting by a word: a severity that is not known becomes the kind's
 * own with a warning; a kind that is not known is refused with the nearest, since it decides who is called.
 */
#ifndef GREENLINE_API_ALERT_BODY_H
#define GREENLINE_API_ALERT_BODY_H

#include "api/api_internal.h"
#include "engine/alerting.h"

/* The fields of the body. */
#define ALERT_FIELDS "to student other kind severity text measures issuer issued situation ladder title drill"

struct alert_body {
    struct alert_request request;
    enum kind plain; /* a kind of the engine, KIND_EMERGENCY for an alert */
    int64_t students[ALERT_CHILDREN_MAX];
    char *key, *dial; /* dial: the numbers that stand in a text */
    json_t *warnings, *numbers;
};

/* False after api_refuse(); to be freed in any case. */
bool alert_body_read(struct alert_body *body, struct api_call *call);
void alert_body_free(struct alert_body *body);
/* Puts warnings and the numbers to ring by hand into the answer. */
void alert_body_finish(const struct alert_body *body, json_t *answer);
/* Whether a text of the body may stand in what is sent: no control characters, not too long; absent is good. */
bool alert_body_text(struct api_call *call, const char *key);
/* "06:10" (the last time the clock showed that), "2026-10-08 06:10" or RFC 3339; stays 0 when absent. */
bool alert_body_time(struct api_call *call, const char *key, time_ms *out);

/* Whom to ring by hand: [{name, zh, number}]; the caller's. */
json_t *api_numbers(const struct api_call *call);

/* read_alert.c: hides who reported from whom it is not for, and adds the numbers. Takes over and returns `alert`. */
json_t *api_alert_finish(struct api_call *call, json_t *alert);
/* The same for rows of the audit log. */
json_t *api_audit_finish(struct api_call *call, json_t *page);

#endif
