/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the server promises whatever the handler: a repeated change happens once, a refused one leaves no row, a turn
 * that cannot be stored answers 503, a client that drips or leaves harms nobody, and who may not is told so.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/text.h"
#include "tests/support/api_fixture.h"

enum { TURNS_MAX = 1000 };

static const char school[] = "INSERT INTO student (id, ref, name, class) VALUES (1, '20260014', '王小明', '三(2)班'),"
                             " (2, '20260015', '王小明', '四(1)班'), (3, '20260016', '李雪', '三(2)班');";

static int setup(void **state)
{
    struct api_fixture *fixture = calloc(1, sizeof *fixture);

    api_fixture_open(fixture);
    api_fixture_sql(fixture, school);
    api_fixture_listen(fixture);
    *state = fixture;
    return 0;
}

/* Short of everything: two connections, a fifth of a second. */
static int setup_short(void **state)
{
    struct api_fixture *fixture = calloc(1, sizeof *fixture);

    api_fixture_open(fixture);
    api_fixture_sql(fixture, school);
    fixture->setting.connections = 2;
    fixture->setting.deadline_ms = 200;
    api_fixture_listen(fixture);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    api_fixture_close(*state);
    free(*state);
    return 0;
}

static int64_t count(struct api_fixture *fixture, const char *sql)
{
    return store_value(fixture->store, -1, sql, "");
}

static void expect(struct api_fixture *fixture, const char *method, const char *target, const char *key,
                   const char *body, int status, const char *detail)
{
    struct api_reply reply = api_fixture_ask(fixture, method, target, key, body);

    if (reply.status != status || !strstr(json_at(reply.body, "detail"), detail))
        fail_msg("%s %.60s: got %d %s, want %d …%s…", method, target, reply.status, reply.raw ? reply.raw : "", status,
                 detail);
    api_reply_free(&reply);
}

static void test_repeated_change_happens_once_and_gets_the_first_answer(void **state)
{
    struct api_fixture *f = *state;
    struct api_reply first = api_fixture_ask(f, "POST", "/v1/students/20260016/note", "k1", "{\"text\":\"来校谈话\"}");
    struct api_reply again = api_fixture_ask(f, "POST", "/v1/students/20260016/note", "k1", "{\"text\":\"来校谈话\"}");

    assert_int_equal(first.status, 200);
    assert_string_equal(json_at(first.body, "id"), "1");
    assert_int_equal(again.status, 200);
    assert_string_equal(again.raw, first.raw);
    assert_int_equal(count(f, "SELECT count(*) FROM note"), 1);
    assert_int_equal(count(f, "SELECT count(*) FROM audit WHERE action = 'channel.note'"), 1);
    api_reply_free(&first);
    api_reply_free(&again);
}

static void test_key_with_another_body_is_a_conflict(void **state)
{
    struct api_fixture *f = *state;
    struct api_reply first = api_fixture_ask(f, "POST", "/v1/students/20260016/note", "k1", "{\"text\":\"一\"}");

    expect(f, "POST", "/v1/students/20260016/note", "k1", "{\"text\":\"二\"}", 409, "used for another request");
    expect(f, "POST", "/v1/students/20260014/note", "k1", "{\"text\":\"一\"}", 409, "used for another request");
    assert_int_equal(count(f, "SELECT count(*) FROM note"), 1);
    api_reply_free(&first);
}

static void test_change_without_key_is_refused(void **state)
{
    expect(*state, "POST", "/v1/students/20260016/note", NULL, "{\"text\":\"一\"}", 400, "Idempotency-Key");
    expect(*state, "POST", "/v1/students/20260016/note", "two words", "{\"text\":\"一\"}", 400, "Idempotency-Key");
    assert_int_equal(count(*state, "SELECT count(*) FROM note"), 0);
}

/* The number is stored before the relation turns out to be missing: all of it is undone. */
static void test_refused_change_leaves_no_row(void **state)
{
    struct api_fixture *f = *state;

    api_fixture_sql(f, "INSERT INTO person (id, ref, name) VALUES (7, 'P7', '赵丽')");
    expect(f, "POST", "/v1/contacts/P7/set", "k2",
           "{\"phone\":\"13900000007\",\"student\":\"20260016\",\"restricted\":true}", 404, "no contact of that child");
    assert_int_equal(count(f, "SELECT count(*) FROM line"), 0);
    assert_int_equal(count(f, "SELECT count(*) FROM person_line"), 0);
    assert_int_equal(count(f, "SELECT count(*) FROM request"), 0);
    assert_int_equal(count(f, "SELECT count(*) FROM audit"), 0);
}

