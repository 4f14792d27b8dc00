/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the alert share. */
#ifndef GREENLINE_ENGINE_ALERTING_INTERNAL_H
#define GREENLINE_ENGINE_ALERTING_INTERNAL_H

#include "engine/alerting.h"
#include "engine/engine_internal.h"

/* alert_words.c */
/* The template that this alert takes: its kind's, or what the folder has in its place; NULL: the text alone. */
const char *alert_template(const struct engine *engine, const struct alert_request *request);
/* A content snapshot with all put in that is known of the alert; `id` 0 in a preview. The caller frees. */
char *alert_words(const struct engine *engine, const struct alert_request *request, int64_t id, const char *content);
/* The snapshot of an all-clear. The caller frees; NULL when there is no template for it. */
char *alert_clear_words(const struct engine *engine, const struct alert *alert, const char *text, enum kind *kind);
/* What a reminder says; the caller frees. */
char *alert_remind_words(const struct engine *engine, const struct alert_timer *timer, const char *language);

/* alerting.c */
/* The ladder's snapshot by name, kind and severity; NULL and err. The caller frees. */
char *alert_ladder(const struct engine *engine, const struct alert_request *request, struct error *err);
/* Whether the texts of two families name the other's child; err says what. */
bool alert_families_apart(struct engine *engine, const struct alert_request *request, struct error *err);
/* A mandatory report is about one child by name. */
bool alert_one_child(const struct alert_request *request, struct error *err);
/* How long this clock runs; 0: not at all. */
time_ms alert_limit(const struct engine *engine, enum alert_kind kind, enum alert_clock clock);

#endif
