/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a provider tells by itself, without a program or a socket: items found, words understood, times and forms read,
 * uids that stay the same, signatures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateways/http/feed.h"
#include "gateways/http/form.h"
#include "gateways/http/item_time.h"
#include "gateways/http/sign.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

/* What was told, a line each: "r UID FROM TEXT AT" or "s UID ID STATE CODE SECONDS DIGITS". */
static void write_item(void *arg, const struct feed_item *item)
{
    struct text *out = arg;

    if (item->is_reply)
        text_add_format(out, "r %.11s %s %s %lld\n", item->uid, item->from, item->text ? item->text : item->state,
                        item->at == TIME_NEVER ? -1 : (long long)item->at);
    else
        text_add_format(out, "s %.11s %s %s %s %d %s\n", item->uid, item->id ? item->id : item->provider_id,
                        item->state, item->code ? item->code : "-", item->seconds, item->digits ? item->digits : "-");
}

static char *walk(const char *config_text, const char *body, struct feed_count *count)
{
    json_t *config = json_loads(config_text, 0, NULL);
    struct response response = response_read(200, body, strlen(body), 0);
    struct feed_world world = { .country = "+86" };
    struct feed feed;
    struct text out = { 0 };
    struct feed_taker taker = { write_item, &out };
    struct error err = { 0 };

    assert_non_null(config);
    assert_true(zone_open(&world.zone, "Asia/Shanghai", &err));
    if (!feed_parse(&feed, config, false, &err))
        fail_msg("%s: %s", config_text, err.text);
    assert_true(feed_walk(&feed, &response, &world, &taker, count));
    feed_free(&feed);
    response_free(&response);
    json_decref(config);
    return text_take(&out);
}

static void assert_told(const char *config, const char *body, const char *want)
{
    struct feed_count count;
    char *got = walk(config, body, &count);

    assert_string_equal(got, want);
    free(got);
}

#define REPORTS                                                                                                        \
    "\"reports\":{\"uid\":\"$.u\",\"id\":\"$.id\",\"state\":\"$.s\",\"delivered\":[0,\"OK\"],\"undelivered\":\"*\","   \
    "\"ignored\":\"WAIT\"}"

static void test_items_are_a_list_one_object_or_each_text_between_two_marks(void **state)
{
    (void)state;
    assert_told("{\"items\":\"$.a.b\"," REPORTS "}", "{\"a\":{\"b\":[{\"u\":1,\"id\":\"x\",\"s\":0}]}}",
                "s s-1-deliver x delivered - -1 -\n");
    assert_told("{\"items\":\"$.a[*]\"," REPORTS "}",
                "{\"a\":[{\"u\":1,\"id\":\"x\",\"s\":9},{\"u\":2,\"id\":\"y\",\"s\":\"OK\"}]}",
                "s s-1-undeliv x undelivered - -1 -\ns s-2-deliver y delivered - -1 -\n");
    assert_told("{" REPORTS "}", "[{\"u\":1,\"id\":\"x\",\"s\":0}]", "s s-1-deliver x delivered - -1 -\n");
    assert_told("{" REPORTS "}", "{\"u\":1,\"id\":\"x\",\"s\":0}", "s s-1-deliver x delivered - -1 -\n");
    assert_told("{\"items\":\"$.a\"," REPORTS "}", "{\"a\":null}", "");
    assert_told(
        "{\"items\":{\"end\":\"\\n\"},\"reports\":{\"uid\":{\"regex\":\"^([0-9]+)\"},\"id\":{\"regex\":\",([a-z]+),\"},"
        "\"state\":{\"regex\":\",([A-Z]+)$\"},\"delivered\":\"OK\",\"code\":{\"regex\":\"([A-Z]+)$\"}}}",
        "7,x,OK\n\n8,y,OK", "s s-7-deliver x delivered OK -1 -\ns s-8-deliver y delivered OK -1 -\n");
    assert_told("{\"items\":{\"begin\":\"<r>\",\"end\":\"</"
                "r>\"},\"replies\":{\"uid\":{\"regex\":\"i=([0-9]+)\"},\"from\":{\"regex\":"
                "\"f=([0-9]+)\"},\"text\":{\"regex\":\"t=(.*)\"}}}",
                "<x><r>i=1 f=8613912345678 t=好</r><r>i=2 f=10086 t=a b</r><r>i=3 f=1 t=cut",
                "r r-1 +8613912345678 好 -1\nr r-2 10086 a b -1\n");
}

static void test_word_that_means_nothing_is_passed_over(void **state)
{
    struct feed_count count;
    char *got = walk("{" REPORTS "}", "[{\"u\":1,\"id\":\"x\",\"s\":\"WAIT\"},{\"u\":1,\"id\":\"x\"},{}]", &count);

    (void)state;
    assert_string_equal(got, "");
    assert_int_equal(count.items, 3);
    assert_int_equal(count.ignored, 1);
    assert_int_equal(count.faults, 2);
    assert_string_equal(count.why, "state: not in the item");
    free(got);
}