static void test_full_disk_answers_503_and_the_same_request_works_later(void **state)
{
    struct api_fixture *f = *state;
    struct text body = { 0 };
    char pragma[64];
    struct api_reply reply;

    text_add(&body, "{\"text\":\"");
    for (int i = 0; i < 3900; i++)
        text_add(&body, "长");
    text_add(&body, "\"}");
    snprintf(pragma, sizeof pragma, "PRAGMA max_page_count = %lld", (long long)count(f, "PRAGMA page_count"));
    api_fixture_sql(f, pragma);
    expect(f, "POST", "/v1/students/20260016/note", "k3", body.data, 503, "nothing was changed");
    assert_non_null(strstr(f->why, "full"));
    assert_int_equal(count(f, "SELECT count(*) FROM note"), 0);
    api_fixture_sql(f, "PRAGMA max_page_count = 1073741823");
    reply = api_fixture_ask(f, "POST", "/v1/students/20260016/note", "k3", body.data);
    assert_int_equal(reply.status, 200);
    assert_int_equal(count(f, "SELECT count(*) FROM note"), 1);
    api_reply_free(&reply);
    text_free(&body);
}

/* As when the ballast was given back meanwhile: the client hears nothing of it. */
static void test_a_change_whose_turn_failed_is_made_once_more(void **state)
{
    struct api_fixture *f = *state;
    struct api_client *client;
    struct api_reply reply;

    sqlite3_exec(store_handle(f->store), "PRAGMA query_only = ON", NULL, NULL, NULL);
    f->why[0] = '\0';
    client = api_fixture_send(f, "POST", "/v1/students/20260016/note", "k4", "{\"text\":\"好\"}");
    for (int i = 0; i < 100 && !f->why[0]; i++)
        api_fixture_turn(f);
    assert_non_null(strstr(f->why, "readonly"));
    assert_false(api_client_answered(client));
    sqlite3_exec(store_handle(f->store), "PRAGMA query_only = OFF", NULL, NULL, NULL);
    reply = api_fixture_wait(f, client);
    assert_int_equal(reply.status, 200);
    assert_int_equal(count(f, "SELECT count(*) FROM note"), 1);
    assert_int_equal(count(f, "SELECT count(*) FROM audit WHERE action = 'channel.note'"), 1);
    api_reply_free(&reply);
}

static void test_two_of_one_name_are_listed_not_guessed(void **state)
{
    struct api_reply reply = api_fixture_get(*state, "/v1/students/%E7%8E%8B%E5%B0%8F%E6%98%8E");

    assert_int_equal(reply.status, 409);
    assert_string_equal(json_at(reply.body, "mistakes"), "2 items");
    assert_string_equal(json_at(reply.body, "mistakes.0"), "20260014 王小明, 三(2)班");
    assert_string_equal(json_at(reply.body, "mistakes.1"), "20260015 王小明, 四(1)班");
    api_reply_free(&reply);
}

static void test_student_is_found_by_number_id_and_unique_name(void **state)
{
    static const char *const names[] = { "20260016", "id:3", "%E6%9D%8E%E9%9B%AA" };

    for (size_t i = 0; i < COUNT(names); i++) {
        char path[64];
        struct api_reply reply;

        snprintf(path, sizeof path, "/v1/students/%s", names[i]);
        reply = api_fixture_get(*state, path);
        assert_int_equal(reply.status, 200);
        assert_string_equal(json_at(reply.body, "name"), "李雪");
        api_reply_free(&reply);
    }
}

