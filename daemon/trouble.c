/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with the place of the store and what is done about it. A turn that fails has changed nothing; from then
 * on routine is held, emergencies go on, and it is tried again: at once when the ballast could be given back, else every
 * second. It is said when it begins, once a minute while it lasts, and when it is over. What ends it: room for a new
 * ballast (full), the file in its place (gone), any turn that commits (locked, read-only); a damaged store stays so until
 * the daemon starts again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon_internal.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "store/ballast.h"
#include "store/run.h"

#define SAY_AGAIN_MS MINUTE_MS
enum { BACKUP_DAYS = 3 };
#define LOOK_FIRST_MS SECOND_MS
#define LOOK_MOST_MS (30 * SECOND_MS)

/* How often it is looked whether a fault is over: at first every second, then less and less often. */
static time_ms look_later(const struct trouble *t)
{
    time_ms wait = LOOK_FIRST_MS;

    for (int i = 0; i < t->failures && wait < LOOK_MOST_MS; i++)
        wait *= 2;

    return clock_mono() + (wait < LOOK_MOST_MS ? wait : LOOK_MOST_MS);
}

void trouble_set_mode(struct daemon *d)
{
    d->urgent_only = d->trouble.fault != FAULT_NONE || d->restored;
    if (d->engine)
        engine_only_urgent(d->engine, d->urgent_only);
    if (d->api)
        api_changed(d->api); /* who follows the status sees it */
}

static void say(struct daemon *d)
{
    struct trouble *t = &d->trouble;
    const time_ms now = clock_mono();

    if (t->said_at && now - t->said_at < SAY_AGAIN_MS)
        return;
    t->said_at = now;
    log_error("%s: %s%s%s%s: %s", d->config.store, fault_what(t->fault, "en"), *t->why ? " (" : "", t->why,
              *t->why ? ")" : "", fault_mend(t->fault, "en"));
}

static void begin(struct daemon *d, enum fault fault, const char *why)
{
    struct trouble *t = &d->trouble;

    if (t->fault != fault) {
        t->said_at = 0;
        t->failures = 0;
        if (t->fault == FAULT_NONE)
            t->since = clock_now(&d->clock);
        heralds_disk(d, fault);
    }
    t->fault = fault;
    t->probing = false;
    snprintf(t->why, sizeof t->why, "%s", why);
    say(d);
    t->look_at = look_later(t);
    trouble_set_mode(d);
}

static void end(struct daemon *d)
{
    struct trouble *t = &d->trouble;

    log_notice("%s: works again: what was held goes on", d->config.store);
    *t = (struct trouble){ 0 };
    heralds_disk(d, FAULT_NONE);
    daemon_released(d); /* a turn of a release may have failed */
}

static bool room_is_low(const struct daemon *d)
{
    const int64_t room = ballast_free_bytes(d->config.store);

    return room >= 0 && room < BALLAST_LOW;
}

void trouble_open(struct daemon *d)
{
    if (!room_is_low(d) || !ballast_release(d->config.store))
        return;
    begin(d, FAULT_FULL, "found so at the start");
    d->trouble.given = true;
}

time_ms trouble_failed(struct daemon *d, const char *why)
{
    enum fault fault = store_fault(d->store);

    if (fault == FAULT_NONE)
        fault = FAULT_OTHER;
    begin(d, fault, why);
    d->trouble.failures++;
    d->trouble.look_at = look_later(&d->trouble);
    if (fault != FAULT_FULL || !ballast_release(d->config.store))
        return SECOND_MS;
    d->trouble.given = true;
    log_notice("%s: %d MiB were given back by the ballast: emergencies can be stored", d->config.store,
               BALLAST_BYTES >> 20);
    return 0;
}

void trouble_read_failed(struct daemon *d, enum fault fault)
{
    if (fault == FAULT_DAMAGED && d->trouble.fault == FAULT_NONE)
        begin(d, fault, "");
}

/* Over when there is a ballast again; where there was none to give back, some room is all one can wait for. */
static bool room_again(const struct daemon *d)
{
    struct error err;

    if (d->trouble.given)
        return ballast_make(d->config.store, &err);
    return ballast_free_bytes(d->config.store) >= BALLAST_SPARE;
}

static bool descriptor_left(void)
{
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (fd >= 0)
        close(fd);
    return fd >= 0 || (errno != EMFILE && errno != ENFILE);
}

