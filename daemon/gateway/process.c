/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes and their lock; see process.h. All descriptors of ours lie above the four that a child gets. */
#include "gateway/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/environment.h"
#include "lib/memory.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

enum { LOCK_FD = 3, FIRST_FD = 10, NOT_STARTED = 127 };

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

/* The child, from the fork to exec: system calls only, for another thread of ours may have held any lock. */

struct birth {
    const struct pipes *pipes;
    int lock, why[2]; /* why: errno of what failed, for the parent */
    char *const *arguments, *const *variables;
    const struct confinement *confinement; /* NULL: not confined */
};

static void reset_signals(void)
{
    struct sigaction usual = { .sa_handler = SIG_DFL };
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        sigaction(number, &usual, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Puts the descriptors in place, which lie above all of them; the rest closes at exec. */
static bool place_descriptors(const struct birth *birth)
{
    if (dup2(birth->pipes->in[0], STDIN_FILENO) < 0 || dup2(birth->pipes->out[1], STDOUT_FILENO) < 0 ||
        dup2(birth->pipes->err[1], STDERR_FILENO) < 0 || (birth->lock >= 0 && dup2(birth->lock, LOCK_FD) < 0))
        return false;
    close_range(birth->lock >= 0 ? LOCK_FD + 1 : LOCK_FD, ~0U, CLOSE_RANGE_CLOEXEC); /* each has it; none is missed */
    return true;
}

static void be_born(const struct birth *birth) __attribute__((noreturn));
static void be_born(const struct birth *birth)
{
    int why;

    setpgid(0, 0);
    reset_signals();
    if (place_descriptors(birth)) {
        confine_bounds(birth->confinement != NULL);
        if (!birth->confinement || confine_enter(birth->confinement))
            execve(birth->arguments[0], birth->arguments, birth->variables);
    }
    why = errno;
    while (write(birth->why[1], &why, sizeof why) < 0 && errno == EINTR) {
    }
    _exit(NOT_STARTED);
}

/* errno of what failed in the child; 0: it runs the program. */
static int hear(int fd)
{
    int why = 0;
    ssize_t count;

    while ((count = read(fd, &why, sizeof why)) < 0 && errno == EINTR) {
    }
    return count == (ssize_t)sizeof why ? why : 0;
}

static void lay_to_rest(pid_t pid)
{
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
}

/* 0, or errno. */
static int give_birth(pid_t *pid, struct birth *birth)
{
    int why;

    if (!pipe_open(birth->why))
        return errno;
    *pid = fork();
    if (*pid == 0)
        be_born(birth);
    why = *pid < 0 ? errno : 0;
    descriptor_close(&birth->why[1]);
    if (*pid > 0 && (why = hear(birth->why[0])) != 0)
        lay_to_rest(*pid);
    descriptor_close(&birth->why[0]);
    return why;
}

static int spawn(pid_t *pid, const struct process_plan *plan, const struct pipes *pipes, bool *whole)
{
    CLEANUP(mem_clean) char *program = mem_dup(plan->program.program);
    CLEANUP(mem_clean) char *argument = mem_dup(plan->argument);
    char *const arguments[] = { program, argument, NULL };
    const char *lock = plan->lock >= 0 ? "GREENLINE_LOCK_FD=3" : NULL;
    char **variables = plan->unconfined ? environment_whole(lock) : environment_confined(&plan->program, lock);
    struct confinement confinement = { .ruleset = -1 };
    struct birth birth = { .pipes = pipes, .lock = plan->lock, .arguments = arguments, .variables = variables };
    int why;

    if (!plan->unconfined) {
        confine_prepare(&confinement, &plan->program);
        confinement.ruleset = lift(confinement.ruleset);
        birth.confinement = &confinement;
    }
    if (whole)
        *whole = plan->unconfined || (confinement.ruleset >= 0 && confinement.filter);
    why = give_birth(pid, &birth);
    confine_free(&confinement);
    environment_free(variables);
    return why;
}

static bool not_started(const struct process_plan *plan, int why, struct error *err)
{
    const bool hidden = !plan->unconfined && why == EACCES;

    return error_set(err, "cannot start %s: %s%s", plan->program.program, strerror(why),
                     hidden ? ": name in paths what it needs, or write confine = false" : "");
}

bool process_start(struct process *out, const struct process_plan *plan, bool *whole, struct error *err)
{
    struct pipes pipes;
    pid_t pid = 0;
    int failed;

    if (!pipes_open(&pipes)) {
        failed = errno;
        pipes_close(&pipes);
        return error_set(err, "cannot start %s: no pipes: %s", plan->program.program, strerror(failed));
    }
    failed = spawn(&pid, plan, &pipes, whole);
    if (failed) {
        pipes_close(&pipes);
        return not_started(plan, failed, err);
    }
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
    return error_set(err, "cannot watch %s: %s", plan->program.program, strerror(failed));
}

bool process_connect(struct process *out, const char *path, struct error *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd;

    if (strlen(path) >= sizeof address.sun_path)
        return error_set(err, "%s: longer than the path of a socket can be", path);
    memcpy(address.sun_path, path, strlen(path));
    fd = lift(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        error_set(err, "cannot connect to %s: %s%s", path, strerror(errno),
                  errno == ENOENT || errno == ECONNREFUSED ? ": start the gateway's own unit" : "");
        descriptor_close(&fd);
        return false;
    }
    *out = (struct process){ .peer = true, .pidfd = -1, .out = fd, .err = -1 };
    out->in = lift(fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD));
    if (out->in >= 0)
        return true;
    error_set(err, "cannot connect to %s: %s", path, strerror(errno));
    *out = (struct process)PROCESS_NONE;
    descriptor_close(&fd);
    return false;
}

bool process_runs(const struct process *process)
{
    return process->peer || process->pid > 0;
}

void process_close_input(struct process *process)
{
    if (process->peer && process->in >= 0)
        shutdown(process->in, SHUT_WR); /* the other descriptor keeps it open to be read */
    descriptor_close(&process->in);
}

void process_signal(const struct process *process, int number)
{
    if (process->pid > 0)
        kill(-process->pid, number);
}

void process_reap(struct process *process, char *how, size_t size)
{
    int status = 0;

    if (process->peer) {
        process->peer = false;
        if (how)
            snprintf(how, size, "the connection ended");
        return;
    }
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
