/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The api over a real unix socket in a scratch folder, with a loop and a store of its own: for tests. The client speaks
 * plain HTTP in the same loop, so nothing waits and nothing sleeps; a guard of some seconds fails a test that hangs.
 */
#ifndef GREENLINE_TESTS_SUPPORT_API_FIXTURE_H
#define GREENLINE_TESTS_SUPPORT_API_FIXTURE_H

#include <jansson.h>

#include "api/api.h"
#include "store/store.h"
#include "store/turn.h"

/* 2026-10-08 18:00 in Shanghai. */
#define FIXTURE_NOW ((time_ms)1791453600000)

struct api_fixture {
    char folder[64], socket[96], database[96];
    struct event_base *base;
    struct store *store;
    struct turn *turn;
    struct helper *helper;
    struct event *helped;
    struct api *api;
    struct api_setting setting; /* may be changed before api_fixture_listen() */
    struct api_parts parts;
    const char *ladder; /* snapshot for every kind; NULL: the shipped default */
    time_ms now;
    const char *header; /* one more line of the requests that come; NULL */
    char why[256];      /* of the last turn that failed */
};

/* Makes folder, loop, store and turn. */
void api_fixture_open(struct api_fixture *fixture);
/* Starts the helper thread and fills parts.helper and parts.aside.turn; api_fixture_listen() does it if it was not done. */
void api_fixture_help(struct api_fixture *fixture);
/* Stops it. */
void api_fixture_unhelp(struct api_fixture *fixture);
/* An engine and an outbox without gateways, and the same for the helper; headers for imports. */
void api_fixture_engine(struct api_fixture *fixture);
void api_fixture_listen(struct api_fixture *fixture);
void api_fixture_close(struct api_fixture *fixture);
/* Runs SQL and commits; a mistake in it ends the test. */
void api_fixture_sql(struct api_fixture *fixture, const char *sql);
/* One turn of the loop: waits for an event unless there is an import to go on with, does a slice of it, ends the turn. */
void api_fixture_turn(struct api_fixture *fixture);

struct api_reply {
    int status;   /* 0: the connection ended without an answer */
    json_t *body; /* NULL when it was no JSON */
    char *raw;
};
void api_reply_free(struct api_reply *reply);
/* `key` and `body` may be NULL. */
struct api_reply api_fixture_ask(struct api_fixture *fixture, const char *method, const char *target, const char *key,
                                 const char *body);
/* The same in two: what happens between is the test's. The wait ends the client, as does its leaving. */
struct api_client;
struct api_client *api_fixture_send(struct api_fixture *fixture, const char *method, const char *target,
                                    const char *key, const char *body);
struct api_reply api_fixture_wait(struct api_fixture *fixture, struct api_client *client);
bool api_client_answered(const struct api_client *client);
void api_client_leave(struct api_client *client);
struct api_reply api_fixture_get(struct api_fixture *fixture, const char *target);

/* The value at "items.0.person.ref" as text: "null", "true", "17", "4 items" for arrays; good until twenty calls later. */
const char *json_at(const json_t *json, const char *path);

#endif
