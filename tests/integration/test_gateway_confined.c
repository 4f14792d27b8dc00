/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway program is confined: tests/gateways/breaks_out tries for real to read the store, to write elsewhere, to reach
 * the daemon's socket and the daemon itself; each attempt is refused by the kernel and the gateway works on. What it has a
 * right to works, and with confine = false all of it does.
 */
#include "tests/integration/gateway_world.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "gateway/landlock.h"
#include "tests/support/certificate.h"

struct trial {
    struct world *w;
    struct gateway *g;
    char *store, *socket_path;
    int listener, jobs;
};

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 4), 0);
    return fd;
}

/* A store and a daemon's socket beside the gateway's own folder; the gateway is up. */
static struct trial trial_begin(const struct gateway_config *config)
{
    CLEANUP(mem_clean) char *program = test_gateway("breaks_out");
    struct trial t = { .w = world_new() };
    struct gateway_config one = *config;

    one.name = "g";
    one.program = program;
    t.store = mem_format("%s/school.db", t.w->folder);
    t.socket_path = mem_format("%s/greenline.sock", t.w->folder);
    write_file(t.store, "SQLite format 3");
    t.listener = listen_at(t.socket_path);
    assert_true(gateways_add(world_set(t.w), &one, NULL));
    t.g = gateways_find(t.w->set, "g");
    wait_for(t.w, "ready g");
    return t;
}

static void trial_end(struct trial *t)
{
    close(t->listener);
    free(t->store);
    free(t->socket_path);
    world_free(t->w);
}

