/* SPDX-License-Identifier: Apache-2.0 */
/* greenlined: options, then the daemon in the foreground. Exit status: 0 ended in order, 1 cannot run, 2 usage. */
#include <event2/thread.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "api/api.h"
#include "daemon.h"
#include "lib/log.h"
#include "lib/memory.h"

#ifndef GREENLINE_VERSION
#define GREENLINE_VERSION "0.1.0"
#endif

static const char help[] =
    "Usage: greenlined [--check-config] -c FILE\n"
    "       greenlined --restore BACKUP [--key-file FILE] [--emergencies go-on|close] -c FILE\n"
    "The family line of a school: asks, waits, and climbs until somebody answers.\n"
    "\n"
    "  -c, --config FILE   the configuration (conf/greenline.conf documents every key)\n"
    "      --check-config  check it and the gateway programs, say every mistake, exit\n"
    "      --restore BACKUP         put a backup in the place of the store, whose daemon is stopped; exit\n"
    "      --key-file FILE          the key of a sealed backup\n"
    "      --emergencies go-on|close  what becomes of emergencies open in it (else each is asked for)\n"
    "      --keys          list the keys of the configuration\n"
    "      --routes        list the paths of the API, each with the action that a token may do\n"
    "  -v, --verbose       log more\n"
    "      --version       print the version\n"
    "  -h, --help          this text\n"
    "\n"
    "It stays in the foreground and logs to standard error. SIGHUP reloads, SIGTERM drains and ends.\n"
    "Examples:\n"
    "  greenlined --check-config -c /etc/greenline/greenline.conf\n"
    "  greenlined -c /etc/greenline/greenline.conf\n"
    "  greenlined --restore /var/backups/greenline-20261008-033000.db -c /etc/greenline/greenline.conf\n";

enum { DESCRIPTORS_MAX = 65536 };
enum {
    OPTION_CHECK = 1000,
    OPTION_KEYS,
    OPTION_ROUTES,
    OPTION_VERSION,
    OPTION_RESTORE,
    OPTION_KEY_FILE,
    OPTION_EMERGENCIES
};

static const struct option options[] = {
    { "config", required_argument, NULL, 'c' },
    { "check-config", no_argument, NULL, OPTION_CHECK },
    { "restore", required_argument, NULL, OPTION_RESTORE },
    { "key-file", required_argument, NULL, OPTION_KEY_FILE },
    { "emergencies", required_argument, NULL, OPTION_EMERGENCIES },
    { "keys", no_argument, NULL, OPTION_KEYS },
    { "routes", no_argument, NULL, OPTION_ROUTES },
    { "verbose", no_argument, NULL, 'v' },
    { "version", no_argument, NULL, OPTION_VERSION },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

static int say_mistakes(struct mistakes *mistakes)
{
    for (size_t i = 0; i < mistakes->count; i++)
        fprintf(stderr, "%s\n", mistakes->lines[i]);
    if (mistakes->dropped)
        fprintf(stderr, "and %zu more\n", mistakes->dropped);
    mistakes_free(mistakes);
    return 1;
}

static int run(const char *path, bool check, bool verbose)
{
    struct mistakes mistakes = { 0 }, ladders = { 0 };
    struct config config = { 0 };
    struct daemon *daemon;
    struct error err;
    int status;

    if (!(check ? config_read(&config, path, &mistakes) : config_read_start(&config, path, &mistakes, &ladders))) {
        mistakes_free(&ladders);
        return say_mistakes(&mistakes);
    }
    if (check) {
        daemon_check(&config, &mistakes);
        config_free(&config);
        if (mistakes.count)
            return say_mistakes(&mistakes);
        printf("%s: no mistakes\n", path);
        return 0;
    }
    if (verbose)
        config.log.number = LOG_LEVEL_DEBUG;
    daemon = daemon_new(&config, &err);
    if (!daemon) {
        fprintf(stderr, "greenlined: %s\n", err.text);
        config_free(&config);
        mistakes_free(&ladders);
        return 1;
    }
    daemon_note_ladders(daemon, &ladders);
    status = daemon_run(daemon);
    daemon_free(daemon);
    return status;
}

static int restore(const char *path, const struct restore_order *order)
{
    struct mistakes mistakes = { 0 };
    struct config config = { 0 };
    struct error err;

    if (order->emergencies && strcmp(order->emergencies, "go-on") != 0 && strcmp(order->emergencies, "close") != 0) {
        fprintf(stderr, "greenlined: --emergencies \"%s\": give go-on or close\n", order->emergencies);
        return 2;
    }
    if (!config_read(&config, path, &mistakes))
        return say_mistakes(&mistakes);
    if (daemon_restore(&config, order, &err))
        return 0;
    fprintf(stderr, "greenlined: %s\n", err.text);
    return 1;
}

/* As many connections as the system lets us have; the gateways get the usual limit back (gateway/process.c). */
static void raise_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS_MAX)
        return;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
    setrlimit(RLIMIT_NOFILE, &limit); /* without it fewer connections are taken */
}

int main(int argc, char **argv)
{
    const char *path = NULL;
    struct restore_order order = { 0 };
    bool check = false, verbose = false;
    int option;

    setlocale(LC_ALL, "");
    raise_descriptors();
    evthread_use_pthreads();
    while ((option = getopt_long(argc, argv, "c:vh", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            path = optarg;
            break;
        case OPTION_CHECK:
            check = true;
            break;
        case OPTION_RESTORE:
            order.file = optarg;
            break;
        case OPTION_KEY_FILE:
            order.key_file = optarg;
            break;
        case OPTION_EMERGENCIES:
            order.emergencies = optarg;
            break;
        case OPTION_KEYS:
            config_keys_print(stdout);
            return 0;
        case OPTION_ROUTES:
            api_routes_print(stdout);
            return 0;
        case 'v':
            verbose = true;
            break;
        case OPTION_VERSION:
            puts("greenlined " GREENLINE_VERSION);
            return 0;
        case 'h':
            fputs(help, stdout);
            return 0;
        default:
            return 2;
        }
    }
    if (!path || optind < argc) {
        fprintf(stderr, "greenlined: %s: try `greenlined --help`\n",
                path ? "too many arguments" : "no configuration named with -c");
        return 2;
    }
    return order.file ? restore(path, &order) : run(path, check, verbose);
}
