/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator's configuration, one row of a table a key; see settings.h. */
#include "gateways/simulator/settings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/paths.h"
#include "lib/text.h"

struct reading {
    struct settings *settings;
    const char *state_dir;
};

static bool read_path(struct reading *in, const json_t *value, char **out, bool is_script, struct error *err)
{
    const char *name = json_string_value(value);
    char *path;

    if (!name || !*name)
        return error_set(err, "not a name of a file: write one in quotes");
    path = name[0] == '/' ? mem_dup(name) : mem_format("%s/%s", in->state_dir, name);
    if (is_script && name[0] != '/' && access(path, R_OK) != 0) {
        free(path);
        path = path_data(name);
    }
    free(*out);
    *out = path;
    return true;
}

static bool read_script(struct reading *in, const json_t *value, struct error *err)
{
    return read_path(in, value, &in->settings->script, true, err);
}

static bool read_ledger(struct reading *in, const json_t *value, struct error *err)
{
    return read_path(in, value, &in->settings->ledger, false, err);
}

static bool read_flag(bool *out, const json_t *value, struct error *err)
{
    if (!json_is_boolean(value))
        return error_set(err, "neither true nor false: write one of them");
    *out = json_is_true(value);
    return true;
}

static bool read_idempotent(struct reading *in, const json_t *value, struct error *err)
{
    return read_flag(&in->settings->idempotent, value, err);
}

static bool read_probe(struct reading *in, const json_t *value, struct error *err)
{
    return read_flag(&in->settings->probe, value, err);
}

static bool read_window(struct reading *in, const json_t *value, struct error *err)
{
    const json_int_t n = json_integer_value(value);

    if (n < 1 || n > SETTINGS_WINDOW_MAX)
        return error_set(err, "not a number of jobs: write one from 1 to %d", (int)SETTINGS_WINDOW_MAX);
    in->settings->window = (int)n;
    return true;
}

static bool read_delay(struct reading *in, const json_t *value, struct error *err)
{
    if (json_is_string(value))
        return duration_parse(&in->settings->delay, json_string_value(value), err);
    if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > 365 * DAY_MS)
        return error_set(err, "not a duration: write one such as \"2s\"");
    in->settings->delay = json_integer_value(value);
    return true;
}

static bool read_channels(struct reading *in, const json_t *value, struct error *err)
{
    static const char *const known[] = { "sms", "voice", "im" };
    size_t count = 0;
    bool wanted[COUNT(known)] = { false };

    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *name = json_string_value(json_array_get(value, i));
        size_t k = 0;

        while (k < COUNT(known) && (!name || strcmp(known[k], name) != 0))
            k++;
        if (k == COUNT(known))
            return error_set(err, "\"%.40s\" is no channel: one of sms, voice, im", name ? name : "?");
        wanted[k] = true;
    }
    for (size_t k = 0; k < COUNT(known); k++)
        if (wanted[k])
            in->settings->channels[count++] = known[k];
    in->settings->channels[count] = NULL;
    return count > 0 || error_set(err, "no channel named: write [ \"sms\", \"voice\" ]");
}

static const struct {
    const char *key;
    bool (*read)(struct reading *in, const json_t *value, struct error *err);
} rows[] = {
    { "script", read_script }, { "ledger", read_ledger }, { "idempotent", read_idempotent }, { "probe", read_probe },
    { "window", read_window }, { "delay", read_delay },   { "channels", read_channels },
};

static bool key_unknown(const char *key, struct error *err)
{
    const char *names[COUNT(rows) + 1] = { NULL };
    const char *nearest;

    for (size_t i = 0; i < COUNT(rows); i++)
        names[i] = rows[i].key;
    nearest = text_nearest(key, names);
    return error_set(err, "unknown key: %s%s", nearest ? "did you mean " : "take it out", nearest ? nearest : "");
}

bool settings_read(struct settings *out, const json_t *config, const char *state_dir, const char *name,
                   struct error *err)
{
    struct reading in = { .settings = out, .state_dir = state_dir };
    const char *key;
    json_t *value;

    *out = (struct settings){
        .idempotent = true, .probe = true, .window = 256, .delay = 2 * SECOND_MS, .channels = { "sms", "voice", NULL }
    };
    out->ledger = mem_format("%s/%s.ledger", state_dir, name);
    json_object_foreach ((json_t *)config, key, value) {
        size_t i = 0;

        while (i < COUNT(rows) && strcmp(rows[i].key, key) != 0)
            i++;
        if (i == COUNT(rows) ? !key_unknown(key, err) : !rows[i].read(&in, value, err))
            return error_in(err, key);
    }
    return true;
}

void settings_free(struct settings *settings)
{
    free(settings->script);
    free(settings->ledger);
    *settings = (struct settings){ 0 };
}
