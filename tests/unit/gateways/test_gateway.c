/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gateways/common does for every module, seen through the smallest one (null): version, jobs, liveness, drain, the
 * end of the input, faults, the inherited lock.
 */
#include "tests/unit/gateways/peer.h"

#include <sys/file.h>

static const time_ms START = 1790000000000;

static struct peer start(void)
{
    struct peer peer = peer_start("null");

    peer_hello(&peer, "/tmp", "e1", START, 1, "{}");
    peer_pass(&peer, "ready");
    return peer;
}

static void test_describe_prints_the_ready_line_and_exits(void **state)
{
    CLEANUP(mem_clean) char *path = path_gateway("null");
    struct peer peer = peer_run((const char *const[]){ path, "--describe", NULL });

    (void)state;
    peer_expect_line(&peer, "{\"type\":\"ready\",\"version\":1,\"module\":\"null\",\"channels\":[\"sms\",\"voice\"],"
                            "\"window\":64,\"batch\":1,\"free_text\":true,\"delivery_reports\":false,\"inbound\":false,"
                            "\"idempotent\":true,\"probe\":false,\"simulated\":true,\"caps\":{}}");
    assert_null(peer_next(&peer));
    assert_int_equal(peer_end(&peer), 0);
}

static void test_argument_nobody_knows_is_a_usage_fault(void **state)
{
    CLEANUP(mem_clean) char *path = path_gateway("null");
    struct peer peer = peer_run((const char *const[]){ path, "--describes", NULL });

    (void)state;
    assert_int_equal(peer_end(&peer), 2);
}

static void test_job_is_started_then_accepted(void **state)
{
    struct peer peer = start();

    (void)state;
    peer_say(&peer,
             "{\"type\":\"send\",\"id\":\"e1-1\",\"channel\":\"sms\",\"to\":\"+8619900000001\",\"text\":\"好\"}");
    peer_expect_line(&peer, "{\"type\":\"started\",\"id\":\"e1-1\"}");
    peer_expect_line(&peer, "{\"type\":\"accepted\",\"id\":\"e1-1\",\"provider_id\":\"e1-1\",\"parts\":1}");
    assert_int_equal(peer_end(&peer), 0);
}

static void test_job_for_another_channel_is_refused(void **state)
{
    struct peer peer = start();

    (void)state;
    peer_say(&peer, "{\"type\":\"send\",\"id\":\"e1-1\",\"channel\":\"pigeon\",\"to\":\"+8619900000001\"}");
    peer_expect_line(&peer, "{\"type\":\"refused\",\"id\":\"e1-1\",\"class\":\"permanent\",\"code\":\"no_channel\"}");
    assert_int_equal(peer_end(&peer), 0);
}

static void test_job_after_its_time_is_refused(void **state)
{
    struct peer peer = start();

    (void)state;
    peer_say(&peer, "{\"type\":\"send\",\"id\":\"e1-1\",\"channel\":\"sms\",\"to\":\"+8619900000001\","
                    "\"expires\":1789999999999}");
    peer_expect_line(&peer, "{\"type\":\"refused\",\"id\":\"e1-1\",\"class\":\"temporary\",\"code\":\"expired\"}");
    assert_int_equal(peer_end(&peer), 0);
}

static void test_pong_repeats_the_fields_of_ping(void **state)
{
    struct peer peer = start();

    (void)state;
    peer_say(&peer, "{\"type\":\"ping\",\"n\":7,\"what\":[1,\"a\"]}");
    peer_expect_line(&peer, "{\"type\":\"pong\",\"n\":7,\"what\":[1,\"a\"]}");
    assert_int_equal(peer_end(&peer), 0);
}

static void test_unknown_verbs_and_keys_are_passed_over(void **state)
{
    struct peer peer = start();

    (void)state;
    peer_say(&peer, "{\"type\":\"sing\",\"song\":1}\n{\"no\":\"type\"}\n\n{\"type\":\"ping\",\"never\":\"seen\"}");
    peer_expect_line(&peer, "{\"type\":\"pong\",\"never\":\"seen\"}");
    assert_int_equal(peer_end(&peer), 0);
}

static void test_webhook_is_answered_with_503(void **state)
{
    struct peer peer = start();

    (void)state;
    peer_say(&peer, "{\"type\":\"http\",\"req\":\"h-9\",\"method\":\"POST\",\"path\":\"/\",\"body\":\"\"}");
    peer_expect_line(&peer, "{\"type\":\"http\",\"req\":\"h-9\",\"status\":503}");
    assert_int_equal(peer_end(&peer), 0);
}

static void test_probe_of_a_module_that_cannot_tell_is_unknown(void **state)
{
    struct peer peer = start();

    (void)state;
    peer_say(&peer, "{\"type\":\"probe\",\"id\":\"e1-4\"}");
    peer_expect_line(&peer, "{\"type\":\"fate\",\"id\":\"e1-4\",\"state\":\"unknown\"}");
    assert_int_equal(peer_end(&peer), 0);
}

static void test_drained_gateway_takes_no_more(void **state)
{
    struct peer peer = start();

    (void)state;
    peer_say(&peer, "{\"type\":\"drain\",\"deadline\":1790000060000}");
    peer_expect_line(&peer, "{\"type\":\"drained\"}");
    peer_say(&peer, "{\"type\":\"send\",\"id\":\"e1-1\",\"channel\":\"sms\",\"to\":\"+8619900000001\"}");
    peer_expect_line(&peer, "{\"type\":\"refused\",\"id\":\"e1-1\",\"class\":\"temporary\",\"code\":\"draining\"}");
    assert_int_equal(peer_end(&peer), 0);
}

