/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who calls, found out before anything of the request is read: by a token in the header Authorization where one is given
 * (its rights then count, whatever the user's are), else by the user at the other end of the unix socket. Who is nobody
 * is refused with a status and one line: 400 the header is malformed, 401 there is no such token, 403 the user may not.
 */
#ifndef GREENLINE_API_CALLER_H
#define GREENLINE_API_CALLER_H

#include <event2/bufferevent.h>
#include <stdbool.h>
#include <sys/types.h>

#include "api/connection.h"
#include "store/turn.h"

struct evkeyvalq;

struct caller {
    char actor[CONNECTION_ACTOR_MAX]; /* "unix:root", "token:board" */
    char *may;                        /* of a token, the owner's to free; NULL: all */
};

/* Whom to let in. */
struct caller_rule {
    gid_t group;       /* -1: there is no such group */
    bool tokens_only;  /* whoever the user is */
    struct turn *turn; /* over the store of the tokens */
};

/* 0, or the status of a refusal, whose line is *why. */
int caller_find(struct caller *out, const struct caller_rule *rule, struct bufferevent *bufferevent,
                const struct evkeyvalq *headers, const char **why);
/* By the value of the header alone; NULL: there is none. */
int caller_by_token(struct caller *out, const char *authorization, struct turn *turn, const char **why);

#endif
