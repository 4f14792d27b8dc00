/* SPDX-License-Identifier: Apache-2.0 */
/* Commands against a daemon that knows its lines by heart: requests, pages, tables, JSON, refusals, exit status. */
#include "fake_daemon.h"

#include "lib/json.h"

#define PROBLEM                                                                                                         \
    "{\"title\":\"Conflict\",\"status\":409,\"detail\":\"two are called 王伟: give the number\",\"mistakes\":[\"QL1 " \
    "王伟\",\"QL2 王伟\"]}"

static void test_a_list_is_read_page_by_page_into_one_array(void **state)
{
    static const struct fake_line lines[] = {
        { "GET /v1/outbox?state=held%2Cunknown&limit=1000", 200,
          "{\"items\":[{\"id\":1,\"cost\":0.05}],\"next\":\"1\"}" },
        { "GET /v1/outbox?state=held%2Cunknown&limit=1000&after=1", 200, "{\"items\":[{\"id\":2}],\"next\":null}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "outbox", "list", "--state", "held,unknown", "--json");
    assert_string_equal(ran.err, "");
    assert_string_equal(ran.out, "[\n{\"id\":1,\"cost\":0.05},\n{\"id\":2}\n]\n");
    assert_int_equal(ran.status, CLI_DONE);
    ran_free(&ran);
    fake_close(&fake);
}

static void test_a_limit_ends_the_pages_and_says_that_there_are_more(void **state)
{
    static const struct fake_line lines[] = {
        { "GET /v1/students?limit=1", 200, "{\"items\":[{\"ref\":\"QL1\",\"name\":\"王小明\"}],\"next\":\"7\"}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "student", "list", "--limit", "1");
    assert_string_equal(ran.err, "1 shown, there are more: --limit N shows N\n");
    assert_int_equal(fake.request_count, 1);
    assert_int_equal(ran.status, CLI_DONE);
    ran_free(&ran);
    fake_close(&fake);
}

static void test_an_empty_list_is_an_empty_array(void **state)
{
    static const struct fake_line lines[] = {
        { "GET /v1/inbox?limit=1000", 200, "{\"items\":[],\"next\":null}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "inbox", "list", "--json");
    assert_string_equal(ran.out, "[]\n");
    ran_free(&ran);
    ran = fake_cli(&fake, "", "inbox", "list");
    assert_string_equal(ran.out, "nothing there\n");
    ran_free(&ran);
    fake_close(&fake);
}

static void test_columns_stand_under_each_other_with_chinese_text(void **state)
{
    static const struct fake_line lines[] = {
        { "GET /v1/students?limit=1000", 200,
          "{\"items\":[{\"ref\":\"QL1\",\"name\":\"王小明\",\"class\":\"三(2)班\",\"village\":\"柳湾村\",\"left_"
          "behind\":true,"
          "\"contacts\":3,\"mentor\":{\"ref\":\"T1\",\"name\":\"张老师\"}},"
          "{\"ref\":\"QL20\",\"name\":\"Aygul\",\"class\":\"4-1\",\"village\":null,\"left_behind\":false,\"contacts\":"
          "12,"
          "\"mentor\":null}],\"next\":null}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "student", "list");
    assert_string_equal(ran.out, "ref   name    class    village  left behind  contacts  mentor\n"
                                 "QL1   王小明  三(2)班  柳湾村   yes                 3  张老师\n"
                                 "QL20  Aygul   4-1                                  12\n");
    ran_free(&ran);
    fake_close(&fake);
}

static void test_a_row_keeps_to_a_hundred_columns(void **state)
{
    static const struct fake_line lines[] = {
        { "GET /v1/inbox?limit=1000", 200,
          "{\"items\":[{\"id\":7,\"received\":\"2026-10-08T09:00:05+08:00\",\"from\":\"+8619900000101\",\"persons\":[],"
          "\"kind\":\"text\",\"state\":\"waiting\",\"why\":\"\",\"text\":"
          "\"孩子昨天晚上开始发烧，今天早上还没有退，老师能不能帮忙看一看，"
          "我和他爸爸都在广州赶不回来，外婆一个人背不动他，谢谢老师了\\n请回电\"}],\"next\":null}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;
    char *second;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "inbox", "list");
    second = strchr(ran.out, '\n') + 1;
    assert_ptr_equal(strchr(second, '\n'), ran.out + strlen(ran.out) - 1);
    second[strlen(second) - 1] = '\0';
    assert_true(text_ends(second, "…"));
    assert_in_range(utf8_width(second), 98, 100);
    ran_free(&ran);
    fake_close(&fake);
}

static void test_escape_sequences_of_a_reply_do_not_reach_the_terminal(void **state)
{
    static const struct fake_line lines[] = {
        { "GET /v1/inbox/7", 200, "{\"id\":7,\"state\":\"waiting\",\"text\":\"a\\u001b[2Jb\\u202ec\\u0007\"}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "inbox", "show", "7");
    assert_string_equal(ran.out, "id     7\nstate  waiting\ntext   a[2Jbc\n");
    ran_free(&ran);
    fake_close(&fake);
}

static void test_a_refusal_is_told_with_each_mistake_on_its_line(void **state)
{
    static const struct fake_line lines[] = {
        { "GET /v1/students/%E7%8E%8B%E4%BC%9F", 409, PROBLEM },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "student", "show", "王伟");
    assert_int_equal(ran.status, CLI_FAILED);
    assert_string_equal(ran.out, "");
    assert_string_equal(ran.err, "greenline: two are called 王伟: give the number\nQL1 王伟\nQL2 王伟\n");
    ran_free(&ran);
    fake_close(&fake);
}

static void test_a_change_sends_its_fields_and_the_request_id(void **state)
{
    static const struct fake_line lines[] = {
        { "POST /v1/contacts/P1/set", 200, "{\"ref\":\"P1\",\"name\":\"王建国\"}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "contact", "set", "P1", "--student=QL1", "--restricted", "yes", "--rank", "2",
                   "--request-id", "r-9");
    assert_int_equal(ran.status, CLI_DONE);
    assert_non_null(strstr(fake.requests[0], "\r\nIdempotency-Key: r-9\r\n"));
    assert_non_null(strstr(fake.requests[0], "\r\n\r\n{\"student\":\"QL1\",\"restricted\":true,\"rank\":2}"));
    ran_free(&ran);
    fake_close(&fake);
}

static void test_entries_of_the_register_send_what_was_said(void **state)
{
    static const struct fake_line lines[] = {
        { "POST /v1/students", 200, "{\"ref\":\"G9\",\"name\":\"李雪\",\"groups\":[\"合唱团\"]}" },
        { "POST /v1/pairings", 200,
          "{\"mentor\":{\"ref\":\"T1\",\"name\":\"赵敏\"},\"student\":{\"ref\":\"G9\",\"name\":\"李雪\"},"
          "\"since\":\"2026-09-01T00:00:00+08:00\",\"until\":null}" },
        { "POST /v1/rota", 200,
          "{\"id\":3,\"person\":{\"ref\":\"T1\",\"name\":\"赵敏\"},\"post\":\"duty\","
          "\"since\":\"2026-09-05T07:00:00+08:00\",\"until\":\"2026-09-06T07:00:00+08:00\"}" },
        { "POST /v1/staff/T1/end", 200,
          "{\"ref\":\"T1\",\"name\":\"赵敏\",\"roles\":[{\"role\":\"teacher\",\"class\":\"三(2)班\"}],\"lines\":[]}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "student", "add", "G9", "--name", "李雪", "--class", "三2", "--left-behind", "no");
    assert_string_equal(ran.out, "name    李雪\nref     G9\ngroups  合唱团\n");
    assert_non_null(strstr(fake.requests[0], "\r\n\r\n{\"ref\":\"G9\",\"name\":\"李雪\",\"class\":\"三2\","
                                             "\"left_behind\":false}"));
    ran_free(&ran);
    ran = fake_cli(&fake, "", "pair", "add", "赵敏", "G9", "--since", "2026-09-01");
    assert_string_equal(ran.out, "mentor  赵敏 (T1)\nchild   李雪 (G9)\nsince   2026-09-01\n");
    assert_non_null(strstr(fake.requests[1], "{\"mentor\":\"赵敏\",\"student\":\"G9\",\"since\":\"2026-09-01\"}"));
    ran_free(&ran);
    ran = fake_cli(&fake, "", "rota", "add", "T1", "--from", "2026-09-05 07:00", "--to", "2026-09-06 07:00");
    assert_string_equal(ran.out, "id      3\nperson  赵敏 (T1)\npost    duty\nfrom    2026-09-05 07:00:00\n"
                                 "until   2026-09-06 07:00:00\n");
    assert_non_null(strstr(fake.requests[2], "\"since\":\"2026-09-05 07:00\",\"until\":\"2026-09-06 07:00\"}"));
    ran_free(&ran);
    ran = fake_cli(&fake, "", "staff", "end", "T1", "--role", "mentor");
    assert_string_equal(ran.out, "name    赵敏\nperson  T1\nroles   teacher 三(2)班\n");
    ran_free(&ran);
    fake_close(&fake);
}

static void test_an_entry_without_what_it_needs_is_a_usage_error(void **state)
{
    static const struct {
        const char *words[8], *want;
    } rows[] = {
        { { "student", "add", "G9", "--name", "李雪", NULL }, "--class is missing" },
        { { "contact", "add", "李雪", "--student", "G9", NULL }, "--relation is missing" },
        { { "pair", "add", "赵敏", NULL }, "STUDENT is missing" },
        { { "rota", "add", "赵敏", "--from", "2026-09-05 07:00", NULL }, "--to is missing" },
        { { "contact", "end", "李雪", NULL }, "--student is missing" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ran ran = fake_cli_words("/nowhere", "", rows[i].words);

        assert_int_equal(ran.status, CLI_USAGE);
        if (!strstr(ran.err, rows[i].want))
            fail_msg("got \"%s\", want \"…%s…\"", ran.err, rows[i].want);
        ran_free(&ran);
    }
}

static void test_a_change_whose_connection_breaks_is_repeated_with_the_same_id(void **state)
{
    static const struct fake_line lines[] = {
        { "POST /v1/asks/7/handle", 0, NULL },
        { "POST /v1/asks/7/handle", 200, "{\"id\":7,\"state\":\"answered\"}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;
    char *first, *second;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "ask", "handle", "7");
    assert_int_equal(ran.status, CLI_DONE);
    assert_int_equal(fake.request_count, 2);
    first = strstr(fake.requests[0], "Idempotency-Key: cli-");
    second = strstr(fake.requests[1], "Idempotency-Key: cli-");
    assert_non_null(first);
    assert_non_null(second);
    assert_memory_equal(first, second, strlen("Idempotency-Key: cli-") + 32);
    ran_free(&ran);
    fake_close(&fake);
}

static void test_a_daemon_that_is_away_is_told_with_its_mend(void **state)
{
    struct ran ran = fake_cli_words("/tmp/greenline-no-such/sock", "", (const char *const[]){ "today", NULL });

    (void)state;
    assert_int_equal(ran.status, CLI_FAILED);
    assert_string_equal(ran.err,
                        "greenline: there is no socket /tmp/greenline-no-such/sock: start greenlined, or give its "
                        "socket by --socket PATH\n");
    ran_free(&ran);
}

static void test_a_daemon_that_has_ended_is_told_from_one_that_never_was(void **state)
{
    static const struct fake_line lines[] = { { NULL, 0, NULL } };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    shutdown(fake.listener, SHUT_RDWR);
    pthread_join(fake.thread, NULL);
    close(fake.listener);
    ran = fake_cli(&fake, "", "today");
    assert_int_equal(ran.status, CLI_FAILED);
    assert_true(text_starts(ran.err, "greenline: greenlined does not run (nobody answers on "));
    ran_free(&ran);
    unlink(fake.path);
    rmdir(fake.folder);
}

static void test_today_prints_each_item_with_the_command_that_settles_it(void **state)
{
    static const struct fake_line lines[] = {
        { "GET /v1/today", 200,
          "{\"items\":[{\"urgency\":1,\"at\":\"2026-10-08T09:00:00+08:00\",\"what\":\"王小明 asks for help: 手骨折了\","
          "\"settle\":\"greenline ask handle 12\"}],\"next\":null}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "today");
    assert_string_equal(ran.out, "1  10-08 09:00  王小明 asks for help: 手骨折了\n"
                                 "                greenline ask handle 12\n");
    ran_free(&ran);
    fake_close(&fake);
}

static void test_status_says_what_is_wrong_first(void **state)
{
    static const struct fake_line lines[] = {
        { "GET /v1/status", 200,
          "{\"state\":\"attention\",\"school\":\"青岭小学\",\"problems\":[{\"what\":\"3 messages "
          "held\",\"mend\":\"look at them\"}],"
          "\"asks\":{\"open\":2,\"waiting\":0},\"lanes\":[{\"lane\":\"notice\",\"queued\":5,\"held\":3,\"oldest\":null}"
          "]}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "status");
    assert_string_equal(ran.out, "! 3 messages held\n  look at them\n\nschool     青岭小学\nquestions  2 open\n\n"
                                 "Messages that wait\nlane    queued  held  oldest\nnotice       5     3\n");
    ran_free(&ran);
    fake_close(&fake);
}

static void test_a_message_is_shown_with_every_step_and_try(void **state)
{
    static const struct fake_line lines[] = {
        { "GET /v1/outbox/9", 200,
          "{\"id\":9,\"state\":\"delivered\",\"reason\":\"\",\"person\":{\"ref\":\"P1\",\"name\":\"李桂芳\"},\"cost\":"
          "0.1,"
          "\"trail\":[{\"at\":\"2026-10-08T09:00:00+08:00\",\"state\":\"queued\",\"reason\":\"\",\"gateway\":null},"
          "{\"at\":\"2026-10-08T09:00:02+08:00\",\"state\":\"delivered\",\"reason\":\"\",\"gateway\":\"line1\"}],"
          "\"tries\":[{\"n\":1,\"gateway\":\"line1\",\"claimed\":\"2026-10-08T09:00:01+08:00\",\"outcome\":"
          "\"accepted\","
          "\"provider_id\":\"x1\",\"code\":\"0\"}]}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "outbox", "show", "9");
    assert_string_equal(
        ran.out,
        "id     9\nstate  delivered\nto     李桂芳 (P1)\ncost   ¥0.10\n\n"
        "What became of it\ntime                 state      gateway  reason\n"
        "2026-10-08 09:00:00  queued\n"
        "2026-10-08 09:00:02  delivered  line1\n\n"
        "Tries\ntry  gateway  taken        started  ended  outcome   sort  code  provider's id  seconds  detail\n"
        "  1  line1    10-08 09:00                  accepted        0     x1\n");
    ran_free(&ran);
    fake_close(&fake);
}

static void test_the_channel_is_a_time_line_with_whole_texts(void **state)
{
    static const struct fake_line lines[] = {
        { "GET /v1/students/QL1/channel?limit=1000", 200,
          "{\"items\":[{\"at\":\"2026-10-08T09:00:00+08:00\",\"way\":\"out\",\"channel\":\"sms\",\"person\":{\"name\":"
          "\"李桂芳\"},"
          "\"text\":\"孩子好吗？\",\"state\":\"delivered\",\"reason\":\"\",\"meaning\":\"checkin\"},"
          "{\"at\":\"2026-10-08T09:05:00+08:00\",\"way\":\"in\",\"channel\":\"text\",\"person\":{\"name\":\"王建国\"},"
          "\"text\":\"1\",\"state\":\"ignored\",\"meaning\":null,\"restricted\":true}],\"next\":null}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "channel", "show", "QL1");
    assert_string_equal(ran.out, "10-08 09:00  →  sms   李桂芳  孩子好吗？\n"
                                 "                              delivered\n"
                                 "10-08 09:05  ←  text  王建国  1\n"
                                 "                              ignored (restricted)\n");
    ran_free(&ran);
    fake_close(&fake);
}

static void test_replies_are_tried_in_order_with_line_breaks(void **state)
{
    static const struct fake_line lines[] = {
        { "POST /v1/inbox/try", 200,
          "{\"items\":[{\"text\":\"1\",\"class\":\"fine\",\"value\":1,\"rest\":null,\"why\":\"w\",\"machine\":false},"
          "{\"text\":\"2\\n手骨折\",\"class\":\"help\",\"value\":2,\"rest\":\"手骨折\",\"why\":\"w\",\"machine\":false}"
          "],\"next\":null}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "1\r\n2\\n手骨折\n", "inbox", "try", "--kind", "checkin", "--options", "甲, 乙", "--json");
    assert_string_equal(ran.err, "");
    assert_string_equal(ran.out, "{\"text\":\"1\",\"class\":\"fine\",\"value\":1,\"rest\":null}\n"
                                 "{\"text\":\"2\\n手骨折\",\"class\":\"help\",\"value\":2,\"rest\":\"手骨折\"}\n");
    assert_non_null(strstr(fake.requests[0],
                           "{\"kind\":\"checkin\",\"options\":[\"甲\",\"乙\"],\"texts\":[\"1\",\"2\\n手骨折\"]}"));
    ran_free(&ran);
    fake_close(&fake);
}

#define PREVIEW                                                                                                         \
    "{\"recipients\":2,\"lines\":1,\"refused\":[{\"student\":{\"ref\":\"QL1\",\"name\":\"王小明\"},\"person\":null," \
    "\"reason\":\"no_line\"}],\"encoding\":\"UCS-2\",\"segments\":1,\"parts\":1,\"cost\":0.05,"                         \
    "\"examples\":[{\"to\":{\"ref\":\"P1\",\"name\":\"李桂芳\"},\"text\":\"停课\"}],\"warnings\":[]}"

static void test_a_broadcast_without_yes_or_terminal_is_only_shown(void **state)
{
    static const struct fake_line lines[] = { { "POST /v1/broadcasts/preview", 200, PREVIEW }, { NULL, 0, NULL } };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "y\n", "broadcast", "send", "--to", "class:3-2", "--text", "停课");
    assert_int_equal(ran.status, CLI_USAGE);
    assert_int_equal(fake.request_count, 1);
    assert_string_equal(ran.err, "greenline: nothing was sent: --yes sends without asking, --dry-run only looks\n");
    assert_non_null(strstr(ran.out, "cost                  ¥0.05\n"));
    assert_non_null(strstr(ran.out, "王小明 (QL1)          no_line\n"));
    ran_free(&ran);
    fake_close(&fake);
}

static void test_a_broadcast_with_yes_is_previewed_and_sent_once(void **state)
{
    static const struct fake_line lines[] = {
        { "POST /v1/broadcasts/preview", 200, PREVIEW },
        { "POST /v1/broadcasts", 200, "{\"cause\":12,\"recipients\":2}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "broadcast", "send", "--to", "class:3-2", "--text", "停课", "--yes", "--json",
                   "--request-id", "b1");
    assert_int_equal(ran.status, CLI_DONE);
    assert_string_equal(ran.out, "{\"cause\":12,\"recipients\":2}\n");
    assert_int_equal(fake.request_count, 2);
    assert_null(strstr(fake.requests[0], "Idempotency-Key"));
    assert_non_null(strstr(fake.requests[1], "Idempotency-Key: b1\r\n"));
    ran_free(&ran);
    ran = fake_cli(&fake, "", "broadcast", "send", "--to", "class:3-2", "--text", "停课", "--dry-run", "--json");
    assert_int_equal(ran.status, CLI_DONE);
    assert_string_equal(ran.out, PREVIEW "\n");
    assert_int_equal(fake.request_count, 3);
    ran_free(&ran);
    fake_close(&fake);
}

static void test_an_import_sends_the_files_and_tells_each_mistake(void **state)
{
    static const struct fake_line lines[] = {
        { "POST /v1/import", 422,
          "{\"files\":[{\"file\":\"a.csv\",\"kind\":\"students\",\"guessed_by\":\"headers "
          "学籍号\",\"encoding\":\"UTF-8\",\"rows\":3}],"
          "\"students\":{\"added\":2,\"changed\":0,\"same\":0},\"mistakes\":[\"a.csv:3:电话: \\\"13x\\\": not a "
          "number\"],"
          "\"warnings\":[\"a.csv:2: w\"]}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;
    char path[80];
    FILE *file;

    (void)state;
    fake_open(&fake, lines);
    snprintf(path, sizeof path, "%s/a.csv", fake.folder);
    file = fopen(path, "w");
    fputs("ab\n", file);
    fclose(file);
    ran = fake_cli(&fake, "", "import", path, "--as", "students", "--dry-run");
    assert_int_equal(ran.status, CLI_FAILED);
    assert_string_equal(ran.out, "a.csv: students, known by headers 学籍号, 3 rows, UTF-8\nstudents: 2 added\n"
                                 "warning: a.csv:2: w\n1 mistake\n");
    assert_string_equal(ran.err,
                        "a.csv:3:电话: \"13x\": not a number\n"
                        "greenline: nothing was stored: mend the mistake and import again, or use --partial\n");
    assert_non_null(strstr(fake.requests[0], "{\"as\":\"students\",\"dry_run\":true,\"files\":[{\"name\":\"/tmp/"));
    assert_non_null(strstr(fake.requests[0], "\"data\":\"YWIK\"}]}"));
    ran_free(&ran);
    unlink(path);
    ran = fake_cli(&fake, "", "import", path);
    assert_int_equal(ran.status, CLI_FAILED);
    assert_true(text_ends(ran.err, "cannot be read: No such file or directory\n"));
    ran_free(&ran);
    fake_close(&fake);
}

static void test_what_is_misspelt_is_answered_with_the_nearest(void **state)
{
    static const struct {
        const char *words[6], *err;
    } cases[] = {
        { { "studnet" }, "greenline: command \"studnet\" is not known: did you mean student?\n" },
        { { "outbox", "retri" }, "greenline: command \"retri\" is not known: did you mean retry?\n" },
        { { "outbox", "list", "--stat", "held" },
          "greenline: option \"--stat\" is not known: did you mean --state?\n" },
        { { "student", "show" }, "greenline: STUDENT is missing: see `greenline student show --help`\n" },
        { { "alert", "close", "3" }, "greenline: --outcome is missing: see `greenline alert close --help`\n" },
        { { "ask", "list", "--cause", "x" }, "greenline: --cause \"x\": give a number\n" },
        { { "contact", "set", "P", "--reads", "so" }, "greenline: --reads \"so\": give yes or no\n" },
        { { "outbox", "show", "1", "2" },
          "greenline: \"2\" is one word too many: see `greenline outbox show --help`\n" },
        { { "today", "--json=1" }, "greenline: --json takes no value\n" },
        { { "student", "list", "--limit", "0" }, "greenline: --limit: give a number from 1 on\n" },
        { { "ask", "handle", "1", "--request-id", "a b" },
          "greenline: --request-id: give a word of letters and digits, at most 64\n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ran ran = fake_cli_words("/nowhere", "", cases[i].words);

        assert_string_equal(ran.err, cases[i].err);
        assert_string_equal(ran.out, "");
        assert_int_equal(ran.status, CLI_USAGE);
        ran_free(&ran);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_list_is_read_page_by_page_into_one_array),
        cmocka_unit_test(test_a_limit_ends_the_pages_and_says_that_there_are_more),
        cmocka_unit_test(test_an_empty_list_is_an_empty_array),
        cmocka_unit_test(test_columns_stand_under_each_other_with_chinese_text),
        cmocka_unit_test(test_a_row_keeps_to_a_hundred_columns),
        cmocka_unit_test(test_escape_sequences_of_a_reply_do_not_reach_the_terminal),
        cmocka_unit_test(test_a_refusal_is_told_with_each_mistake_on_its_line),
        cmocka_unit_test(test_a_change_sends_its_fields_and_the_request_id),
        cmocka_unit_test(test_entries_of_the_register_send_what_was_said),
        cmocka_unit_test(test_an_entry_without_what_it_needs_is_a_usage_error),
        cmocka_unit_test(test_a_change_whose_connection_breaks_is_repeated_with_the_same_id),
        cmocka_unit_test(test_a_daemon_that_is_away_is_told_with_its_mend),
        cmocka_unit_test(test_a_daemon_that_has_ended_is_told_from_one_that_never_was),
        cmocka_unit_test(test_today_prints_each_item_with_the_command_that_settles_it),
        cmocka_unit_test(test_status_says_what_is_wrong_first),
        cmocka_unit_test(test_a_message_is_shown_with_every_step_and_try),
        cmocka_unit_test(test_the_channel_is_a_time_line_with_whole_texts),
        cmocka_unit_test(test_replies_are_tried_in_order_with_line_breaks),
        cmocka_unit_test(test_a_broadcast_without_yes_or_terminal_is_only_shown),
        cmocka_unit_test(test_a_broadcast_with_yes_is_previewed_and_sent_once),
        cmocka_unit_test(test_an_import_sends_the_files_and_tells_each_mistake),
        cmocka_unit_test(test_what_is_misspelt_is_answered_with_the_nearest),
    };

    unsetenv("COLUMNS");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