/* What ends the program with status 1 and one clear line of the log. */
static const struct {
    const char *said, *logged;
} faults[] = {
    { "{\"type\":\"hello\",\"versions\":[2]}", "<3>hello offers no version we speak: we speak 1\n" },
    { "{\"type\":\"send\",\"id\":\"1\"}", "<3>the first line is not hello: start with hello, see PROTOCOL.md\n" },
    { "[]", "<3>JSON: not an object: send one object in braces\n" },
    { "\xff", "<3>line is not UTF-8\n" },
};

static void test_fault_before_ready_ends_the_program_with_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(faults); i++) {
        struct peer peer = peer_start("null");
        CLEANUP(mem_clean) char *log = NULL;

        assert_true(peer_say(&peer, faults[i].said));
        peer_pass(&peer, "health");
        assert_null(peer_next(&peer));
        log = peer_log(&peer);
        assert_string_equal(log, faults[i].logged);
        assert_int_equal(peer_end(&peer), 1);
    }
}

static void test_line_over_the_bound_ends_the_program(void **state)
{
    struct peer peer = start();
    char *line = mem_new(WIRE_LINE_MAX + 2, 1);

    (void)state;
    memset(line, ' ', WIRE_LINE_MAX + 1);
    peer_write(&peer, line, WIRE_LINE_MAX + 1);
    peer_pass(&peer, "health");
    assert_int_equal(peer_end(&peer), 1);
    free(line);
}

static void test_longest_line_is_taken(void **state)
{
    struct peer peer = start();
    static const char ping[] = "{\"type\":\"ping\"}";
    char *line = mem_new(WIRE_LINE_MAX + 1, 1);

    (void)state;
    memset(line, ' ', WIRE_LINE_MAX);
    memcpy(line, ping, sizeof ping - 1);
    line[WIRE_LINE_MAX] = '\n';
    assert_true(peer_write(&peer, line, WIRE_LINE_MAX + 1));
    peer_expect_line(&peer, "{\"type\":\"pong\"}");
    assert_int_equal(peer_end(&peer), 0);
    free(line);
}

/* Whether somebody else holds the lock on that file. */
static bool is_locked(const char *path)
{
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    const bool locked = flock(fd, LOCK_EX | LOCK_NB) != 0;

    close(fd);
    return locked;
}

static void test_lock_outlives_the_daemon_and_ends_with_the_gateway(void **state)
{
    char *folder = folder_new();
    CLEANUP(mem_clean) char *path = mem_format("%s/lock", folder);
    const int lock = open(path, O_RDWR | O_CREAT, 0600); /* inherited: the daemon opens it so for its child */
    CLEANUP(mem_clean) char *number = mem_format("%d", lock);
    struct peer peer;

    (void)state;
    assert_int_equal(flock(lock, LOCK_EX), 0);
    setenv("GREENLINE_LOCK_FD", number, 1);
    peer = start();
    unsetenv("GREENLINE_LOCK_FD");
    close(lock); /* as the kernel does for a daemon that was killed */
    assert_true(is_locked(path));
    assert_int_equal(peer_end(&peer), 0);
    assert_false(is_locked(path));
    folder_drop(folder);
}

static void test_term_ends_the_program_as_the_end_of_input_does(void **state)
{
    struct peer peer = start();
    int status;

    (void)state;
    kill(peer.pid, SIGTERM);
    status = peer_reap(&peer);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_thousands_of_jobs_that_nobody_reads_back_lose_nothing(void **state)
{
    enum { JOBS = 20000 };
    struct peer peer = start();
    int accepted = 0, written = 0;

    (void)state;
    /* the pipes fill in both directions: we write while it takes, then read */
    while (accepted < JOBS) {
        struct pollfd ways[] = { { .fd = peer.from, .events = POLLIN }, { .fd = peer.to, .events = POLLOUT } };

        if (written < JOBS)
            assert_true(poll(ways, 2, PEER_WAIT_MS) > 0);
        if (written < JOBS && ways[1].revents & POLLOUT) {
            char line[128];

            snprintf(line, sizeof line, "{\"type\":\"send\",\"id\":\"e1-%d\",\"channel\":\"sms\",\"to\":\"+861\"}",
                     written++);
            assert_true(peer_say(&peer, line));
            continue;
        }
        peer_pass(&peer, "started");
        peer_pass(&peer, "accepted");
        accepted++;
    }
    assert_int_equal(peer_end(&peer), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_describe_prints_the_ready_line_and_exits),
        cmocka_unit_test(test_argument_nobody_knows_is_a_usage_fault),
        cmocka_unit_test(test_job_is_started_then_accepted),
        cmocka_unit_test(test_job_for_another_channel_is_refused),
        cmocka_unit_test(test_job_after_its_time_is_refused),
        cmocka_unit_test(test_pong_repeats_the_fields_of_ping),
        cmocka_unit_test(test_unknown_verbs_and_keys_are_passed_over),
        cmocka_unit_test(test_webhook_is_answered_with_503),
        cmocka_unit_test(test_probe_of_a_module_that_cannot_tell_is_unknown),
        cmocka_unit_test(test_drained_gateway_takes_no_more),
        cmocka_unit_test(test_fault_before_ready_ends_the_program_with_a_reason),
        cmocka_unit_test(test_line_over_the_bound_ends_the_program),
        cmocka_unit_test(test_longest_line_is_taken),
        cmocka_unit_test(test_lock_outlives_the_daemon_and_ends_with_the_gateway),
        cmocka_unit_test(test_term_ends_the_program_as_the_end_of_input_does),
        cmocka_unit_test(test_thousands_of_jobs_that_nobody_reads_back_lose_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
