/* SPDX-License-Identifier: Apache-2.0 */
/* The http gateway and its server in one test; see http_world.h. */
#include "tests/support/http_world.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/json.h"
#include "lib/memory.h"

int http_set_up(void **state)
{
    struct http_world *world = mem_new(1, sizeof *world);

    *state = world;
    snprintf(world->state_dir, sizeof world->state_dir, "/tmp/greenline-http-XXXXXX");
    world->epoch = "e1";
    if (!mkdtemp(world->state_dir))
        return -1;
    return peer_open(&world->peer, false) && gateway_process_start(&world->gateway, "http") ? 0 : -1;
}

/* A folder of files only. */
static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;

    while (folder && (entry = readdir(folder)))
        unlinkat(dirfd(folder), entry->d_name, 0); /* "." and ".." stay */
    if (folder)
        closedir(folder);
    rmdir(path);
}

/* The program ends well and has said nothing that the test did not expect: no warning, no report of a sanitizer. */
int http_tear_down(void **state)
{
    struct http_world *world = *state;
    char *log = NULL;
    int status = world->gateway.pid > 0 ? gateway_process_end(&world->gateway, &log) : 0;
    bool quiet = !log || world->warned || (!strstr(log, "<3>") && !strstr(log, "<4>"));
    bool clean = quiet && (!log || (!strstr(log, "runtime error") && !strstr(log, "AddressSanitizer")));

    if (status != 0 || !clean)
        print_error("the gateway ended with %d and said: %s\n", status, log ? log : "");
    peer_close(&world->peer);
    remove_folder(world->state_dir);
    free(log);
    free(world);
    return status == 0 && clean ? 0 : -1;
}

/* hello with a URL that leads to the peer and more keys of the configuration; hears ready, which the caller owns. */
json_t *http_greet(struct http_world *world, const char *path, const char *config)
{
    json_t *ready;

    gateway_process_say(
        &world->gateway,
        "{\"type\":\"hello\",\"versions\":[1],\"name\":\"line1\",\"epoch\":\"%s\",\"boot\":\"b1\","
        "\"state_dir\":\"%s\",\"zone\":\"Asia/Shanghai\",\"demo\":false,\"now\":1795000000000,\"speed\":1,"
        "\"config\":{\"url\":\"http://127.0.0.1:%d%s\"%s%s}}",
        world->epoch, world->state_dir, world->peer.port, path, *config ? "," : "", config);
    ready = gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS);
    assert_non_null(ready);
    assert_string_equal(json_text(ready, "type", ""), "ready");
    return ready;
}

void http_start(struct http_world *world, const char *config)
{
    json_decref(http_greet(world, "/send", config));
}

void http_send(struct http_world *world, const char *id, const char *text)
{
    gateway_process_say(
        &world->gateway,
        "{\"type\":\"send\",\"id\":\"%s\",\"channel\":\"sms\",\"lane\":\"notice\",\"to\":\"+8619900000376\","
        "\"text\":\"%s\",\"expires\":1895000000000}",
        id, text);
}

/* The next line is of that verb, about that job; the caller owns it. */
json_t *http_expect(struct http_world *world, const char *type, const char *id)
{
    json_t *line = gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS);
    char *text = line ? json_write(line) : mem_dup("nothing");

    while (line && strcmp(json_text(line, "type", ""), "health") == 0 && strcmp(type, "health") != 0) {
        json_decref(line);
        line = gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS);
        free(text);
        text = line ? json_write(line) : mem_dup("nothing");
    }
    if (!line || strcmp(json_text(line, "type", ""), type) != 0 || strcmp(json_text(line, "id", ""), id) != 0)
        fail_msg("want %s %s, got %s", type, id, text);
    free(text);
    return line;
}

void http_expect_started(struct http_world *world, const char *id)
{
    json_decref(http_expect(world, "started", id));
}

/* One job, accepted; the connection stays open. */
void http_send_one_well(struct http_world *world, const char *id)
{
    http_send(world, id, "您好");
    assert_true(world->peer.client >= 0 || peer_accept(&world->peer));
    assert_true(peer_read(&world->peer));
    assert_true(peer_answer(&world->peer, 200, "", "{\"id\":\"p1\"}"));
    http_expect_started(world, id);
    json_decref(http_expect(world, "accepted", id));
}

void http_expect_refused(struct http_world *world, const char *id, const char *class, const char *code)
{
    json_t *line = http_expect(world, "refused", id);

    assert_string_equal(json_text(line, "class", ""), class);
    assert_string_equal(json_text(line, "code", ""), code);
    json_decref(line);
}

void http_expect_unknown(struct http_world *world, const char *id)
{
    json_t *line = http_expect(world, "unknown", id);

    assert_true(strlen(json_text(line, "detail", "")) > 0);
    json_decref(line);
}

void http_restart(struct http_world *world, bool crash)
{
    if (crash)
        kill(world->gateway.pid, SIGKILL);
    assert_int_equal(gateway_process_end(&world->gateway, NULL), crash ? -1 : 0);
    assert_true(gateway_process_start(&world->gateway, "http"));
}

void http_expect_request(struct http_world *world, const char *begin)
{
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    if (strncmp(world->peer.request.data, begin, strlen(begin)) != 0)
        fail_msg("want %s, got %.200s", begin, world->peer.request.data);
}

void http_stored(struct http_world *world, const char *uid)
{
    gateway_process_say(&world->gateway, "{\"type\":\"stored\",\"uid\":\"%s\"}", uid);
}

json_t *http_expect_item(struct http_world *world, const char *type, const char *uid)
{
    json_t *line = gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS);
    char *text;

    while (line && strcmp(json_text(line, "type", ""), "health") == 0) {
        json_decref(line);
        line = gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS);
    }
    text = line ? json_write(line) : mem_dup("nothing");
    if (!line || strcmp(json_text(line, "type", ""), type) != 0 || strcmp(json_text(line, "uid", ""), uid) != 0)
        fail_msg("want %s %s, got %s", type, uid, text);
    free(text);
    return line;
}

void http_expect_silence(struct http_world *world)
{
    json_t *line;

    gateway_process_say(&world->gateway, "{\"type\":\"ping\",\"n\":7}");
    line = gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS);
    assert_non_null(line);
    assert_string_equal(json_text(line, "type", ""), "pong");
    json_decref(line);
}
