/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulator killed at random instants under load, judged by its ledger. A small daemon hands over jobs, keeps what
 * it was told, and after each kill settles what is in doubt: by the repeated id, by probe, or by holding it. Then: no id
 * twice, none lost, and every reply of the ledger was told. The instants come from a seed, printed on failure.
 */
#include "tests/unit/gateways/peer.h"

#include "lib/random.h"

enum { JOBS = 1500, WINDOW = 64, KILLS = 25, LINES_BETWEEN = 400 };

enum fate { TODO, GIVEN, ACCEPTED, HELD };

struct daemon {
    const char *folder, *settings;
    bool idempotent, probe;
    struct peer peer;
    enum fate jobs[JOBS];
    int in_flight, next, settled, held, replies;
    json_t *told; /* uids of replies */
};

static const time_ms START = 1790000000000;

static void start(struct daemon *daemon)
{
    CLEANUP(mem_clean) char *config =
        mem_format("{\"script\":\"script.sim\",\"window\":%d%s}", (int)WINDOW, daemon->settings);

    daemon->peer = peer_start("simulator");
    peer_hello(&daemon->peer, daemon->folder, "e1", START, 1000, config);
    peer_pass(&daemon->peer, "ready");
}

static bool give(struct daemon *daemon, int job, bool again)
{
    CLEANUP(mem_clean) char *line =
        mem_format("{\"type\":\"send\",\"id\":\"e1-%d\",\"channel\":\"sms\",\"lane\":\"bulk\","
                   "\"to\":\"+86199%08d\",\"text\":\"t\",\"again\":%s}",
                   job, job, again ? "true" : "false");

    daemon->jobs[job] = GIVEN;
    daemon->in_flight++;
    return peer_say(&daemon->peer, line);
}

static int job_of(const json_t *line)
{
    const char *id = json_text(line, "id", "");

    assert_true(text_starts(id, "e1-"));
    return atoi(id + 3);
}

static void settle(struct daemon *daemon, int job, enum fate fate)
{
    assert_int_equal(daemon->jobs[job], GIVEN);
    daemon->jobs[job] = fate;
    daemon->in_flight--;
    daemon->settled++;
    daemon->held += fate == HELD;
}

static void store(struct daemon *daemon, const json_t *line)
{
    const char *uid = json_text(line, "uid", "?");
    CLEANUP(mem_clean) char *stored = mem_format("{\"type\":\"stored\",\"uid\":\"%s\"}", uid);

    if (strcmp(json_text(line, "type", ""), "reply") == 0 && !json_object_get(daemon->told, uid)) {
        json_put_flag(daemon->told, uid, true);
        daemon->replies++;
    }
    peer_say(&daemon->peer, stored);
}

/* Takes one line; false at the end of the pipe. */
static bool take(struct daemon *daemon)
{
    json_t *line = peer_next(&daemon->peer);
    const char *type = json_text(line, "type", "");

    if (strcmp(type, "accepted") == 0)
        settle(daemon, job_of(line), ACCEPTED);
    else if (strcmp(type, "reply") == 0 || strcmp(type, "status") == 0)
        store(daemon, line);
    else if (strcmp(type, "fate") == 0 && strcmp(json_text(line, "state", ""), "sent") == 0)
        settle(daemon, job_of(line), ACCEPTED);
    else if (strcmp(type, "fate") == 0 && daemon->in_flight-- > 0)
        give(daemon, job_of(line), true);
    json_decref(line);
    return line != NULL;
}

/* After a kill: every job without an outcome is in doubt, for the daemon may have been killed with it. */
static void settle_doubts(struct daemon *daemon)
{
    for (int job = 0; job < daemon->next; job++) {
        CLEANUP(mem_clean) char *probe = mem_format("{\"type\":\"probe\",\"id\":\"e1-%d\"}", job);

        if (daemon->jobs[job] != GIVEN)
            continue;
        if (daemon->idempotent) {
            daemon->in_flight--;
            give(daemon, job, true);
        } else if (daemon->probe) {
            peer_say(&daemon->peer, probe);
        } else {
            settle(daemon, job, HELD);
        }
    }
}

