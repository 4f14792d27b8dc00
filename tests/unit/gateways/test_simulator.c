/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulator as a program: what it says for each kind of script line, what stands in its ledger, and what it knows
 * again in its next run. The demo clock runs 1000 times as fast, so nothing waits for real.
 */
#include "tests/unit/gateways/peer.h"

static const time_ms START = 1790000000000;

static void say_hello(struct peer *peer, const char *folder, const char *epoch, const char *settings)
{
    CLEANUP(mem_clean) char *config = mem_format("{\"script\":\"script.sim\"%s}", settings);

    peer_hello(peer, folder, epoch, START, 1000, config);
}

/* A simulator with that script, `ready` read; `settings` are more keys of its configuration, with a comma before each. */
static struct peer start(const char *folder, const char *script, const char *settings)
{
    struct peer peer = peer_start("simulator");

    file_write(folder, "script.sim", script);
    say_hello(&peer, folder, "e1", settings);
    peer_pass(&peer, "ready");
    return peer;
}

static void send_job(struct peer *peer, const char *id, const char *channel, const char *to)
{
    CLEANUP(mem_clean) char *line =
        mem_format("{\"type\":\"send\",\"id\":\"%s\",\"channel\":\"%s\",\"lane\":\"notice\","
                   "\"to\":\"%s\",\"text\":\"好吗?\"}",
                   id, channel, to);

    assert_true(peer_say(peer, line));
}

static void expect_accepted(struct peer *peer, const char *id)
{
    CLEANUP(mem_clean) char *started = mem_format("{\"type\":\"started\",\"id\":\"%s\"}", id);
    CLEANUP(mem_clean) char *accepted =
        mem_format("{\"type\":\"accepted\",\"id\":\"%s\",\"provider_id\":\"sim-%s\"}", id, id);

    peer_expect_line(peer, started);
    peer_expect_line(peer, accepted);
}

static void say_stored(struct peer *peer, const char *uid)
{
    CLEANUP(mem_clean) char *line = mem_format("{\"type\":\"stored\",\"uid\":\"%s\"}", uid);

    assert_true(peer_say(peer, line));
}

/* The ledger with the times taken out, which depend on the run. */
static char *ledger_of(const char *folder)
{
    CLEANUP(mem_clean) char *path = mem_format("%s/phones.ledger", folder);
    CLEANUP(mem_clean) char *whole = file_read(path);
    struct text text = { 0 };

    text_add(&text, "");
    for (const char *line = whole; *line; line = strchr(line, '\n') + 1) {
        const char *tab = strchr(line, '\t');

        assert_true(strtoll(line, NULL, 10) >= START);
        text_add_n(&text, tab + 1, (size_t)(strchr(line, '\n') - tab));
    }
    return text_take(&text);
}

static void assert_ledger(const char *folder, const char *want)
{
    CLEANUP(mem_clean) char *got = ledger_of(folder);

    assert_string_equal(got, want);
}

static void test_text_is_in_the_ledger_and_reported_delivered(void **state)
{
    char *folder = folder_new();
    struct peer peer = start(folder, "", "");

    (void)state;
    send_job(&peer, "e1-1", "sms", "+8619900000001");
    expect_accepted(&peer, "e1-1");
    assert_ledger(folder, "epoch\te1\t-\t-\t-\t\"\"\nout\te1-1\t+8619900000001\tsms\tnotice\t\"好吗?\"\n");
    peer_expect_line(&peer, "{\"type\":\"status\",\"uid\":\"e1-1/1\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\","
                            "\"state\":\"delivered\"}");
    assert_int_equal(peer_end(&peer), 0);
    folder_drop(folder);
}

