/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A test's world of the http gateway: the built program between two pipes, and a server on loopback that the test plays
 * move by move. A line that is not the expected one fails the test with what was heard instead; every wait has a limit.
 */
#ifndef GREENLINE_TESTS_SUPPORT_HTTP_WORLD_H
#define GREENLINE_TESTS_SUPPORT_HTTP_WORLD_H

#include "tests/support/gateway_process.h"
#include "tests/support/http_peer.h"

/* The usual configuration: a JSON body, and an id in the answer. */
/* clang-format off */
#define HTTP_USUAL "\"body\":\"{\\\"to\\\":${to|json},\\\"text\\\":${text|json},\\\"key\\\":\\\"${id}\\\"}\"," \
                   "\"provider_id\":\"$.id\""
/* clang-format on */

struct http_world {
    struct peer peer;
    struct gateway_process gateway;
    char state_dir[40];
    const char *epoch; /* "e1" unless the test says otherwise */
    bool warned;       /* the test expects warnings in the log */
};

/* For cmocka: a server that listens and a program that waits for hello; at the end the program must exit with 0 and
 * have logged no warning, unless the test has ended it already and set its pid to -1. */
int http_set_up(void **state);
int http_tear_down(void **state);
#define HTTP_TEST(name) cmocka_unit_test_setup_teardown(name, http_set_up, http_tear_down)

/* Says hello with a URL that leads to the peer and more keys of the configuration; hears ready, the caller's. */
json_t *http_greet(struct http_world *world, const char *path, const char *config);
/* The same with the path /send. */
void http_start(struct http_world *world, const char *config);
/* Ends the program and starts it anew on the same state_dir; it waits for hello. `crash`: by SIGKILL. */
void http_restart(struct http_world *world, bool crash);
/* The next request, on a connection of its own, of that beginning. */
void http_expect_request(struct http_world *world, const char *begin);
/* The daemon has stored that uid. */
void http_stored(struct http_world *world, const char *uid);
/* The next line but health, of that verb and with that uid; the caller owns it. */
json_t *http_expect_item(struct http_world *world, const char *type, const char *uid);
/* Nothing is said for a moment: no line has come that a ping, said now, does not come after. */
void http_expect_silence(struct http_world *world);
/* A job of that id; `text` as it stands in JSON. */
void http_send(struct http_world *world, const char *id, const char *text);
/* One job, accepted; the connection stays open. */
void http_send_one_well(struct http_world *world, const char *id);
/* The next line but health is of that verb and about that job; the caller owns it. */
json_t *http_expect(struct http_world *world, const char *type, const char *id);
void http_expect_started(struct http_world *world, const char *id);
void http_expect_refused(struct http_world *world, const char *id, const char *class, const char *code);
void http_expect_unknown(struct http_world *world, const char *id);

#endif