static void run(struct daemon *daemon, struct random *random)
{
    int kills = 0;
    uint64_t lines_left = random_below(random, LINES_BETWEEN);

    start(daemon);
    while (daemon->settled < JOBS || (daemon->idempotent && daemon->replies < JOBS)) {
        while (daemon->in_flight < WINDOW && daemon->next < JOBS && give(daemon, daemon->next, false))
            daemon->next++;
        assert_true(take(daemon));
        if (kills == KILLS || lines_left-- > 0)
            continue;
        peer_kill(&daemon->peer);
        kills++;
        lines_left = random_below(random, LINES_BETWEEN);
        start(daemon);
        settle_doubts(daemon);
    }
    assert_int_equal(peer_end(&daemon->peer), 0);
}

/* Counts the ledger's lines of a kind by the number in their id; "e1-7" and "e1-7/1" are 7. */
static void count_ledger(const char *folder, const char *kind, int counts[JOBS])
{
    CLEANUP(mem_clean) char *path = mem_format("%s/phones.ledger", folder);
    CLEANUP(mem_clean) char *whole = file_read(path);

    for (char *line = whole; *line; line = strchr(line, '\n') + 1) {
        char *tab = strchr(line, '\t') + 1;
        const size_t length = strlen(kind);

        if (strncmp(tab, kind, length) == 0 && tab[length] == '\t')
            counts[atoi(tab + length + strlen("\te1-"))]++;
    }
}

static void judge(const struct daemon *daemon)
{
    int sent[JOBS] = { 0 }, replied[JOBS] = { 0 };

    count_ledger(daemon->folder, "out", sent);
    count_ledger(daemon->folder, "in", replied);
    for (int job = 0; job < JOBS; job++) {
        CLEANUP(mem_clean) char *uid = mem_format("e1-%d/1", job);

        if (sent[job] > 1 || replied[job] > 1)
            fail_msg("job %d: twice (%d sent, %d replies)", job, sent[job], replied[job]);
        if (daemon->jobs[job] == ACCEPTED && sent[job] == 0)
            fail_msg("job %d: accepted, and no phone got it", job);
        if (daemon->jobs[job] != ACCEPTED && daemon->jobs[job] != HELD)
            fail_msg("job %d: lost", job);
        if (daemon->idempotent && replied[job] && !json_object_get(daemon->told, uid))
            fail_msg("job %d: its reply was never told", job);
    }
}

static void survive(const char *settings, bool idempotent, bool probe, uint64_t seed, int most_held)
{
    struct random random = random_from_seed(seed);
    struct daemon *daemon = mem_new(1, sizeof *daemon);
    char *folder = folder_new();

    print_message("seed %llu%s\n", (unsigned long long)seed, settings);
    *daemon = (struct daemon){
        .folder = folder, .settings = settings, .idempotent = idempotent, .probe = probe, .told = json_object()
    };
    file_write(folder, "script.sim", "* * reply \"1\" after 3s\n");
    run(daemon, &random);
    judge(daemon);
    assert_in_range(daemon->held, 0, most_held);
    json_decref(daemon->told);
    free(daemon);
    folder_drop(folder);
}

static void test_repeated_ids_lose_nothing_and_send_nothing_twice(void **state)
{
    (void)state;
    survive("", true, true, 1, 0);
    survive("", true, true, 2, 0);
}

static void test_probe_alone_loses_nothing_and_sends_nothing_twice(void **state)
{
    (void)state;
    survive(",\"idempotent\":false", false, true, 3, 0);
}

static void test_without_either_a_kill_holds_at_most_a_window(void **state)
{
    (void)state;
    survive(",\"idempotent\":false,\"probe\":false", false, false, 4, WINDOW * KILLS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repeated_ids_lose_nothing_and_send_nothing_twice),
        cmocka_unit_test(test_probe_alone_loses_nothing_and_sends_nothing_twice),
        cmocka_unit_test(test_without_either_a_kill_holds_at_most_a_window),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
