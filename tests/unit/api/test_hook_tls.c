/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Webhooks over TLS: the guard of the listener holds as without, a handshake that never ends is cut, and the certificate
 * is read again. The certificates are the tests' own.
 */
#include <event2/bufferevent_ssl.h>
#include <openssl/ssl.h>

#include "api/tls.h"
#include "tests/support/certificate.h"
#include "tests/support/hook_fixture.h"

static void open_secure(struct fixture *f)
{
    certificate_write(f->certificate, f->key, "one");
    f->setting.certificate = f->certificate;
    f->setting.key = f->key;
    open_hook(f);
}

/* The common name that the server shows; good until the next call. */
static const char *name_of(struct client *client)
{
    static char name[64];
    X509 *certificate = SSL_get1_peer_certificate(bufferevent_openssl_get_ssl(client->buffers));

    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
    X509_free(certificate);
    return name;
}

static void test_webhook_over_tls(void **state)
{
    struct fixture *f = *state;
    struct client *client;

    open_secure(f);
    client = client_tls(f);
    say(client, POST("/hook/g/1", "Content-Length: 4\r\n\r\nbody"));
    wait_heard(client, "HTTP/1.1 200 OK");
    say(client, "GET /hook/g/2 HTTP/1.1\r\nConnection: close\r\n\r\n");
    wait_end(client);
    assert_string_equal(f->diary.data, "POST /hook/g/1? {\"host\":\"x\"} body\nGET /hook/g/2? {} \n");
    client_free(client);
    wait_connections(f, 0);
}

static void test_large_answer_over_tls_arrives_whole_before_the_end(void **state)
{
    struct fixture *f = *state;
    char *much = mem_new(1024 * 1024, 1);
    const struct hook_answer answer = { .status = 200, .body = much, .length = 1024 * 1024 };
    const time_ms until = clock_mono() + GUARD_MS;
    struct client *client;

    memset(much, 'y', 1024 * 1024);
    open_secure(f);
    f->wait = true;
    client = client_tls(f);
    say(client, "GET /hook/g HTTP/1.1\r\nConnection: close\r\n\r\n");
    while (f->count == 0 && clock_mono() < until)
        turn(f);
    answer_all(f, &answer);
    wait_end(client);
    assert_true(client->heard.length > answer.length);
    assert_memory_equal(client->heard.data + client->heard.length - answer.length, much, answer.length);
    client_free(client);
    free(much);
}

static void test_handshake_that_never_ends_is_cut(void **state)
{
    struct fixture *f = *state;
    struct client *silent, *half, *good;

    f->setting.deadline_ms = 400;
    f->setting.connections = 2;
    open_secure(f);
    silent = client_new(f); /* plain: it never says hello */
    half = client_new(f);
    say(half, "\x16\x03\x01\x02");
    wait_connections(f, 2);
    good = client_tls(f);
    say(good, "GET /hook/g HTTP/1.1\r\n\r\n");
    wait_heard(good, OK);
    assert_true(silent->ended);
    assert_true(half->ended);
    client_free(silent);
    client_free(half);
    client_free(good);
}

static void test_plain_http_to_a_tls_port_is_ended(void **state)
{
    struct fixture *f = *state;
    struct client *client;

    open_secure(f);
    client = client_new(f);
    say(client, "GET /hook/g HTTP/1.1\r\n\r\n");
    wait_end(client);
    assert_false(heard(client, "200"));
    assert_null(f->diary.data);
    client_free(client);
    wait_connections(f, 0);
}

static void test_certificate_is_read_again(void **state)
{
    struct fixture *f = *state;
    struct error err = { { 0 } };
    struct client *before, *after;

    open_secure(f);
    before = client_tls(f);
    say(before, "GET /hook/g HTTP/1.1\r\n\r\n");
    wait_heard(before, OK);
    assert_string_equal(name_of(before), "one");
    certificate_write(f->certificate, f->key, "two");
    assert_true(hook_renew(f->hook, &f->setting, &err));
    after = client_tls(f);
    say(after, "GET /hook/g HTTP/1.1\r\n\r\n");
    wait_heard(after, OK);
    assert_string_equal(name_of(after), "two");
    client_free(before);
    client_free(after);
}

static void test_broken_certificate_leaves_the_old_one(void **state)
{
    struct fixture *f = *state;
    struct hook_setting plain = { .address = f->address };
    struct error err = { { 0 } };
    struct client *client;
    FILE *file;

    open_secure(f);
    file = fopen(f->certificate, "w");
    fputs("not a certificate\n", file);
    fclose(file);
    assert_false(hook_check(&f->setting, NULL));
    assert_false(hook_renew(f->hook, &f->setting, &err));
    assert_non_null(strstr(err.text, "listen.certificate: "));
    assert_non_null(strstr(err.text, "chain.pem"));
    assert_false(hook_renew(f->hook, &plain, &err)); /* never by a reload */
    client = client_tls(f);
    say(client, "GET /hook/g HTTP/1.1\r\n\r\n");
    wait_heard(client, OK);
    client_free(client);
}

static void test_key_of_another_certificate_is_refused(void **state)
{
    struct fixture *f = *state;
    CLEANUP(mem_clean) char *other = mem_format("%s/other.pem", f->folder);
    struct error err = { { 0 } };

    certificate_write(other, f->key, "two");
    certificate_write(f->certificate, other, "one");
    assert_null(tls_open(f->certificate, f->key, &err));
    assert_non_null(strstr(err.text, "listen.key: "));
    assert_null(tls_open("/nowhere/chain.pem", f->key, &err));
    assert_non_null(strstr(err.text, "listen.certificate: /nowhere/chain.pem: No such file"));
}

static void test_address_in_use_is_said_with_a_mend(void **state)
{
    const struct hook_parts parts = { .judge = judge };
    struct fixture *f = *state;
    struct error err = { { 0 } };

    open_hook(f);
    assert_null(hook_new(f->base, &f->setting, &parts, &err));
    assert_non_null(strstr(err.text, "listen.http: 127.0.0.1:"));
    assert_non_null(strstr(err.text, "in use"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_webhook_over_tls),
        TEST(test_large_answer_over_tls_arrives_whole_before_the_end),
        TEST(test_handshake_that_never_ends_is_cut),
        TEST(test_plain_http_to_a_tls_port_is_ended),
        TEST(test_certificate_is_read_again),
        TEST(test_broken_certificate_leaves_the_old_one),
        TEST(test_key_of_another_certificate_is_refused),
        TEST(test_address_in_use_is_said_with_a_mend),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
