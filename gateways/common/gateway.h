/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway program in one call and one table (protocol: gateways/PROTOCOL.md). gateway_main() speaks the protocol for
 * the module: hello and ready, --describe, ping, drain, cancel, the end of the input, the inherited lock, and keeps
 * every reply and status until the daemon has stored it. The module sends, and says what became of each job.
 *
 * Everything runs in one thread on one event loop; a callback must not block for more than some milliseconds. A fault
 * of the daemon's lines, or a configuration that the module refuses, ends the program with status 1 and a line on
 * standard error; the daemon starts it again.
 */
#ifndef GREENLINE_GATEWAYS_COMMON_GATEWAY_H
#define GREENLINE_GATEWAYS_COMMON_GATEWAY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/clock.h"
#include "lib/error.h"

struct event_base;
struct gateway; /* the running program; lives as long as gateway_main() */

enum {
    GATEWAY_FINISH_MS = 5000,     /* real time from the end of the input to the exit */
    GATEWAY_REPEAT_MS = 10000,    /* real time after which an unstored reply or status is said again */
    GATEWAY_UNSTORED_MAX = 5000,  /* above this a module should hold back: gateway_unstored() */
    GATEWAY_HTTP_AFTER_MAX = 1000 /* uids that one answer may wait for */
};

/* What `ready` announces; see PROTOCOL.md. A module's table holds the usual values, configure() may change its copy. */
struct gateway_ready {
    const char *type;            /* the module's name: "simulator" */
    const char *const *channels; /* NULL-terminated: "sms", "voice", "im" */
    int window;                  /* jobs it takes at once, at least 1 */
    int batch;                   /* jobs it can hand over in one request, at least 1 */
    bool free_text, delivery_reports, inbound, idempotent, probe, simulated;
    bool http;          /* it wants webhooks: http() of the module must be there */
    const json_t *caps; /* borrowed; NULL: {} */
};

/* What hello told; borrowed for the life of the program. */
struct gateway_hello {
    const char *name;      /* the gateway's name in the configuration */
    const char *epoch;     /* the store's: ids of another epoch mean nothing now */
    const char *boot;      /* this run of the daemon */
    const char *state_dir; /* where the module may keep files; when hello names none $STATE_DIRECTORY, else "." */
    const char *zone;
    bool demo;
    double speed; /* of the clock; 1 unless demo */
};

/* A job, borrowed for the time of send(). Absent texts are NULL, an absent time is TIME_NEVER. */
struct gateway_job {
    const char *id, *channel, *lane, *to, *text, *template, *reply_ext;
    const json_t *params, *voice; /* NULL when absent */
    time_ms expires;
    bool again; /* handed over before: the outcome of that try may be unknown */
};

/*
 * A webhook: a request to the daemon at /hook/NAME or below, NAME being the gateway's. Borrowed for the time of http(). The
 * daemon has looked at nothing but the path's begin and, where configured, the sender's address: whether it comes from the
 * provider is the module's to find out.
 */
struct gateway_http_request {
    const char *req;       /* names it for the answer; copy it to answer later */
    const char *method;    /* GET, POST or PUT */
    const char *path;      /* as it came, percent-escapes and all: "/hook/line1/…" */
    const char *query;     /* behind the question mark, as it came; "" without */
    const json_t *headers; /* names in lower case, values text; a header sent twice is joined by ", " */
    const char *body;      /* bytes as they came, a NUL behind them; never NULL */
    size_t length;         /* of the body */
    const char *from;      /* the address that connected: "203.0.113.9"; a web server in between is what one sees */
};

/* What the provider gets. Borrowed for the call; absent members are zero. */
struct gateway_http_answer {
    const char *req;
    int status;            /* 200 to 599 */
    const json_t *headers; /* names and texts, such as content-type; NULL: none */
    const char *body;      /* bytes; NULL: none */
    size_t length;
    const char *const *after; /* uids of replies and statuses: the answer waits until all of them are stored */
    size_t after_count;
};

/*
 * The module. Only `ready` and `send` are needed, the rest may be NULL. Each job is answered once, in send() or later,
 * by gateway_say_accepted, _refused or _unknown.
 */
struct gateway_module {
    struct gateway_ready ready;
    /* Keep unstored replies and statuses in state_dir/NAME.kept, so that they are said again after a crash too. For
     * modules whose provider tells each thing once. */
    bool keep;
    /* Reads the configuration (may be {}), before `ready` is said. Returns the module's state, given back by
     * gateway_state(), or NULL and `err` ("KEY: what: mend"). */
    void *(*configure)(struct gateway *gateway, const json_t *config, struct gateway_ready *ready, struct error *err);
    void (*send)(struct gateway *gateway, const struct gateway_job *job);
    /* The job is no longer wanted. One that has not left is answered by refused, code "cancelled". */
    void (*cancel)(struct gateway *gateway, const char *id);
    /* What became of a job? Answered by gateway_say_fate(); NULL: "unknown". provider_id may be NULL. */
    void (*probe)(struct gateway *gateway, const char *id, const char *provider_id);
    /* The daemon has committed this reply or status, once each: only now tell the provider, delete from the SIM. */
    void (*stored)(struct gateway *gateway, const char *uid);
    /* All lines that came in one read were handed over: the place to sync a file once for all of them. */
    void (*turn)(struct gateway *gateway);
    /* No more jobs will come; finish by `deadline` (on the clock of gateway_now(); TIME_NEVER: none named). */
    void (*drain)(struct gateway *gateway, time_ms deadline);
    /* The last call: free everything. */
    void (*stop)(struct gateway *gateway);
    /* A webhook: answered once by gateway_http_answer(), here or within 10 s (then the provider has got 503). What it
     * brings is said first (gateway_say_reply, gateway_say_status), then answered with those uids in `after`; what came
     * before and is stored already is said again all the same. NULL: answered with 503. */
    void (*http)(struct gateway *gateway, const struct gateway_http_request *request);
};

