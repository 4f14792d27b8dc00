/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets from files, the environment and systemd's credentials; see secret.h. */
#include "gateways/http/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/text.h"

void secrets_free(struct secrets *secrets)
{
    for (size_t i = 0; i < secrets->count; i++) {
        explicit_bzero(secrets->items[i].value, strlen(secrets->items[i].value));
        free(secrets->items[i].value);
        free(secrets->items[i].name);
    }
    *secrets = (struct secrets){ 0 };
}

const char *secrets_get(const struct secrets *secrets, const char *name)
{
    for (size_t i = 0; i < secrets->count; i++) {
        if (strcmp(secrets->items[i].name, name) == 0)
            return secrets->items[i].value;
    }
    return NULL;
}

void secrets_scrub(const struct secrets *secrets, char *text)
{
    for (size_t i = 0; i < secrets->count; i++) {
        const char *value = secrets->items[i].value;
        size_t length = strlen(value);

        if (length < SECRET_SCRUB_MIN)
            continue;
        for (char *at = strstr(text, value); at; at = strstr(at + length, value))
            memset(at, '*', length);
    }
}

/* One read of at most the bound; the caller frees. A pipe would have to hold it all at once: secrets are small. */
static char *read_file(const char *path, struct error *err)
{
    char *buffer = mem_new(1, SECRET_BYTES_MAX + 2);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t length = fd < 0 ? -1 : read(fd, buffer, SECRET_BYTES_MAX + 1);
    int why = errno;

    if (fd >= 0)
        close(fd);
    if (length < 0)
        error_set(err, "%s: %s: make it readable for the gateway", path, strerror(why));
    else if (length > SECRET_BYTES_MAX)
        error_set(err, "%s: longer than %d bytes: is it the right file?", path, SECRET_BYTES_MAX);
    else
        return buffer;
    free(buffer);
    return NULL;
}

static char *read_env(const char *name, struct error *err)
{
    const char *value = getenv(name);

    if (!value)
        error_set(err, "env:%s: not in the environment: set it for the daemon", name);
    return mem_dup(value);
}

/* systemd.exec(5), LoadCredential=: files in $CREDENTIALS_DIRECTORY. */
static char *read_credential(const char *name, struct error *err)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    char *path, *value;

    if (!folder || strchr(name, '/')) {
        error_set(err, "credential:%s: not given: add LoadCredential=%s:/PATH to the unit", name, name);
        return NULL;
    }
    path = mem_format("%s/%s", folder, name);
    value = read_file(path, err);
    free(path);
    return value;
}

static const struct {
    const char *prefix;
    char *(*read)(const char *rest, struct error *err);
} places[] = { { "file:", read_file }, { "env:", read_env }, { "credential:", read_credential } };

static char *read_secret(const char *where, struct error *err)
{
    for (size_t i = 0; i < COUNT(places); i++) {
        char *value;

        if (!text_starts(where, places[i].prefix))
            continue;
        value = places[i].read(where + strlen(places[i].prefix), err);
        if (value && !*text_trim(value)) {
            error_set(err, "empty: put the secret there");
            free(value);
            return NULL;
        }
        return value;
    }
    /* the wrong value may be the secret itself: it is not repeated */
    error_set(err, "not a place: write \"file:/PATH\", \"env:NAME\" or \"credential:NAME\"");
    return NULL;
}

bool secrets_load(struct secrets *out, const json_t *config, struct error *err)
{
    struct secrets secrets = { 0 };
    const char *name;
    json_t *where;

    if (config && !json_is_object(config))
        return error_set(err, "not a group: write { NAME = \"file:/PATH\"; }");
    json_object_foreach ((json_t *)config, name, where) {
        char *value = NULL;

        if (secrets.count == SECRETS_MAX)
            error_set(err, "more than %d: leave some out", SECRETS_MAX);
        else
            value = read_secret(json_is_string(where) ? json_string_value(where) : "", err);
        if (!value) {
            secrets_free(&secrets);
            return error_in(err, name);
        }
        secrets.items[secrets.count].name = mem_dup(name);
        secrets.items[secrets.count++].value = value;
    }
    *out = secrets;
    return true;
}
