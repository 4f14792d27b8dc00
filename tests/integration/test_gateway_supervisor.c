/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each misbehaviour of a gateway program ends in a restart with its reason in gateway_show(), what was held is told
 * with its doubt, nobody starts a second owner beside a first, and what a gateway does not read stays bounded. The
 * programs are those of tests/gateways, run for real.
 */
#include "tests/integration/gateway_world.h"

#include <sys/wait.h>

/* Given a sinner, it is restarted, and the reason is shown. */
static void expect_reason(struct world *w, const char *sin, const char *reason)
{
    struct gateway *g = world_add(w, sin, NULL);
    CLEANUP(mem_clean) char *down = mem_format("down g: %s", reason);

    wait_for(w, down);
    assert_non_null(strstr(shown(g, "last_reason"), reason));
    wait_shown(w, g, "restarts", "1");
    world_free(w);
}

static void test_gateway_without_ready_is_restarted(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->setting.intervals.ready = 50;
    expect_reason(w, "never_ready", "no ready in 50 ms");
}

static void test_line_over_256_kib_is_misbehaviour(void **state)
{
    (void)state;
    expect_reason(world_new(), "speaks_too_long", "line over 262144 bytes");
}

static void test_line_that_is_not_json_is_misbehaviour(void **state)
{
    (void)state;
    expect_reason(world_new(), "speaks_no_json", "JSON: ");
}

static void test_id_never_given_is_misbehaviour(void **state)
{
    (void)state;
    expect_reason(world_new(), "invents_ids", "accepted for e1-999999, an id it was never given");
}

static void test_exit_is_shown_with_its_status(void **state)
{
    (void)state;
    expect_reason(world_new(), "exits", "exit status 3");
}

static void test_version_that_was_not_offered_is_misbehaviour(void **state)
{
    (void)state;
    expect_reason(world_new(), "speaks_version_9", "ready: version 9: greenlined speaks 1");
}

static void test_after_a_broken_line_all_that_was_sent_is_in_doubt(void **state)
{
    struct world *w = world_new();
    struct gateway *g = world_add(w, "speaks_latin1", NULL);

    (void)state;
    wait_for(w, "ready g");
    send_job(g, "e1-1", "x");
    send_job(g, "e1-2", "x");
    wait_for(w, "down g: line is not UTF-8");
    assert_true(noted(w, "in doubt e1-1")); /* started */
    assert_true(noted(w, "in doubt e1-2")); /* its `started` may stand behind what could not be read */
    world_free(w);
}

static void test_outcome_twice_is_misbehaviour_and_told_once(void **state)
{
    struct world *w = world_new();
    struct gateway *g = world_add(w, "answers_twice", NULL);

    (void)state;
    wait_for(w, "ready g");
    send_job(g, "e1-1", "x");
    wait_for(w, "down g: outcome twice: accepted for e1-1, whose outcome is known");
    assert_int_equal(times_noted(w, "accepted e1-1"), 1);
    assert_false(noted(w, "in doubt"));
    world_free(w);
}

static void test_gateway_without_pong_is_restarted(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->setting.intervals.pong = 30;
    world_add(w, "never_pongs", NULL);
    wait_for(w, "ready g");
    wait_ticking(w, "down g: no pong in 30 ms");
    world_free(w);
}

static void test_gateway_with_pong_goes_on(void **state)
{
    struct world *w = world_new();
    struct gateway *g = world_add(w, "obedient", NULL);
    int pongs = 0;

    (void)state;
    wait_for(w, "ready g");
    gateways_tick(w->set);
    for (int i = 0; i < 4000 && pongs < 3; i++) {
        pongs = atoi(shown(g, "counters.lines")) - 1; /* besides `ready` */
        turn(w);
        gateways_tick(w->set);
    }
    assert_int_equal(pongs, 3);
    assert_string_equal(shown(g, "state"), "ready");
    assert_string_equal(shown(g, "counters.malformed"), "0");
    world_free(w);
}

static void test_job_silent_past_its_deadline_is_misbehaviour(void **state)
{
    struct world *w = world_new();
    struct gateway *g;

    (void)state;
    w->setting.intervals.job = 30;
    g = world_add(w, "forgets_jobs", NULL);
    wait_for(w, "ready g");
    send_job(g, "e1-1", "x");
    wait_ticking(w, "down g: job e1-1 is silent past its deadline");
    assert_true(noted(w, "not sent e1-1")); /* it never said `started`, and was heard to its end */
    world_free(w);
}

static void test_expired_job_that_was_not_started_is_silent(void **state)
{
    struct world *w = world_new();
    const struct gateway_job job = {
        .id = "e1-1", .channel = "sms", .to = "+8619900000001", .text = "x", .expires = 1
    };
    struct gateway *g;

    (void)state;
    w->setting.intervals.expired = 30;
    g = world_add(w, "forgets_jobs", NULL);
    wait_for(w, "ready g");
    gateway_take(g, job.id);
    gateway_send(g, &job);
    wait_ticking(w, "down g: job e1-1 is silent past its deadline");
    world_free(w);
}