static void test_reply_is_in_the_ledger_before_it_is_said(void **state)
{
    char *folder = folder_new();
    struct peer peer = start(folder, "+8619900000001 1 reply \"1 好\" after 1m\n+8619900000001 1 silent\n", "");
    json_t *reply;

    (void)state;
    send_job(&peer, "e1-1", "sms", "+8619900000001");
    expect_accepted(&peer, "e1-1");
    reply = peer_expect(&peer, "reply");
    assert_ledger(folder, "epoch\te1\t-\t-\t-\t\"\"\nout\te1-1\t+8619900000001\tsms\tnotice\t\"好吗?\"\n"
                          "in\te1-1/1\t+8619900000001\tsms\t-\t\"1 好\"\n");
    assert_string_equal(json_text(reply, "uid", ""), "e1-1/1");
    assert_string_equal(json_text(reply, "from", ""), "+8619900000001");
    assert_string_equal(json_text(reply, "text", ""), "1 好");
    assert_in_range(json_int(reply, "at", 0), START + 60000, START + 3600000);
    json_decref(reply);
    assert_int_equal(peer_end(&peer), 0);
    folder_drop(folder);
}

static void test_call_reports_keys_and_speaks_the_whole_script(void **state)
{
    char *folder = folder_new();
    struct peer peer = start(folder, "+8619900000001 1 key 2 after 10s\n", "");

    (void)state;
    peer_say(&peer,
             "{\"type\":\"send\",\"id\":\"e1-1\",\"channel\":\"voice\",\"lane\":\"emergency\",\"to\":"
             "\"+8619900000001\",\"voice\":{\"say\":[{\"text\":\"您好\"},{\"play\":\"bell\"},{\"text\":\"按1\"}],"
             "\"keys\":{\"1\":\"fine\",\"2\":\"help\"},\"repeat\":2}}");
    expect_accepted(&peer, "e1-1");
    peer_expect_line(&peer, "{\"type\":\"status\",\"uid\":\"e1-1/1\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\","
                            "\"state\":\"answered\",\"digits\":\"2\",\"seconds\":11}");
    assert_ledger(folder, "epoch\te1\t-\t-\t-\t\"\"\n"
                          "out\te1-1\t+8619900000001\tvoice\temergency\t\"您好 [bell] 按1\"\n");
    assert_int_equal(peer_end(&peer), 0);
    folder_drop(folder);
}

/* One job to +8619900000001; what is said after `started`, outcome and reports, until `last`. */
static const struct {
    const char *script, *channel, *said[3];
} scenes[] = {
    { "* * busy",
      "voice",
      { "{\"type\":\"accepted\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\"}",
        "{\"type\":\"status\",\"uid\":\"e1-1/1\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\",\"state\":\"busy\"}" } },
    { "* * no_answer",
      "voice",
      { "{\"type\":\"accepted\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\"}",
        "{\"type\":\"status\",\"uid\":\"e1-1/"
        "1\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\",\"state\":\"no_answer\"}" } },
    { "",
      "voice",
      { "{\"type\":\"accepted\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\"}",
        "{\"type\":\"status\",\"uid\":\"e1-1/1\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\",\"state\":\"answered\","
        "\"seconds\":20}" } },
    { "* * undelivered",
      "sms",
      { "{\"type\":\"accepted\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\"}",
        "{\"type\":\"status\",\"uid\":\"e1-1/1\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\","
        "\"state\":\"undelivered\",\"code\":\"absent\"}" } },
    { "* * refuse throttled limit",
      "sms",
      { "{\"type\":\"refused\",\"id\":\"e1-1\",\"class\":\"throttled\",\"code\":\"limit\","
        "\"detail\":\"as the script says\"}" } },
    { "* * unknown",
      "sms",
      { "{\"type\":\"unknown\",\"id\":\"e1-1\",\"detail\":\"as the script says\"}",
        "{\"type\":\"status\",\"uid\":\"e1-1/1\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\","
        "\"state\":\"delivered\"}" } },
    { "* * report first",
      "sms",
      { "{\"type\":\"status\",\"uid\":\"e1-1/1\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\","
        "\"state\":\"delivered\"}",
        "{\"type\":\"accepted\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\"}" } },
    { "* * report twice",
      "sms",
      { "{\"type\":\"accepted\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\"}",
        "{\"type\":\"status\",\"uid\":\"e1-1/1\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\","
        "\"state\":\"delivered\"}",
        "{\"type\":\"status\",\"uid\":\"e1-1/2\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1\","
        "\"state\":\"delivered\"}" } },
};