/* Runs the program, between two pipes or with --listen as a service of its own; returns the exit status for main(). */
int gateway_main(int argc, char **argv, const struct gateway_module *module);

void *gateway_state(const struct gateway *gateway);
const struct gateway_hello *gateway_hello(const struct gateway *gateway);
/* The loop on which modules put their timers and descriptors (poll(2) underneath, so that files work too). */
struct event_base *gateway_base(const struct gateway *gateway);
/* The daemon's clock, which on a demo store runs faster: `at`, `expires` and `until` are on it. */
time_ms gateway_now(const struct gateway *gateway);
/* Real milliseconds until that clock shows `at`. */
time_ms gateway_until(const struct gateway *gateway, time_ms at);
/* Replies and statuses said but not yet stored. */
size_t gateway_unstored(const struct gateway *gateway);

/* Before the first byte of a job leaves. The line is in the pipe before any other callback runs; a module that sends
 * inside the same callback calls gateway_flush() in between. */
void gateway_say_started(struct gateway *gateway, const char *id);
/* Blocks until all that was said is in the pipe, or the daemon is gone. */
void gateway_flush(struct gateway *gateway);
/* provider_id may be NULL; parts is at least 1, or 0 when the provider does not tell. */
void gateway_say_accepted(struct gateway *gateway, const char *id, const char *provider_id, int parts);
/* The same with an id of the provider for each part. */
void gateway_say_accepted_parts(struct gateway *gateway, const char *id, const char *const *provider_ids, int parts);

enum gateway_refusal { GATEWAY_PERMANENT, GATEWAY_TEMPORARY, GATEWAY_THROTTLED };
bool gateway_refusal_parse(enum gateway_refusal *out, const char *name);
/* code and detail may be NULL; retry_after_ms 0 leaves it to the daemon. */
void gateway_say_refused(struct gateway *gateway, const char *id, enum gateway_refusal refusal, const char *code,
                         const char *detail, time_ms retry_after_ms);
/* It may have left or not: the daemon probes, repeats or holds it. */
void gateway_say_unknown(struct gateway *gateway, const char *id, const char *detail);

struct gateway_status {
    const char *uid;              /* stable over restarts; NULL: said once and forgotten */
    const char *id, *provider_id; /* at least one of them */
    const char *state;            /* delivered, undelivered, answered, busy, no_answer */
    const char *code, *digits;    /* may be NULL */
    int seconds;                  /* length of a call, -1: not known */
};
/* Said again until stored when it has a uid; nothing happens while the same uid waits. */
void gateway_say_status(struct gateway *gateway, const struct gateway_status *status);

struct gateway_reply {
    const char *uid;                  /* stable over restarts */
    const char *from, *to;            /* E.164 where it can be known, else as the provider gives it; to may be NULL */
    const char *text, *digits, *call; /* one or more: text, keys of an inbound call, "missed" or "answered" */
    time_ms at;                       /* the provider's time; TIME_NEVER: not known */
};
void gateway_say_reply(struct gateway *gateway, const struct gateway_reply *reply);

/* Answers a webhook. One that is not open (answered before, never given) is logged and not said; an answer that cannot be
 * said (status out of range, over the bound of a line) becomes 500. */
void gateway_http_answer(struct gateway *gateway, const struct gateway_http_answer *answer);

enum gateway_fate { GATEWAY_FATE_SENT, GATEWAY_FATE_NOT_SENT, GATEWAY_FATE_UNKNOWN };
void gateway_say_fate(struct gateway *gateway, const char *id, enum gateway_fate fate);

/* The pace at run time; n below 1 is said as 1. */
void gateway_say_window(struct gateway *gateway, int n);
/* Trouble with the account: no more jobs until `until` (TIME_NEVER: until a person resumes it). */
void gateway_say_pause(struct gateway *gateway, const char *reason, time_ms until);
/* state: "ok", "degraded" or "failed"; detail may be NULL; signal in dBm, balance in 1/100 yuan, INT64_MIN: not known. */
void gateway_say_health(struct gateway *gateway, const char *state, const char *detail, int64_t signal,
                        int64_t balance);
/* Any other line; takes over `line`. */
void gateway_say(struct gateway *gateway, json_t *line);

#endif
