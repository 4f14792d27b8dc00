/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event hooks with real programs: shell scripts that write down what they are told, end, or do not read. All in one loop;
 * every wait is for a condition and ends after GUARD_MS.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/herald.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { GUARD_MS = 20000, BEAT_MS = 5, PAGE = 64 * 1024 };

static const char *const all[] = { "alert", "gateway_down", "gateway_up", "disk", "clock", NULL };
static const char *const alerts[] = { "alert", NULL };

struct fixture {
    struct event_base *base;
    struct event *beat;
    struct clock clock;
    struct heralds *heralds;
    char folder[64], program[96], told[96];
};

static void on_beat(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what, (void)arg;
}

static int setup(void **state)
{
    const struct timeval beat = { 0, BEAT_MS * 1000 };
    struct fixture *f = calloc(1, sizeof *f);
    struct heralds_setting setting = {
        .school = "青岭小学",
        .zone = "Asia/Shanghai",
        .random = random_from_seed(1),
        .intervals = { .backoff_first = 20, .backoff_max = 40, .healthy = 60000, .stuck = 100, .end = 50, .kill = 50 },
    };

    snprintf(f->folder, sizeof f->folder, "/tmp/greenline-herald-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->program, sizeof f->program, "%s/hook", f->folder);
    snprintf(f->told, sizeof f->told, "%s/told", f->folder);
    f->base = event_base_new();
    f->beat = event_new(f->base, -1, EV_PERSIST, on_beat, NULL);
    event_add(f->beat, &beat);
    f->clock = clock_system();
    setting.clock = &f->clock;
    f->heralds = heralds_new(f->base, &setting);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    heralds_free(f->heralds);
    event_free(f->beat);
    event_base_free(f->base);
    unlink(f->program);
    unlink(f->told);
    rmdir(f->folder);
    free(f);
    return 0;
}

/* The program is this shell script; @ stands for the file that it writes to. */
static void write_program(struct fixture *f, const char *script)
{
    FILE *file = fopen(f->program, "we");

    assert_non_null(file);
    fputs("#!/bin/sh\n", file);
    for (; *script; script++) {
        if (*script == '@')
            fputs(f->told, file);
        else
            fputc(*script, file);
    }
    fclose(file);
    assert_int_equal(chmod(f->program, 0700), 0);
}

static const char keeps[] = "while read -r line; do echo \"$line\" >> @; done\necho end >> @\n";

static void hook(struct fixture *f, const char *const *events)
{
    const struct herald_config config = { .program = f->program, .events = events };

    heralds_reload(f->heralds, &config, 1);
}

/* What the programs wrote down; the caller frees. */
static char *told(const struct fixture *f)
{
    char *text = mem_new(PAGE, 1);
    FILE *file = fopen(f->told, "re");

    if (file) {
        text[fread(text, 1, PAGE - 1, file)] = '\0';
        fclose(file);
    }
    return text;
}

/* A field of the first hook, as text; the caller frees. */
static char *shown(const struct fixture *f, const char *key)
{
    json_t *list = heralds_show(f->heralds);
    const json_t *value = json_object_get(json_array_get(list, 0), key);
    char *text = json_is_string(value) ? mem_dup(json_string_value(value)) : json_dumps(value, JSON_ENCODE_ANY);

    json_decref(list);
    return text ? text : mem_dup("(none)");
}

static bool has_told(const struct fixture *f, const char *part)
{
    CLEANUP(mem_clean) char *text = told(f);

    return strstr(text, part) != NULL;
}

static bool shows(const struct fixture *f, const char *key, const char *want)
{
    CLEANUP(mem_clean) char *text = shown(f, key);

    return strcmp(text, want) == 0;
}

#define WAIT(f, condition)                                                                                             \
    do {                                                                                                               \
        const time_ms until = clock_mono() + GUARD_MS;                                                                 \
        while (!(condition)) {                                                                                         \
            if (clock_mono() > until)                                                                                  \
                fail_msg("waited for: %s", #condition);                                                                \
            event_base_loop((f)->base, EVLOOP_ONCE);                                                                   \
        }                                                                                                              \
    } while (0)

static json_t *line_at(const struct fixture *f, int index)
{
    CLEANUP(mem_clean) char *text = told(f);
    const char *at = text;
    json_t *line;

    while (index-- > 0 && (at = strchr(at, '\n')))
        at++;
    assert_non_null(at);
    line = json_read(at, strcspn(at, "\n"), NULL);
    assert_non_null(line);
    return line;
}

static void test_a_hook_is_told_in_order_what_it_asked_for(void **state)
{
    struct fixture *f = *state;
    json_t *line;

    write_program(f, keeps);
    hook(f, alerts);
    heralds_tell(f->heralds, HERALD_ALERT, json_pack("{s:i, s:s}", "alert", 7, "state", "raised"));
    heralds_tell(f->heralds, HERALD_DISK, json_pack("{s:s}", "state", "failed"));
    heralds_tell(f->heralds, HERALD_ALERT, json_pack("{s:i, s:s}", "alert", 7, "state", "closed"));
    WAIT(f, has_told(f, "closed"));
    line = line_at(f, 0);
    assert_string_equal(json_text(line, "type", ""), "hello");
    assert_string_equal(json_text(line, "school", ""), "青岭小学");
    assert_int_equal(json_object_size(json_object_get(line, "config")), 0);
    json_decref(line);
    line = line_at(f, 1);
    assert_string_equal(json_text(line, "type", ""), "alert");
    assert_string_equal(json_text(line, "state", ""), "raised");
    assert_int_equal(json_int(line, "n", 0), 1);
    assert_true(json_int(line, "at", 0) > 1700000000000);
    json_decref(line);
    line = line_at(f, 2);
    assert_int_equal(json_int(line, "n", 0), 3); /* the second was for others */
    json_decref(line);
    assert_true(shows(f, "events", "2") && shows(f, "lost", "0") && shows(f, "running", "true"));
}

static void test_what_waits_outlives_a_program_that_ends(void **state)
{
    struct fixture *f = *state;

    /* the first start ends after its hello, the next ones read on */
    write_program(f, "if [ -e @ ]; then while read -r line; do echo \"$line\" >> @; done; fi\n"
                     "read -r line; echo first >> @; exit 3\n");
    hook(f, all);
    WAIT(f, has_told(f, "first"));
    WAIT(f, shows(f, "last_reason", "exit status 3"));
    heralds_tell(f->heralds, HERALD_GATEWAY_DOWN, json_pack("{s:s}", "gateway", "line1"));
    WAIT(f, has_told(f, "line1"));
    assert_true(has_told(f, "gateway_down"));
    assert_true(shows(f, "restarts", "1"));
}

static void test_a_program_that_is_not_there_is_tried_again(void **state)
{
    struct fixture *f = *state;
    CLEANUP(mem_clean) char *reason = NULL;

    hook(f, all);
    heralds_tell(f->heralds, HERALD_CLOCK, json_pack("{s:i}", "by_ms", -60000));
    WAIT(f, !shows(f, "last_reason", ""));
    reason = shown(f, "last_reason");
    assert_non_null(strstr(reason, "No such file or directory"));
    assert_true(shows(f, "running", "false"));
    write_program(f, keeps);
    WAIT(f, has_told(f, "-60000"));
}

/* A line of some KiB, so that a pipe is soon full. */
static void tell_much(struct fixture *f, int times)
{
    char much[4096];

    memset(much, 'x', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    for (int i = 0; i < times; i++)
        heralds_tell(f->heralds, HERALD_ALERT, json_pack("{s:i, s:s}", "alert", i, "pad", much));
}

static void test_one_that_does_not_read_holds_up_nobody_and_is_started_anew(void **state)
{
    struct fixture *f = *state;
    time_ms began;

    log_set_level(LOG_LEVEL_ERROR);
    /* it keeps its input open and never reads, however it is asked to end; the second start reads */
    write_program(f, "if [ -e @ ]; then while read -r line; do echo \"$line\" | tail -c 30 >> @; done; exit; fi\n"
                     "trap '' TERM; touch @; while :; do sleep 0.05; done\n");
    hook(f, all);
    WAIT(f, access(f->told, F_OK) == 0);
    began = clock_mono();
    tell_much(f, HERALD_QUEUE_MAX + 200);
    assert_true(clock_mono() - began < 2000); /* some 10 ms; a wait would be for ever */
    assert_true(shows(f, "waiting", "1000"));
    assert_false(shows(f, "lost", "0"));
    WAIT(f, shows(f, "last_reason", "does not read"));
    WAIT(f, shows(f, "running", "true") && shows(f, "waiting", "0"));
    heralds_tell(f->heralds, HERALD_DISK, json_pack("{s:s}", "state", "ok"));
    WAIT(f, has_told(f, "\"state\":\"ok\"}"));
    assert_true(has_told(f, "\"lost\":")); /* the first line after the loss says so */
    log_set_level(LOG_LEVEL_INFO);
}

static void test_a_reload_keeps_an_equal_hook_and_ends_a_changed_one(void **state)
{
    struct fixture *f = *state;
    const struct herald_config twice[] = { { .program = f->program, .events = all },
                                           { .program = f->program, .events = alerts } };
    json_t *list;

    write_program(f, keeps);
    hook(f, all);
    WAIT(f, has_told(f, "hello"));
    heralds_reload(f->heralds, twice, 2);
    list = heralds_show(f->heralds);
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(json_text(json_array_get(list, 0), "name", ""), "hook");
    assert_string_equal(json_text(json_array_get(list, 1), "name", ""), "hook-2");
    assert_int_equal(json_int(json_array_get(list, 0), "restarts", -1), 0);
    json_decref(list);
    assert_false(has_told(f, "end\n"));
    heralds_reload(f->heralds, NULL, 0);
    WAIT(f, has_told(f, "end\n"));
    WAIT(f, shows(f, "name", "(none)"));
    heralds_tell(f->heralds, HERALD_DISK, json_pack("{s:s}", "state", "ok")); /* to nobody */
}

static void test_at_the_end_a_program_has_time_for_its_last_line(void **state)
{
    struct fixture *f = *state;

    write_program(f, keeps);
    hook(f, all);
    WAIT(f, has_told(f, "hello"));
    heralds_tell(f->heralds, HERALD_ALERT, json_pack("{s:i}", "alert", 99));
    heralds_end(f->heralds, GUARD_MS);
    assert_true(has_told(f, "\"alert\":99}\nend\n"));
    heralds_tell(f->heralds, HERALD_ALERT, json_pack("{s:i}", "alert", 100));
}

static void test_a_hook_gets_no_arguments_and_no_descriptors_of_ours(void **state)
{
    struct fixture *f = *state;

    write_program(f, "echo \"$#\" >> @; ls /proc/self/fd | tr '\\n' ' ' >> @\nwhile read -r line; do :; done\n");
    hook(f, all);
    WAIT(f, has_told(f, "0 1 2 3 ")); /* 3: ls itself reads the folder */
    assert_true(has_told(f, "0\n0 1 2 3 "));
    assert_false(has_told(f, "4"));
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(test_a_hook_is_told_in_order_what_it_asked_for),
        WITH(test_what_waits_outlives_a_program_that_ends),
        WITH(test_a_program_that_is_not_there_is_tried_again),
        WITH(test_one_that_does_not_read_holds_up_nobody_and_is_started_anew),
        WITH(test_a_reload_keeps_an_equal_hook_and_ends_a_changed_one),
        WITH(test_at_the_end_a_program_has_time_for_its_last_line),
        WITH(test_a_hook_gets_no_arguments_and_no_descriptors_of_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
