/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway that tries what it may not. The text of a job is an attempt and what it is at: "read PATH", "write PATH",
 * "list PATH", "connect PATH", "chmod PATH", "cut PATH", "env NAME", "signal PID", "trace PID", "peek PID", "run PATH",
 * "namespace", "keyring", "limit NAME". Accepted with the provider's id "done" (or what was found), or refused with the
 * system's name of the error. Between two attempts it is as good a gateway as any.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "lib/memory.h"
#include "tests/gateways/sin.h"

static int close_again(int fd)
{
    return fd < 0 ? -1 : close(fd);
}

static int try_read(const char *path)
{
    char byte;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && read(fd, &byte, 1) < 0)
        return -1;
    return close_again(fd);
}

static int try_write(const char *path)
{
    return close_again(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static int try_list(const char *path)
{
    return close_again(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int try_connect(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return -1;
    return close(fd);
}

static int try_chmod(const char *path)
{
    return chmod(path, 0);
}

static int try_cut(const char *path)
{
    return truncate(path, 0);
}

static int try_env(const char *name)
{
    errno = ENOENT;
    return getenv(name) ? 0 : -1;
}

static int try_signal(const char *pid)
{
    return kill(atoi(pid), 0);
}

static int try_trace(const char *pid)
{
    return (int)ptrace(PTRACE_SEIZE, atoi(pid), NULL, NULL);
}

static int try_peek(const char *pid)
{
    long word = 0;
    struct iovec here = { &word, sizeof word }, there = { &word, sizeof word };

    return process_vm_readv(atoi(pid), &here, 1, &there, 1, 0) < 0 ? -1 : 0;
}

static int try_run(const char *path)
{
    int status = 0;
    const pid_t child = fork();

    if (child == 0) {
        execl(path, path, NULL);
        _exit(errno);
    }
    waitpid(child, &status, 0);
    errno = WEXITSTATUS(status);
    return errno == 0 ? 0 : -1;
}

static int try_namespace(const char *none)
{
    (void)none;
    return unshare(CLONE_NEWUSER);
}

static int try_keyring(const char *none)
{
    (void)none;
    return (int)syscall(SYS_keyctl, 0, 0, 0);
}

/* Whether there is a bound. */
static int try_limit(const char *name)
{
    struct rlimit limit;

    errno = ERANGE;
    return getrlimit(strcmp(name, "core") == 0    ? RLIMIT_CORE
                     : strcmp(name, "files") == 0 ? RLIMIT_NOFILE
                                                  : RLIMIT_DATA,
                     &limit) == 0 &&
                   limit.rlim_max != RLIM_INFINITY
               ? 0
               : -1;
}

static const struct {
    const char *name;
    int (*try)(const char *what);
} attempts[] = {
    { "read", try_read },       { "write", try_write }, { "list", try_list }, { "connect", try_connect },
    { "chmod", try_chmod },     { "cut", try_cut },     { "env", try_env },   { "signal", try_signal },
    { "trace", try_trace },     { "peek", try_peek },   { "run", try_run },   { "namespace", try_namespace },
    { "keyring", try_keyring }, { "limit", try_limit },
};

static void take(const json_t *job)
{
    const char *id = json_text(job, "id", "");
    const char *text = json_text(job, "text", "");
    const size_t length = strcspn(text, " ");
    const char *what = text[length] ? text + length + 1 : "";
    int result = -1;

    errno = EINVAL;
    for (size_t i = 0; i < COUNT(attempts); i++)
        if (strlen(attempts[i].name) == length && strncmp(attempts[i].name, text, length) == 0)
            result = attempts[i].try(what);
    if (result == 0)
        sin_say("{\"type\":\"accepted\",\"id\":\"%s\",\"provider_id\":\"done\",\"parts\":1}", id);
    else
        sin_say("{\"type\":\"refused\",\"id\":\"%s\",\"class\":\"permanent\",\"code\":\"%s\"}", id,
                strerrorname_np(errno));
}

int main(int argc, char **argv)
{
    json_t *line;

    (void)argv;
    if (argc > 1) {
        sin_announce(4, true);
        return 0;
    }
    json_decref(sin_greet());
    while ((line = sin_hear())) {
        if (sin_is(line, "send"))
            take(line);
        else if (sin_is(line, "ping"))
            sin_pong(line);
        else if (sin_is(line, "drain"))
            sin_say("{\"type\":\"drained\"}");
        json_decref(line);
    }
    return 0;
}
