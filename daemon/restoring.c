/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `greenlined --restore FILE`: a backup back into its place, with the daemon stopped. For each emergency that was open it
 * asks: go on or close; without an answer in ten minutes it goes on. Everything else is held from then on until
 * `greenline restore release`. The old store stays beside the new one.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon_internal.h"
#include "engine/alerting.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/cause.h"
#include "store/restore.h"
#include "store/restored.h"
#include "store/run.h"

enum { EMERGENCIES_MAX = 1000, ANSWER_MAX = 256, SLICE = 250 };
#define ANSWER_WITHIN_MS (10 * MINUTE_MS)

struct restoring {
    struct daemon *d; /* its configuration, store, engine: no loop */
    const struct restore_order *order;
    time_ms now;
};

static const char *word(const struct restoring *r, const char *en, const char *zh)
{
    return strcmp(r->d->config.school.language, "zh") == 0 ? zh : en;
}

/* --- what is held since --- */

void daemon_released(struct daemon *d)
{
    free(d->releases);
    d->restored = restored_held(d->store);
    d->releases = restored_moves(d->store);
    trouble_set_mode(d);
}

bool daemon_release_slice(struct daemon *d)
{
    const bool send = strcmp(d->releases, "send") == 0;
    int64_t ids[SLICE];
    const size_t count = restored_messages(d->store, ids, COUNT(ids));
    struct error err;

    for (size_t i = 0; i < count; i++)
        if (send ? !outbox_retry(d->outbox, ids[i], &err) : !outbox_cancel(d->outbox, ids[i], REASON_RESTORED, &err))
            return false; /* looked at again in the next turn */
    if (count == COUNT(ids))
        return true;
    restored_moved(d->store);
    free(d->releases);
    d->releases = NULL;
    return false;
}

/* --- the restore itself --- */

/* A line of standard input within the time; "" without one. */
static void read_answer(char answer[static ANSWER_MAX], time_ms within)
{
    const time_ms until = clock_mono() + within;
    size_t length = 0;

    while (length + 1 < ANSWER_MAX) {
        struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
        const time_ms left = until - clock_mono();
        const int ready = left > 0 ? poll(&in, 1, (int)left) : 0;
        char c;

        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0 || read(STDIN_FILENO, &c, 1) != 1 || c == '\n')
            break;
        answer[length++] = c;
    }
    answer[length] = '\0';
    text_trim(answer);
}

static bool means_close(const char *answer)
{
    static const char *const words[] = { "c", "close", "关闭", "结案" };

    for (size_t i = 0; i < COUNT(words); i++)
        if (strcmp(answer, words[i]) == 0)
            return true;
    return false;
}

/* True: close it. */
static bool decide(const struct restoring *r, int64_t cause)
{
    char answer[ANSWER_MAX], since[RFC3339_MAX];
    int64_t asks;
    time_ms at;
    CLEANUP(mem_clean) char *title = restored_emergency(r->d->store, cause, &asks, &at);

    zone_format(since, r->d->zone, at);
    printf(word(r, "emergency %lld, open since %s: %s (%lld questions)\n",
                "紧急事件 %lld，自 %s 起未结案：%s（%lld 个询问）\n"),
           (long long)cause, since, title ? title : "?", (long long)asks);
    if (r->order->emergencies)
        return strcmp(r->order->emergencies, "close") == 0;
    printf("%s", word(r, "go on with it, or close it? [go on/close; after 10 minutes it goes on] ",
                      "继续还是关闭？[go on/close；10 分钟内无回答则继续] "));
    fflush(stdout);
    read_answer(answer, ANSWER_WITHIN_MS);
    printf("\n");
    return means_close(answer);
}

/* By the rules of every close: a warning that has no all-clear yet, say, goes on. What is no alert is cancelled. */
static void close_one(struct restoring *r, int64_t cause)
{
    const char *outcome = word(r, "closed when a backup was restored", "恢复备份时关闭");
    struct error err = { "" };
    const bool closed = cause_is_alert(r->d->store, cause)
                            ? engine_alert_close(r->d->engine, cause, outcome, "restore", &err)
                            : engine_cancel_cause(r->d->engine, cause, &err);

    if (closed)
        printf("%s\n", word(r, "  closed", "  已关闭"));
    else
        printf(word(r, "  goes on: %s\n", "  继续：%s\n"), err.text);
}