static void test_end_of_a_call_tells_length_and_keys(void **state)
{
    (void)state;
    assert_told("{\"reports\":{\"uid\":\"$.u\",\"provider_id\":\"$.call\",\"state\":\"$.s\",\"answered\":\"up\","
                "\"busy\":\"busy\","
                "\"no_answer\":[\"ring\",\"off\"],\"seconds\":\"$.sec\",\"digits\":\"$.keys\"}}",
                "[{\"u\":1,\"call\":\"c1\",\"s\":\"up\",\"sec\":14,\"keys\":\"12#\"},{\"u\":2,\"call\":\"c2\",\"s\":"
                "\"off\",\"keys\":\"a\"}]",
                "s s-1-answere c1 answered - 14 12#\ns s-2-no_answ c2 no_answer - -1 -\n");
}

static void test_call_that_comes_in_is_a_reply(void **state)
{
    (void)state;
    assert_told(
        "{\"replies\":{\"uid\":\"$.u\",\"from\":\"$.f\",\"call\":\"$.c\",\"missed\":\"*\",\"answered\":\"up\"}}",
        "{\"u\":1,\"f\":\"+8613912345678\",\"c\":\"none\"}", "r r-1 +8613912345678 missed -1\n");
}

static void uid_of(char out[static FEED_UID_MAX + 1], const char *config, const char *body)
{
    struct feed_count count;
    char *got = walk(config, body, &count);

    assert_int_equal(count.said, 1);
    snprintf(out, FEED_UID_MAX + 1, "%.10s", got + 2);
    free(got);
}

static void test_uid_of_what_is_told_changes_with_it_and_only_with_it(void **state)
{
    static const char config[] = "{\"replies\":{\"from\":\"$.f\",\"text\":\"$.t\",\"at\":\"$.at\"}}";
    char one[FEED_UID_MAX + 1], same[FEED_UID_MAX + 1], other[FEED_UID_MAX + 1], later[FEED_UID_MAX + 1];

    (void)state;
    uid_of(one, config, "{\"id\":1,\"f\":\"1\",\"t\":\"23\",\"at\":1790000060}");
    uid_of(same, config, "{\"id\":2,\"f\":\"1\",\"t\":\"23\",\"at\":1790000060}");
    uid_of(other, config,
           "{\"id\":1,\"f\":\"12\",\"t\":\"3\",\"at\":1790000060}"); /* the same bytes, parted otherwise */
    uid_of(later, config, "{\"id\":1,\"f\":\"1\",\"t\":\"23\",\"at\":1790000061}");
    assert_string_equal(one, same);
    assert_string_not_equal(one, other);
    assert_string_not_equal(one, later);
}

static void test_long_text_of_a_reply_is_whole(void **state)
{
    struct text body = { 0 };
    struct feed_count count;
    char *got;

    (void)state;
    text_add(&body, "{\"u\":1,\"f\":\"10086\",\"t\":\"");
    for (int i = 0; i < 700; i++)
        text_add(&body, "长");
    text_add(&body, "\"}");
    got = walk("{\"replies\":{\"uid\":\"$.u\",\"from\":\"$.f\",\"text\":\"$.t\"}}", body.data, &count);
    assert_int_equal(strlen(got), strlen("r r-1 10086  -1\n") + 2100);
    free(got);
    text_free(&body);
}

static void test_too_many_items_are_not_taken_at_all(void **state)
{
    json_t *list = json_array(), *config = json_loads("{" REPORTS "}", 0, NULL);
    struct response response = { .status = 200, .body = "", .json = list };
    struct feed_world world = { .country = "" };
    struct feed_count count;
    struct text out = { 0 };
    struct feed_taker taker = { write_item, &out };
    struct feed feed;

    (void)state;
    for (int i = 0; i <= FEED_ITEMS_MAX; i++)
        json_array_append_new(list, json_pack("{s:i,s:s,s:i}", "u", i, "id", "x", "s", 0));
    assert_true(feed_parse(&feed, config, false, NULL));
    assert_false(feed_walk(&feed, &response, &world, &taker, &count));
    assert_null(out.data);
    feed_free(&feed);
    json_decref(list), json_decref(config);
}