static void test_each_scene_is_said_as_scripted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        char *folder = folder_new();
        struct peer peer = start(folder, scenes[i].script, "");

        send_job(&peer, "e1-1", scenes[i].channel, "+8619900000001");
        peer_pass(&peer, "started");
        for (size_t k = 0; k < COUNT(scenes[i].said) && scenes[i].said[k]; k++)
            peer_expect_line(&peer, scenes[i].said[k]);
        assert_int_equal(peer_end(&peer), 0);
        folder_drop(folder);
    }
}

static void test_missed_call_comes_back_from_another_number(void **state)
{
    char *folder = folder_new();
    struct peer peer = start(folder, "* 1 missed_call after 30s\n* 1 from +8619900000099\n* 1 silent\n", "");
    json_t *reply;

    (void)state;
    send_job(&peer, "e1-1", "sms", "+8619900000001");
    expect_accepted(&peer, "e1-1");
    reply = peer_expect(&peer, "reply");
    assert_string_equal(json_text(reply, "call", ""), "missed");
    assert_string_equal(json_text(reply, "from", ""), "+8619900000099");
    assert_null(json_object_get(reply, "text"));
    json_decref(reply);
    assert_int_equal(peer_end(&peer), 0);
    folder_drop(folder);
}

static void test_second_message_to_a_number_takes_the_second_line(void **state)
{
    char *folder = folder_new();
    struct peer peer = start(folder, "* 1 refuse temporary busy\n* 2 silent\n", "");

    (void)state;
    send_job(&peer, "e1-1", "sms", "+8619900000001");
    peer_pass(&peer, "started");
    peer_pass(&peer, "refused");
    send_job(&peer, "e1-1", "sms", "+8619900000001"); /* the daemon's next try of the same message */
    expect_accepted(&peer, "e1-1");
    assert_ledger(folder, "epoch\te1\t-\t-\t-\t\"\"\nrefused\te1-1\t+8619900000001\tsms\tnotice\t\"busy\"\n"
                          "out\te1-1\t+8619900000001\tsms\tnotice\t\"好吗?\"\n");
    assert_int_equal(peer_end(&peer), 0);
    folder_drop(folder);
}

static void test_repeated_id_is_the_same_message_when_idempotent(void **state)
{
    char *folder = folder_new();
    struct peer peer = start(folder, "* * silent", "");

    (void)state;
    send_job(&peer, "e1-1", "sms", "+8619900000001");
    expect_accepted(&peer, "e1-1");
    send_job(&peer, "e1-1", "sms", "+8619900000001");
    expect_accepted(&peer, "e1-1");
    assert_ledger(folder, "epoch\te1\t-\t-\t-\t\"\"\nout\te1-1\t+8619900000001\tsms\tnotice\t\"好吗?\"\n");
    assert_int_equal(peer_end(&peer), 0);
    folder_drop(folder);
}

static void test_repeated_id_is_a_second_message_when_not_idempotent(void **state)
{
    char *folder = folder_new();
    struct peer peer = start(folder, "* * silent", ",\"idempotent\":false");

    (void)state;
    send_job(&peer, "e1-1", "sms", "+8619900000001");
    expect_accepted(&peer, "e1-1");
    send_job(&peer, "e1-1", "sms", "+8619900000001");
    peer_pass(&peer, "started");
    peer_expect_line(&peer, "{\"type\":\"accepted\",\"id\":\"e1-1\",\"provider_id\":\"sim-e1-1~2\"}");
    assert_ledger(folder, "epoch\te1\t-\t-\t-\t\"\"\nout\te1-1\t+8619900000001\tsms\tnotice\t\"好吗?\"\n"
                          "out\te1-1\t+8619900000001\tsms\tnotice\t\"好吗?\"\n");
    assert_int_equal(peer_end(&peer), 0);
    folder_drop(folder);
}