void trouble_look(struct daemon *d)
{
    struct trouble *t = &d->trouble;

    if (t->fault == FAULT_NONE || clock_mono() < t->look_at)
        return;
    t->look_at = look_later(t);
    say(d);
    switch (t->fault) {
    case FAULT_NONE:
    case FAULT_DAMAGED:
        return;
    case FAULT_FULL:
    case FAULT_LOW:
        if (room_again(d))
            end(d);
        return;
    case FAULT_GONE:
        if (!store_moved(d->store))
            end(d);
        return;
    case FAULT_DESCRIPTORS:
        if (descriptor_left())
            end(d);
        return;
    case FAULT_READ_ONLY:
    case FAULT_LOCKED:
    case FAULT_DISK:
    case FAULT_OTHER:
    case FAULTS:
        run_seen(d->store, d->run, turn_now(d->turn), false);
        t->probing = true;
    }
}

void trouble_over_if_probed(struct daemon *d)
{
    if (d->trouble.probing)
        end(d);
}

void trouble_tick(struct daemon *d)
{
    struct error err;

    if (store_moved(d->store)) {
        begin(d, FAULT_GONE, "");
        return;
    }
    if (d->trouble.fault != FAULT_NONE)
        return;
    if (!descriptor_left())
        begin(d, FAULT_DESCRIPTORS, "");
    else if (room_is_low(d))
        begin(d, FAULT_LOW, "");
    else
        ballast_make(d->config.store, &err); /* without room for it: status says that there is none */
}

static int64_t size_of(const char *path, const char *suffix)
{
    CLEANUP(mem_clean) char *name = mem_format("%s%s", path, suffix);
    struct stat there;

    return stat(name, &there) == 0 ? (int64_t)there.st_size : 0;
}

json_t *trouble_show(const struct daemon *d)
{
    json_t *json = json_object();

    json_put_int(json, "bytes", size_of(d->config.store, ""));
    json_put_int(json, "wal_bytes", size_of(d->config.store, "-wal"));
    json_put_int(json, "free_bytes", ballast_free_bytes(d->config.store));
    json_put_flag(json, "ballast", ballast_there(d->config.store));
    json_put_text(json, "fault", fault_name(d->trouble.fault));
    json_put_int(json, "unheard", (int64_t)hearing_waiting(d->hearing));
    return json;
}

static void problem(json_t *problems, const char *what, const char *mend)
{
    json_t *one = json_object();

    json_put_text(one, "what", what);
    json_put_text(one, "mend", mend);
    json_array_append_new(problems, one);
}

/* 0 where none was ever made: who makes none is not told every day. */
static int backup_age_days(const struct daemon *d)
{
    CLEANUP(mem_clean) char *last = setting_get(d->store, "last_backup");

    return last ? (int)((turn_now(d->turn) - strtoll(last, NULL, 10)) / DAY_MS) : 0;
}

void trouble_problems(const struct daemon *d, json_t *problems)
{
    const char *language = d->config.school.language;
    const bool zh = strcmp(language, "zh") == 0;

    if (d->trouble.fault != FAULT_NONE)
        problem(problems, fault_what(d->trouble.fault, language), fault_mend(d->trouble.fault, language));
    else if (!ballast_there(d->config.store))
        problem(problems,
                zh ? "数据盘空间不足，没有为紧急消息预留空间"
                   : "there is no ballast: a full disk would stop emergencies too",
                zh ? "请在数据盘上腾出至少 24 MiB" : "make at least 24 MiB free on the disk of the store");
    if (backup_age_days(d) > BACKUP_DAYS) {
        CLEANUP(mem_clean) char *what =
            mem_format(zh ? "最近一次备份已是 %d 天前" : "the last backup is %d days old", backup_age_days(d));

        problem(problems, what,
                zh ? "运行 greenline backup，并查看备份定时任务" : "`greenline backup`; see why the timer makes none");
    }
    if (chores_findings(d->chores)) {
        CLEANUP(mem_clean) char *what =
            mem_format(zh ? "上次检查发现 %zu 处问题" : "the last check found %zu things", chores_findings(d->chores));

        problem(problems, what, zh ? "运行 greenline check 查看" : "see them with `greenline check`");
    }
    if (d->restored)
        problem(problems,
                zh ? "数据来自备份：只发送紧急消息，其余都在等待" : "restored from a backup: only emergencies go out",
                zh ? "补录备份之后的限制、退订和错号，再运行 greenline restore release"
                   : "enter the restrictions, opt-outs and wrong numbers since the backup, then `greenline restore "
                     "release`");
}

const char *trouble_refuses(const struct daemon *d)
{
    return d->trouble.fault == FAULT_NONE ? NULL : fault_what(d->trouble.fault, d->config.school.language);
}