static void test_times_are_read_as_providers_write_them(void **state)
{
    static const struct {
        const char *text;
        enum feed_time kind;
        int64_t want; /* -1: none */
    } rows[] = {
        { "1790000060", FEED_TIME_GUESSED, INT64_C(1790000060000) },
        { "1790000060.5", FEED_TIME_GUESSED, INT64_C(1790000060000) },
        { "1790000060123", FEED_TIME_GUESSED, INT64_C(1790000060123) },
        { "20261124180005", FEED_TIME_GUESSED, INT64_C(1795514405000) }, /* 18:00:05 in Shanghai is 10:00:05 UTC */
        { "2026-11-24 18:00:05", FEED_TIME_GUESSED, INT64_C(1795514405000) },
        { "2026/11/24 18:00:05", FEED_TIME_GUESSED, INT64_C(1795514405000) },
        { "2026-11-24T10:00:05Z", FEED_TIME_ISO, INT64_C(1795514405000) },
        { "2026-11-24T11:00:05+0100", FEED_TIME_ISO, INT64_C(1795514405000) },
        { "2026-11-24T17:00:05.250+07:00", FEED_TIME_GUESSED, INT64_C(1795514405250) },
        { "60", FEED_TIME_MS, 60 },
        { "60", FEED_TIME_S, 60000 },
        { "2026-11-24 18:00:05", FEED_TIME_S, -1 },
        { "1790000060", FEED_TIME_ISO, -1 },
        { "", FEED_TIME_GUESSED, -1 },
        { "yesterday", FEED_TIME_GUESSED, -1 },
        { "20261324180005", FEED_TIME_GUESSED, -1 },
        { "179000006012345", FEED_TIME_GUESSED, -1 },
        { "2026-11-24 18:00:05 and much more than a time can be", FEED_TIME_GUESSED, -1 },
    };
    struct zone zone;

    (void)state;
    assert_true(zone_open(&zone, "Asia/Shanghai", NULL));
    for (size_t i = 0; i < COUNT(rows); i++) {
        time_ms at = -1;
        bool read = item_time(&at, rows[i].text, rows[i].kind, zone);

        if (read != (rows[i].want >= 0) || (read && at != rows[i].want))
            fail_msg("%s: want %lld, got %lld", rows[i].text, (long long)rows[i].want, (long long)at);
    }
    zone_close_all();
}

static void test_forms_are_read_as_fields(void **state)
{
    static const struct {
        const char *source, *want; /* NULL: refused */
    } rows[] = {
        { "", "{}" },
        { "a=1&b=%E5%A5%BD+x", "{\"a\":\"1\",\"b\":\"好 x\"}" },
        { "a=1&a=2&&b", "{\"a\":\"2\",\"b\":\"\"}" },
        { "a=%2&b=%zz&c=100%", "{\"a\":\"%2\",\"b\":\"%zz\",\"c\":\"100%\"}" },
        { "a%3Db=c=d", "{\"a=b\":\"c=d\"}" },
        { "a=%00", NULL },
        { "a=%FF", NULL },
        { "%FF=a", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        json_t *form = json_object();
        bool sound = form_read(form, rows[i].source);
        char *got = json_write(form);

        if (sound != (rows[i].want != NULL) || (sound && strcmp(got, rows[i].want) != 0))
            fail_msg("%s: want %s, got %s", rows[i].source, rows[i].want ? rows[i].want : "none", got);
        free(got);
        json_decref(form);
    }
}

/* RFC 2202, RFC 4231 (test case 2: key "Jefe"), RFC 1321 and FIPS 180 ("abc"). */
static void test_signatures_are_those_of_the_standards(void **state)
{
    static const struct {
        enum sign_algorithm algorithm;
        enum sign_encoding encoding;
        const char *key, *data, *want;
    } rows[] = {
        { SIGN_HMAC_SHA256, SIGN_HEX, "Jefe", "what do ya want for nothing?",
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
        { SIGN_HMAC_SHA1, SIGN_HEX, "Jefe", "what do ya want for nothing?",
          "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
        { SIGN_HMAC_MD5, SIGN_HEX_UPPER, "Jefe", "what do ya want for nothing?", "750C783E6AB0B503EAA86E310A5DB738" },
        { SIGN_MD5, SIGN_HEX, NULL, "abc", "900150983cd24fb0d6963f7d28e17f72" },
        { SIGN_SHA1, SIGN_BASE64, NULL, "abc", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=" },
        { SIGN_SHA256, SIGN_HEX, NULL, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { SIGN_PLAIN, SIGN_BASE64, NULL, "Aladdin:open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==" }, /* RFC 7617 */
        { SIGN_PLAIN, SIGN_BASE64_URL, NULL, ">~?>", "Pn4_Pg" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *got = sign_make(rows[i].algorithm, rows[i].encoding, rows[i].key, rows[i].data, strlen(rows[i].data));

        assert_string_equal(got, rows[i].want);
        free(got);
    }
    assert_true(sign_equal("abc", "abc"));
    assert_false(sign_equal("abc", "abd"));
    assert_false(sign_equal("abc", "abcd"));
    assert_true(sign_equal("", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items_are_a_list_one_object_or_each_text_between_two_marks),
        cmocka_unit_test(test_word_that_means_nothing_is_passed_over),
        cmocka_unit_test(test_end_of_a_call_tells_length_and_keys),
        cmocka_unit_test(test_call_that_comes_in_is_a_reply),
        cmocka_unit_test(test_uid_of_what_is_told_changes_with_it_and_only_with_it),
        cmocka_unit_test(test_long_text_of_a_reply_is_whole),
        cmocka_unit_test(test_too_many_items_are_not_taken_at_all),
        cmocka_unit_test(test_times_are_read_as_providers_write_them),
        cmocka_unit_test(test_forms_are_read_as_fields),
        cmocka_unit_test(test_signatures_are_those_of_the_standards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
