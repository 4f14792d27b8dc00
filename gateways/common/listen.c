/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway in a unit of its own: it waits on a unix socket for a daemon, and speaks with it as with pipes. There is one
 * owner at a time: who connects meanwhile hears so and is left. Each connection has a process of its own, so that one ends
 * as a gateway always ends and the next begins with nothing left over; SIGTERM ends it and then this one.
 *
 * Who may connect is the socket's mode: 0660, or what the service manager has set.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "gateways/common/gateway_internal.h"
#include "lib/log.h"

enum { BACKLOG = 8 };

struct service {
    const char *path; /* that we made; NULL: the service manager's */
    int listener, signals;
    pid_t child; /* 0: none */
    int pidfd;
    sigset_t before; /* the signals of a connection's process */
};

static bool bind_to(int fd, const struct sockaddr_un *address)
{
    const mode_t before = umask(0117);
    const bool bound = bind(fd, (const struct sockaddr *)address, sizeof *address) == 0;

    umask(before);
    return bound;
}

/* A socket that nobody listens on any more is what a killed one left. */
static bool is_left_over(const struct sockaddr_un *address)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool refused =
        fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 && errno == ECONNREFUSED;

    if (fd >= 0)
        close(fd);
    return refused;
}

static int open_listener(const char *path, struct error *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (strlen(path) >= sizeof address.sun_path) {
        error_set(err, "%s: longer than the path of a socket can be", path);
    } else if (fd >= 0) {
        memcpy(address.sun_path, path, strlen(path));
        if (bind_to(fd, &address) ||
            (errno == EADDRINUSE && is_left_over(&address) && unlink(path) == 0 && bind_to(fd, &address))) {
            if (listen(fd, BACKLOG) == 0)
                return fd;
        }
        error_set(err, "%s: %s", path, strerror(errno));
    } else {
        error_set(err, "no socket: %s", strerror(errno));
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

static int given_listener(struct error *err)
{
    const int count = sd_listen_fds(1);

    if (count == 1)
        return SD_LISTEN_FDS_START;
    error_set(err, "--listen without PATH: the service manager has given %d sockets: one is needed",
              count < 0 ? 0 : count);
    return -1;
}

static bool open_service(struct service *service, const char *path, struct error *err)
{
    sigset_t ours;

    *service = (struct service){ .path = path, .pidfd = -1, .signals = -1 };
    service->listener = path ? open_listener(path, err) : given_listener(err);
    if (service->listener < 0)
        return false;
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigprocmask(SIG_BLOCK, &ours, &service->before);
    service->signals = signalfd(-1, &ours, SFD_CLOEXEC);
    return service->signals >= 0 || error_set(err, "no signals: %s", strerror(errno));
}

static void reap(struct service *service)
{
    int status = 0;

    while (waitpid(service->child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        log_warning("the connection's process ended with %s %d", WIFSIGNALED(status) ? "signal" : "status",
                    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    close(service->pidfd);
    service->child = 0;
    service->pidfd = -1;
}

static void turn_away(int connection)
{
    static const char busy[] =
        "{\"type\":\"health\",\"state\":\"failed\",\"detail\":\"another greenlined is connected here\"}\n";

    if (send(connection, busy, sizeof busy - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        log_debug("a second connection had gone before it was told");
    close(connection);
}

/* In the new process: the connection becomes standard input and output. */
static bool become(struct service *service, int connection)
{
    close(service->listener);
    close(service->signals);
    sigprocmask(SIG_SETMASK, &service->before, NULL);
    return dup2(connection, STDIN_FILENO) >= 0 && dup2(connection, STDOUT_FILENO) >= 0 && close(connection) == 0;
}

/* True in the process that is to serve it. */
static bool take_connection(struct service *service)
{
    const int connection = accept4(service->listener, NULL, NULL, SOCK_CLOEXEC);

    if (connection < 0)
        return false; /* it has gone again */
    if (service->child > 0) {
        turn_away(connection);
        return false;
    }
    service->child = fork();
    if (service->child == 0)
        return become(service, connection);
    if (service->child < 0) {
        log_error("cannot serve a connection: %s", strerror(errno));
        service->child = 0;
    } else {
        service->pidfd = pidfd_open(service->child, 0);
    }
    close(connection);
    return false;
}

static int end(struct service *service)
{
    if (service->child > 0) {
        kill(service->child, SIGTERM);
        reap(service);
    }
    if (service->path)
        unlink(service->path);
    return 0;
}

bool gateway_listen(const char *path, int *status)
{
    struct service service;
    struct error err;

    *status = 1;
    if (!open_service(&service, path, &err)) {
        log_error("%s", err.text);
        return false;
    }
    sd_notify(0, "READY=1");
    for (;;) {
        struct pollfd fds[] = { { .fd = service.signals, .events = POLLIN },
                                { .fd = service.listener, .events = POLLIN },
                                { .fd = service.pidfd, .events = POLLIN } };

        if (poll(fds, 3, -1) < 0)
            continue;
        if (fds[0].revents) {
            *status = end(&service);
            return false;
        }
        if (service.child > 0 && fds[2].revents)
            reap(&service);
        if (fds[1].revents && take_connection(&service))
            return true;
    }
}