static void test_unread_lines_are_bounded_and_end_in_a_restart(void **state)
{
    struct world *w = world_new();
    struct gateway *g;
    int lines = 0;

    (void)state;
    w->setting.intervals.end = 20;
    g = world_add(w, "never_reads", NULL);
    wait_for(w, "ready g");
    for (; lines < 100000 && strcmp(shown(g, "state"), "ready") == 0; lines++) {
        gateway_stored(g, "some-uid-of-a-reply");
        assert_true(atoi(shown(g, "unread_lines")) <= GATEWAY_UNREAD_LINES_MAX + 1);
    }
    assert_true(lines > GATEWAY_UNREAD_LINES_MAX);
    assert_true(lines < 10000); /* the pipe and the bound, no more */
    assert_string_equal(shown(g, "unread_bytes"), "0");
    wait_for(w, "down g: more than 1000 unread lines");
    world_free(w);
}

static void test_jobs_alone_never_overfill_a_slow_reader(void **state)
{
    struct world *w = world_new();
    struct gateway *g;
    char id[32];
    int jobs = 0;

    (void)state;
    w->setting.intervals.end = 20;
    g = world_add(w, "never_reads", json_pack("{s:i}", "window", 5000));
    wait_for(w, "ready g");
    for (; jobs < 100000 && gateway_room(g, true) > 0; jobs++) {
        snprintf(id, sizeof id, "e1-%d", jobs);
        send_job(g, id, "x");
        if (jobs % 50 == 0)
            turn(w);
    }
    assert_true(jobs >= GATEWAY_UNREAD_LINES_MAX / 2);
    assert_true(jobs <= GATEWAY_WINDOW_MAX);
    assert_true(atoi(shown(g, "unread_lines")) <= GATEWAY_UNREAD_LINES_MAX / 2);
    assert_string_equal(shown(g, "state"), "ready");
    world_free(w);
}

static void test_after_a_crash_only_started_jobs_are_in_doubt(void **state)
{
    struct world *w = world_new();
    struct gateway *g = world_add(w, "obedient", NULL);

    (void)state;
    wait_for(w, "ready g");
    send_job(g, "e1-1", "start");
    send_job(g, "e1-2", "hold");
    send_job(g, "e1-3", "die");
    wait_for(w, "down g: killed by signal 9");
    assert_true(noted(w, "in doubt e1-1"));
    assert_true(noted(w, "not sent e1-2"));
    assert_true(noted(w, "not sent e1-3"));
    assert_int_equal(times_noted(w, "in doubt"), 1);
    wait_shown(w, g, "in_flight", "0");
    wait_shown(w, g, "state", "ready");
    assert_string_equal(shown(g, "restarts"), "1");
    world_free(w);
}

static pid_t read_pid(const struct world *w, const char *file)
{
    CLEANUP(mem_clean) char *path = mem_format("%s/%s", w->folder, file);
    FILE *in = fopen(path, "r");
    int pid = 0;

    assert_non_null(in);
    assert_int_equal(fscanf(in, "%d", &pid), 1);
    fclose(in);
    return pid;
}

static void test_child_that_a_gateway_left_keeps_the_next_start_waiting(void **state)
{
    struct world *w = world_new();
    struct gateway *g;

    (void)state;
    w->setting.intervals.kill = 50;
    g = world_add(w, "leaves_child", NULL);
    wait_for(w, "ready g");
    send_job(g, "e1-1", "x");
    wait_for(w, "down g: exit status 0");
    assert_true(noted(w, "in doubt e1-1")); /* its output did not end: the child may still send it */
    for (int i = 0; i < 20; i++)
        turn(w);
    assert_string_equal(shown(g, "state"), "waiting");
    assert_non_null(strstr(shown(g, "last_reason"), "is held by process"));
    assert_int_equal(times_noted(w, "ready g"), 1);
    kill(read_pid(w, "g/child"), SIGKILL);
    wait_shown(w, g, "restarts", "1");
    world_free(w);
}

/* Runs a daemon of its own whose gateway does not heed its end, and kills it once the gateway is ready. */
static void run_daemon_until_killed(struct world *w)
{
    const pid_t daemon = fork();
    int status = 0;

    if (daemon == 0) {
        event_reinit(w->base);
        world_add(w, "ignores_end", NULL);
        for (time_ms until = clock_mono() + WAIT_MS; clock_mono() < until && !noted(w, "ready g");)
            turn(w);
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(daemon, &status, 0), daemon);
    assert_true(WIFSIGNALED(status));
}

