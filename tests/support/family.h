/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One family in a world: 王小明 and 王小红 of class 三1, whose grandmother comes first, their mother second. Their father
 * is restricted for 小明 alone and comes last for 小红. Teacher 陈芳 is the mentor of both. It opens on a Thursday
 * morning, outside quiet hours. family_setup() and family_teardown() are cmocka's.
 */
#ifndef GREENLINE_TESTS_SUPPORT_FAMILY_H
#define GREENLINE_TESTS_SUPPORT_FAMILY_H

#include "support/world.h"

#define GRANNY "+8619900000001"
#define MOTHER "+8619900000002"
#define FATHER "+8619900000003"
#define MENTOR "+8619900000004"

struct family {
    struct world *world;
    int64_t ming, hong;
    int64_t granny, mother, father, mentor;
};

int family_setup(void **state);
int family_teardown(void **state);

/* The outcome ("fine", …) and state of the ask of a cause about a child; the caller frees. */
char *family_outcome(const struct family *family, int64_t cause, int64_t student);
char *family_ask_state(const struct family *family, int64_t cause, int64_t student);
/* The state of the newest reply ("understood", "waiting", …); the caller frees. */
char *family_reply_state(const struct family *family);

/* Fails with got and want; `got` is freed. */
void expect_text(char *got, const char *want);
/* The same for a text that contains, or does not contain, a piece; `got` is freed. */
void expect_in(char *got, const char *piece);
void expect_not_in(char *got, const char *piece);
/* Nothing is waiting at the gateway for this number. */
void expect_silence(struct world *world, const char *e164);
/* The next text to this number, delivered; fails when there is none. The caller frees. */
char *expect_job(struct world *world, const char *e164);

#endif
