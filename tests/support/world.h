/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole Greenline without processes: store, turn, outbox, engine and inbox over a scratch file, with the time in the
 * hands of the test and one gateway ("phones": text and voice, all numbers) played by it. world_turn() is one turn of
 * the loop: what is due is done, messages are claimed, the turn commits, and only then the claims are `jobs` that the
 * gateway has. A kill in between is world_work(), perhaps world_commit(), then world_restart().
 */
#ifndef GREENLINE_TESTS_SUPPORT_WORLD_H
#define GREENLINE_TESTS_SUPPORT_WORLD_H

#include "engine/engine.h"
#include "inbox/inbox.h"
#include "outbox/outbox.h"

enum { WORLD_JOBS_MAX = 4096 };

struct world {
    char folder[64], path[96];
    struct store *store;
    struct turn *turn;
    struct outbox *outbox;
    struct engine *engine;
    struct inbox *inbox;
    struct grammar *grammar;
    struct zone zone;
    time_ms now;
    struct job jobs[WORLD_JOBS_MAX]; /* claimed and not yet taken by the test, in order */
    size_t job_count;
    struct job claimed[WORLD_JOBS_MAX]; /* of the turn that has not committed */
    size_t claimed_count;
    int window; /* jobs claimed a turn; 64 */
    uint64_t uid;
    const struct calendar *calendar; /* of the school, from the next start on; NULL: none */
    const char *ladder;              /* snapshot for every kind; NULL: the shipped default */
    bool down;                       /* the gateway is: nothing is claimed, and the outbox knows */
    int64_t recalled[64];            /* messages that the gateway was told to cancel, in order */
    size_t recalled_count;
    const char *ladder_name; /* under which it can be asked for as well; NULL: none */
    struct outbox_rules rules;
    struct roll_rules roll; /* off; world_roll() turns it on */
};

/* Opens at 2026-10-08 09:00 in Asia/Shanghai, quiet hours 21:00-07:00, cap 4. */
struct world *world_open(void);
void world_close(struct world *world);
/* Ends the process of thought and begins again on the same file, as after a crash; uncommitted changes are gone. */
void world_restart(struct world *world);

/* The morning roll is due at this minute of the day and asked for half an hour before. */
void world_roll(struct world *world, int by_min);

/* The two halves of a turn: what is due is done and claimed; it commits (a claim is not handed over by that). */
bool world_work(struct world *world);
void world_commit(struct world *world);
/* One turn at `now`; true when something was done. world_settle() repeats it until nothing is left to do now. */
bool world_turn(struct world *world);
void world_settle(struct world *world);
/* Lets time pass to the next due thing again and again until `at`. */
void world_until(struct world *world, time_ms at);
/* "2026-10-09 18:30" in the school's zone. */
time_ms world_time(struct world *world, const char *text);

/* Rows; numbers are +86199000000NN from the last two digits. Each returns the id. */
int64_t world_student(struct world *world, const char *ref, const char *name, const char *class, bool left_behind);
int64_t world_person(struct world *world, const char *ref, const char *name, const char *e164);
void world_relate(struct world *world, int64_t student, int64_t person, const char *kind, int rank, bool restricted);
void world_mentor(struct world *world, int64_t mentor, int64_t student);
void world_sql(struct world *world, const char *sql);
int64_t world_value(struct world *world, const char *sql);
/* The caller frees; "" when there is no row. */
char *world_words(struct world *world, const char *sql);

/* A cause to an audience; asserts that it opened. */
int64_t world_ask(struct world *world, enum kind kind, const char *audience, const char *text);

/* Takes the first job to this number out of `jobs`; false when there is none. The caller frees the job. */
bool world_take(struct world *world, const char *e164, struct job *job);
/* The same, accepted and delivered at once; the text is the caller's; NULL when there is none. */
char *world_deliver(struct world *world, const char *e164);
/* What the gateway says about a job, in a turn of its own. */
void world_started(struct world *world, const struct job *job);
void world_accepted(struct world *world, const struct job *job, const char *provider_id);
void world_refused(struct world *world, const struct job *job, const char *class, time_ms retry_after);
/* True when the outbox wants to probe. */
bool world_unknown(struct world *world, const struct job *job, struct doubt can);
void world_status(struct world *world, const struct job *job, const char *state);
/* The gateway is there (again): its doubts are settled; the number of probes asked for. */
int world_ready(struct world *world, struct doubt can);
/* "queued", "held" …; the caller frees. */
char *world_state(struct world *world, int64_t message);
/* Inbound, a second later. */
int64_t world_reply(struct world *world, const char *e164, const char *text);
int64_t world_key(struct world *world, const struct job *job, const char *digits);
int64_t world_missed_call(struct world *world, const char *e164);

#endif