static void test_next_daemon_waits_for_the_gateway_that_a_killed_one_left(void **state)
{
    struct world *w = world_new();
    struct gateway *g;
    pid_t left;

    (void)state;
    run_daemon_until_killed(w);
    left = read_pid(w, "g.lock");
    assert_int_equal(kill(left, 0), 0);
    g = world_add(w, "obedient", NULL);
    for (int i = 0; i < 20; i++)
        turn(w);
    assert_string_equal(shown(g, "state"), "waiting");
    assert_false(noted(w, "ready g"));
    kill(left, SIGKILL);
    wait_for(w, "ready g");
    world_free(w);
}

static void test_end_of_input_then_term_then_kill_and_only_then_the_next_start(void **state)
{
    struct world *w = world_new();
    struct gateway *g;
    pid_t first;

    (void)state;
    w->setting.intervals.end = w->setting.intervals.kill = 30;
    w->setting.intervals.drain = 30;
    g = world_add(w, "ignores_end", NULL);
    wait_for(w, "ready g");
    first = atoi(shown(g, "pid"));
    gateway_drain(g);
    gateway_resume(g); /* it is to come back */
    wait_for(w, "down g: not drained in 30 ms");
    assert_int_equal(kill(first, 0), -1);
    wait_shown(w, g, "state", "ready");
    assert_true(atoi(shown(g, "pid")) != first);
    world_free(w);
}

static void test_what_cannot_be_started_is_tried_again(void **state)
{
    struct world *w = world_new();
    const struct gateway_config config = { .name = "g", .program = "/nonexistent/gateway" };
    struct gateway *g;

    (void)state;
    assert_true(gateways_add(world_set(w), &config, NULL));
    g = gateways_find(w->set, "g");
    wait_shown(w, g, "last_reason", "cannot start /nonexistent/gateway: No such file or directory");
    assert_string_equal(shown(g, "state"), "waiting");
    world_free(w);
}

static void test_log_of_a_gateway_is_bounded_and_masked(void **state)
{
    struct world *w = world_new();
    struct gateway *g = world_add(w, "floods_log", NULL);
    CLEANUP(mem_clean) char *log = NULL;
    json_t *show;

    (void)state;
    log_set_level((enum log_level)0);
    wait_for(w, "ready g");
    show = gateway_show(g);
    assert_true(json_array_size(json_object_get(show, "log")) <= GATEWAY_LOG_LINES);
    assert_true(json_array_size(json_object_get(show, "log")) > 0);
    log = json_write(json_object_get(show, "log"));
    assert_null(strstr(log, "19900000376"));
    json_decref(show);
    world_free(w);
}

static int count_timer(const struct event_base *base, const struct event *event, void *arg)
{
    (void)base;
    *(int *)arg += event_pending(event, EV_TIMEOUT, NULL) != 0;
    return 0;
}

static void test_idle_gateway_has_no_timer(void **state)
{
    struct world *w = world_new();
    int timers = 0;

    (void)state;
    world_add(w, "obedient", NULL);
    wait_for(w, "ready g");
    turn(w);
    event_base_foreach_event(w->base, count_timer, &timers);
    assert_int_equal(timers, 1); /* the beat of this test */
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gateway_without_ready_is_restarted),
        cmocka_unit_test(test_line_over_256_kib_is_misbehaviour),
        cmocka_unit_test(test_line_that_is_not_json_is_misbehaviour),
        cmocka_unit_test(test_id_never_given_is_misbehaviour),
        cmocka_unit_test(test_exit_is_shown_with_its_status),
        cmocka_unit_test(test_version_that_was_not_offered_is_misbehaviour),
        cmocka_unit_test(test_after_a_broken_line_all_that_was_sent_is_in_doubt),
        cmocka_unit_test(test_outcome_twice_is_misbehaviour_and_told_once),
        cmocka_unit_test(test_gateway_without_pong_is_restarted),
        cmocka_unit_test(test_gateway_with_pong_goes_on),
        cmocka_unit_test(test_job_silent_past_its_deadline_is_misbehaviour),
        cmocka_unit_test(test_expired_job_that_was_not_started_is_silent),
        cmocka_unit_test(test_unread_lines_are_bounded_and_end_in_a_restart),
        cmocka_unit_test(test_jobs_alone_never_overfill_a_slow_reader),
        cmocka_unit_test(test_after_a_crash_only_started_jobs_are_in_doubt),
        cmocka_unit_test(test_child_that_a_gateway_left_keeps_the_next_start_waiting),
        cmocka_unit_test(test_next_daemon_waits_for_the_gateway_that_a_killed_one_left),
        cmocka_unit_test(test_end_of_input_then_term_then_kill_and_only_then_the_next_start),
        cmocka_unit_test(test_what_cannot_be_started_is_tried_again),
        cmocka_unit_test(test_log_of_a_gateway_is_bounded_and_masked),
        cmocka_unit_test(test_idle_gateway_has_no_timer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