/* What became of an attempt: "done", or the name of the error; lives until the next call. */
static const char *attempt(struct trial *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static const char *attempt(struct trial *t, const char *format, ...)
{
    static char answer[40];
    char text[300], id[20], wanted[40];
    const char *found;
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    snprintf(id, sizeof id, "e1-%d", ++t->jobs);
    snprintf(wanted, sizeof wanted, "ed %s ", id);
    send_job(t->g, id, text);
    wait_for(t->w, wanted);
    found = strstr(t->w->diary.data, wanted) + strlen(wanted);
    if (text_starts(found, "permanent "))
        found += strlen("permanent ");
    snprintf(answer, sizeof answer, "%.*s", (int)strcspn(found, " \n"), found);
    return answer;
}

static const struct gateway_config plain = { 0 };

static void test_store_is_neither_read_nor_written_nor_cut(void **state)
{
    struct trial t = trial_begin(&plain);
    struct stat stat_of;

    (void)state;
    assert_string_equal(attempt(&t, "read %s", t.store), "EACCES");
    assert_string_equal(attempt(&t, "write %s", t.store), "EACCES");
    assert_string_not_equal(attempt(&t, "cut %s", t.store), "done");
    assert_string_not_equal(attempt(&t, "chmod %s", t.store), "done");
    assert_string_equal(attempt(&t, "list %s", t.w->folder), "EACCES");
    assert_int_equal(stat(t.store, &stat_of), 0);
    assert_int_equal(stat_of.st_size, strlen("SQLite format 3"));
    assert_string_equal(shown(t.g, "state"), "ready");
    trial_end(&t);
}

static void test_nothing_is_written_outside_its_own_folder(void **state)
{
    struct trial t = trial_begin(&plain);

    (void)state;
    assert_string_equal(attempt(&t, "write %s/g/note", t.w->folder), "done");
    assert_string_equal(attempt(&t, "read %s/g/note", t.w->folder), "done");
    assert_string_equal(attempt(&t, "write %s/note", t.w->folder), "EACCES");
    assert_string_equal(attempt(&t, "write /tmp/greenline-note"), "EACCES");
    assert_string_equal(attempt(&t, "write /usr/greenline-note"), "EACCES");
    assert_string_equal(attempt(&t, "list /root"), "EACCES");
    assert_string_equal(attempt(&t, "list /home"), "EACCES");
    trial_end(&t);
}

static void test_daemon_and_its_socket_are_out_of_reach(void **state)
{
    struct trial t = trial_begin(&plain);
    const int pid = (int)getpid();

    (void)state;
    assert_string_equal(attempt(&t, "connect %s", t.socket_path), "EAFNOSUPPORT");
    assert_string_equal(attempt(&t, "trace %d", pid), "EPERM");
    assert_string_equal(attempt(&t, "peek %d", pid), "EPERM");
    assert_string_equal(attempt(&t, "read /proc/%d/environ", pid), "EACCES");
    assert_string_equal(attempt(&t, "namespace"), "EPERM");
    assert_string_equal(attempt(&t, "keyring"), "EPERM");
    assert_string_equal(shown(t.g, "restarts"), "0");
    trial_end(&t);
}

static void test_system_is_there_and_programs_run(void **state)
{
    struct trial t = trial_begin(&plain);

    (void)state;
    assert_string_equal(attempt(&t, "read /etc/nsswitch.conf"), "done");
    assert_string_equal(attempt(&t, "list /usr/share"), "done");
    assert_string_equal(attempt(&t, "read /proc/self/status"), "done");
    assert_string_equal(attempt(&t, "write /dev/null"), "done");
    assert_string_equal(attempt(&t, "run /bin/true"), "done");
    assert_string_equal(attempt(&t, "run %s/school.db", t.w->folder), "EACCES");
    trial_end(&t);
}

static void test_paths_of_the_configuration_are_open_and_files_of_its_section_are_read(void **state)
{
    char folder[] = "/tmp/greenline-device-XXXXXX";
    CLEANUP(mem_clean) char *device = NULL, *token = NULL, *other = NULL;
    struct trial t;

    (void)state;
    assert_non_null(mkdtemp(folder));
    device = mem_format("%s/ttyUSB0", folder);
    token = mem_format("%s/token", folder);
    other = mem_format("%s/other", folder);
    write_file(device, "AT");
    write_file(token, "s3cret");
    write_file(other, "not yours");
    {
        const char *const paths[] = { device, NULL };
        CLEANUP(mem_clean) char *named = mem_format("file:%s", token);
        json_t *config = json_pack("{s:{s:s}}", "secrets", "token", named);
        const struct gateway_config config_of = { .paths = paths, .config = config };

        t = trial_begin(&config_of);
        json_decref(config);
    }
    assert_string_equal(attempt(&t, "write %s", device), "done");
    assert_string_equal(attempt(&t, "read %s", token), "done");
    assert_string_equal(attempt(&t, "write %s", token), "EACCES");
    assert_string_equal(attempt(&t, "read %s", other), "EACCES");
    trial_end(&t);
    unlink(device);
    unlink(token);
    unlink(other);
    rmdir(folder);
}

static void test_environment_holds_what_it_needs_and_what_its_section_names(void **state)
{
    json_t *config = json_pack("{s:{s:s}}", "secrets", "token", "env:GREENLINE_TEST_TOKEN");
    const struct gateway_config config_of = { .config = config };
    struct trial t;

    (void)state;
    setenv("GREENLINE_TEST_TOKEN", "s3cret", 1);
    setenv("GREENLINE_TEST_OTHER", "not yours", 1);
    setenv("NOTIFY_SOCKET", "/run/notify", 1);
    t = trial_begin(&config_of);
    assert_string_equal(attempt(&t, "env PATH"), "done");
    assert_string_equal(attempt(&t, "env HOME"), "done");
    assert_string_equal(attempt(&t, "env GREENLINE_LOCK_FD"), "done");
    assert_string_equal(attempt(&t, "env GREENLINE_TEST_TOKEN"), "done");
    assert_string_equal(attempt(&t, "env GREENLINE_TEST_OTHER"), "ENOENT");
    assert_string_equal(attempt(&t, "env NOTIFY_SOCKET"), "ENOENT");
    unsetenv("NOTIFY_SOCKET");
    json_decref(config);
    trial_end(&t);
}

static void test_memory_files_and_core_are_bounded(void **state)
{
    struct trial t = trial_begin(&plain);

    (void)state;
    assert_string_equal(attempt(&t, "limit files"), "done");
    assert_string_equal(attempt(&t, "limit core"), "done");
#ifndef __SANITIZE_ADDRESS__
    assert_string_equal(attempt(&t, "limit memory"), "done");
#endif
    trial_end(&t);
}

static void test_one_that_is_not_confined_may_do_what_the_daemon_may(void **state)
{
    const struct gateway_config config = { .unconfined = true };
    struct trial t = trial_begin(&config);

    (void)state;
    assert_string_equal(attempt(&t, "read %s", t.store), "done");
    assert_string_equal(attempt(&t, "write %s/note", t.w->folder), "done");
    assert_string_equal(attempt(&t, "connect %s", t.socket_path), "done");
    assert_string_equal(attempt(&t, "signal %d", (int)getpid()), "done");
    trial_end(&t);
}

static void test_program_that_the_confinement_hides_says_how_to_open_it(void **state)
{
    char folder[] = "/tmp/greenline-script-XXXXXX";
    CLEANUP(mem_clean) char *script = NULL, *interpreter = NULL, *text = NULL, *reason = NULL;
    struct world *w = world_new();
    struct gateway *g;

    (void)state;
    assert_non_null(mkdtemp(folder));
    script = mem_format("%s/gateway", folder);
    interpreter = mem_format("%s/interpreter", folder);
    text = mem_format("#!%s\n", interpreter);
    write_file(script, text);
    write_file(interpreter, "#!/bin/true\n");
    chmod(script, 0755);
    chmod(interpreter, 0755);
    assert_true(gateways_add(world_set(w), &(struct gateway_config){ .name = "g", .program = script }, NULL));
    g = gateways_find(w->set, "g");
    reason =
        mem_format("cannot start %s: Permission denied: name in paths what it needs, or write confine = false", script);
    wait_shown(w, g, "last_reason", reason);
    world_free(w);
    unlink(script);
    unlink(interpreter);
    rmdir(folder);
}

/* The http gateway against a server with TLS */

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n"
                             "Connection: close\r\n\r\n{\"id\":\"p-7\"}";

/* In a process of its own: one connection, one request, one answer. */
static void serve_once(int listener, const char *certificate, const char *key)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL *tls = SSL_new(context);
    char request[4096];
    int got = 0;

    if (SSL_use_certificate_file(tls, certificate, SSL_FILETYPE_PEM) != 1 ||
        SSL_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1)
        _exit(2);
    SSL_set_fd(tls, accept(listener, NULL, NULL));
    if (SSL_accept(tls) != 1)
        _exit(3);
    while (got < (int)sizeof request - 1) {
        const int count = SSL_read(tls, request + got, (int)sizeof request - 1 - got);

        got += count > 0 ? count : 0;
        request[got] = '\0';
        if (count <= 0 || strstr(request, "\"text\":\"TLS\"}"))
            break;
    }
    SSL_write(tls, answer, (int)sizeof answer - 1);
    SSL_shutdown(tls);
    _exit(strstr(request, "POST /send ") ? 0 : 4);
}