static const struct {
    const char *script, *fate;
} deaths[] = {
    { "* 1 die\n* 1 silent", "{\"type\":\"fate\",\"id\":\"e1-1\",\"state\":\"sent\"}" },
    { "* 1 die lost", "{\"type\":\"fate\",\"id\":\"e1-1\",\"state\":\"not_sent\"}" },
};

static void test_probe_answers_from_the_ledger_after_the_script_says_die(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(deaths); i++) {
        char *folder = folder_new();
        struct peer peer = start(folder, deaths[i].script, "");
        int status;

        send_job(&peer, "e1-1", "sms", "+8619900000001");
        peer_pass(&peer, "started");
        assert_null(peer_next(&peer));
        status = peer_reap(&peer);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);

        peer = start(folder, deaths[i].script, "");
        peer_say(&peer, "{\"type\":\"probe\",\"id\":\"e1-1\"}");
        peer_expect_line(&peer, deaths[i].fate);
        assert_int_equal(peer_end(&peer), 0);
        folder_drop(folder);
    }
}

static void test_what_was_not_stored_is_said_again_by_the_next_run(void **state)
{
    char *folder = folder_new();
    struct peer peer = start(folder, "* * reply \"1\" after 10s\n", "");
    json_t *first, *again;

    (void)state;
    send_job(&peer, "e1-1", "sms", "+8619900000001");
    expect_accepted(&peer, "e1-1");
    peer_pass(&peer, "status");
    first = peer_expect(&peer, "reply");
    peer_kill(&peer);

    peer = start(folder, "* * reply \"another\" after 10s\n",
                 ""); /* what was said stays said, whatever the script says now */
    again = peer_expect(&peer, "reply");
    assert_true(json_equal(first, again));
    json_decref(first);
    json_decref(again);
    peer_pass(&peer, "status");
    say_stored(&peer, "e1-1/1");
    say_stored(&peer, "e1-1/2");
    peer_say(&peer, "{\"type\":\"ping\"}");
    peer_pass(&peer, "pong");
    peer_kill(&peer);

    peer = start(folder, "* * reply \"1\" after 10s\n", "");
    send_job(&peer, "e1-2", "sms", "+8619900000009");
    expect_accepted(&peer, "e1-2"); /* nothing of e1-1 before it */
    assert_int_equal(peer_end(&peer), 0);
    folder_drop(folder);
}

static void test_new_epoch_gets_all_replies_again(void **state)
{
    char *folder = folder_new();
    struct peer peer = start(folder, "* * reply \"1\" after 10s\n* * silent\n", "");

    (void)state;
    send_job(&peer, "e1-1", "sms", "+8619900000001");
    expect_accepted(&peer, "e1-1");
    peer_pass(&peer, "reply");
    say_stored(&peer, "e1-1/1");
    assert_int_equal(peer_end(&peer), 0);

    peer = peer_start("simulator");
    say_hello(&peer, folder, "e2", "");
    peer_pass(&peer, "ready");
    peer_pass(&peer, "reply");
    assert_int_equal(peer_end(&peer), 0);
    folder_drop(folder);
}

static void test_torn_last_line_of_the_ledger_is_cut_off(void **state)
{
    char *folder = folder_new();
    struct peer peer;

    (void)state;
    file_write(folder, "phones.ledger",
               "1790000000000\tepoch\te1\t-\t-\t-\t\"\"\n"
               "1790000000000\tout\te1-1\t+8619900000001\tsms\tnotice\t\"hal");
    peer = start(folder, "* * silent", "");
    peer_say(&peer, "{\"type\":\"probe\",\"id\":\"e1-1\"}");
    peer_expect_line(&peer, "{\"type\":\"fate\",\"id\":\"e1-1\",\"state\":\"not_sent\"}");
    send_job(&peer, "e1-1", "sms", "+8619900000001");
    expect_accepted(&peer, "e1-1");
    assert_ledger(folder, "epoch\te1\t-\t-\t-\t\"\"\nout\te1-1\t+8619900000001\tsms\tnotice\t\"好吗?\"\n");
    assert_int_equal(peer_end(&peer), 0);
    folder_drop(folder);
}

