/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A daemon that knows its lines by heart: a thread on a unix socket that answers each request by a table of method and
 * path, or hangs up, and keeps what it was asked. And a way to run the CLI on it with what it wrote to both streams.
 */
#ifndef GREENLINE_TESTS_UNIT_CLI_FAKE_DAEMON_H
#define GREENLINE_TESTS_UNIT_CLI_FAKE_DAEMON_H

#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { FAKE_REQUESTS_MAX = 64, FAKE_REQUEST_MAX = 1 << 20, FAKE_ARGS_MAX = 24 };

struct fake_line {
    const char *request; /* "GET /v1/outbox?limit=1000": the target must be equal */
    int status;          /* 0: hang up without an answer, the first time it is asked */
    const char *body;
};

struct fake {
    const struct fake_line *lines; /* ends with a NULL request */
    char path[64], folder[40];
    int listener;
    pthread_t thread;
    int request_count;
    char *requests[FAKE_REQUESTS_MAX]; /* whole, as they came */
    bool hung_up;
};

static inline size_t fake_length(const char *request, const char *head_end)
{
    const char *length = strcasestr(request, "Content-Length:");

    return length && length < head_end ? strtoul(length + 15, NULL, 10) : 0;
}

/* One whole request; NULL at the end of the connection. */
static inline char *fake_read(int fd)
{
    struct text in = { 0 };
    char block[4096];

    while (in.length < FAKE_REQUEST_MAX) {
        const ssize_t got = read(fd, block, sizeof block);
        const char *end;

        if (got <= 0)
            break;
        text_add_n(&in, block, (size_t)got);
        end = strstr(in.data, "\r\n\r\n");
        if (end && strlen(end + 4) >= fake_length(in.data, end))
            return text_take(&in);
    }
    text_free(&in);
    return NULL;
}

/* False: hang up. */
static inline bool fake_answer(struct fake *fake, int fd, const char *request)
{
    const struct fake_line *line = fake->lines;
    CLEANUP(mem_clean) char *answer = NULL;

    while (line->request && !(text_starts(request, line->request) && request[strlen(line->request)] == ' '))
        line++;
    if (line->request && line->status == 0) {
        if (!fake->hung_up) {
            fake->hung_up = true;
            return false;
        }
        line++;
    }
    answer =
        mem_format("HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                   line->request ? line->status : 404, strlen(line->request ? line->body : "{\"detail\":\"no line\"}"),
                   line->request ? line->body : "{\"detail\":\"no line\"}");
    return write(fd, answer, strlen(answer)) == (ssize_t)strlen(answer);
}

static inline void *fake_run(void *arg)
{
    struct fake *fake = arg;
    int fd;

    while ((fd = accept(fake->listener, NULL, NULL)) >= 0) {
        char *request;

        while (fake->request_count < FAKE_REQUESTS_MAX && (request = fake_read(fd))) {
            fake->requests[fake->request_count++] = request;
            if (!fake_answer(fake, fd, request))
                break;
        }
        close(fd);
    }
    return NULL;
}

static inline void fake_open(struct fake *fake, const struct fake_line *lines)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    *fake = (struct fake){ .lines = lines };
    snprintf(fake->folder, sizeof fake->folder, "/tmp/greenline-cli-XXXXXX");
    assert_non_null(mkdtemp(fake->folder));
    snprintf(fake->path, sizeof fake->path, "%s/sock", fake->folder);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", fake->path);
    fake->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fake->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fake->listener, 8), 0);
    assert_int_equal(pthread_create(&fake->thread, NULL, fake_run, fake), 0);
}

static inline void fake_close(struct fake *fake)
{
    shutdown(fake->listener, SHUT_RDWR);
    pthread_join(fake->thread, NULL);
    close(fake->listener);
    unlink(fake->path);
    rmdir(fake->folder);
    for (int i = 0; i < fake->request_count; i++)
        free(fake->requests[i]);
}

struct ran {
    int status;
    char *out, *err;
};

static inline void ran_free(struct ran *ran)
{
    free(ran->out);
    free(ran->err);
}

/* Runs `greenline` with words up to NULL, and `input` on standard input. */
static inline struct ran fake_cli_words(const char *socket, const char *input, const char *const *words)
{
    char *argv[FAKE_ARGS_MAX] = { (char *)"greenline", (char *)"--socket", (char *)(uintptr_t)socket };
    struct ran ran = { 0 };
    size_t out_size, err_size;
    const struct cli_streams streams = {
        fmemopen((void *)(uintptr_t)(*input ? input : "\n"), strlen(*input ? input : "\n"), "r"),
        open_memstream(&ran.out, &out_size),
        open_memstream(&ran.err, &err_size),
    };
    int argc = 3;

    for (; *words && argc + 1 < FAKE_ARGS_MAX; words++)
        argv[argc++] = (char *)(uintptr_t)*words;
    ran.status = cli_run(argc, argv, &streams);
    fclose(streams.in);
    fclose(streams.out);
    fclose(streams.err);
    return ran;
}

#define fake_cli(fake, input, ...) fake_cli_words((fake)->path, input, (const char *const[]){ __VA_ARGS__, NULL })

#endif