static bool ask_emergencies(struct restoring *r, struct error *err)
{
    int64_t causes[EMERGENCIES_MAX];
    const size_t count = restored_emergencies(r->d->store, causes, COUNT(causes));

    for (size_t i = 0; i < count; i++) {
        if (decide(r, causes[i]))
            close_one(r, causes[i]);
        else
            printf("%s\n", word(r, "  goes on", "  继续"));
    }
    return turn_end(r->d->turn, err);
}

/* The rows: a store of its own, with engine and outbox over it. */
static bool change_rows(struct restoring *r, const char *path, time_ms at, struct error *err)
{
    struct daemon *d = r->d;
    struct outbox_rules outbox;
    struct engine_rules engine;
    bool good;

    d->store = store_open(path, d->config.demo, err);
    if (!d->store)
        return false;
    d->turn = turn_new(d->store, random_from_system());
    r->now = d->config.demo ? run_last_seen(d->store) : clock_now(&d->clock);
    turn_set_now(d->turn, r->now);
    outbox = rules_outbox(d);
    d->outbox = outbox_new(d->turn, &outbox);
    engine = rules_engine(d);
    d->engine = engine_new(d->turn, d->outbox, &engine);
    good = restored_begin(d->store, r->now, r->order->file, at, err) && ask_emergencies(r, err);
    engine_free(d->engine);
    outbox_free(d->outbox);
    turn_free(d->turn);
    store_close(d->store);
    return good;
}

static void say_end(const struct restoring *r, const char *before, time_ms at)
{
    char when[RFC3339_MAX];

    zone_format(when, r->d->zone, at);
    printf(word(r, "%s: restored from %s, as it was at %s\n", "%s：已从 %s 恢复，数据截至 %s\n"), r->d->config.store,
           r->order->file, when);
    if (*before)
        printf(word(r, "the old store is kept as %s\n", "原数据库保留为 %s\n"), before);
    printf("%s", word(r,
                      "Start greenlined. Emergencies go on at once, everything else is held.\n"
                      "Enter at once what was entered since then, above all:\n"
                      "  restrictions   greenline contact set PERSON --student REF --restricted yes\n"
                      "  opt-outs       greenline contact mute PERSON\n"
                      "  wrong numbers  greenline contact set PERSON --remove-phone NUMBER\n"
                      "Then: greenline restore release\n",
                      "请启动 greenlined。紧急事件立即继续，其余全部等待。\n"
                      "请马上补录此后登记的内容，尤其是：\n"
                      "  受限制的人  greenline contact set 人 --student 学号 --restricted yes\n"
                      "  退订        greenline contact mute 人\n"
                      "  错号        greenline contact set 人 --remove-phone 号码\n"
                      "然后运行：greenline restore release\n"));
}

static bool run(struct restoring *r, struct error *err)
{
    const struct config *config = &r->d->config;
    struct sealed_key key;
    struct restore_plan plan = { .file = r->order->file, .store = config->store, .demo = config->demo };
    CLEANUP(mem_clean) char *staged = NULL;
    CLEANUP(mem_clean) char *staged_lock = NULL;
    CLEANUP(mem_clean) char *before = NULL;
    time_ms at = 0;

    if (!zone_open(&r->d->zone, config->school.timezone, err))
        return false;
    if (r->order->key_file) {
        if (!sealed_key_read(&key, r->order->key_file, err))
            return false;
        plan.key = &key;
    }
    staged = restore_prepare(&plan, &at, err);
    if (!staged)
        return false;
    staged_lock = mem_format("%s.lock", staged);
    if (!change_rows(r, staged, at, err)) {
        unlink(staged_lock);
        return false;
    }
    unlink(staged_lock);
    before = restore_install(config->store, err);
    if (before)
        say_end(r, before, at);
    return before != NULL;
}

bool daemon_restore(struct config *config, const struct restore_order *order, struct error *err)
{
    struct restoring r = { .d = mem_new(1, sizeof *r.d), .order = order };
    const int lock = store_lock(config->store, err);
    bool good = false;

    r.d->config = *config;
    *config = (struct config){ 0 };
    r.d->clock = clock_system();
    if (lock >= 0) {
        CLEANUP(mem_clean) char *path = mem_format("%s.lock", r.d->config.store);

        restore_own(r.d->config.store, path);
        good = run(&r, err);
        close(lock);
    }
    config_free(&r.d->config);
    free(r.d);
    zone_close_all();
    return good;
}
