/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a provider tells by itself, in a page that is polled or a webhook: where the items stand, and which of their fields
 * are a delivery report or a reply. An item that is neither is passed over; one that should be one and lacks what it needs
 * is a fault, counted and told, and does not stop the others. Uids come from the provider, or are a hash of fields: the
 * same item gives the same uid, whenever it is seen again.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_FEED_H
#define GREENLINE_GATEWAYS_HTTP_FEED_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "gateways/http/response.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/zone.h"

enum {
    FEED_ITEMS_MAX = 5000,           /* of one page or webhook; what is over is not read: ask for less at once */
    FEED_TEXT_BYTES_MAX = 16 * 1024, /* of a reply */
    FEED_WORDS_MAX = 32,             /* words for one state */
    FEED_UID_PLACES_MAX = 6,
    FEED_UID_MAX = 128 /* PROTOCOL.md, "What happens at the phone" */
};

/* PROTOCOL.md: states of texts and of calls, and of calls that come in. */
enum feed_state {
    FEED_DELIVERED,
    FEED_UNDELIVERED,
    FEED_ANSWERED,
    FEED_BUSY,
    FEED_NO_ANSWER,
    FEED_MISSED,  /* of replies, as FEED_ANSWERED */
    FEED_IGNORED, /* known, and of no meaning: "queued" */
    FEED_STATES
};

/* A provider's words for a state. */
struct feed_words {
    char *word[FEED_WORDS_MAX];
    size_t count;
    bool rest; /* "*": any word that no other state has */
};

struct feed_uid {
    struct place places[FEED_UID_PLACES_MAX];
    size_t count; /* 1: the provider's own; more: a hash of them; 0: a hash of what is told */
};

enum feed_time { FEED_TIME_GUESSED, FEED_TIME_S, FEED_TIME_MS, FEED_TIME_ISO };

struct feed_report {
    bool given;
    struct condition when;
    struct feed_uid uid;
    struct place id, provider_id, state, code, digits, seconds;
    struct feed_words words[FEED_STATES];
};

struct feed_reply {
    bool given;
    struct condition when;
    struct feed_uid uid;
    struct place from, to, text, digits, call, at;
    enum feed_time time;
    char *zone; /* of times without offset; NULL: the school's */
    struct feed_words words[FEED_STATES];
};

struct feed {
    struct jsonpath items; /* a list in JSON; without steps: the whole answer, or each element when that is a list */
    char *begin, *end;     /* in place of it: each text between two marks; NULL: JSON */
    struct feed_report report;
    struct feed_reply reply;
};

/* One item that was understood; freed by the walk. */
struct feed_item {
    bool is_reply;
    char uid[FEED_UID_MAX + 1];
    char *id, *provider_id, *code, *digits, *from, *to, *text; /* NULL: not told */
    const char *state; /* of a report; of an inbound call: "missed", "answered" */
    int seconds;       /* -1: not told */
    time_ms at;        /* TIME_NEVER: not told */
};

struct feed_count {
    size_t items, said, ignored, faults;
    char why[128];      /* of the first fault: names of fields only, nothing of what they hold */
    const json_t *last; /* the last element of the list, borrowed from the answer; NULL: none */
};

/* Who hears of each item that was understood, in order. */
struct feed_taker {
    void (*take)(void *arg, const struct feed_item *item);
    void *arg;
};

/* Keys that a group with a feed has besides its own, NULL-terminated. */
extern const char *const feed_keys[];

/* Reads "items", "reports" and "replies" of the group; `id_known`: reports are about one message that is known already. */
bool feed_parse(struct feed *out, const json_t *config, bool id_known, struct error *err);
/* Reads the keys of a report from the group itself. */
bool feed_parse_report(struct feed_report *out, const json_t *config, bool id_known, struct error *err);
void feed_free(struct feed *feed);
void feed_report_free(struct feed_report *report);

struct feed_world {
    const char *country; /* "+86": a number that begins with 86 gets its plus sign; "": none does */
    struct zone zone;
    const char *id; /* the message that reports are about when they do not say; NULL: they say */
};

/* False when there are more than FEED_ITEMS_MAX: then none is taken. */
bool feed_walk(const struct feed *feed, const struct response *response, const struct feed_world *world,
               const struct feed_taker *taker, struct feed_count *count);

#endif
