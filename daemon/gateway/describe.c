/* SPDX-License-Identifier: Apache-2.0 */
/* PROGRAM --describe: runs it by itself, reads one line within DESCRIBE_MS, and ends it. Blocks; for checks only. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "gateway/gateway_internal.h"
#include "lib/memory.h"

enum { DESCRIBE_MS = 5000, COMPLAINT_MAX = 300 };

struct description {
    struct process process;
    struct wire_reader reader;
    struct text complaint; /* the first of its standard error */
    time_ms until;         /* monotonic */
};

static int left_ms(const struct description *d)
{
    const time_ms left = d->until - clock_mono();

    return left > 0 ? (int)left : 0;
}

/* Reads what is there; closes the descriptor at its end. */
static void take(struct description *d, int *fd)
{
    char data[4096];
    const ssize_t count = *fd >= 0 ? read(*fd, data, sizeof data) : -1;

    if (*fd < 0 || (count < 0 && (errno == EAGAIN || errno == EINTR)))
        return;
    if (count <= 0)
        descriptor_close(fd);
    else if (fd == &d->process.out)
        wire_feed(&d->reader, data, (size_t)count);
    else if (d->complaint.length < COMPLAINT_MAX)
        text_add_n(&d->complaint, data, (size_t)count);
}

static bool read_ready(struct description *d, json_t **line, struct error *err)
{
    for (;;) {
        struct pollfd fds[] = { { .fd = d->process.out, .events = POLLIN },
                                { .fd = d->process.err, .events = POLLIN } };
        const enum wire_result result = wire_next(&d->reader, line, err);

        if (result != WIRE_NONE)
            return result == WIRE_OBJECT;
        if (d->process.out < 0)
            return error_set(err, "ended without a line");
        if (left_ms(d) == 0)
            return error_set(err, "no line in %d s", DESCRIBE_MS / 1000);
        if (poll(fds, 2, left_ms(d)) > 0) {
            take(d, &d->process.err);
            take(d, &d->process.out);
        }
    }
}

static void add_complaint(struct description *d, struct error *err)
{
    struct error what = { .text = "" };
    char *clean;

    take(d, &d->process.err);
    if (!d->complaint.length || !err)
        return;
    d->complaint.data[strcspn(d->complaint.data, "\n")] = '\0';
    clean = chatter_clean(d->complaint.data);
    memcpy(what.text, err->text, sizeof what.text);
    error_set(err, "%.400s; it said: %.300s", what.text, clean);
    mem_clean(&clean);
}

/* Waits for its exit as long as the time allows, then ends it. */
static void end(struct description *d)
{
    struct pollfd exit = { .fd = d->process.pidfd, .events = POLLIN };

    descriptor_close(&d->process.out);
    if (poll(&exit, 1, left_ms(d)) <= 0)
        process_signal(&d->process, SIGKILL);
    process_reap(&d->process, NULL, 0);
    process_close(&d->process);
    wire_reader_free(&d->reader);
    text_free(&d->complaint);
}

bool gateway_describe(struct gateway_ready *out, const struct gateway_config *config, struct error *err)
{
    const struct process_plan plan = {
        .program = { .program = config->program, .paths = config->paths, .config = config->config },
        .argument = "--describe",
        .lock = -1,
        .unconfined = config->unconfined,
    };
    struct description d = { .until = clock_mono() + DESCRIBE_MS };
    json_t *line = NULL;
    bool read;

    if (!process_start(&d.process, &plan, NULL, err))
        return false;
    descriptor_close(&d.process.in);
    read = read_ready(&d, &line, err) && ready_parse(out, line, err);
    if (!read) {
        add_complaint(&d, err);
        error_in(err, config->program);
    }
    json_decref(line);
    end(&d);
    return read;
}
