/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateways/PROTOCOL.md held against the programs: the gateway in Python runs as it stands on the page, every line of its
 * dialogues is JSON, and every verb and key that our gateways say is on the page.
 */
#include "tests/unit/gateways/peer.h"

static const char *const PAGE = "gateways/PROTOCOL.md";

/* The page's Python, as a program; the caller frees the path and unlinks it. */
static char *python_of_the_page(const char *folder)
{
    CLEANUP(mem_clean) char *page = file_read(PAGE);
    char *start = strstr(page, "```python\n");
    char *end;

    assert_non_null(start);
    start += strlen("```python\n");
    end = strstr(start, "```");
    assert_non_null(end);
    *end = '\0';
    file_write(folder, "script.sim", start);
    return mem_format("%s/script.sim", folder);
}

static void test_python_gateway_of_the_page_speaks_version_1(void **state)
{
    char *folder = folder_new();
    CLEANUP(mem_clean) char *program = python_of_the_page(folder);
    struct peer peer = peer_run((const char *const[]){ "python3", program, NULL });

    (void)state;
    peer_hello(&peer, folder, "e1", 1790000000000, 1, "{}");
    peer_expect_line(&peer,
                     "{\"type\":\"ready\",\"version\":1,\"channels\":[\"sms\"],\"window\":8,\"simulated\":true}");
    peer_say(&peer,
             "{\"type\":\"send\",\"id\":\"e1-1\",\"channel\":\"sms\",\"to\":\"+8619900000001\",\"text\":\"好\"}");
    peer_expect_line(&peer, "{\"type\":\"started\",\"id\":\"e1-1\"}");
    peer_expect_line(&peer, "{\"type\":\"accepted\",\"id\":\"e1-1\"}");
    peer_say(&peer, "{\"type\":\"nobody knows\"}\n{\"type\":\"ping\",\"n\":3}");
    peer_expect_line(&peer, "{\"type\":\"pong\",\"n\":3}");
    peer_say(&peer, "{\"type\":\"probe\",\"id\":\"e1-1\"}");
    peer_expect_line(&peer, "{\"type\":\"fate\",\"id\":\"e1-1\",\"state\":\"unknown\"}");
    peer_say(&peer, "{\"type\":\"drain\",\"deadline\":1790000001000}");
    peer_expect_line(&peer, "{\"type\":\"drained\"}");
    assert_int_equal(peer_end(&peer), 0);
    folder_drop(folder);
}

static void test_python_gateway_of_the_page_describes_itself(void **state)
{
    char *folder = folder_new();
    CLEANUP(mem_clean) char *program = python_of_the_page(folder);
    struct peer peer = peer_run((const char *const[]){ "python3", program, "--describe", NULL });

    (void)state;
    peer_expect_line(&peer,
                     "{\"type\":\"ready\",\"version\":1,\"channels\":[\"sms\"],\"window\":8,\"simulated\":true}");
    assert_null(peer_next(&peer));
    assert_int_equal(peer_end(&peer), 0);
    folder_drop(folder);
}

/* Takes the line of a dialogue at `at` ("> {…" or "< {…", maybe with a remark behind it, maybe broken into two). */
static void check_dialogue_line(const char *at)
{
    CLEANUP(mem_clean) char *line = mem_dup_n(at + 2, strstr(at, "}\n") ? (size_t)(strstr(at, "}\n") - at - 1) : 0);
    struct text whole = { 0 };
    json_error_t why;
    json_t *json;

    for (const char *c = line; *c; c++) {
        if (text_starts(c, ",…")) {
            c += strlen(",…") - 1; /* "and so on" */
        } else {
            text_add_char(&whole, *c == '\n' ? ' ' : *c);
        }
    }
    json = json_loads(whole.data, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &why);
    if (!json_is_string(json_object_get(json, "type")))
        fail_msg("%s: %s", whole.data, why.text);
    json_decref(json);
    text_free(&whole);
}

static void test_every_line_of_the_dialogues_is_json(void **state)
{
    CLEANUP(mem_clean) char *page = file_read(PAGE);
    int lines = 0;

    (void)state;
    for (char *at = page; (at = strstr(at, "\n    ")); at++) {
        const char *c = at + strspn(at, "\n ");

        if (!text_starts(c, "> {") && !text_starts(c, "< {"))
            continue;
        check_dialogue_line(c);
        lines++;
    }
    assert_in_range(lines, 35, 200);
}

/* Fails unless every key of the line is on the page, in backquotes or in an example. */
static void check_keys(const char *page, const json_t *line)
{
    const char *key;
    json_t *value;

    json_object_foreach ((json_t *)line, key, value) {
        CLEANUP(mem_clean) char *quoted = mem_format("`%s`", key);
        CLEANUP(mem_clean) char *example = mem_format("\"%s\":", key);

        if (!strstr(page, quoted) && !strstr(page, example))
            fail_msg("%s says the key \"%s\", which %s does not have", json_text(line, "type", "?"), key, PAGE);
    }
}

static void test_whatever_our_gateways_say_is_on_the_page(void **state)
{
    CLEANUP(mem_clean) char *page = file_read(PAGE);
    char *folder = folder_new();
    struct peer peer = peer_start("simulator");
    json_t *line;
    int lines = 0;

    (void)state;
    file_write(folder, "script.sim",
               "* 1 reply \"1\"\n* 1 key 1\n* 2 undelivered\n* 3 refuse throttled limit\n* 4 unknown");
    peer_hello(&peer, folder, "e1", 1790000000000, 1000, "{\"script\":\"script.sim\"}");
    for (int i = 1; i <= 4; i++) {
        CLEANUP(mem_clean) char *job = mem_format("{\"type\":\"send\",\"id\":\"e1-%d\",\"channel\":\"voice\",\"to\":"
                                                  "\"+8619900000001\",\"text\":\"t\"}",
                                                  i);

        peer_say(&peer, job);
    }
    peer_say(&peer, "{\"type\":\"probe\",\"id\":\"e1-1\"}\n{\"type\":\"http\",\"req\":\"h\"}\n{\"type\":\"drain\"}");
    /* ready, 4 started, 4 outcomes, fate, http, drained, 3 statuses, 1 reply */
    for (; lines < 16; lines++) {
        line = peer_next(&peer);
        assert_non_null(line);
        check_keys(page, line);
        json_decref(line);
    }
    assert_int_equal(peer_end(&peer), 0);
    folder_drop(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_python_gateway_of_the_page_speaks_version_1),
        cmocka_unit_test(test_python_gateway_of_the_page_describes_itself),
        cmocka_unit_test(test_every_line_of_the_dialogues_is_json),
        cmocka_unit_test(test_whatever_our_gateways_say_is_on_the_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