static pid_t start_server(int *port, const char *certificate, const char *key)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    pid_t pid;

    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    pid = fork();
    if (pid == 0)
        serve_once(listener, certificate, key);
    close(listener);
    return pid;
}

static void test_http_gateway_finds_a_name_and_speaks_tls_with_a_certificate_that_its_section_names(void **state)
{
    CLEANUP(mem_clean) char *program = test_gateway("../../gateways/http");
    CLEANUP(mem_clean) char *certificate = NULL, *key = NULL, *url = NULL;
    struct world *w = world_new();
    struct gateway_config config = { .name = "g", .program = program };
    int port = 0, status = -1;
    pid_t server;

    (void)state;
    certificate = mem_format("%s/ca.pem", w->folder);
    key = mem_format("%s/key.pem", w->folder);
    certificate_write(certificate, key, "localhost");
    server = start_server(&port, certificate, key);
    url = mem_format("https://localhost:%d/send", port);
    config.config = json_pack("{s:s, s:s, s:s, s:s, s:i}", "url", url, "ca", certificate, "body",
                              "{\"text\":${text|json}}", "provider_id", "$.id", "ip", 4);
    assert_true(gateways_add(world_set(w), &config, NULL));
    wait_for(w, "ready g");
    send_job(gateways_find(w->set, "g"), "e1-1", "TLS");
    wait_for(w, "ed e1-1 ");
    assert_true(noted(w, "accepted e1-1 p-7"));
    assert_int_equal(waitpid(server, &status, 0), server);
    assert_int_equal(status, 0);
    json_decref(config.config);
    world_free(w);
}

static void test_confined_one_is_started_anew_when_the_resolver_is_another_file(void **state)
{
    struct world *w = world_new();
    CLEANUP(mem_clean) char *program = test_gateway("obedient");
    CLEANUP(mem_clean) char *resolver = mem_format("%s/resolv.conf", w->folder);
    CLEANUP(mem_clean) char *fresh = mem_format("%s/resolv.conf.new", w->folder);
    struct gateway *g;

    (void)state;
    write_file(resolver, "nameserver 192.0.2.1\n");
    w->setting.resolver = resolver;
    assert_true(gateways_add(world_set(w), &(struct gateway_config){ .name = "g", .program = program }, NULL));
    g = gateways_find(w->set, "g");
    wait_for(w, "ready g");
    gateways_tick(w->set);
    assert_string_equal(shown(g, "state"), "ready");
    write_file(fresh, "nameserver 192.0.2.2\n");
    assert_int_equal(rename(fresh, resolver), 0);
    wait_ticking(w, "down g: drained");
    wait_shown(w, g, "state", "ready");
    assert_string_equal(shown(g, "restarts"), "1");
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_is_neither_read_nor_written_nor_cut),
        cmocka_unit_test(test_nothing_is_written_outside_its_own_folder),
        cmocka_unit_test(test_daemon_and_its_socket_are_out_of_reach),
        cmocka_unit_test(test_system_is_there_and_programs_run),
        cmocka_unit_test(test_paths_of_the_configuration_are_open_and_files_of_its_section_are_read),
        cmocka_unit_test(test_environment_holds_what_it_needs_and_what_its_section_names),
        cmocka_unit_test(test_memory_files_and_core_are_bounded),
        cmocka_unit_test(test_one_that_is_not_confined_may_do_what_the_daemon_may),
        cmocka_unit_test(test_http_gateway_finds_a_name_and_speaks_tls_with_a_certificate_that_its_section_names),
        cmocka_unit_test(test_confined_one_is_started_anew_when_the_resolver_is_another_file),
        cmocka_unit_test(test_program_that_the_confinement_hides_says_how_to_open_it),
    };

    struct landlock landlock;

    if (landlock_open(&landlock) < 0) {
        puts("this kernel has no Landlock\n0 passed, 0 failed, 1 skipped");
        return 0;
    }
    close(landlock.ruleset);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
