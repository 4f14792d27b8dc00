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
    config_words_free(gateway->paths);
    free(gateway->probe.number);
    json_decref(gateway->config);
    free(gateway->file);
}

static void free_hook(struct config_hook *hook)
{
    free(hook->program);
    config_words_free(hook->events);
    json_decref(hook->config);
    free(hook->file);
}

static void free_number(struct config_number *number)
{
    free(number->name);
    free(number->zh);
    free(number->number);
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
        config->listen.tokens,
        config->templates,
        config->answers,
        config->headers,
        config->log.level,
        config->backup.folder,
        config->backup.key,
        config->roll.by,
        config->roll.ladder,
    };

    for (size_t i = 0; i < COUNT(texts); i++)
        free(texts[i]);
    config_words_free(config->school.calendar);
    for (size_t i = 0; i < config->gateway_count; i++)
        free_gateway(&config->gateways[i]);
    for (size_t i = 0; i < config->hook_count; i++)
        free_hook(&config->hooks[i]);
    config_ladders_free(config->ladders, config->ladder_count);
    config_ladders_free(config->shipped, config->shipped_count);
    for (size_t i = 0; i < config->kind_count; i++)
        free(config->kinds[i].name);
    for (size_t i = 0; i < config->emergency.number_count; i++)
        free_number(&config->emergency.numbers[i]);
    free(config->emergency.numbers);
    config_words_free(config->roll.classes);
    free(config->hooks);
    free(config->gateways);
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

/* Customary numbers, where the file gives no list of its own; hotlines differ from place to place. */
static void fill_numbers(struct config *config)
{
    static const struct {
        const char *name, *zh, *number;
    } usual[] = {
        { "police", "公安", "110" },        { "ambulance", "急救", "120" },
        { "fire", "消防", "119" },          { "minors", "未成年人救助保护", "12345" },
        { "counsel", "心理援助", "12356" },
    };

    if (!config->emergency.numbers) {
        config->emergency.number_count = COUNT(usual);
        config->emergency.numbers = mem_new(COUNT(usual), sizeof *config->emergency.numbers);
        for (size_t i = 0; i < COUNT(usual); i++)
            config->emergency.numbers[i] =
                (struct config_number){ mem_dup(usual[i].name), mem_dup(usual[i].zh), mem_dup(usual[i].number) };
    }
    for (size_t i = 0; i < config->emergency.number_count; i++)
        if (!config->emergency.numbers[i].zh)
            config->emergency.numbers[i].zh = mem_dup(config->emergency.numbers[i].name);
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
    fill_numbers(config);
    if (!*config->roll.by || !word_minute(&config->roll.by_min, config->roll.by, NULL))
        config->roll.by_min = -1;
    for (int i = 0; word_levels[i]; i++)
        if (strcmp(word_levels[i], config->log.level) == 0)
            config->log.number = LOG_LEVEL_ERROR + i;
}

/* False when nothing could be taken: what is missing has been said. */
static bool read_tree(struct config *config, const struct source *source, const struct walk *walk)
{
    struct node *root = tree_read(source, walk->mistakes);
    const bool whole = root != NULL;

    if (root) {
        config_walk(walk, config, root);
        config_check(walk, config, root);
    }
    config_tree_free(root);
    return whole;
}

static int by_place(const void *a, const void *b)
{
    return strverscmp(*(char *const *)a, *(char *const *)b); /* FILE:9 before FILE:10 */
}

static void sort(struct mistakes *mistakes, size_t from)
{
    if (mistakes->count > from)
        qsort(mistakes->lines + from, mistakes->count - from, sizeof *mistakes->lines, by_place);
}

/* `without`: the file of ladders is left out. */
static bool read_with(struct config *out, const char *path, bool without, struct mistakes *mistakes,
                      struct mistakes *ladders)
{
    const size_t lines = mistakes->count, before = lines + mistakes->dropped, ladder_lines = ladders->count;
    struct config config = { .file = mem_dup(path), .folder = folder_of(path) };
    const struct walk walk = { .folder = config.folder, .mistakes = mistakes, .ladders = ladders };
    struct source source;
    bool whole;

    config_ship_ladders(&config);
    source_read(&source, path, without, mistakes);
    whole = read_tree(&config, &source, &walk);
    source_free(&source);
    sort(mistakes, lines);
    if (ladders != mistakes)
        sort(ladders, ladder_lines);
    if (!whole || mistakes->count + mistakes->dropped > before) {
        config_free(&config);
        return false;
    }
    work_out(&config);
    *out = config;
    return true;
}

bool config_read(struct config *out, const char *path, struct mistakes *mistakes)
{
    return read_with(out, path, false, mistakes, mistakes);
}

static void move(struct mistakes *to, struct mistakes *from)
{
    for (size_t i = 0; i < from->count; i++)
        mistakes_add(to, "%s", from->lines[i]);
    mistakes_free(from);
    *from = (struct mistakes){ 0 };
}

bool config_read_start(struct config *out, const char *path, struct mistakes *mistakes, struct mistakes *ladders)
{
    struct mistakes first = { 0 }, again = { 0 }, others = { 0 };
    bool good = read_with(out, path, false, &first, ladders);

    if (!good) { /* so broken, perhaps, that nothing of it can be read: the file of ladders alone is no reason */
        good = read_with(out, path, true, &again, &others);
        move(good ? ladders : mistakes, &first);
        mistakes_free(&again);
        mistakes_free(&others);
    }
    if (good)
        config_replace_ladders(out);
    return good;
}

const struct config_gateway *config_gateway_find(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->gateway_count; i++)
        if (strcmp(config->gateways[i].name, name) == 0)
            return &config->gateways[i];
    return NULL;
}

const struct config_kind *config_kind_find(const struct config *config, const char *kind)
{
    for (size_t i = 0; i < config->kind_count; i++)
        if (strcmp(config->kinds[i].name, kind) == 0)
            return &config->kinds[i];
    return NULL;
}

const struct config_number *config_number_find(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->emergency.number_count; i++)
        if (strcmp(config->emergency.numbers[i].name, name) == 0)
            return &config->emergency.numbers[i];
    return NULL;
}
