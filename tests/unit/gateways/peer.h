/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon's side of the pipes, for tests of gateway programs: starts one, talks to it line by line, ends or kills
 * it. Every wait is bounded (PEER_WAIT_MS); a test that waits longer fails. Functions are inline, for each test is a
 * program of its own. Tests run from the top of the source tree.
 */
#ifndef GREENLINE_TESTS_UNIT_GATEWAYS_PEER_H
#define GREENLINE_TESTS_UNIT_GATEWAYS_PEER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/wire.h"

enum { PEER_WAIT_MS = 20000, PEER_ARGUMENTS_MAX = 4 };

struct peer {
    pid_t pid;
    int to, from, log; /* log: the gateway's standard error */
    struct wire_reader reader;
};

/* Starts PROGRAM (a path) with its arguments; the list ends in NULL. */
static inline struct peer peer_run(const char *const *arguments)
{
    struct peer peer = { 0 };
    int in[2], out[2], log[2];

    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    assert_int_equal(pipe2(log, O_CLOEXEC), 0);
    signal(SIGPIPE, SIG_IGN);
    peer.pid = fork();
    assert_true(peer.pid >= 0);
    if (peer.pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        dup2(log[1], STDERR_FILENO);
        signal(SIGPIPE, SIG_DFL);
        execvp(arguments[0], (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    close(log[1]);
    peer.to = in[1];
    peer.from = out[0];
    peer.log = log[0];
    fcntl(peer.to, F_SETFL, O_NONBLOCK);
    return peer;
}

/* Starts one of our gateways by name. */
static inline struct peer peer_start(const char *name)
{
    CLEANUP(mem_clean) char *path = path_gateway(name);

    return peer_run((const char *const[]){ path, NULL });
}

static inline bool peer_ready(int fd, short events)
{
    struct pollfd ready = { .fd = fd, .events = events };

    return poll(&ready, 1, PEER_WAIT_MS) == 1;
}

/* Writes raw bytes; false when the gateway reads no more. */
static inline bool peer_write(struct peer *peer, const char *bytes, size_t length)
{
    while (length > 0) {
        const ssize_t n = peer_ready(peer->to, POLLOUT) ? write(peer->to, bytes, length) : -1;

        if (n < 0)
            return false;
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

static inline bool peer_say(struct peer *peer, const char *line)
{
    CLEANUP(mem_clean) char *whole = mem_format("%s\n", line);

    return peer_write(peer, whole, strlen(whole));
}

/* Says hello on a demo clock that starts at `now` and runs `speed` times as fast; `config` is JSON. */
static inline void peer_hello(struct peer *peer, const char *folder, const char *epoch, time_ms now, int speed,
                              const char *config)
{
    CLEANUP(mem_clean) char *line =
        mem_format("{\"type\":\"hello\",\"versions\":[1],\"name\":\"phones\",\"epoch\":\"%s\",\"boot\":\"b1\",\"state_"
                   "dir\":\"%s\","
                   "\"zone\":\"Asia/Shanghai\",\"demo\":true,\"now\":%lld,\"mono\":%lld,\"speed\":%d,\"config\":%s}",
                   epoch, folder, (long long)now, (long long)clock_mono(), speed, config);

    assert_true(peer_say(peer, line));
}

/* The next line, the caller's; NULL at the end. */
static inline json_t *peer_next(struct peer *peer)
{
    struct error err = { { 0 } };
    json_t *line = NULL;
    char bytes[4096];
    enum wire_result result;

    while ((result = wire_next(&peer->reader, &line, &err)) == WIRE_NONE) {
        const ssize_t n = peer_ready(peer->from, POLLIN) ? read(peer->from, bytes, sizeof bytes) : -1;

        if (n < 0)
            fail_msg("nothing was said for %d ms", (int)PEER_WAIT_MS);
        if (n == 0)
            return NULL;
        wire_feed(&peer->reader, bytes, (size_t)n);
    }
    if (result == WIRE_FAULT)
        fail_msg("the gateway said what is no line: %s", err.text);
    return line;
}

/* The next line must be of that type; the caller's. */
static inline json_t *peer_expect(struct peer *peer, const char *type)
{
    json_t *line = peer_next(peer);

    if (!line)
        fail_msg("want %s, got the end", type);
    if (strcmp(json_text(line, "type", ""), type) != 0) {
        CLEANUP(mem_clean) char *got = json_write(line);

        fail_msg("want %s, got %s", type, got);
    }
    return line;
}

/* The next line must be exactly this object. */
static inline void peer_expect_line(struct peer *peer, const char *want)
{
    json_t *wanted = json_loads(want, 0, NULL);
    json_t *line = peer_next(peer);

    assert_non_null(wanted);
    if (!line || !json_equal(line, wanted)) {
        CLEANUP(mem_clean) char *got = line ? json_write(line) : mem_dup("the end");

        fail_msg("want %s\n got %s", want, got);
    }
    json_decref(line);
    json_decref(wanted);
}

/* Passes over the next line, which must be of that type. */
static inline void peer_pass(struct peer *peer, const char *type)
{
    json_decref(peer_expect(peer, type));
}

/* Collects standard error to its end. */
static inline char *peer_log(struct peer *peer)
{
    struct text text = { 0 };
    char bytes[1024];
    ssize_t n;

    while (peer_ready(peer->log, POLLIN) && (n = read(peer->log, bytes, sizeof bytes)) > 0)
        text_add_n(&text, bytes, (size_t)n);
    return text_take(&text);
}

/* Waits for the exit, after the pipe from it has ended; the wait status of waitpid(2). */
static inline int peer_reap(struct peer *peer)
{
    int status = 0;
    char bytes[4096];

    while (peer_ready(peer->from, POLLIN) && read(peer->from, bytes, sizeof bytes) > 0)
        continue;
    assert_int_equal(waitpid(peer->pid, &status, 0), peer->pid);
    if (peer->to >= 0)
        close(peer->to);
    close(peer->from);
    close(peer->log);
    wire_reader_free(&peer->reader);
    return status;
}

/* Ends its input and returns the exit status; what it says meanwhile is passed over. */
static inline int peer_end(struct peer *peer)
{
    int status;

    close(peer->to);
    peer->to = -1;
    status = peer_reap(peer);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static inline void peer_kill(struct peer *peer)
{
    kill(peer->pid, SIGKILL);
    peer_reap(peer);
}

/* A folder of the test's own; the caller frees the name and calls folder_drop(). */
static inline char *folder_new(void)
{
    char *folder = mem_dup("/tmp/greenline-test-XXXXXX");

    assert_non_null(mkdtemp(folder));
    return folder;
}

static inline void folder_drop(char *folder)
{
    static const char *const names[] = { "phones.ledger", "phones.kept", "phones.kept.new", "script.sim", "lock" };

    for (size_t i = 0; i < COUNT(names); i++) {
        CLEANUP(mem_clean) char *path = mem_format("%s/%s", folder, names[i]);

        unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
    free(folder);
}

static inline void file_write(const char *folder, const char *name, const char *text)
{
    CLEANUP(mem_clean) char *path = mem_format("%s/%s", folder, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* The whole file; the caller frees. */
static inline char *file_read(const char *path)
{
    struct text text = { 0 };
    char bytes[4096];
    FILE *file = fopen(path, "r");
    size_t n;

    if (!file)
        fail_msg("%s cannot be read from here: run the tests from the top of the source tree", path);
    while (file && (n = fread(bytes, 1, sizeof bytes, file)) > 0)
        text_add_n(&text, bytes, n);
    if (file)
        fclose(file);
    return text_take(&text);
}

#endif
