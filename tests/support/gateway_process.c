/* SPDX-License-Identifier: Apache-2.0 */
/* A gateway program under test; see gateway_process.h. */
#include "tests/support/gateway_process.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/memory.h"

/* BUILD/tests/integration/NAME to BUILD/gateways/NAME. */
static char *program_path(const char *name)
{
    char self[PATH_MAX] = { 0 };

    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        return NULL;
    return mem_format("%s/gateways/%s", dirname(dirname(dirname(self))), name);
}

static void run(const char *path, const int in[2], const int out[2], const int log[2])
{
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(log[1], STDERR_FILENO);
    execl(path, path, (char *)NULL);
    _exit(127);
}

bool gateway_process_start(struct gateway_process *process, const char *name)
{
    char *path = program_path(name);
    int in[2], out[2], log[2];

    *process = (struct gateway_process){ .pid = -1 };
    if (!path || pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(log, O_CLOEXEC))
        abort();
    signal(SIGPIPE, SIG_IGN);
    process->pid = fork();
    if (process->pid == 0)
        run(path, in, out, log);
    free(path);
    close(in[0]), close(out[1]), close(log[1]);
    process->in = in[1];
    process->out = out[0];
    process->log = log[0];
    return process->pid > 0;
}

void gateway_process_say(struct gateway_process *process, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vdprintf(process->in, format, args);
    va_end(args);
    (void)!write(process->in, "\n", 1);
}

static bool read_more(struct gateway_process *process, int wait_ms)
{
    struct pollfd wait = { .fd = process->out, .events = POLLIN };
    char bytes[4096];
    ssize_t n = poll(&wait, 1, wait_ms) == 1 ? read(process->out, bytes, sizeof bytes) : 0;

    if (n <= 0)
        return false;
    wire_feed(&process->reader, bytes, (size_t)n);
    text_add_n(&process->heard, bytes, (size_t)n);
    return true;
}

json_t *gateway_process_hear(struct gateway_process *process, int wait_ms)
{
    struct error err;
    json_t *line = NULL;

    do {
        if (wire_next(&process->reader, &line, &err) == WIRE_OBJECT)
            return line;
    } while (read_more(process, wait_ms));
    return NULL;
}

int gateway_process_end(struct gateway_process *process, char **log)
{
    struct text logged = { 0 };
    char bytes[1024];
    int status = 0;
    ssize_t n;

    close(process->in);
    while (read_more(process, GATEWAY_WAIT_MS))
        continue;
    while ((n = read(process->log, bytes, sizeof bytes)) > 0)
        text_add_n(&logged, bytes, (size_t)n);
    waitpid(process->pid, &status, 0);
    close(process->out), close(process->log);
    wire_reader_free(&process->reader);
    text_free(&process->heard);
    if (log)
        *log = text_take(&logged);
    text_free(&logged);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
