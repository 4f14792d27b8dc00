/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that take more than their turn: what goes aside is answered after a commit, in order, whoever leaves; an
 * import is checked against the register as it is, stored as a whole and answered when all of it is there. A job of the
 * test's own keeps the helper at a gate where a request must be met half way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <event2/event.h>
#include <semaphore.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/text.h"
#include "store/helper.h"
#include "store/importing.h"
#include "tests/support/api_fixture.h"

enum { TURNS_MAX = 2000, GATES_MAX = HELPER_JOBS_MAX };

static const char endless[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
static const char people[] = "INSERT INTO student (id, ref, name, class) VALUES (1, '20260014', '王小明', '三(2)班'),"
                             " (2, '20260015', '王小红', '四(1)班');";
static const char no_audit[] = "CREATE TEMP TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ROLLBACK, 'no'); END";
static const char no_student[] = "CREATE TEMP TRIGGER no BEFORE INSERT ON student BEGIN SELECT RAISE(ROLLBACK, 'no');"
                                 " END";
static const char well_again[] = "DROP TRIGGER no";

struct gate {
    sem_t begun, go;
    bool passed;
};

struct desk_school {
    struct api_fixture f;
    struct gate gates[GATES_MAX];
};

static int setup(void **state)
{
    struct desk_school *school = calloc(1, sizeof *school);

    api_fixture_open(&school->f);
    api_fixture_sql(&school->f, people);
    for (int i = 0; i < GATES_MAX; i++) {
        sem_init(&school->gates[i].begun, 0, 0);
        sem_init(&school->gates[i].go, 0, 0);
    }
    *state = school;
    return 0;
}

static int setup_listening(void **state)
{
    setup(state);
    api_fixture_engine(&((struct desk_school *)*state)->f);
    api_fixture_listen(&((struct desk_school *)*state)->f);
    return 0;
}

/* A fifth of a second for a request. */
static int setup_short(void **state)
{
    setup(state);
    ((struct desk_school *)*state)->f.setting.deadline_ms = 200;
    api_fixture_listen(&((struct desk_school *)*state)->f);
    return 0;
}

static int teardown(void **state)
{
    struct desk_school *school = *state;

    api_fixture_close(&school->f);
    for (int i = 0; i < GATES_MAX; i++) {
        sem_destroy(&school->gates[i].begun);
        sem_destroy(&school->gates[i].go);
    }
    free(school);
    return 0;
}

static void at_the_gate(void *arg, struct store *reader)
{
    struct gate *gate = arg;

    (void)reader;
    sem_post(&gate->begun);
    sem_wait(&gate->go);
}

static void on_passed(void *arg, bool ran)
{
    (void)ran;
    ((struct gate *)arg)->passed = true;
}

/* The helper does nothing behind this until the gate is opened. */
static void shut(struct desk_school *school, int gate)
{
    assert_true(helper_run(school->f.helper, &(struct helper_job){ at_the_gate, on_passed, &school->gates[gate] }));
}

static void open_gate(struct desk_school *school, int gate)
{
    sem_post(&school->gates[gate].go);
}

/* Lets the loop go round until the request has been taken: there is nothing more to be seen of it from outside. */
static void until_taken(struct api_fixture *f)
{
    for (int i = 0; i < TURNS_MAX && api_idle(f->api); i++)
        api_fixture_turn(f);
    assert_false(api_idle(f->api));
}

static int64_t count(struct desk_school *school, const char *sql)
{
    return store_value(school->f.store, -1, sql, "");
}

static struct api_reply expect(struct api_reply reply, int status, const char *detail)
{
    if (reply.status != status || (detail && !strstr(json_at(reply.body, "detail"), detail)))
        fail_msg("got %d %s, want %d …%s…", reply.status, reply.raw ? reply.raw : "", status, detail ? detail : "");
    return reply;
}

static void expect_only(struct api_reply reply, int status, const char *detail)
{
    expect(reply, status, detail);
    api_reply_free(&reply);
}

/* The body of an import of one file; the caller frees. */
static char *import_of(const char *sheet)
{
    char data[4096];

    assert_non_null(sodium_bin2base64(data, sizeof data, (const unsigned char *)sheet, strlen(sheet),
                                      sodium_base64_VARIANT_ORIGINAL));
    return mem_format("{\"files\":[{\"name\":\"a.csv\",\"data\":\"%s\"}]}", data);
}

/* --- looks --- */

static void test_list_after_a_change_shows_it(void **state)
{
    struct desk_school *school = *state;
    struct api_reply list;

    expect_only(api_fixture_ask(&school->f, "POST", "/v1/students", "k1",
                                "{\"ref\":\"20260016\",\"name\":\"李雪\",\"class\":\"三(2)班\"}"),
                200, NULL);
    list = api_fixture_get(&school->f, "/v1/students");
    assert_string_equal(json_at(list.body, "items"), "3 items");
    api_reply_free(&list);
}

static void test_look_aside_is_in_the_audit_log(void **state)
{
    struct desk_school *school = *state;

    expect_only(api_fixture_get(&school->f, "/v1/students?class=x"), 200, NULL);
    expect_only(api_fixture_get(&school->f, "/v1/students?class=x&limit=0"), 400, "1 to 1000");
    assert_int_equal(count(school, "SELECT count(*) FROM audit WHERE action = 'student.list'"), 1);
}

static void test_turn_that_ends_a_look_and_fails_answers_503(void **state)
{
    struct desk_school *school = *state;

    api_fixture_sql(&school->f, no_audit);
    expect_only(api_fixture_get(&school->f, "/v1/students"), 503, "nothing was changed");
    api_fixture_sql(&school->f, well_again);
    expect_only(api_fixture_get(&school->f, "/v1/students"), 200, NULL);
}

static void test_loop_answers_while_the_helper_is_busy(void **state)
{
    struct desk_school *school = *state;
    struct api_client *list;

    shut(school, 0);
    list = api_fixture_send(&school->f, "GET", "/v1/students", NULL, NULL);
    expect_only(api_fixture_get(&school->f, "/v1/students/20260014"), 200, NULL);
    assert_false(api_client_answered(list));
    open_gate(school, 0);
    expect_only(api_fixture_wait(&school->f, list), 200, NULL);
}

static void test_too_much_at_a_time_is_refused(void **state)
{
    struct desk_school *school = *state;

    for (int i = 0; i < HELPER_JOBS_MAX; i++)
        shut(school, i);
    expect_only(api_fixture_get(&school->f, "/v1/students"), 503, "try again in a moment");
    for (int i = 0; i < HELPER_JOBS_MAX; i++)
        open_gate(school, i);
    while (!school->gates[HELPER_JOBS_MAX - 1].passed)
        api_fixture_turn(&school->f);
    expect_only(api_fixture_get(&school->f, "/v1/students"), 200, NULL);
}

static void test_client_that_leaves_while_it_waits_harms_nobody(void **state)
{
    struct desk_school *school = *state;
    struct api_client *client;

    shut(school, 0);
    client = api_fixture_send(&school->f, "GET", "/v1/students", NULL, NULL);
    until_taken(&school->f);
    api_client_leave(client);
    open_gate(school, 0);
    while (!api_idle(school->f.api))
        api_fixture_turn(&school->f);
    expect_only(api_fixture_get(&school->f, "/v1/students"), 200, NULL);
}

struct stream {
    char bytes[16384];
    size_t length;
    bool ended;
};

static void on_bytes(evutil_socket_t fd, short what, void *arg)
{
    struct stream *stream = arg;
    const ssize_t got = recv(fd, stream->bytes + stream->length, sizeof stream->bytes - 1 - stream->length, 0);

    (void)what;
    if (got > 0)
        stream->length += (size_t)got;
    else
        stream->ended = true;
}

static int connect_plain(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memcpy(address.sun_path, path, strlen(path));
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* The first goes aside, the second could be answered at once: it waits its turn. */
static void test_pipelined_requests_stay_in_order(void **state)
{
    static const char ask[] = "GET /v1/students?class=%E5%9B%9B(1)%E7%8F%AD HTTP/1.1\r\nHost: x\r\n\r\n"
                              "GET /v1/students/20260014 HTTP/1.1\r\nHost: x\r\n\r\n";
    struct desk_school *school = *state;
    const int fd = connect_plain(school->f.socket);
    struct stream stream = { .length = 0 };
    struct event *event = event_new(school->f.base, fd, EV_READ | EV_PERSIST, on_bytes, &stream);
    const char *first, *second;

    shut(school, 0);
    event_add(event, NULL);
    assert_int_equal(send(fd, ask, sizeof ask - 1, 0), sizeof ask - 1);
    until_taken(&school->f);
    expect_only(api_fixture_get(&school->f, "/v1/students/20260015"), 200, NULL);
    assert_int_equal(stream.length, 0);
    open_gate(school, 0);
    for (int i = 0; i < TURNS_MAX && !strstr(stream.bytes, "\"ref\":\"20260014\""); i++)
        api_fixture_turn(&school->f);
    first = strstr(stream.bytes, "\"ref\":\"20260015\"");
    second = strstr(stream.bytes, "\"ref\":\"20260014\"");
    assert_true(first && second && first < second);
    event_free(event);
    close(fd);
}

/* Whoever came later and asks for nothing is cut by the deadline; the one that waits for us is not. */
static void test_no_deadline_runs_while_a_client_waits_for_the_helper(void **state)
{
    struct desk_school *school = *state;
    struct stream idler = { .length = 0 };
    struct api_client *client;
    struct event *event;
    int fd;

    shut(school, 0);
    client = api_fixture_send(&school->f, "GET", "/v1/students", NULL, NULL);
    until_taken(&school->f);
    fd = connect_plain(school->f.socket);
    event = event_new(school->f.base, fd, EV_READ, on_bytes, &idler);
    event_add(event, NULL);
    while (!idler.ended)
        api_fixture_turn(&school->f);
    open_gate(school, 0);
    expect_only(api_fixture_wait(&school->f, client), 200, NULL);
    event_free(event);
    close(fd);
}

static void never_end(void *arg, struct store *reader)
{
    (void)arg;
    store_value(reader, -1, endless, "");
}

static void test_stop_answers_all_that_waits(void **state)
{
    struct desk_school *school = *state;
    CLEANUP(mem_clean) char *body = import_of("学籍号,姓名,班级\nG1,赵一,302\n");
    struct api_client *list, *first, *second;

    assert_true(helper_run(school->f.helper, &(struct helper_job){ never_end, on_passed, &school->gates[0] }));
    list = api_fixture_send(&school->f, "GET", "/v1/students", NULL, NULL);
    first = api_fixture_send(&school->f, "POST", "/v1/import", "k1", body);
    second = api_fixture_send(&school->f, "POST", "/v1/import", "k2", body);
    for (int i = 0; i < 3; i++) /* each is on the desk once a request behind it is answered */
        expect_only(api_fixture_get(&school->f, "/v1/students/20260014"), 200, NULL);
    api_fixture_unhelp(&school->f);
    api_stop(school->f.api);
    expect_only(api_fixture_wait(&school->f, list), 503, "stopping");
    expect_only(api_fixture_wait(&school->f, first), 503, "stopping");
    expect_only(api_fixture_wait(&school->f, second), 503, "stopping");
    expect_only(api_fixture_get(&school->f, "/v1/students/20260014"), 503, "stopping");
    assert_true(api_idle(school->f.api));
    assert_int_equal(count(school, "SELECT count(*) FROM student"), 2);
}

/* --- changes --- */

static void test_key_of_a_request_that_is_worked_on_is_refused_until_it_is_answered(void **state)
{
    struct desk_school *school = *state;
    CLEANUP(mem_clean) char *body = import_of("学籍号,姓名,班级\nG1,赵一,302\n");
    struct api_client *client;
    struct api_reply first, again;

    shut(school, 0);
    client = api_fixture_send(&school->f, "POST", "/v1/import", "k1", body);
    until_taken(&school->f);
    expect_only(api_fixture_ask(&school->f, "POST", "/v1/import", "k1", body), 409, "still being worked on");
    expect_only(api_fixture_ask(&school->f, "POST", "/v1/students/20260014/note", "k1", "{\"text\":\"x\"}"), 409,
                "still being worked on");
    open_gate(school, 0);
    first = expect(api_fixture_wait(&school->f, client), 200, NULL);
    again = expect(api_fixture_ask(&school->f, "POST", "/v1/import", "k1", body), 200, NULL);
    assert_string_equal(first.raw, again.raw);
    assert_int_equal(count(school, "SELECT count(*) FROM note"), 0);
    assert_int_equal(count(school, "SELECT count(*) FROM audit WHERE action = 'import'"), 1);
    api_reply_free(&first);
    api_reply_free(&again);
}

/* 250 children are several slices: when the answer is there, so are they. */
static void test_import_is_answered_when_all_of_it_is_there(void **state)
{
    struct desk_school *school = *state;
    struct text sheet = { 0 };
    CLEANUP(mem_clean) char *body = NULL;
    CLEANUP(mem_clean) char *data = NULL;
    size_t size;

    text_add(&sheet, "学籍号,姓名,班级\n");
    for (int i = 0; i < 250; i++)
        text_add_format(&sheet, "G%03d,赵一%03d,302\n", i, i);
    size = sodium_base64_ENCODED_LEN(sheet.length, sodium_base64_VARIANT_ORIGINAL);
    data = mem_new(size, 1);
    sodium_bin2base64(data, size, (const unsigned char *)sheet.data, sheet.length, sodium_base64_VARIANT_ORIGINAL);
    body = mem_format("{\"files\":[{\"name\":\"a.csv\",\"data\":\"%s\"}]}", data);
    expect_only(api_fixture_ask(&school->f, "POST", "/v1/import", "k1", body), 200, NULL);
    assert_int_equal(count(school, "SELECT count(*) FROM student"), 252);
    assert_int_equal(count(school, "SELECT count(*) FROM import WHERE state = 'done'"), 1);
    assert_int_equal(count(school, "SELECT count(*) FROM import_slice"), 0);
    text_free(&sheet);
}

static void test_second_import_is_compared_with_all_of_the_first(void **state)
{
    struct desk_school *school = *state;
    CLEANUP(mem_clean) char *body = import_of("学籍号,姓名,班级\nG1,赵一,302\nG2,钱二,302\n");
    struct api_client *first, *second;
    struct api_reply one, two;

    shut(school, 0);
    first = api_fixture_send(&school->f, "POST", "/v1/import", "k1", body);
    until_taken(&school->f);
    second = api_fixture_send(&school->f, "POST", "/v1/import", "k2", body);
    expect_only(api_fixture_get(&school->f, "/v1/students/20260014"), 200, NULL);
    open_gate(school, 0);
    one = expect(api_fixture_wait(&school->f, first), 200, NULL);
    two = expect(api_fixture_wait(&school->f, second), 200, NULL);
    assert_string_equal(json_at(one.body, "students.added"), "2");
    assert_string_equal(json_at(two.body, "students.added"), "0");
    assert_string_equal(json_at(two.body, "students.same"), "2");
    api_reply_free(&one);
    api_reply_free(&two);
}

static void test_client_of_an_import_that_leaves_does_not_stop_it(void **state)
{
    struct desk_school *school = *state;
    CLEANUP(mem_clean) char *body = import_of("学籍号,姓名,班级\nG1,赵一,302\n");
    struct api_client *client;
    struct api_reply again;

    shut(school, 0);
    client = api_fixture_send(&school->f, "POST", "/v1/import", "k1", body);
    until_taken(&school->f);
    api_client_leave(client);
    open_gate(school, 0);
    while (!api_idle(school->f.api))
        api_fixture_turn(&school->f);
    assert_int_equal(count(school, "SELECT count(*) FROM student WHERE ref = 'G1'"), 1);
    again = expect(api_fixture_ask(&school->f, "POST", "/v1/import", "k1", body), 200, NULL);
    assert_string_equal(json_at(again.body, "students.added"), "1"); /* the first answer */
    api_reply_free(&again);
}

static void change_a_student(struct desk_school *school, const char *key)
{
    CLEANUP(mem_clean) char *body = mem_format("{\"remark\":\"%s\"}", key);

    expect_only(api_fixture_ask(&school->f, "POST", "/v1/students/20260014/set", key, body), 200, NULL);
}

/* The helper stands at a gate, so what was before it is done: the loop learns it, and does what follows. */
static void until_at(struct desk_school *school, int gate)
{
    sem_wait(&school->gates[gate].begun);
    for (int i = 0; i < 5; i++)
        expect_only(api_fixture_get(&school->f, "/v1/students/20260015"), 200, NULL);
}

/* The look waits behind gate 0 while the register changes: it is made again behind gate 1, and holds. */
static void test_import_looks_again_when_the_register_has_changed(void **state)
{
    struct desk_school *school = *state;
    CLEANUP(mem_clean) char *body = import_of("学籍号,姓名,班级\nG1,赵一,302\n");
    struct api_client *client;

    shut(school, 0);
    client = api_fixture_send(&school->f, "POST", "/v1/import", "k1", body);
    until_taken(&school->f);
    change_a_student(school, "c1");
    shut(school, 1);
    open_gate(school, 0);
    until_at(school, 1);
    assert_false(api_client_answered(client));
    assert_int_equal(count(school, "SELECT count(*) FROM student WHERE ref = 'G1'"), 0); /* the first did not hold */
    open_gate(school, 1);
    expect_only(api_fixture_wait(&school->f, client), 200, NULL);
    assert_int_equal(count(school, "SELECT count(*) FROM student WHERE ref = 'G1'"), 1);
}

static void test_import_gives_up_when_the_register_changes_again_and_again(void **state)
{
    static const char *const keys[] = { "c1", "c2", "c3" };
    struct desk_school *school = *state;
    CLEANUP(mem_clean) char *body = import_of("学籍号,姓名,班级\nG1,赵一,302\n");
    struct api_client *client;

    shut(school, 0);
    client = api_fixture_send(&school->f, "POST", "/v1/import", "k1", body);
    until_taken(&school->f);
    for (int look = 0; look < 3; look++) {
        assert_false(api_client_answered(client));
        change_a_student(school, keys[look]);
        shut(school, look + 1); /* before the look that comes after this one */
        open_gate(school, look);
        until_at(school, look + 1);
    }
    open_gate(school, 3);
    expect_only(api_fixture_wait(&school->f, client), 409, "again and again");
    assert_int_equal(count(school, "SELECT count(*) FROM student WHERE ref = 'G1'"), 0);
    assert_int_equal(count(school, "SELECT count(*) FROM request WHERE id = 'k1'"), 0);
}

static void test_import_that_cannot_be_kept_answers_503_and_leaves_nothing(void **state)
{
    struct desk_school *school = *state;
    CLEANUP(mem_clean) char *body = import_of("学籍号,姓名,班级\nG1,赵一,302\n");

    api_fixture_sql(&school->f, no_audit);
    expect_only(api_fixture_ask(&school->f, "POST", "/v1/import", "k1", body), 503, "nothing was imported");
    assert_int_equal(count(school, "SELECT count(*) FROM import_slice"), 0);
    api_fixture_sql(&school->f, well_again);
    expect_only(api_fixture_ask(&school->f, "POST", "/v1/import", "k1", body), 200, NULL);
    assert_int_equal(count(school, "SELECT count(*) FROM student WHERE ref = 'G1'"), 1);
}

static void test_import_that_is_kept_goes_on_when_the_store_works_again(void **state)
{
    struct desk_school *school = *state;
    CLEANUP(mem_clean) char *body = import_of("学籍号,姓名,班级\nG1,赵一,302\n");

    api_fixture_sql(&school->f, no_student);
    expect_only(api_fixture_ask(&school->f, "POST", "/v1/import", "k1", body), 503, "goes on by itself");
    assert_int_equal(count(school, "SELECT count(*) FROM import_slice"), 1);
    api_fixture_sql(&school->f, well_again);
    while (api_busy(school->f.api))
        api_fixture_turn(&school->f);
    assert_int_equal(count(school, "SELECT count(*) FROM student WHERE ref = 'G1'"), 1);
    expect_only(api_fixture_ask(&school->f, "POST", "/v1/import", "k1", body), 200, NULL); /* the first answer */
}

/* What a crash left: one plan that was released, with a slice to go, and one that was not. */
static void test_import_waits_for_what_a_crash_left_of_another(void **state)
{
    struct desk_school *school = *state;
    CLEANUP(mem_clean) char *body = import_of("学籍号,姓名,班级\nG1,赵一,302\n");
    int64_t released, left;
    struct api_reply reply;

    released = importing_begin(school->f.store, "unix:root", FIXTURE_NOW);
    importing_add(school->f.store, released,
                  "[{\"do\":\"student\",\"ref\":\"G1\",\"name\":\"赵一\",\"class\":\"三(2)班\",\"grade\":\"3\"}]");
    importing_release(school->f.store, released);
    left = importing_begin(school->f.store, "unix:root", FIXTURE_NOW);
    importing_add(school->f.store, left, "[{\"do\":\"student\",\"ref\":\"G9\",\"name\":\"未知\"}]");
    assert_true(turn_end(school->f.turn, NULL));
    api_fixture_engine(&school->f);
    api_fixture_listen(&school->f);
    reply = expect(api_fixture_ask(&school->f, "POST", "/v1/import", "k1", body), 200, NULL);
    assert_string_equal(json_at(reply.body, "students.added"), "0");
    assert_int_equal(count(school, "SELECT count(*) FROM student WHERE ref = 'G1'"), 1);
    assert_int_equal(count(school, "SELECT count(*) FROM student WHERE ref = 'G9'"), 0);
    assert_int_equal(count(school, "SELECT count(*) FROM import_slice"), 0);
    api_reply_free(&reply);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_listening, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_list_after_a_change_shows_it),
        TEST(test_look_aside_is_in_the_audit_log),
        TEST(test_turn_that_ends_a_look_and_fails_answers_503),
        TEST(test_loop_answers_while_the_helper_is_busy),
        TEST(test_too_much_at_a_time_is_refused),
        TEST(test_client_that_leaves_while_it_waits_harms_nobody),
        TEST(test_pipelined_requests_stay_in_order),
        cmocka_unit_test_setup_teardown(test_no_deadline_runs_while_a_client_waits_for_the_helper, setup_short,
                                        teardown),
        TEST(test_stop_answers_all_that_waits),
        TEST(test_key_of_a_request_that_is_worked_on_is_refused_until_it_is_answered),
        TEST(test_import_is_answered_when_all_of_it_is_there),
        TEST(test_second_import_is_compared_with_all_of_the_first),
        TEST(test_client_of_an_import_that_leaves_does_not_stop_it),
        TEST(test_import_looks_again_when_the_register_has_changed),
        TEST(test_import_gives_up_when_the_register_changes_again_and_again),
        TEST(test_import_that_cannot_be_kept_answers_503_and_leaves_nothing),
        TEST(test_import_that_is_kept_goes_on_when_the_store_works_again),
        cmocka_unit_test_setup_teardown(test_import_waits_for_what_a_crash_left_of_another, setup, teardown),
    };

    return cmocka_run_group_tests_name("desk", tests, NULL, NULL);
}
