/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the configuration share: setting.c reads the keys, setting_groups.c the groups and lists under them.
 * Every function gives errors of the form "KEY: what: mend" and leaves what it has read so far to its caller to free.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_SETTING_INTERNAL_H
#define GREENLINE_GATEWAYS_HTTP_SETTING_INTERNAL_H

#include "gateways/http/faults.h"
#include "gateways/http/setting.h"

bool setting_read_duration(time_ms *out, const json_t *value, time_ms low, time_ms high, struct error *err);
/* The keys `errors`, `provider_id`, `parts`, `code` and `detail` of a group, and `success` when it is there. */
void setting_read_rules(struct rules *rules, const json_t *config, struct faults *faults);
/* What the call of a group may use; `config` is the whole configuration. */
struct call_scope setting_scope(const struct setting *setting, const json_t *config, unsigned where);
/* Adds to `known` (which has room for FAULTS_KEYS_MAX and is NULL-terminated) all of `more`. */
void setting_add_keys(const char **known, const char *const *more);

bool setting_read_batch(struct setting *setting, const json_t *value, struct error *err);
bool setting_read_probe(struct setting *setting, const json_t *value, const json_t *config, struct error *err);
bool setting_read_track(struct setting *setting, const json_t *value, const json_t *config, struct error *err);
bool setting_read_polls(struct setting *setting, const json_t *value, const json_t *config, struct error *err);
bool setting_read_hooks(struct setting *setting, const json_t *value, struct error *err);
void setting_free_groups(struct setting *setting);

#endif
