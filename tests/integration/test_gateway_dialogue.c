/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What passes between the supervisor and a gateway that behaves (tests/gateways/obedient.c), and what it only counts of
 * one that does not: outcomes, the window and its reserve, pauses and rate, drain, reload, who may have jobs.
 */
#include "tests/integration/gateway_world.h"

static json_t *window_of(int slots)
{
    return json_pack("{s:i}", "window", slots);
}

static void test_outcomes_are_told_and_free_their_slots(void **state)
{
    struct world *w = world_new();
    struct gateway *g = world_add(w, "obedient", window_of(4));

    (void)state;
    wait_for(w, "ready g");
    assert_int_equal(gateway_room(g, true), 4);
    send_job(g, "e1-1", "accept");
    send_job(g, "e1-2", "refuse");
    send_job(g, "e1-3", "unknown");
    assert_int_equal(gateway_room(g, true), 1);
    wait_for(w, "accepted e1-1 p1 p2 2\n");
    wait_for(w, "refused e1-2 permanent E1 0\n");
    wait_for(w, "unknown e1-3 connection lost\n");
    wait_for(w, "room");
    assert_int_equal(times_noted(w, "started"), 2);
    assert_int_equal(gateway_room(g, true), 4);
    assert_string_equal(shown(g, "counters.sent"), "3");
    world_free(w);
}

static void test_status_before_accepted_frees_the_slot_once(void **state)
{
    struct world *w = world_new();
    struct gateway *g = world_add(w, "obedient", window_of(4));

    (void)state;
    wait_for(w, "ready g");
    send_job(g, "e1-1", "report");
    wait_for(w, "accepted e1-1 p1 p2 2\n");
    assert_true(noted(w, "started e1-1\nstatus e1-1 delivered\n"));
    assert_string_equal(shown(g, "in_flight"), "0");
    assert_string_equal(shown(g, "state"), "ready");
    world_free(w);
}

static void test_routine_never_gets_the_reserved_quarter(void **state)
{
    static const struct {
        int window, routine;
    } rows[] = { { 1, 1 }, { 2, 1 }, { 3, 2 }, { 4, 3 }, { 8, 6 }, { 100, 75 } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_new();
        struct gateway *g = world_add(w, "obedient", window_of(rows[i].window));

        wait_for(w, "ready g");
        assert_int_equal(gateway_room(g, false), rows[i].routine);
        assert_int_equal(gateway_room(g, true), rows[i].window);
        world_free(w);
    }
}

static void test_a_slot_taken_in_a_turn_that_failed_is_given_back(void **state)
{
    struct world *w = world_new();
    struct gateway *g = world_add(w, "obedient", window_of(2));
    const struct gateway_job job = { .id = "e1-1", .channel = "sms", .to = "+8619900000001", .text = "accept" };

    (void)state;
    wait_for(w, "ready g");
    gateway_take(g, "e1-1");
    assert_int_equal(gateway_room(g, true), 1);
    gateway_release(g, "e1-1");
    assert_int_equal(gateway_room(g, true), 2);
    gateway_send(g, &job); /* its effect was dropped with the turn; had it come, nothing would be sent */
    assert_string_equal(shown(g, "counters.sent"), "0");
    assert_string_equal(shown(g, "counters.not_sent"), "1");
    wait_for(w, "room");
    world_free(w);
}

static void test_a_refused_job_may_be_sent_again_with_its_id(void **state)
{
    struct world *w = world_new();
    struct gateway *g = world_add(w, "obedient", NULL);

    (void)state;
    wait_for(w, "ready g");
    send_job(g, "e1-1", "refuse");
    wait_for(w, "refused e1-1");
    send_job(g, "e1-1", "accept");
    wait_for(w, "accepted e1-1");
    assert_string_equal(shown(g, "restarts"), "0");
    world_free(w);
}

