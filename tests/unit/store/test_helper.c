/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The helper thread: a job sees one state of the store, its end comes to the loop, nothing hangs when it is stopped. Jobs
 * that must be met half way wait at a gate, so no test depends on who is faster.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/memory.h"
#include "store/helper.h"
#include "tests/support/api_fixture.h"

enum { GUARD_MS = 20000, LONG_TEXT = 5 * 1024 * 1024 };

static const char endless[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
static const char notes[] = "SELECT count(*) FROM setting WHERE key LIKE 'note%'";

/* One job and what it met. */
struct job {
    struct api_fixture *f;
    sem_t begun, go; /* used by those that stand at the gate */
    int64_t before, after;
    int64_t file_size;
    bool failed, ran, done;
    pthread_t done_by;
    char *order, letter; /* of the dones; NULL */
};

static int setup(void **state)
{
    struct api_fixture *f = calloc(1, sizeof *f);

    api_fixture_open(f);
    api_fixture_help(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    api_fixture_close(*state);
    free(*state);
    return 0;
}

static void job_open(struct job *job, struct api_fixture *f)
{
    *job = (struct job){ .f = f };
    sem_init(&job->begun, 0, 0);
    sem_init(&job->go, 0, 0);
}

static void job_close(struct job *job)
{
    sem_destroy(&job->begun);
    sem_destroy(&job->go);
}

static void on_done(void *arg, bool ran)
{
    struct job *job = arg;

    job->done = true;
    job->ran = ran;
    job->done_by = pthread_self();
    if (job->order)
        job->order[strlen(job->order)] = job->letter;
}

static void at_the_gate(void *arg, struct store *reader)
{
    struct job *job = arg;

    job->before = store_value(reader, -1, notes, "");
    sem_post(&job->begun);
    sem_wait(&job->go);
    job->after = store_value(reader, -1, notes, "");
}

static void count_notes(void *arg, struct store *reader)
{
    struct job *job = arg;
    struct stat file;

    job->before = store_value(reader, -1, notes, "");
    job->file_size = stat(store_path(reader), &file) == 0 ? file.st_size : -1;
}

static void never_end(void *arg, struct store *reader)
{
    struct job *job = arg;

    sem_post(&job->begun);
    store_value(reader, -1, endless, "");
    job->failed = store_failed(reader);
}

static void write_something(void *arg, struct store *reader)
{
    setting_put(reader, "note-of-a-reader", "1");
    ((struct job *)arg)->failed = store_failed(reader);
}

static bool run(struct job *job, void (*work)(void *arg, struct store *reader))
{
    return helper_run(job->f->helper, &(struct helper_job){ work, on_done, job });
}

static void wait_for(struct job *job)
{
    while (!job->done) {
        struct pollfd fd = { helper_fd(job->f->helper), POLLIN, 0 };

        if (poll(&fd, 1, GUARD_MS) != 1)
            fail_msg("the helper has not finished its job");
        helper_finish(job->f->helper);
    }
}

static void write_note(struct api_fixture *f, const char *key, const char *text)
{
    setting_put(f->store, key, text);
    assert_true(turn_end(f->turn, NULL));
}

static void test_job_sees_what_was_committed_before_it(void **state)
{
    struct job job;

    job_open(&job, *state);
    write_note(*state, "note1", "x");
    write_note(*state, "note2", "x");
    assert_true(run(&job, count_notes));
    wait_for(&job);
    assert_int_equal(job.before, 2);
    job_close(&job);
}

static void test_job_sees_one_state_while_the_loop_goes_on(void **state)
{
    struct job job;

    job_open(&job, *state);
    assert_true(run(&job, at_the_gate));
    sem_wait(&job.begun);
    write_note(*state, "note1", "x");
    sem_post(&job.go);
    wait_for(&job);
    assert_int_equal(job.before, 0);
    assert_int_equal(job.after, 0);
    job_close(&job);
}

static void test_ends_come_to_the_loop_in_order(void **state)
{
    struct job jobs[3];
    char order[4] = "";

    for (int i = 0; i < 3; i++) {
        job_open(&jobs[i], *state);
        jobs[i].order = order;
        jobs[i].letter = (char)('a' + i);
        assert_true(run(&jobs[i], count_notes));
    }
    wait_for(&jobs[2]);
    assert_string_equal(order, "abc");
    for (int i = 0; i < 3; i++) {
        assert_true(jobs[i].ran);
        assert_true(pthread_equal(jobs[i].done_by, pthread_self()));
        job_close(&jobs[i]);
    }
}

static void test_too_many_jobs_are_refused(void **state)
{
    struct job first, others[HELPER_JOBS_MAX];

    job_open(&first, *state);
    assert_true(run(&first, at_the_gate));
    for (int i = 0; i < HELPER_JOBS_MAX; i++)
        job_open(&others[i], *state);
    for (int i = 0; i < HELPER_JOBS_MAX - 1; i++)
        assert_true(run(&others[i], count_notes));
    assert_false(run(&others[HELPER_JOBS_MAX - 1], count_notes));
    sem_post(&first.go);
    wait_for(&others[HELPER_JOBS_MAX - 2]);
    assert_true(run(&others[HELPER_JOBS_MAX - 1], count_notes)); /* there is room again */
    wait_for(&others[HELPER_JOBS_MAX - 1]);
    for (int i = 0; i < HELPER_JOBS_MAX; i++)
        job_close(&others[i]);
    job_close(&first);
}

static void test_stop_breaks_off_what_runs_and_tells_what_waits(void **state)
{
    struct api_fixture *f = *state;
    struct job running, waiting;

    job_open(&running, f);
    job_open(&waiting, f);
    assert_true(run(&running, never_end));
    assert_true(run(&waiting, count_notes));
    sem_wait(&running.begun);
    api_fixture_unhelp(f);
    assert_true(running.failed);
    assert_true(running.done && !running.ran);
    assert_true(waiting.done && !waiting.ran);
    job_close(&running);
    job_close(&waiting);
}

/* Five megabytes come into the log while a job holds its snapshot: they are in the file before the next job begins. */
static void test_checkpoint_that_is_due_goes_before_the_next_job(void **state)
{
    CLEANUP(mem_clean) char *text = mem_new(LONG_TEXT + 1, 1);
    struct job first, second;

    memset(text, 'x', LONG_TEXT);
    job_open(&first, *state);
    job_open(&second, *state);
    assert_true(run(&first, at_the_gate));
    assert_true(run(&second, count_notes));
    sem_wait(&first.begun);
    write_note(*state, "note1", text);
    sem_post(&first.go);
    wait_for(&second);
    assert_int_equal(second.before, 1);
    assert_true(second.file_size > LONG_TEXT);
    job_close(&first);
    job_close(&second);
}

static void test_held_helper_begins_no_job(void **state)
{
    struct api_fixture *f = *state;
    struct job running, waiting;

    job_open(&running, f);
    job_open(&waiting, f);
    assert_true(run(&running, at_the_gate));
    sem_wait(&running.begun);
    assert_false(helper_hold(f->helper)); /* one runs */
    assert_true(run(&waiting, count_notes));
    sem_post(&running.go);
    wait_for(&running);
    assert_true(helper_hold(f->helper));
    assert_false(waiting.done);
    write_note(f, "note1", "x"); /* what is changed meanwhile, the next job sees */
    helper_go(f->helper);
    wait_for(&waiting);
    assert_int_equal(waiting.before, 1);
    job_close(&running);
    job_close(&waiting);
}

static void test_job_that_writes_fails_and_the_next_one_works(void **state)
{
    struct api_fixture *f = *state;
    struct job writes, reads;

    job_open(&writes, f);
    job_open(&reads, f);
    assert_true(run(&writes, write_something));
    assert_true(run(&reads, count_notes));
    wait_for(&reads);
    assert_true(writes.failed);
    assert_int_equal(reads.before, 0);
    assert_int_equal(store_value(f->store, -1, notes, ""), 0);
    job_close(&writes);
    job_close(&reads);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_job_sees_what_was_committed_before_it),
        TEST(test_job_sees_one_state_while_the_loop_goes_on),
        TEST(test_ends_come_to_the_loop_in_order),
        TEST(test_too_many_jobs_are_refused),
        TEST(test_stop_breaks_off_what_runs_and_tells_what_waits),
        TEST(test_checkpoint_that_is_due_goes_before_the_next_job),
        TEST(test_held_helper_begins_no_job),
        TEST(test_job_that_writes_fails_and_the_next_one_works),
    };

    return cmocka_run_group_tests_name("helper", tests, NULL, NULL);
}