static const struct {
    const char *config, *mistake;
} mistakes[] = {
    { "{\"scipt\":\"a\"}", "scipt: unknown key: did you mean script" },
    { "{\"window\":0}", "window: not a number of jobs: write one from 1 to 1000" },
    { "{\"probe\":1}", "probe: neither true nor false: write one of them" },
    { "{\"delay\":\"2\"}", "delay: duration \"2\": write a number and a unit, such as 90s, 10m, 2h or 3d" },
    { "{\"channels\":[\"fax\"]}", "channels: \"fax\" is no channel: one of sms, voice, im" },
    { "{\"script\":\"/nowhere/a.sim\"}",
      "/nowhere/a.sim: cannot be read (No such file or directory): name a file that is there" },
};

static void test_mistake_in_the_configuration_is_said_and_ends_the_program(void **state)
{
    char *folder = folder_new();

    (void)state;
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        struct peer peer = peer_start("simulator");
        json_t *health;

        peer_hello(&peer, folder, "e1", START, 1000, mistakes[i].config);
        health = peer_expect(&peer, "health");
        assert_string_equal(json_text(health, "state", ""), "failed");
        assert_string_equal(json_text(health, "detail", ""), mistakes[i].mistake);
        json_decref(health);
        assert_int_equal(peer_end(&peer), 1);
    }
    folder_drop(folder);
}

static void test_ready_announces_what_is_configured(void **state)
{
    char *folder = folder_new();
    struct peer peer = peer_start("simulator");

    (void)state;
    peer_hello(&peer, folder, "e1", START, 1000,
               "{\"idempotent\":false,\"probe\":false,\"window\":8,\"channels\":[\"sms\"]}");
    peer_expect_line(&peer, "{\"type\":\"ready\",\"version\":1,\"module\":\"simulator\",\"channels\":[\"sms\"],"
                            "\"window\":8,\"batch\":1,\"free_text\":true,\"delivery_reports\":true,\"inbound\":true,"
                            "\"idempotent\":false,\"probe\":false,\"simulated\":true,\"caps\":{}}");
    assert_int_equal(peer_end(&peer), 0);
    folder_drop(folder);
}

static void test_ledger_has_one_owner(void **state)
{
    char *folder = folder_new();
    struct peer first = start(folder, "", ""), second = peer_start("simulator");

    (void)state;
    say_hello(&second, folder, "e1", "");
    peer_pass(&second, "health");
    assert_int_equal(peer_end(&second), 1);
    assert_int_equal(peer_end(&first), 0);
    folder_drop(folder);
}

static void test_sample_script_has_no_mistake(void **state)
{
    CLEANUP(mem_clean) char *path = path_gateway("simulator");
    struct peer peer = peer_run((const char *const[]){ path, "--check", "conf/sample/demo.sim", NULL });

    (void)state;
    assert_int_equal(peer_end(&peer), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_in_the_ledger_and_reported_delivered),
        cmocka_unit_test(test_reply_is_in_the_ledger_before_it_is_said),
        cmocka_unit_test(test_call_reports_keys_and_speaks_the_whole_script),
        cmocka_unit_test(test_each_scene_is_said_as_scripted),
        cmocka_unit_test(test_missed_call_comes_back_from_another_number),
        cmocka_unit_test(test_second_message_to_a_number_takes_the_second_line),
        cmocka_unit_test(test_repeated_id_is_the_same_message_when_idempotent),
        cmocka_unit_test(test_repeated_id_is_a_second_message_when_not_idempotent),
        cmocka_unit_test(test_probe_answers_from_the_ledger_after_the_script_says_die),
        cmocka_unit_test(test_what_was_not_stored_is_said_again_by_the_next_run),
        cmocka_unit_test(test_new_epoch_gets_all_replies_again),
        cmocka_unit_test(test_torn_last_line_of_the_ledger_is_cut_off),
        cmocka_unit_test(test_mistake_in_the_configuration_is_said_and_ends_the_program),
        cmocka_unit_test(test_ready_announces_what_is_configured),
        cmocka_unit_test(test_ledger_has_one_owner),
        cmocka_unit_test(test_sample_script_has_no_mistake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