static void test_the_fate_of_a_probed_id_is_told(void **state)
{
    struct world *w = world_new();
    struct gateway *g = world_add(w, "obedient", NULL);

    (void)state;
    wait_for(w, "ready g");
    gateway_probe(g, "e1-77", "p9");
    wait_for(w, "fate e1-77 not_sent");
    send_job(g, "e1-77", "accept");
    wait_for(w, "accepted e1-77");
    world_free(w);
}

static void test_strange_talk_is_counted_and_passed_over(void **state)
{
    struct world *w = world_new();
    struct gateway *g = world_add(w, "talks_strangely", window_of(4));

    (void)state;
    wait_for(w, "reply u2 +8619900000001 1");
    assert_string_equal(shown(g, "counters.unknown_verbs"), "1");
    assert_string_equal(shown(g, "counters.http_unasked"), "1");
    assert_string_equal(shown(g, "counters.unknown_keys"), "1");
    assert_string_equal(shown(g, "counters.window_ignored"), "2");
    assert_string_equal(shown(g, "counters.other_epoch"), "2");
    assert_string_equal(shown(g, "counters.malformed"), "3");
    assert_string_equal(shown(g, "window"), "4");
    assert_string_equal(shown(g, "health.signal"), "17");
    assert_string_equal(shown(g, "state"), "ready");
    assert_false(noted(w, "status"));
    assert_false(noted(w, "accepted"));
    world_free(w);
}

static void test_throttled_pauses_the_whole_gateway_for_its_time(void **state)
{
    struct world *w = world_new();
    struct gateway *g = world_add(w, "obedient", NULL);

    (void)state;
    wait_for(w, "ready g");
    send_job(g, "e1-1", "throttle");
    wait_for(w, "refused e1-1 throttled - 300");
    assert_int_equal(gateway_room(g, true), 0);
    assert_string_equal(shown(g, "pause.by"), "gateway");
    wait_for(w, "room");
    assert_int_equal(gateway_room(g, true), 4);
    assert_string_equal(shown(g, "pause.by"), "(none)");
    world_free(w);
}

static void test_the_operators_pause_holds_over_a_restart(void **state)
{
    struct world *w = world_new();
    struct gateway *g = world_add(w, "obedient", NULL);

    (void)state;
    wait_for(w, "ready g");
    send_job(g, "e1-1", "die");
    gateway_pause(g, "bill not paid", TIME_NEVER);
    wait_shown(w, g, "restarts", "1");
    wait_shown(w, g, "state", "ready");
    assert_int_equal(gateway_room(g, true), 0);
    assert_string_equal(shown(g, "pause.reason"), "bill not paid");
    gateway_resume(g);
    wait_for(w, "room");
    assert_int_equal(gateway_room(g, true), 4);
    world_free(w);
}

static void test_the_rate_holds_routine_and_lets_emergencies_borrow(void **state)
{
    struct world *w = world_new();
    CLEANUP(mem_clean) char *program = test_gateway("obedient");
    struct gateway_config config = { .name = "g", .program = program, .rate = 3 };
    struct gateway *g;

    (void)state;
    config.config = window_of(100);
    assert_true(gateways_add(world_set(w), &config, NULL));
    json_decref(config.config);
    g = gateways_find(w->set, "g");
    wait_for(w, "ready g");
    assert_int_equal(gateway_room(g, false), 3);
    send_job(g, "e1-1", "accept");
    send_job(g, "e1-2", "accept");
    send_job(g, "e1-3", "accept");
    assert_int_equal(gateway_room(g, false), 0);
    assert_int_equal(gateway_room(g, true), 3);
    for (time_ms until = clock_mono() + WAIT_MS; gateway_room(g, false) == 0 && clock_mono() < until;)
        turn(w);
    assert_int_equal(gateway_room(g, false), 1);
    world_free(w);
}

