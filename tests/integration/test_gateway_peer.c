/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway that runs in a unit of its own: the supervisor connects to its socket and speaks the same lines. Most of these
 * tests play that gateway themselves, line by line; two run the built null gateway with --listen.
 */
#include "tests/integration/gateway_world.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "lib/wire.h"

#define READY "{\"type\":\"ready\",\"version\":1,\"channels\":[\"sms\"],\"window\":4}"

struct unit {
    struct world *w;
    struct gateway *g;
    char *path, *program;
    int listener, connection;
    struct wire_reader reader;
};

static struct unit unit_new(void)
{
    struct unit u = { .w = world_new(), .listener = -1, .connection = -1 };

    u.path = mem_format("%s/unit.sock", u.w->folder);
    u.program = mem_format("unix:%s", u.path);
    return u;
}

static void unit_listen(struct unit *u)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    u->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", u->path);
    assert_int_equal(bind(u->listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(u->listener, 4), 0);
}

static void unit_add(struct unit *u)
{
    assert_true(gateways_add(world_set(u->w), &(struct gateway_config){ .name = "g", .program = u->program }, NULL));
    u->g = gateways_find(u->w->set, "g");
}

static void unit_accept(struct unit *u)
{
    const time_ms until = clock_mono() + WAIT_MS;

    wire_reader_free(&u->reader);
    do {
        turn(u->w);
        u->connection = accept4(u->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    } while (u->connection < 0 && clock_mono() < until);
    assert_true(u->connection >= 0);
}

static void unit_say(struct unit *u, const char *line)
{
    assert_int_equal(write(u->connection, line, strlen(line)), strlen(line));
    assert_int_equal(write(u->connection, "\n", 1), 1);
}

/* The next line, the caller's; NULL at the end of what the daemon says. */
static json_t *unit_hear(struct unit *u)
{
    const time_ms until = clock_mono() + WAIT_MS;
    json_t *line = NULL;

    while (clock_mono() < until && wire_next(&u->reader, &line, NULL) != WIRE_OBJECT) {
        char bytes[4096];
        const ssize_t count = read(u->connection, bytes, sizeof bytes);

        if (count == 0)
            return NULL;
        if (count > 0)
            wire_feed(&u->reader, bytes, (size_t)count);
        else
            turn(u->w);
    }
    assert_non_null(line);
    return line;
}

static void unit_hear_type(struct unit *u, const char *type)
{
    json_t *line = unit_hear(u);

    assert_non_null(line);
    assert_string_equal(json_text(line, "type", ""), type);
    json_decref(line);
}

static void unit_close(struct unit *u)
{
    close(u->connection);
    u->connection = -1;
}

static void unit_free(struct unit *u)
{
    if (u->connection >= 0)
        close(u->connection);
    if (u->listener >= 0)
        close(u->listener);
    wire_reader_free(&u->reader);
    free(u->path);
    free(u->program);
    world_free(u->w);
}

/* Connected and ready. */
static struct unit unit_ready(void)
{
    struct unit u = unit_new();

    unit_listen(&u);
    unit_add(&u);
    unit_accept(&u);
    unit_hear_type(&u, "hello");
    unit_say(&u, READY);
    wait_for(u.w, "ready g");
    return u;
}

static void test_the_same_lines_go_over_the_socket(void **state)
{
    struct unit u = unit_ready();
    json_t *job;

    (void)state;
    send_job(u.g, "e1-1", "你好");
    job = unit_hear(&u);
    assert_string_equal(json_text(job, "type", ""), "send");
    assert_string_equal(json_text(job, "text", ""), "你好");
    json_decref(job);
    unit_say(&u, "{\"type\":\"started\",\"id\":\"e1-1\"}");
    unit_say(&u, "{\"type\":\"accepted\",\"id\":\"e1-1\",\"provider_id\":\"77\"}");
    wait_for(u.w, "accepted e1-1 77");
    assert_string_equal(shown(u.g, "pid"), "(none)");
    unit_free(&u);
}

static void test_hello_names_no_folder_of_the_daemon(void **state)
{
    struct unit u = unit_new();
    json_t *hello;

    (void)state;
    unit_listen(&u);
    unit_add(&u);
    unit_accept(&u);
    hello = unit_hear(&u);
    assert_string_equal(json_text(hello, "type", ""), "hello");
    assert_string_equal(json_text(hello, "name", ""), "g");
    assert_null(json_object_get(hello, "state_dir"));
    json_decref(hello);
    unit_free(&u);
}

static void test_a_lost_connection_leaves_only_started_jobs_in_doubt_and_is_made_again(void **state)
{
    struct unit u = unit_ready();

    (void)state;
    send_job(u.g, "e1-1", "x");
    send_job(u.g, "e1-2", "x");
    unit_hear_type(&u, "send");
    unit_hear_type(&u, "send");
    unit_say(&u, "{\"type\":\"started\",\"id\":\"e1-1\"}");
    unit_close(&u);
    wait_for(u.w, "down g: the connection ended");
    assert_true(noted(u.w, "in doubt e1-1"));
    assert_true(noted(u.w, "not sent e1-2"));
    unit_accept(&u);
    unit_hear_type(&u, "hello");
    unit_say(&u, READY);
    wait_shown(u.w, u.g, "state", "ready");
    assert_string_equal(shown(u.g, "restarts"), "1");
    unit_free(&u);
}

static void test_what_it_said_last_is_heard_before_the_connection_counts_as_lost(void **state)
{
    struct unit u = unit_ready();

    (void)state;
    send_job(u.g, "e1-1", "x");
    unit_hear_type(&u, "send");
    unit_say(&u, "{\"type\":\"started\",\"id\":\"e1-1\"}");
    unit_say(&u, "{\"type\":\"accepted\",\"id\":\"e1-1\",\"provider_id\":\"77\"}");
    unit_close(&u);
    wait_for(u.w, "down g: the connection ended");
    assert_true(noted(u.w, "accepted e1-1 77"));
    assert_false(noted(u.w, "in doubt"));
    unit_free(&u);
}

static void test_drain_ends_the_input_and_waits_for_the_other_side(void **state)
{
    struct unit u = unit_ready();

    (void)state;
    send_job(u.g, "e1-1", "x");
    unit_hear_type(&u, "send");
    unit_say(&u, "{\"type\":\"started\",\"id\":\"e1-1\"}");
    wait_for(u.w, "started e1-1");
    gateway_drain(u.g);
    unit_hear_type(&u, "drain");
    unit_say(&u, "{\"type\":\"accepted\",\"id\":\"e1-1\",\"provider_id\":\"77\"}");
    unit_say(&u, "{\"type\":\"drained\"}");
    assert_null(unit_hear(&u));
    unit_close(&u);
    wait_for(u.w, "down g: drained");
    assert_true(noted(u.w, "accepted e1-1 77"));
    assert_string_equal(shown(u.g, "state"), "stopped");
    unit_free(&u);
}

static void test_one_that_does_not_leave_is_left_with_all_that_was_sent_in_doubt(void **state)
{
    struct unit u = unit_new();

    (void)state;
    u.w->setting.intervals.drain = u.w->setting.intervals.end = 30;
    unit_listen(&u);
    unit_add(&u);
    unit_accept(&u);
    unit_hear_type(&u, "hello");
    unit_say(&u, READY);
    wait_for(u.w, "ready g");
    send_job(u.g, "e1-1", "x");
    gateway_drain(u.g);
    wait_for(u.w, "down g: not drained in 30 ms");
    assert_true(noted(u.w, "in doubt e1-1"));
    assert_string_equal(shown(u.g, "state"), "stopped");
    unit_free(&u);
}

static void test_a_broken_line_ends_the_connection(void **state)
{
    struct unit u = unit_ready();

    (void)state;
    send_job(u.g, "e1-1", "x");
    unit_hear_type(&u, "send");
    unit_say(&u, "not JSON");
    assert_null(unit_hear(&u));
    unit_close(&u);
    wait_for(u.w, "down g: JSON: ");
    assert_true(noted(u.w, "in doubt e1-1"));
    unit_free(&u);
}

static void test_one_that_is_not_there_is_tried_again_until_it_is(void **state)
{
    struct unit u = unit_new();
    CLEANUP(mem_clean) char *reason = NULL;

    (void)state;
    unit_add(&u);
    reason = mem_format("cannot connect to %s: No such file or directory: start the gateway's own unit", u.path);
    wait_shown(u.w, u.g, "last_reason", reason);
    assert_string_equal(shown(u.g, "state"), "waiting");
    unit_listen(&u);
    unit_accept(&u);
    unit_hear_type(&u, "hello");
    unit_say(&u, READY);
    wait_for(u.w, "ready g");
    unit_free(&u);
}

static void test_why_a_second_owner_is_turned_away_is_shown(void **state)
{
    struct unit u = unit_new();

    (void)state;
    unit_listen(&u);
    unit_add(&u);
    unit_accept(&u);
    unit_say(&u, "{\"type\":\"health\",\"state\":\"failed\",\"detail\":\"another greenlined is connected here\"}");
    unit_close(&u);
    wait_for(u.w, "down g: the connection ended: another greenlined is connected here");
    unit_free(&u);
}

/* The null gateway, built, as the unit would start it; its pid. */
static pid_t start_service(const struct unit *u)
{
    CLEANUP(mem_clean) char *program = test_gateway("../../gateways/null");
    const pid_t pid = fork();

    if (pid == 0) {
        execl(program, "null", "--listen", u->path, NULL);
        _exit(127);
    }
    return pid;
}

static int end_service(pid_t pid)
{
    int status = -1;

    kill(pid, SIGTERM);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void test_own_gateway_serves_a_socket_and_comes_back_after_its_end(void **state)
{
    struct unit u = unit_new();
    struct stat stat_of;
    pid_t pid;

    (void)state;
    u.w->setting.demo = true;
    unit_add(&u);
    pid = start_service(&u);
    wait_for(u.w, "ready g");
    assert_int_equal(stat(u.path, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 0777, 0660);
    send_job(u.g, "e1-1", "x");
    wait_for(u.w, "accepted e1-1 e1-1 1");
    assert_int_equal(end_service(pid), 0);
    assert_int_equal(access(u.path, F_OK), -1);
    wait_for(u.w, "down g: the connection ended");
    pid = start_service(&u);
    wait_shown(u.w, u.g, "restarts", "1");
    wait_shown(u.w, u.g, "state", "ready");
    send_job(u.g, "e1-2", "x");
    wait_for(u.w, "accepted e1-2 e1-2 1");
    assert_int_equal(end_service(pid), 0);
    unit_free(&u);
}

static void test_own_gateway_has_one_owner_and_takes_the_next_when_that_has_left(void **state)
{
    struct unit u = unit_new();
    struct world *other = world_new();
    const struct gateway_config config = { .name = "g", .program = u.program };
    pid_t pid;

    (void)state;
    u.w->setting.demo = other->setting.demo = true;
    unit_add(&u);
    pid = start_service(&u);
    wait_for(u.w, "ready g");
    assert_true(gateways_add(world_set(other), &config, NULL));
    wait_for(other, "down g: the connection ended: another greenlined is connected here");
    gateway_drain(u.g);
    wait_for(u.w, "down g: drained");
    wait_for(other, "ready g");
    assert_string_equal(shown(u.g, "state"), "stopped");
    assert_int_equal(end_service(pid), 0);
    world_free(other);
    unit_free(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_lines_go_over_the_socket),
        cmocka_unit_test(test_hello_names_no_folder_of_the_daemon),
        cmocka_unit_test(test_a_lost_connection_leaves_only_started_jobs_in_doubt_and_is_made_again),
        cmocka_unit_test(test_what_it_said_last_is_heard_before_the_connection_counts_as_lost),
        cmocka_unit_test(test_drain_ends_the_input_and_waits_for_the_other_side),
        cmocka_unit_test(test_one_that_does_not_leave_is_left_with_all_that_was_sent_in_doubt),
        cmocka_unit_test(test_a_broken_line_ends_the_connection),
        cmocka_unit_test(test_one_that_is_not_there_is_tried_again_until_it_is),
        cmocka_unit_test(test_why_a_second_owner_is_turned_away_is_shown),
        cmocka_unit_test(test_own_gateway_serves_a_socket_and_comes_back_after_its_end),
        cmocka_unit_test(test_own_gateway_has_one_owner_and_takes_the_next_when_that_has_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
