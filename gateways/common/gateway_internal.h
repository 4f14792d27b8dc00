/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of gateways/common share: the running program, what it has said and the daemon has not stored yet
 * (kept), and the verbs that come in. Nothing here is for modules.
 */
#ifndef GREENLINE_GATEWAYS_COMMON_GATEWAY_INTERNAL_H
#define GREENLINE_GATEWAYS_COMMON_GATEWAY_INTERNAL_H

#include <jansson.h>

#include "gateways/common/gateway.h"
#include "lib/text.h"
#include "lib/wire.h"

struct event;

enum {
    GATEWAY_READ_BYTES = 64 * 1024,     /* one turn reads no more */
    GATEWAY_OUTGOING_MAX = 1024 * 1024, /* above this the input rests until the daemon has read */
    GATEWAY_HELLO_MONO_MAX = 60 * 1000, /* an older `mono` of hello is not believed */
    KEPT_REPEAT_LINES = 200,            /* lines said again in one round */
    KEPT_FILE_MAX = 64 * 1024 * 1024,   /* a longer file of kept lines is not read */
    WEBHOOKS_MAX = 256                  /* open ones remembered; the oldest has got its 503 long since */
};

/* Replies and statuses in wait for `stored`; with a path they are in a file too. */
struct kept {
    json_t *lines; /* uid -> {"line": …, "said": monotonic ms}, in order of first saying */
    int fd;        /* -1: no file */
};

struct gateway {
    const struct gateway_module *module;
    struct gateway_ready ready;
    struct gateway_hello hello;
    json_t *hello_line; /* owns what `hello` points to; NULL until it came */
    void *state;
    struct clock clock;
    struct event_base *base;
    struct event *input, *output, *term, *repeat, *finish, *drain_due;
    struct wire_reader reader;
    struct text outgoing;
    size_t written;   /* bytes of outgoing that are in the pipe */
    json_t *open;     /* ids of jobs without an outcome */
    json_t *webhooks; /* `req` of those not answered, in order of arrival */
    struct kept kept;
    bool in_turn;    /* inside the callbacks of one read */
    bool must_flush; /* a `started` was said in this turn */
    bool draining, drained;
    bool ended;  /* the input has ended: finish and exit */
    bool broken; /* the daemon no longer reads */
    int status;
    long ignored; /* lines and verbs of no meaning to us */
};

/*
 * listen.c: serves a unix socket in place of pipes, one connection at a time; `path` NULL: the one that the service manager
 * has opened (sd_listen_fds(3)). Each connection gets a process of its own, in which this returns true with the connection
 * as standard input and output. False, and *status for main(), once it is to end.
 */
bool gateway_listen(const char *path, int *status);

/* Opens the file (path NULL: none) and reads back what was not stored; a torn last line is left out. */
bool kept_open(struct kept *kept, const char *path, struct error *err);
void kept_close(struct kept *kept);
/* Takes over `line`; false when that uid is waiting already. */
bool kept_add(struct kept *kept, const char *uid, json_t *line, time_ms mono);
/* False when no such uid waits. */
bool kept_stored(struct kept *kept, const char *uid);
/* Calls `say` for lines that wait since GATEWAY_REPEAT_MS or longer; `line` is borrowed. */
void kept_repeat(struct kept *kept, time_ms mono, void (*say)(struct gateway *gateway, json_t *line),
                 struct gateway *gateway);

/* One line of the daemon after hello. */
void gateway_take_line(struct gateway *gateway, const json_t *line);
/* Takes hello and says ready; false and `err` when it cannot be worked with. */
bool gateway_take_hello(struct gateway *gateway, json_t *line, struct error *err);
/* Unstored lines are looked through after `wait` real ms, if any wait and no look is due already. */
void gateway_arm_repeat(struct gateway *gateway, time_ms wait);
/* Says `drained`, or leaves the loop, once nothing is open any more. */
void gateway_check_done(struct gateway *gateway);
/* The input has ended. */
void gateway_end(struct gateway *gateway);
/* The verb `http`: a webhook for the module. */
void gateway_take_http(struct gateway *gateway, const json_t *line);
/* The line `ready` of PROTOCOL.md; the caller owns it. */
json_t *gateway_ready_line(const struct gateway_ready *ready);

#endif