static void test_drain_lets_it_finish_and_stay_down(void **state)
{
    struct world *w = world_new();
    struct gateway *g = world_add(w, "obedient", NULL);

    (void)state;
    wait_for(w, "ready g");
    send_job(g, "e1-1", "hold");
    send_job(g, "e1-2", "start");
    wait_for(w, "started e1-2");
    gateway_drain(g);
    assert_int_equal(gateway_room(g, true), 0);
    wait_for(w, "down g: drained");
    assert_true(noted(w, "accepted e1-1"));
    assert_true(noted(w, "accepted e1-2"));
    assert_false(noted(w, "in doubt"));
    assert_true(gateways_stopped(w->set));
    assert_string_equal(shown(g, "state"), "stopped");
    gateway_resume(g);
    wait_shown(w, g, "state", "ready");
    world_free(w);
}

static void test_drain_all_ends_what_does_not_finish_in_time(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->setting.intervals.end = w->setting.intervals.kill = 20;
    world_add(w, "ignores_end", NULL);
    wait_for(w, "ready g");
    gateways_drain_all(w->set, 40);
    assert_false(gateways_stopped(w->set));
    wait_for(w, "down g: not drained in 40 ms");
    assert_true(gateways_stopped(w->set));
    world_free(w);
}

static void test_reload_restarts_only_what_changed(void **state)
{
    struct world *w = world_new();
    CLEANUP(mem_clean) char *program = test_gateway("obedient");
    static const char *const prefixes[] = { "+86", NULL };
    struct gateway_config before[] = { { .name = "same", .program = program },
                                       { .name = "changed", .program = program },
                                       { .name = "gone", .program = program } };
    struct gateway_config after[] = { { .name = "changed", .program = program },
                                      { .name = "same", .program = program, .prefixes = prefixes },
                                      { .name = "new", .program = program } };
    CLEANUP(mem_clean) char *pid = NULL;

    (void)state;
    after[0].config = window_of(9);
    for (size_t i = 0; i < COUNT(before); i++)
        assert_true(gateways_add(world_set(w), &before[i], NULL));
    wait_for(w, "ready same");
    wait_for(w, "ready changed");
    wait_for(w, "ready gone");
    pid = mem_dup(shown(gateways_find(w->set, "same"), "pid"));
    send_job(gateways_find(w->set, "changed"), "e1-1", "hold");
    assert_true(gateways_reload(w->set, after, COUNT(after), NULL));
    json_decref(after[0].config);
    wait_for(w, "ready new");
    wait_for(w, "accepted e1-1"); /* drained, not killed */
    wait_for(w, "down gone: drained");
    assert_null(gateways_find(w->set, "gone"));
    wait_shown(w, gateways_find(w->set, "changed"), "window", "9");
    assert_string_equal(shown(gateways_find(w->set, "same"), "pid"), pid);
    assert_true(gateway_carries(gateways_find(w->set, "same"), "sms", "+8613800000000"));
    assert_false(gateway_carries(gateways_find(w->set, "same"), "sms", "+4915100000000"));
    assert_false(gateway_carries(gateways_find(w->set, "same"), "voice", NULL));
    assert_int_equal(times_noted(w, "ready same"), 1);
    world_free(w);
}

static void test_two_of_one_name_change_nothing(void **state)
{
    struct world *w = world_new();
    const struct gateway_config twice[] = { { .name = "x", .program = "/bin/true" },
                                            { .name = "x", .program = "/bin/false" } };
    const struct gateway_config path = { .name = "../x", .program = "/bin/true" };
    struct error err;

    (void)state;
    assert_false(gateways_reload(world_set(w), twice, 2, &err));
    assert_string_equal(err.text, "gateway \"x\": there are two of that name; give one another name");
    assert_false(gateways_add(w->set, &path, &err));
    assert_null(gateways_next(w->set, NULL));
    world_free(w);
}

