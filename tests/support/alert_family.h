/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A family (support/family.h) with a head and a ladder, for tests of alerts: the grandmother is the guardian, the head is
 * on ALERT_HEAD; guardian:1, ten minutes later the mother, ten minutes later the head, and again from the start.
 */
#ifndef GREENLINE_TESTS_SUPPORT_ALERT_FAMILY_H
#define GREENLINE_TESTS_SUPPORT_ALERT_FAMILY_H

#include "engine/alerting.h"
#include "support/family.h"

#define ALERT_HEAD "+8619900000009"
#define ALERT_STEP(after, who) "{\"after\": " after ", \"who\": [" who "], \"channels\": [\"sms\"]}"

/* cmocka's; the teardown is family_teardown(). */
int alert_setup(void **state);
int64_t alert_head(const struct family *family);

/* An alert of this kind about 王小明. */
struct alert_request alert_about(struct family *family, enum alert_kind kind);
/* Raised and worked off. */
int64_t alert_raised(struct family *family, const struct alert_request *request);
/* Is refused in a sentence with this piece. */
void alert_refused(struct family *family, const struct alert_request *request, const char *piece);
void alert_pass(struct family *family, time_ms ms);
/* "kept", "running" … of a clock, "none"; static. */
const char *alert_clock(struct family *family, int64_t id, const char *name);
const char *alert_state(struct family *family, int64_t id);
/* The all-clear, worked off; its cause, 0. */
int64_t alert_cleared(struct family *family, int64_t id, const char *text, struct error *err);

#endif
