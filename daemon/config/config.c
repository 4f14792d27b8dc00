/* SPDX-License-Identifier: Apache-2.0 */
/* Reading, looking up and freeing a configuration; see config.h. */
#include "config/config.h"

#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"
#include "config/word.h"
#include "lib/log.h"
#include "lib/memory.h"

void config_words_free(char **words)
{
    for (size_t i = 0; words && words[i]; i++)
        free(words[i]);
    free(words);
}

static void free_gateway(struct config_gateway *gateway)
{
    free(gateway->name);
    free(gateway->program);
    config_words_free(gateway->channels);
    config_words_free(gateway->prefixes);
    config_words_free(gateway->hook.from);
    json_decref(gateway->config);
    free(gateway->file);
}

static void free_ladder(struct config_ladder *ladder)
{
    for (size_t i = 0; i < ladder->step_count; i++) {
        struct config_step *step = &ladder->steps[i];

        config_words_free(step->who);
        config_words_free(step->channels);
        free(step->answer);
        free(step->file);
    }
    free(ladder->steps);
    free(ladder->name);
    config_words_free(ladder->kinds);
    free(ladder->then);
    free(ladder->file);
}

void config_free(struct config *config)
{
    char *const texts[] = {
        config->file,
        config->folder,
        config->school.name,
        config->school.signature,
        config->school.region,
        config->school.timezone,
        config->school.language,
        config->school.week_starts,
        config->school.stage,
        config->store,
        config->state_dir,
        config->clock.start,
        config->listen.socket,
        config->listen.http,
        config->listen.certificate,
        config->listen.key,
        config->templates,
        config->answers,
        config->headers,
        config->log.level,
        config->backup.folder,
    };

    for (size_t i = 0; i < COUNT(texts); i++)
        free(texts[i]);
    config_words_free(config->school.calendar);
    for (size_t i = 0; i < config->gateway_count; i++)
        free_gateway(&config->gateways[i]);
    for (size_t i = 0; i < config->ladder_count; i++)
        free_ladder(&config->ladders[i]);
    for (size_t i = 0; i < config->kind_count; i++)
        free(config->kinds[i].name);
    free(config->gateways);
    free(config->ladders);
    free(config->kinds);
    *config = (struct config){ 0 };
}

/* The folder of a path; the caller frees. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return mem_dup(".");
    return mem_dup_n(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Defaults that hang on other values. */
static void work_out(struct config *config)
{
    if (!config->school.signature)
        config->school.signature = mem_dup(config->school.name);
    if (!config->state_dir)
        config->state_dir = folder_of(config->store);
    if (!config->backup.folder)
        config->backup.folder = mem_format("%s/backup", config->state_dir);
    for (int i = 0; word_levels[i]; i++)
        if (strcmp(word_levels[i], config->log.level) == 0)
            config->log.number = LOG_LEVEL_ERROR + i;
}

/* False when nothing could be taken: what is missing has been said. */
static bool read_tree(struct config *config, const struct source *source, struct mistakes *mistakes)
{
    const struct walk walk = { .folder = config->folder, .mistakes = mistakes };
    struct node *root = tree_read(source, mistakes);
    const bool whole = root != NULL;

    if (root) {
        config_walk(&walk, config, root);
        config_check(config, root, mistakes);
    }
    config_tree_free(root);
    return whole;
}

static int by_place(const void *a, const void *b)
{
    return strverscmp(*(char *const *)a, *(char *const *)b); /* FILE:9 before FILE:10 */
}

bool config_read(struct config *out, const char *path, struct mistakes *mistakes)
{
    const size_t lines = mistakes->count, before = lines + mistakes->dropped;
    struct config config = { .file = mem_dup(path), .folder = folder_of(path) };
    struct source source;
    bool whole;

    source_read(&source, path, mistakes);
    whole = read_tree(&config, &source, mistakes);
    source_free(&source);
    if (!whole || mistakes->count + mistakes->dropped > before) {
        config_free(&config);
        if (mistakes->count > lines)
            qsort(mistakes->lines + lines, mistakes->count - lines, sizeof *mistakes->lines, by_place);
        return false;
    }
    work_out(&config);
    *out = config;
    return true;
}

const struct config_gateway *config_gateway_find(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->gateway_count; i++)
        if (strcmp(config->gateways[i].name, name) == 0)
            return &config->gateways[i];
    return NULL;
}

const struct config_ladder *config_ladder_find(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->ladder_count; i++)
        if (strcmp(config->ladders[i].name, name) == 0)
            return &config->ladders[i];
    return NULL;
}

const struct config_ladder *config_ladder_of_kind(const struct config *config, const char *kind)
{
    for (size_t i = 0; i < config->ladder_count; i++)
        for (char **at = config->ladders[i].kinds; *at; at++)
            if (strcmp(*at, kind) == 0)
                return &config->ladders[i];
    return NULL;
}

const struct config_kind *config_kind_find(const struct config *config, const char *kind)
{
    for (size_t i = 0; i < config->kind_count; i++)
        if (strcmp(config->kinds[i].name, kind) == 0)
            return &config->kinds[i];
    return NULL;
}