static void test_simulated_gateway_is_refused_where_phones_are_real(void **state)
{
    struct world *w = world_new();
    struct gateway *g = world_add(w, "obedient", json_pack("{s:b}", "simulated", 1));

    (void)state;
    wait_for(w, "down g: announces simulated, and this store is not a demo");
    assert_string_equal(shown(g, "state"), "stopped");
    assert_false(noted(w, "ready g"));
    world_free(w);
}

static void test_demo_store_gives_jobs_to_simulated_gateways_only(void **state)
{
    struct world *w = world_new();
    struct gateway *g;

    (void)state;
    w->setting.demo = true;
    g = world_add(w, "obedient", NULL);
    wait_shown(w, g, "state", "ready");
    assert_int_equal(gateway_room(g, true), 0);
    assert_false(gateway_usable(g));
    assert_false(noted(w, "ready g"));
    world_free(w);
    w = world_new();
    w->setting.demo = true;
    g = world_add(w, "obedient", json_pack("{s:b}", "simulated", 1));
    wait_for(w, "ready g");
    assert_int_equal(gateway_room(g, true), 4);
    world_free(w);
}

static void test_describe_reads_what_a_program_announces(void **state)
{
    CLEANUP(mem_clean) char *program = test_gateway("obedient");
    struct gateway_ready ready;
    struct error err;

    (void)state;
    assert_true(gateway_describe(&ready, &(struct gateway_config){ .program = program }, &err));
    assert_string_equal(ready.channels[0], "sms");
    assert_null(ready.channels[1]);
    assert_int_equal(ready.window, 4);
    assert_true(ready.simulated);
    assert_false(ready.probe);
    gateway_ready_free(&ready);
}

static void test_describe_says_why_it_failed(void **state)
{
    CLEANUP(mem_clean) char *exits = test_gateway("exits");
    CLEANUP(mem_clean) char *mute = test_gateway("never_ready");
    struct gateway_ready ready;
    struct error err;

    (void)state;
    assert_false(gateway_describe(&ready, &(struct gateway_config){ .program = exits }, &err));
    assert_non_null(strstr(err.text, "ended without a line; it said: <3>no SIM card in slot 2"));
    assert_false(gateway_describe(&ready, &(struct gateway_config){ .program = mute }, &err));
    assert_non_null(strstr(err.text, "no line in 5 s"));
    assert_false(gateway_describe(&ready, &(struct gateway_config){ .program = "/nonexistent/gateway" }, &err));
    assert_string_equal(err.text, "cannot start /nonexistent/gateway: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcomes_are_told_and_free_their_slots),
        cmocka_unit_test(test_status_before_accepted_frees_the_slot_once),
        cmocka_unit_test(test_routine_never_gets_the_reserved_quarter),
        cmocka_unit_test(test_a_slot_taken_in_a_turn_that_failed_is_given_back),
        cmocka_unit_test(test_a_refused_job_may_be_sent_again_with_its_id),
        cmocka_unit_test(test_the_fate_of_a_probed_id_is_told),
        cmocka_unit_test(test_strange_talk_is_counted_and_passed_over),
        cmocka_unit_test(test_throttled_pauses_the_whole_gateway_for_its_time),
        cmocka_unit_test(test_the_operators_pause_holds_over_a_restart),
        cmocka_unit_test(test_the_rate_holds_routine_and_lets_emergencies_borrow),
        cmocka_unit_test(test_drain_lets_it_finish_and_stay_down),
        cmocka_unit_test(test_drain_all_ends_what_does_not_finish_in_time),
        cmocka_unit_test(test_reload_restarts_only_what_changed),
        cmocka_unit_test(test_two_of_one_name_change_nothing),
        cmocka_unit_test(test_simulated_gateway_is_refused_where_phones_are_real),
        cmocka_unit_test(test_demo_store_gives_jobs_to_simulated_gateways_only),
        cmocka_unit_test(test_describe_reads_what_a_program_announces),
        cmocka_unit_test(test_describe_says_why_it_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
