/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes and their lock; see process.h. All descriptors of ours lie above the four that a child gets. */
#include "gateway/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/text.h"

enum { LOCK_FD = 3, FIRST_FD = 10, ENVIRONMENT_MAX = 4096, DESCRIPTORS = 1024 };

void descriptor_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void process_close(struct process *process)
{
    descriptor_close(&process->pidfd);
    descriptor_close(&process->in);
    descriptor_close(&process->out);
    descriptor_close(&process->err);
}

/* Moves a descriptor above those that a child gets, so that none is overwritten while they are put in place. */
static int lift(int fd)
{
    int high;

    if (fd < 0 || fd >= FIRST_FD)
        return fd;
    high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);
    close(fd);
    return high;
}

enum lock_result lock_take(int *fd, const char *path, struct error *err)
{
    char owner[24] = "";
    const int lock = lift(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    ssize_t length;

    if (lock < 0) {
        error_set(err, "lock %s: %s", path, strerror(errno));
        return LOCK_FAILED;
    }
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
        *fd = lock;
        return LOCK_TAKEN;
    }
    length = read(lock, owner, sizeof owner - 1);
    close(lock);
    owner[length > 0 ? strspn(owner, "0123456789") : 0] = '\0';
    error_set(err, "%s is held by process %s, an earlier start that still works: waiting for its end", path,
              owner[0] ? owner : "(unknown)");
    return LOCK_HELD;
}

void lock_sign(int fd, pid_t pid)
{
    if (ftruncate(fd, 0) == 0)
        dprintf(fd, "%d\n", (int)pid);
}

/* Ours to the service manager, not the child's. */
static const char *const withheld[] = { "NOTIFY_SOCKET=", "WATCHDOG_USEC=", "WATCHDOG_PID=", "LISTEN_",
                                        "GREENLINE_LOCK_FD=" };

static bool is_withheld(const char *variable)
{
    for (size_t i = 0; i < COUNT(withheld); i++)
        if (text_starts(variable, withheld[i]))
            return true;
    return false;
}

/* Borrows the strings; the caller frees the array. */
static char **environment(int lock)
{
    static const char lock_variable[] = "GREENLINE_LOCK_FD=3";
    size_t count = 0;
    char **copy;

    while (environ && environ[count] && count < ENVIRONMENT_MAX)
        count++;
    copy = mem_new(count + 2, sizeof *copy);
    count = 0;
    for (size_t i = 0; environ && environ[i] && i < ENVIRONMENT_MAX; i++)
        if (!is_withheld(environ[i]))
            copy[count++] = environ[i];
    if (lock >= 0)
        copy[count] = (char *)(uintptr_t)lock_variable; /* execve() changes nothing */
    return copy;
}

struct pipes {
    int in[2], out[2], err[2]; /* [0] is read, [1] written */
};

static void pipes_close(struct pipes *pipes)
{
    for (int i = 0; i < 2; i++) {
        descriptor_close(&pipes->in[i]);
        descriptor_close(&pipes->out[i]);
        descriptor_close(&pipes->err[i]);
    }
}

static bool pipe_open(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0) {
        ends[0] = ends[1] = -1;
        return false;
    }
    ends[0] = lift(ends[0]);
    ends[1] = lift(ends[1]);
    return ends[0] >= 0 && ends[1] >= 0;
}

static bool pipes_open(struct pipes *pipes)
{
    *pipes = (struct pipes){ { -1, -1 }, { -1, -1 }, { -1, -1 } };
    if (!pipe_open(pipes->in) || !pipe_open(pipes->out) || !pipe_open(pipes->err))
        return false;
    return fcntl(pipes->in[1], F_SETFL, O_NONBLOCK) == 0 && fcntl(pipes->out[0], F_SETFL, O_NONBLOCK) == 0 &&
           fcntl(pipes->err[0], F_SETFL, O_NONBLOCK) == 0;
}

static void set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t all, none;

    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

static int spawn(pid_t *pid, const char *program, const char *argument, const struct pipes *pipes, int lock)
{
    CLEANUP(mem_clean) char *name = mem_dup(program);
    CLEANUP(mem_clean) char *first = mem_dup(argument);
    char *const arguments[] = { name, first, NULL };
    char **variables = environment(lock);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failed;

    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    set_attributes(&attributes);
    posix_spawn_file_actions_adddup2(&actions, pipes->in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipes->out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipes->err[1], STDERR_FILENO);
    if (lock >= 0)
        posix_spawn_file_actions_adddup2(&actions, lock, LOCK_FD);
    posix_spawn_file_actions_addclosefrom_np(&actions, lock >= 0 ? LOCK_FD + 1 : LOCK_FD);
    failed = posix_spawn(pid, program, &actions, &attributes, arguments, variables);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    free(variables);
    return failed;
}

/* Our own limit may be higher than a program that uses select(2) can bear. */
static void lower_descriptors(pid_t pid)
{
    struct rlimit limit;

    if (prlimit(pid, RLIMIT_NOFILE, NULL, &limit) != 0 || limit.rlim_cur <= DESCRIPTORS)
        return;
    limit.rlim_cur = DESCRIPTORS;
    prlimit(pid, RLIMIT_NOFILE, &limit, NULL);
}

bool process_start(struct process *out, const char *program, const char *argument, int lock, struct error *err)
{
    struct pipes pipes;
    pid_t pid = 0;
    int failed;

    if (!pipes_open(&pipes)) {
        failed = errno;
        pipes_close(&pipes);
        return error_set(err, "cannot start %s: no pipes: %s", program, strerror(failed));
    }
    failed = spawn(&pid, program, argument, &pipes, lock);
    if (failed) {
        pipes_close(&pipes);
        return error_set(err, "cannot start %s: %s", program, strerror(failed));
    }
    lower_descriptors(pid);
    *out = (struct process){ .pid = pid, .in = pipes.in[1], .out = pipes.out[0], .err = pipes.err[0] };
    pipes.in[1] = pipes.out[0] = pipes.err[0] = -1;
    pipes_close(&pipes);
    out->pidfd = lift(pidfd_open(pid, 0));
    if (out->pidfd >= 0)
        return true;
    failed = errno;
    process_signal(out, SIGKILL);
    process_reap(out, NULL, 0);
    process_close(out);
    return error_set(err, "cannot watch %s: %s", program, strerror(failed));
}

void process_signal(const struct process *process, int number)
{
    if (process->pid > 0)
        kill(-process->pid, number);
}

void process_reap(struct process *process, char *how, size_t size)
{
    int status = 0;

    /* Not reaped yet, so its pid still names its group and nobody else's. */
    process_signal(process, SIGKILL);
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR) {
    }
    process->pid = 0;
    if (how && WIFSIGNALED(status))
        snprintf(how, size, "killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (how)
        snprintf(how, size, "exit status %d", WEXITSTATUS(status));
}
