/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side of a simulated term: the families and their phones, and a gateway that crashes, loses, delays and
 * repeats. Nothing here uses the engine's code: what the phones saw is the ledger, and the rules are judged by it.
 */
#ifndef GREENLINE_TESTS_SIM_SCHOOL_H
#define GREENLINE_TESTS_SIM_SCHOOL_H

#include "lib/random.h"
#include "store/line.h"
#include "support/world.h"

enum { FAMILIES = 60, PHONES = 80, LEDGER_MAX = 8192, EVENTS_MAX = 8192 };

enum profile {
    ANSWERS_FINE,
    ANSWERS_HELP,
    MUMBLES,
    WRONG_NUMBER,
    OPTS_OUT,
    MISSED_CALL,
    LATE,
    SILENT,
    AUTOMAT,
    CHANGES_MIND,
    PROFILES
};

struct phone {
    char e164[24];
    int64_t line;
    enum profile profile;
    bool forbidden[FAMILIES]; /* somebody on this phone is restricted for that child */
    bool children[FAMILIES];  /* whose family this phone belongs to */
};

struct seen {
    int64_t message;
    int phone, times; /* how often the phone got it */
    time_ms at;
    char *text;
    bool call, emergency;
};

/* Something the provider will say: a report or a reply. It is said again until it was stored. */
struct event {
    time_ms at;
    char uid[24], key[48];
    const char *report; /* delivered, undelivered, answered; NULL: a reply */
    const char *text, *digits, *call;
    int phone;
    int64_t message;
    bool done;
    time_ms told; /* when it was stored */
};

struct school {
    struct world *world;
    struct random dice;
    struct doubt can;
    struct phone phones[PHONES];
    size_t phone_count;
    char names[FAMILIES][24];
    struct seen ledger[LEDGER_MAX];
    size_t seen_count;
    struct event events[EVENTS_MAX];
    size_t event_count, first_open;
    time_ms down_until; /* the gateway is restarting */
    int64_t alarm;
    int kills, crashes, again;
    bool verbose;
};

/* Makes the families: siblings, shared phones, restricted persons, people with habits. */
void school_open(struct school *school, uint64_t seed, bool verbose);
void school_close(struct school *school);
/* The gateway does what it does with one job; the outcome is told to the outbox in this turn. */
void school_carry(struct school *school, const struct job *job);
/* The gateway's process ends while it holds these jobs: some left, some did not, and nobody was told. */
void school_crash(struct school *school, const struct job *jobs, size_t count);
/* When the next report or reply comes; TIME_NEVER. */
time_ms school_next(const struct school *school);
/* Says one event that is due, inside the turn; the index, or -1. The caller marks it done once it is stored. */
int school_say(struct school *school);
/* After a restart: the gateway is there again and its doubts are settled. */
void school_settle(struct school *school);
/* The rules 1, 2, 3, 4, 5 and 8 of the design, and that nothing is guessed, over everything that happened; prints what is broken; their number. */
int school_judge(struct school *school);

#endif