static void test_what_is_wrong_with_a_request_is_said(void **state)
{
    static const struct {
        const char *method, *target, *body;
        int status;
        const char *detail;
    } rows[] = {
        { "GET", "/v1/studnts", NULL, 404, "no such path" },
        { "GET", "/v2/students", NULL, 404, "/v1/" },
        { "GET", "/", NULL, 404, "/v1/" },
        { "GET", "/v1/students/20260016/channel/x", NULL, 404, "too long" },
        { "GET", "/v1/students//channel", NULL, 400, "part 2 of the path is empty" },
        { "DELETE", "/v1/students", NULL, 405, "another method" },
        { "GET", "/v1/students?clas=x", NULL, 400, "did you mean class" },
        { "GET", "/v1/students?limit=0", NULL, 400, "1 to 1000" },
        { "GET", "/v1/students?limit=1001", NULL, 400, "1 to 1000" },
        { "GET", "/v1/students?limit=5x", NULL, 400, "1 to 1000" },
        { "GET", "/v1/students?limit=5&limit=6", NULL, 400, "twice" },
        { "GET", "/v1/students?left_behind=perhaps", NULL, 400, "yes or no" },
        { "GET", "/v1/students?after=a.b", NULL, 400, "next" },
        { "GET", "/v1/students?class=%ff", NULL, 400, "wrongly encoded" },
        { "GET", "/v1/students?class=%4", NULL, 400, "wrongly encoded" },
        { "GET", "/v1/students/20260016%00x", NULL, 400, "wrongly encoded" },
        { "GET", "/v1/outbox?state=quued", NULL, 400, "did you mean queued" },
        { "GET", "/v1/asks?state=open,wating", NULL, 400, "did you mean waiting" },
        { "GET", "/v1/outbox/x", NULL, 400, "is no number" },
        { "GET", "/v1/outbox/17", NULL, 404, "there is none" },
        { "GET", "/v1/outbox/9999999999999999999", NULL, 400, "is no number" },
        { "GET", "/v1/students/nobody", NULL, 404, "nobody of that number or name" },
        { "GET", "/v1/gateways", NULL, 501, "no gateways" },
        { "POST", "/v1/students/20260016/note", "{\"txt\":\"x\"}", 400, "did you mean text" },
        { "POST", "/v1/students/20260016/note", "{\"text\":\"\"}", 400, "text is missing" },
        { "POST", "/v1/students/20260016/note", "{\"text\":5}", 400, "text is missing" },
        { "POST", "/v1/students/20260016/note", "[1]", 400, "not an object" },
        { "POST", "/v1/students/20260016/note", "{\"text\":\"a\",\"text\":\"b\"}", 400, "JSON" },
        { "POST", "/v1/students/20260016/note", "{", 400, "JSON" },
        { "POST", "/v1/broadcasts", "{\"to\":\"all\",\"text\":\"x\"}", 501, "sends nothing" },
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        expect(*state, rows[i].method, rows[i].target, "wrong-1", rows[i].body, rows[i].status, rows[i].detail);
    assert_int_equal(count(*state, "SELECT count(*) FROM note"), 0);
    assert_int_equal(count(*state, "SELECT count(*) FROM request"), 0);
}

static void expect_too_long(struct api_fixture *f, const char *target, size_t length, const char *detail)
{
    char *body = malloc(length + 1);

    memset(body, ' ', length);
    body[length] = '\0';
    expect(f, "POST", target, "k4", body, 413, detail);
    free(body);
}

/* What is read inside a turn is small; files to import may be long. */
static void test_body_that_is_too_long_is_refused(void **state)
{
    expect_too_long(*state, "/v1/students/20260016/note", 256 * 1024 + 1, "256 KiB");
    expect_too_long(*state, "/v1/import", API_BODY_MAX + 10, "16 MiB");
}

static void test_look_at_a_child_is_in_the_audit_log(void **state)
{
    struct api_fixture *f = *state;
    struct api_reply show = api_fixture_get(f, "/v1/students/%E6%9D%8E%E9%9B%AA");
    struct api_reply list = api_fixture_get(f, "/v1/students?class=x");
    struct api_reply audit = api_fixture_get(f, "/v1/audit");

    assert_string_equal(json_at(audit.body, "items"), "2 items");
    assert_string_equal(json_at(audit.body, "items.0.action"), "student.show");
    assert_string_equal(json_at(audit.body, "items.0.subject"), "student:20260016");
    assert_string_equal(json_at(audit.body, "items.0.at"), "2026-10-08T18:00:00+08:00");
    assert_string_equal(json_at(audit.body, "items.1.action"), "student.list");
    assert_string_equal(json_at(audit.body, "items.1.detail.class"), "x");
    assert_true(strncmp(json_at(audit.body, "items.0.actor"), "unix:", 5) == 0);
    api_reply_free(&show);
    api_reply_free(&list);
    api_reply_free(&audit);
}

static void test_old_answers_are_forgotten_after_seven_days(void **state)
{
    struct api_fixture *f = *state;
    struct api_reply first = api_fixture_ask(f, "POST", "/v1/students/20260016/note", "k1", "{\"text\":\"一\"}");
    struct error err;

    turn_set_now(f->turn, FIXTURE_NOW + 7 * DAY_MS);
    api_tick(f->api);
    assert_true(turn_end(f->turn, &err));
    assert_int_equal(count(f, "SELECT count(*) FROM request"), 1);
    turn_set_now(f->turn, FIXTURE_NOW + 7 * DAY_MS + 1);
    api_tick(f->api);
    assert_true(turn_end(f->turn, &err));
    assert_int_equal(count(f, "SELECT count(*) FROM request"), 0);
    api_reply_free(&first);
}

/* --- clients that behave badly --- */

struct dripper {
    int fd;
    struct event *timer, *reader;
    size_t sent;
    bool cut;
};

static void on_drip(evutil_socket_t fd, short what, void *arg)
{
    static const char line[] =
        "GET /v1/status HTTP/1.1\r\nX-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    struct dripper *dripper = arg;

    (void)fd, (void)what;
    if (dripper->sent < sizeof line - 1 && send(dripper->fd, line + dripper->sent, 1, MSG_NOSIGNAL) == 1)
        dripper->sent++;
}

static void on_cut(evutil_socket_t fd, short what, void *arg)
{
    struct dripper *dripper = arg;
    char byte;

    (void)what;
    if (recv(fd, &byte, 1, 0) <= 0) {
        dripper->cut = true;
        event_del(dripper->reader);
    }
}

static int connect_plain(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memcpy(address.sun_path, path, strlen(path));
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void dripper_start(struct dripper *dripper, struct api_fixture *f)
{
    const struct timeval every = { 0, 10000 };

    *dripper = (struct dripper){ .fd = connect_plain(f->socket) };
    assert_true(dripper->fd >= 0);
    dripper->timer = event_new(f->base, -1, EV_PERSIST, on_drip, dripper);
    dripper->reader = event_new(f->base, dripper->fd, EV_READ | EV_PERSIST, on_cut, dripper);
    event_add(dripper->timer, &every);
    event_add(dripper->reader, NULL);
}

static void dripper_end(struct dripper *dripper)
{
    event_free(dripper->timer);
    event_free(dripper->reader);
    close(dripper->fd);
}

/* Both places are taken by drippers; whoever comes next waits until they are cut, and is served. */
static void test_dripping_clients_are_cut_and_the_next_is_served(void **state)
{
    struct api_fixture *f = *state;
    struct dripper drippers[2];
    struct api_reply reply;

    dripper_start(&drippers[0], f);
    dripper_start(&drippers[1], f);
    for (int i = 0; i < 5; i++)
        api_fixture_turn(f);
    reply = api_fixture_get(f, "/v1/status");
    assert_int_equal(reply.status, 200);
    for (int i = 0; i < TURNS_MAX && !(drippers[0].cut && drippers[1].cut); i++)
        api_fixture_turn(f);
    for (int i = 0; i < 2; i++) {
        assert_true(drippers[i].cut);
        assert_true(drippers[i].sent < 60); /* a fifth of a second in steps of ten milliseconds */
        dripper_end(&drippers[i]);
    }
    api_reply_free(&reply);
}

static void test_client_that_leaves_before_the_answer_harms_nobody(void **state)
{
    static const char ask[] = "POST /v1/students/20260016/note HTTP/1.1\r\nHost: x\r\nIdempotency-Key: gone\r\n"
                              "Content-Length: 13\r\n\r\n{\"text\":\"hi\"}";
    struct api_fixture *f = *state;
    const int fd = connect_plain(f->socket);
    struct api_reply reply;

    assert_int_equal(send(fd, ask, sizeof ask - 1, 0), sizeof ask - 1);
    close(fd);
    reply = api_fixture_get(f, "/v1/status"); /* the turns in between run the request */
    assert_int_equal(reply.status, 200);
    api_reply_free(&reply);
    reply = api_fixture_ask(f, "POST", "/v1/students/20260016/note", "gone", "{\"text\":\"hi\"}");
    assert_int_equal(reply.status, 200);
    assert_int_equal(count(f, "SELECT count(*) FROM note"), 1);
    api_reply_free(&reply);
}

/* A thousand long notes are more than a socket takes at once: none of it is lost when the connection ends behind it. */
static void test_long_answer_arrives_whole_before_the_connection_ends(void **state)
{
    struct api_reply reply;

    api_fixture_sql(*state,
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO note"
                    " (student, at, author, text) SELECT 3, i, 'x', printf('%.3000c', 'a') FROM n");
    reply = api_fixture_get(*state, "/v1/students/20260016/channel?limit=1000");
    assert_int_equal(reply.status, 200);
    assert_string_equal(json_at(reply.body, "items"), "1000 items");
    api_reply_free(&reply);
}

struct stream {
    char bytes[8192];
    size_t length;
};

static void on_bytes(evutil_socket_t fd, short what, void *arg)
{
    struct stream *stream = arg;
    const ssize_t got = recv(fd, stream->bytes + stream->length, sizeof stream->bytes - 1 - stream->length, 0);

    (void)what;
    if (got > 0)
        stream->length += (size_t)got;
}

/* Two requests in one write, on a connection that stays: both are answered, in order. */
static void test_pipelined_requests_on_one_connection_are_answered(void **state)
{
    static const char ask[] = "GET /v1/students/20260014 HTTP/1.1\r\nHost: x\r\n\r\n"
                              "GET /v1/students/20260016 HTTP/1.1\r\nHost: x\r\n\r\n";
    struct api_fixture *f = *state;
    const int fd = connect_plain(f->socket);
    struct stream stream = { .length = 0 };
    struct event *event = event_new(f->base, fd, EV_READ | EV_PERSIST, on_bytes, &stream);
    const char *first, *second;

    event_add(event, NULL);
    assert_int_equal(send(fd, ask, sizeof ask - 1, 0), sizeof ask - 1);
    for (int i = 0; i < TURNS_MAX && !strstr(stream.bytes, "20260016"); i++)
        api_fixture_turn(f);
    first = strstr(stream.bytes, "\"ref\":\"20260014\"");
    second = strstr(stream.bytes, "\"ref\":\"20260016\"");
    assert_true(first && second && first < second);
    event_free(event);
    close(fd);
}

/* A child process that is nobody asks and writes the status line to a pipe. */
static pid_t ask_as_nobody(struct api_fixture *f, int out)
{
    static const char ask[] = "GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    char line[13] = "";
    const pid_t child = fork();
    int fd;

    if (child != 0)
        return child;
    if (setgid(65534) != 0 || setuid(65534) != 0)
        _exit(2);
    fd = connect_plain(f->socket);
    if (fd < 0 || send(fd, ask, sizeof ask - 1, 0) < 0 || recv(fd, line, 12, MSG_WAITALL) != 12 ||
        write(out, line, 12) != 12)
        _exit(3);
    _exit(0);
}

static void on_line(evutil_socket_t fd, short what, void *arg)
{
    char *line = arg;

    (void)what;
    if (read(fd, line, 12) <= 0)
        line[0] = '?';
}

static void test_a_stranger_on_the_machine_is_refused(void **state)
{
    struct api_fixture *f = *state;
    char line[13] = "";
    struct event *event;
    int ends[2], status;
    pid_t child;

    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(f->folder, 0755), 0);
    assert_int_equal(chmod(f->socket, 0666), 0); /* the mode alone would keep him out */
    assert_int_equal(pipe(ends), 0);
    child = ask_as_nobody(f, ends[1]);
    close(ends[1]);
    event = event_new(f->base, ends[0], EV_READ, on_line, line);
    event_add(event, NULL);
    while (!line[0])
        api_fixture_turn(f);
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_string_equal(line, "HTTP/1.1 403");
    event_free(event);
    close(ends[0]);
}

static void test_socket_is_for_owner_and_group_only(void **state)
{
    struct api_fixture *f = *state;
    struct stat there;

    assert_int_equal(stat(f->socket, &there), 0);
    assert_int_equal(there.st_mode & 0777, 0660);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_repeated_change_happens_once_and_gets_the_first_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_key_with_another_body_is_a_conflict, setup, teardown),
        cmocka_unit_test_setup_teardown(test_change_without_key_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused_change_leaves_no_row, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_disk_answers_503_and_the_same_request_works_later, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_change_whose_turn_failed_is_made_once_more, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_of_one_name_are_listed_not_guessed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_student_is_found_by_number_id_and_unique_name, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_wrong_with_a_request_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(test_body_that_is_too_long_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_look_at_a_child_is_in_the_audit_log, setup, teardown),
        cmocka_unit_test_setup_teardown(test_old_answers_are_forgotten_after_seven_days, setup, teardown),
        cmocka_unit_test_setup_teardown(test_dripping_clients_are_cut_and_the_next_is_served, setup_short, teardown),
        cmocka_unit_test_setup_teardown(test_client_that_leaves_before_the_answer_harms_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(test_long_answer_arrives_whole_before_the_connection_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pipelined_requests_on_one_connection_are_answered, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_stranger_on_the_machine_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_socket_is_for_owner_and_group_only, setup, teardown),
    };

    return cmocka_run_group_tests_name("api server", tests, NULL, NULL);
}
