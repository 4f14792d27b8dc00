/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration of the http gateway: mistakes are told with key and mend; secrets are read and never repeated.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libconfig.h>

#include "gateways/http/call.h"
#include "gateways/http/request.h"
#include "gateways/http/setting.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

#define URL "\"url\":\"https://sms.example/send\""

static struct setting *read_text(const char *text, struct error *err)
{
    json_error_t why;
    json_t *config = json_loads(text, 0, &why);
    struct setting *setting;

    if (!config)
        fail_msg("the test's own JSON: %s: %s", text, why.text);
    setting = setting_read(config, err);
    json_decref(config);
    return setting;
}

static void test_mistakes_name_the_key_and_the_mend(void **state)
{
    static const struct {
        const char *config, *want;
    } rows[] = {
        { "{}", "url: missing: write url" },
        { "{\"url\":5}", "url: not a text" },
        { "{\"url\":\"ftp://a/\"}", "url: not a URL of https or http" },
        { "{\"url\":\"${to|url}\"}", "url: not a URL of https or http" },
        { "{\"url\":\"https://${to|url}/\"}", "url: " },
        { "{\"url\":\"https://a${to|url}/\"}", "url: the host must be written out" },
        { "{\"url\":\"https://u:p@a/\"}", "use basic = " },
        { "{\"url\":\"http://sms.example/\"}", "say plain = true" },
        { "{" URL ",\"method\":\"HEAD\"}", "method: \"HEAD\": use POST or GET" },
        { "{" URL ",\"method\":\"POST\"}", "body: missing" },
        { "{" URL ",\"method\":\"GET\",\"body\":\"a\"}", "body: a GET has none" },
        { "{" URL ",\"body\":\"{\\\"a\\\":\\\"${text|json}\\\"}\"}", "body: is not JSON when it is filled in" },
        { "{" URL ",\"body\":\"{\\\"a\\\":${text|none}}\"}", "body: is not JSON when it is filled in" },
        { "{" URL ",\"headers\":[\"no header\"]}", "headers: not a header" },
        { "{" URL ",\"headers\":[\"A: ${secret:x}\"]}", "headers: ${secret:x}: no such secret" },
        { "{" URL ",\"headers\":[\"Content-Length: 3\"]}", "set by the program" },
        { "{" URL ",\"connectoins\":3}", "connectoins: no such key: did you mean connections" },
        { "{" URL ",\"connections\":0}", "connections: not a number from 1 to 256" },
        { "{" URL ",\"connections\":\"8\"}", "connections: not a number" },
        { "{" URL ",\"timeout\":30}", "timeout: not a duration: write a text like \"30s\"" },
        { "{" URL ",\"timeout\":\"1h\"}", "timeout: out of bounds: use 100ms to 5m" },
        { "{" URL ",\"verify\":\"no\"}", "verify: not true or false" },
        { "{" URL ",\"success\":{\"equals\":1}}", "success: empty" },
        { "{" URL ",\"success\":{\"status\":\"2xx\",\"equals\":1}}", "success: equals: of what?" },
        { "{" URL ",\"provider_id\":\"id\"}", "provider_id: \"id\" is not a JSON path" },
        { "{" URL ",\"provider_id\":{\"regex\":\"(\"}}", "provider_id: regex: " },
        { "{" URL ",\"errors\":[{\"status\":\"4xx\",\"class\":\"final\"}]}", "errors: entry 1: class: \"final\"" },
        { "{" URL ",\"errors\":{}}", "errors: not a list" },
        { "{" URL ",\"country\":\"86\"}", "country: not a country code" },
        { "{" URL ",\"channels\":[\"fax\"]}", "channels: \"fax\": no such channel" },
        { "{" URL ",\"ca\":\"/no/such\"}", "ca: /no/such: No such file or directory: make it readable" },
        { "{" URL ",\"ip\":5}", "ip: not 4 or 6" },
        { "{" URL ",\"simulated\":true}", "simulated: the url leads off this machine" },
        { "{\"url\":\"http://127.evil.example/\",\"plain\":true,\"simulated\":true}", "simulated: the url leads" },
        { "{\"url\":\"http://localhost@evil.example/\",\"simulated\":true}", "url: a name or password" },
        { "{" URL ",\"bdy\":\"a\",\"verfy\":true,\"timeout\":3}",
          "timeout: not a duration: write a text like \"30s\"; bdy: no such key: did you mean body; verfy: no such "
          "key: did you mean verify" },
        { "{" URL ",\"errors\":[{\"status\":\"4xx\",\"clss\":\"permanent\"}]}",
          "entry 1: clss: no such key: did you mean class; class: \"\"" },
        { "{" URL ",\"success\":{\"stats\":\"2xx\",\"json\":\"$.a\"}}",
          "success: stats: no such key: did you mean status" },
        { "{" URL ",\"digest\":\"u:p\",\"basic\":\"u:p\"}", "basic: digest beside it" },
        { "{" URL ",\"signs\":[{\"name\":\"m\",\"data\":\"${text}\"}]}", "signs: entry 1: key: missing" },
        { "{" URL ",\"signs\":[{\"name\":\"m\",\"algorithm\":\"md4\",\"data\":\"a\"}]}", "algorithm: \"md4\": use" },
        { "{" URL ",\"signs\":[{\"name\":\"m\",\"key\":\"k\",\"data\":\"${sign:m}\"}]}", "no such signature before" },
        { "{" URL ",\"body\":\"${sign:m}\",\"signs\":[{\"name\":\"m\",\"key\":\"k\",\"data\":\"${body}\"}]}",
          "${body} is signed and holds a signature" },
        { "{" URL ",\"body\":\"a\",\"batch\":{\"size\":10}}", "neither url nor body holds ${batch}" },
        { "{" URL ",\"body\":\"${to|form}${batch}\",\"batch\":{\"size\":10}}", "${to}: has no value here" },
        { "{" URL ",\"body\":\"${batch}\",\"batch\":{\"size\":1}}", "batch: size: not a number from 2 to 1000" },
        { "{" URL ",\"poll\":{\"url\":\"https://a/\",\"reports\":{\"state\":\"$.s\",\"delivered\":1}}}",
          "poll: reports: id, provider_id: both missing" },
        { "{" URL ",\"poll\":{\"url\":\"https://a/\",\"evry\":\"3s\",\"replies\":{\"text\":\"$.t\"}}}",
          "poll: evry: no such key: did you mean every; replies: from: missing: write from = \"$.mobile\"; uid: "
          "missing" },
        { "{" URL ",\"hooks\":{\"replies\":{\"from\":\"$.f\",\"text\":\"$.t\",\"uid\":\"$.i\"}}}",
          "hooks: anybody could send this" },
        { "{" URL ",\"hooks\":[{\"path\":\"a\",\"open\":true,\"replies\":{\"from\":\"$.f\",\"text\":\"$.t\",\"uid\":\"$"
          ".i\"}}]}",
          "hooks: path: \"a\": begin with a slash" },
        { "{" URL ",\"track\":{\"url\":\"https://a/${id}\",\"state\":\"$.s\"}}",
          "track: delivered, undelivered: missing" },
        { "{" URL ",\"http\":2}", "http: not a version" },
        { "{" URL ",\"probe\":{\"url\":\"https://a/\"}}", "probe: sent, not_sent: both missing" },
        { "{" URL ",\"secrets\":{\"a\":\"hunter2\"}}", "secrets: a: not a place" },
        { "{" URL ",\"secrets\":{\"a\":\"file:/no/such\"}}", "secrets: a: /no/such: No such file" },
        { "{" URL ",\"secrets\":{\"a\":\"env:GREENLINE_NO_SUCH\"}}", "secrets: a: env:GREENLINE_NO_SUCH: not in" },
        { "{" URL ",\"secrets\":{\"a\":\"credential:../x\"}}", "secrets: a: credential:../x: not given" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err = { 0 };
        struct setting *setting = read_text(rows[i].config, &err);

        if (setting)
            fail_msg("%s passed", rows[i].config);
        if (!strstr(err.text, rows[i].want))
            fail_msg("%s: want %s, got %s", rows[i].config, rows[i].want, err.text);
        assert_null(strstr(err.text, "hunter2"));
    }
}

static void test_defaults_are_careful(void **state)
{
    struct error err = { 0 };
    struct setting *setting = read_text("{" URL ",\"body\":\"text=${text|form}\"}", &err);

    (void)state;
    assert_non_null(setting);
    assert_true(setting->verify);
    assert_false(setting->idempotent);
    assert_false(setting->simulated);
    assert_int_equal(setting->connections, 8);
    assert_int_equal(setting->timeout, 30000);
    assert_string_equal(setting->send.content_type, "application/x-www-form-urlencoded");
    assert_string_equal(setting->channels[0], "sms");
    assert_null(setting->channels[1]);
    setting_free(setting);
}

static void test_loopback_is_told_from_its_look_alikes(void **state)
{
    (void)state;
    assert_true(url_is_loopback("http://127.0.0.1:8080/x"));
    assert_true(url_is_loopback("http://localhost/"));
    assert_true(url_is_loopback("http://[::1]:80/"));
    assert_false(url_is_loopback("http://127.0.0.1.evil.example/"));
    assert_false(url_is_loopback("http://127.0.0.1@evil.example/"));
    assert_false(url_is_loopback("http://localhost.evil.example/"));
    assert_false(url_is_loopback("nonsense"));
}

/* Fills the request of a configuration for one message to that number. */
static bool fill_request(struct request *out, const char *config, const char *to, const char *text, struct error *err)
{
    struct setting *setting = read_text(config, err);
    struct request_job job = { .id = "e-1", .channel = "sms", .to = to, .text = text };
    struct request_world world = { .nonce = "00ff", .now = INT64_C(1795536000123) };
    bool filled;

    if (!setting)
        fail_msg("%s: %s", config, err->text);
    world.secrets = &setting->secrets;
    world.country = setting->country;
    filled = request_fill(out, &setting->send, &world, &job, err);
    setting_free(setting);
    return filled;
}

static void test_number_is_written_as_the_provider_wants_it(void **state)
{
    struct error err = { 0 };
    struct request request;

    (void)state;
    assert_true(fill_request(
        &request, "{\"url\":\"https://a.example/?a=${to|url}&b=${to_digits}&c=${to_national}\",\"country\":\"+86\"}",
        "+8613912345678", "x", &err));
    assert_string_equal(request.url, "https://a.example/?a=%2B8613912345678&b=8613912345678&c=13912345678");
    request_free(&request);
}

/* HMAC-SHA256 with the key "SEC1" over "1795536000123\nSEC1", in base64, as `openssl dgst -hmac` gives it. */
static void test_signature_of_time_and_secret_goes_into_the_url(void **state)
{
    struct error err = { 0 };
    struct request request = { 0 };

    (void)state;
    setenv("GREENLINE_TEST_KEY", "SEC1", 1);
    if (!fill_request(
            &request,
            "{\"url\":\"https://a.example/?t=${timestamp_ms}&s=${sign:mac|url}\",\"secrets\":{\"k\":\"env:"
            "GREENLINE_TEST_KEY\"},\"signs\":[{\"name\":\"mac\",\"key\":\"${secret:k}\",\"encoding\":\"base64\","
            "\"data\":\"${timestamp_ms}\\n${secret:k}\"}]}",
            "+861", "x", &err))
        fail_msg("%s", err.text);
    assert_string_equal(request.url,
                        "https://a.example/?t=1795536000123&s=ekegPdtzp7lU%2Ft449nDetuSpQ6WBJk6ZSDF7b3LBNEA%3D");
    request_free(&request);
    unsetenv("GREENLINE_TEST_KEY");
}

/* sha256 of the body, then a MAC over method, path, query and that digest. */
static void test_signature_may_cover_the_request_and_an_earlier_one(void **state)
{
    struct error err = { 0 };
    struct request request = { 0 };

    (void)state;
    if (!fill_request(
            &request,
            "{\"url\":\"https://a.example/v1/send?a=1\",\"body\":\"hello\",\"headers\":[\"X-Sum: "
            "${sign:sum}\",\"X-Mac: ${sign:mac}\"],\"signs\":[{\"name\":\"sum\",\"algorithm\":\"sha256\",\"data\":\"$"
            "{body}\"},{\"name\":\"mac\",\"algorithm\":\"hmac-sha1\",\"key\":\"k\",\"encoding\":\"hex-upper\","
            "\"data\":\"${method} ${path} ${query} ${sign:sum} ${nonce}\"}]}",
            "+861", "x", &err))
        fail_msg("%s", err.text);
    assert_string_equal(request.headers->data,
                        "X-Sum: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assert_string_equal(request.headers->next->data, "X-Mac: AE1D2E5D6B203D9B3358C5BCC05E7158F4E13C25");
    request_free(&request);
}

static void test_call_is_described_by_its_script(void **state)
{
    struct error err = { 0 };
    struct request request = { 0 };
    struct setting *setting = read_text(
        "{" URL ",\"body\":\"{\\\"say\\\":${voice.text|json},\\\"keys\\\":${voice.keys|json},\\\"n\\\":${voice.repeat},"
        "\\\"ms\\\":${voice.silence_ms},\\\"rec\\\":${voice.play|json},\\\"all\\\":${voice.script|none}}\"}",
        &err);
    json_t *voice = json_loads("{\"say\":[{\"text\":\"您好，\"},{\"play\":\"bell\"},{\"text\":\"请按1\"}],"
                               "\"keys\":{\"1\":\"fine\",\"2\":\"help\"},\"repeat\":2}",
                               0, NULL);
    struct request_job job = { .id = "e-1", .channel = "voice", .to = "+861", .voice = voice };
    struct request_world world = { .country = "", .nonce = "0" };

    (void)state;
    if (!setting)
        fail_msg("%s", err.text);
    assert_true(request_fill(&request, &setting->send, &world, &job, &err));
    assert_string_equal(
        request.body.data,
        "{\"say\":\"您好，请按1\",\"keys\":\"12\",\"n\":2,\"ms\":5000,\"rec\":\"bell\",\"all\":{\"say\":[{"
        "\"text\":\"您好，\"},{\"play\":\"bell\"},{\"text\":\"请按1\"}],\"keys\":{\"1\":\"fine\",\"2\":\"help\"},"
        "\"repeat\":2}}");
    request_free(&request);
    setting_free(setting);
    json_decref(voice);
}

static void test_line_break_cannot_enter_a_header(void **state)
{
    struct error err = { 0 };
    struct request request = { 0 };

    (void)state;
    assert_false(
        fill_request(&request, "{" URL ",\"headers\":[\"X-Text: ${text|none}\"]}", "+861", "a\r\nX-Other: b", &err));
    assert_string_equal(err.text, "headers: a line break or control that a header cannot hold");
    assert_null(request.url);
}

static void test_space_cannot_enter_a_url(void **state)
{
    struct error err = { 0 };
    struct request request = { 0 };

    (void)state;
    assert_false(fill_request(&request, "{\"url\":\"https://a.example/${text|none}\"}", "+861", "a b", &err));
    assert_non_null(strstr(err.text, "url: a space or sign"));
}

static void test_secrets_come_from_files_environment_and_credentials(void **state)
{
    char folder[] = "/tmp/greenline-test-XXXXXX";
    char *path, *config;
    struct error err = { 0 };
    struct setting *setting;
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(folder));
    path = mem_format("%s/key", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("  from-file\n", file);
    fclose(file);
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    setenv("GREENLINE_TEST_KEY", "from-env", 1);
    config = mem_format(
        "{" URL ",\"secrets\":{\"a\":\"file:%s\",\"b\":\"env:GREENLINE_TEST_KEY\",\"c\":\"credential:key\"}}", path);
    setting = read_text(config, &err);
    if (!setting)
        fail_msg("%s", err.text);
    assert_string_equal(secrets_get(&setting->secrets, "a"), "from-file");
    assert_string_equal(secrets_get(&setting->secrets, "b"), "from-env");
    assert_string_equal(secrets_get(&setting->secrets, "c"), "from-file");
    assert_null(secrets_get(&setting->secrets, "d"));
    setting_free(setting);
    unlink(path), rmdir(folder);
    unsetenv("CREDENTIALS_DIRECTORY"), unsetenv("GREENLINE_TEST_KEY");
    free(path), free(config);
}

static void test_secret_is_struck_out_of_a_text(void **state)
{
    struct secrets secrets = { .items = { { "a", "s3cret" }, { "b", "xy" } }, .count = 2 };
    char text[] = "key s3cret, s3cret and xy";

    (void)state;
    secrets_scrub(&secrets, text);
    assert_string_equal(text, "key ******, ****** and xy"); /* two letters would strike half of any text */
}

/* A setting of libconfig as JSON; lists and arrays alike. */
static json_t *to_json(const config_setting_t *setting)
{
    json_t *json = config_setting_is_group(setting) ? json_object() : json_array();

    if (config_setting_type(setting) == CONFIG_TYPE_STRING)
        json_decref(json), json = json_string(config_setting_get_string(setting));
    else if (config_setting_type(setting) == CONFIG_TYPE_BOOL)
        json_decref(json), json = json_boolean(config_setting_get_bool(setting));
    else if (config_setting_is_number(setting))
        json_decref(json), json = json_integer(config_setting_get_int(setting));
    for (int i = 0; json_is_array(json) && i < config_setting_length(setting); i++)
        json_array_append_new(json, to_json(config_setting_get_elem(setting, (unsigned)i)));
    for (int i = 0; json_is_object(json) && i < config_setting_length(setting); i++) {
        const config_setting_t *field = config_setting_get_elem(setting, (unsigned)i);

        json_put(json, config_setting_name(field), to_json(field));
    }
    return json;
}

/* The file's configuration, with secrets that are there. */
static struct setting *read_example(const char *path, struct error *err)
{
    config_t file;
    json_t *config, *secrets;
    struct setting *setting;
    const char *name;
    json_t *where;

    config_init(&file);
    if (!config_read_file(&file, path))
        fail_msg("%s:%d: %s (run from the top of the tree)", path, config_error_line(&file), config_error_text(&file));
    config = to_json(config_lookup(&file, "gateways.[0].config"));
    secrets = json_copy(json_object_get(config, "secrets"));
    setenv("GREENLINE_TEST_KEY", "t0ken", 1);
    json_object_foreach (secrets, name, where)
        json_object_set_new(json_object_get(config, "secrets"), name, json_string("env:GREENLINE_TEST_KEY"));
    setting = setting_read(config, err);
    unsetenv("GREENLINE_TEST_KEY");
    json_decref(secrets);
    json_decref(config);
    config_destroy(&file);
    return setting;
}

static void test_examples_that_schools_start_from_are_sound(void **state)
{
    static const struct {
        const char *path;
        size_t errors, polls, hooks;
        const char *channel;
    } rows[] = {
        { "conf/gateways/generic-http.conf", 3, 0, 0, "sms" },  { "conf/gateways/kannel.conf", 2, 0, 2, "sms" },
        { "conf/gateways/smsgate.conf", 1, 0, 1, "sms" },       { "conf/gateways/wecom-robot.conf", 3, 0, 0, "im" },
        { "conf/gateways/dingtalk-robot.conf", 3, 0, 0, "im" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err = { 0 };
        struct setting *setting = read_example(rows[i].path, &err);

        if (!setting)
            fail_msg("%s: %s", rows[i].path, err.text);
        assert_int_equal(setting->rules.error_count, rows[i].errors);
        assert_int_equal(setting->poll_count, rows[i].polls);
        assert_int_equal(setting->hook_count, rows[i].hooks);
        assert_string_equal(setting->channels[0], rows[i].channel);
        setting_free(setting);
    }
}

/* The file with every key that is commented out ("#key" and the lines that go on with it) in use, and the usual body away. */
static char *uncomment(const char *path)
{
    FILE *file = fopen(path, "r");
    struct text out = { 0 };
    char line[1024];

    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        char *hash = line + strspn(line, " ");

        if (*hash == '#' && (hash[1] != ' ' || text_starts(hash, "#         ")))
            *hash = ' ';
        else if (text_starts(hash, "body ="))
            continue;
        text_add(&out, line);
    }
    fclose(file);
    return text_take(&out);
}

static void test_keys_that_the_example_shows_in_comments_are_sound(void **state)
{
    char *text = uncomment("conf/gateways/generic-http.conf");
    config_t file;
    json_t *config;
    struct error err = { 0 };
    struct setting *setting;

    (void)state;
    config_init(&file);
    if (!config_read_string(&file, text))
        fail_msg("line %d: %s", config_error_line(&file), config_error_text(&file));
    config = to_json(config_lookup(&file, "gateways.[0].config"));
    setenv("GREENLINE_TEST_KEY", "t0ken", 1);
    json_put(config, "secrets",
             json_pack("{s:s,s:s}", "token", "env:GREENLINE_TEST_KEY", "hook", "env:GREENLINE_TEST_KEY"));
    setting = setting_read(config, &err);
    unsetenv("GREENLINE_TEST_KEY");
    if (!setting)
        fail_msg("%s", err.text);
    assert_int_equal(setting->batch.size, 100);
    assert_int_equal(setting->poll_count, 1);
    assert_int_equal(setting->hook_count, 1);
    assert_int_equal(setting->send.sign_count, 1);
    assert_non_null(setting->probe.call.method);
    setting_free(setting);
    json_decref(config);
    config_destroy(&file);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes_name_the_key_and_the_mend),
        cmocka_unit_test(test_defaults_are_careful),
        cmocka_unit_test(test_loopback_is_told_from_its_look_alikes),
        cmocka_unit_test(test_number_is_written_as_the_provider_wants_it),
        cmocka_unit_test(test_signature_of_time_and_secret_goes_into_the_url),
        cmocka_unit_test(test_signature_may_cover_the_request_and_an_earlier_one),
        cmocka_unit_test(test_call_is_described_by_its_script),
        cmocka_unit_test(test_line_break_cannot_enter_a_header),
        cmocka_unit_test(test_space_cannot_enter_a_url),
        cmocka_unit_test(test_secrets_come_from_files_environment_and_credentials),
        cmocka_unit_test(test_examples_that_schools_start_from_are_sound),
        cmocka_unit_test(test_keys_that_the_example_shows_in_comments_are_sound),
        cmocka_unit_test(test_secret_is_struck_out_of_a_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
