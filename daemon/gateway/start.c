/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a gateway comes to run: its folder, its lock and its process, confined unless the configuration says otherwise; or the
 * connection to one that runs in a unit of its own. What follows is life.c's.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "gateway/gateway_internal.h"
#include "lib/log.h"

static bool make_folder(const char *path, struct error *err)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return true;
    return error_set(err, "cannot make %s: %s", path, strerror(errno));
}

/* Which file names are looked up by, as a number; 0: none, or a link to a folder that a confined one sees anyway. */
static uint64_t resolver_now(const struct gateway *g)
{
    struct stat file;

    if (lstat(g->set->resolver, &file) != 0 || !S_ISREG(file.st_mode))
        return 0;
    return ((uint64_t)file.st_dev << 48) ^ (uint64_t)file.st_ino;
}

void start_look_at_resolver(struct gateway *g)
{
    const uint64_t now = g->resolver ? resolver_now(g) : 0;

    if (!now || now == g->resolver || g->state != GATEWAY_READY)
        return;
    log_notice("gateway %s: %s is another file now, which it cannot see: starting it anew", g->config.name,
               g->set->resolver);
    life_drain(g, g->set->intervals.drain);
}

/* Once for all gateways: the kernel will not be another one. */
static void note_confined(struct gateway *g, bool whole)
{
    if (whole || g->set->told_unconfined)
        return;
    g->set->told_unconfined = true;
    log_warning(
        "gateway %s: this kernel cannot confine gateways wholly (Landlock, seccomp): they run with what it can do",
        g->config.name);
}

static bool start_child(struct gateway *g, int lock, struct error *err)
{
    const struct gateway_config *config = &g->config;
    const struct process_plan plan = { .program = { .program = config->program,
                                                    .folder = g->folder,
                                                    .paths = config->paths,
                                                    .config = config->config },
                                       .lock = lock,
                                       .unconfined = config->unconfined };
    bool whole;

    if (!process_start(&g->process, &plan, &whole, err))
        return false;
    lock_sign(lock, g->process.pid);
    note_confined(g, whole);
    g->resolver = config->unconfined ? 0 : resolver_now(g);
    return true;
}

bool start_open(struct gateway *g, bool *held, struct error *err)
{
    const char *socket = gateway_socket(g->config.program);
    int lock = -1;
    bool started;

    *held = false;
    if (socket)
        return process_connect(&g->process, socket, err);
    if (!make_folder(g->folder, err))
        return false;
    switch (lock_take(&lock, g->lock_path, err)) {
    case LOCK_TAKEN:
        break;
    case LOCK_HELD:
        *held = true;
        return false;
    case LOCK_FAILED:
        return false;
    }
    started = start_child(g, lock, err);
    descriptor_close(&lock); /* from now on the child owns it */
    return started;
}
