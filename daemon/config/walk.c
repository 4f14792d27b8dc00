/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the tree to plain data by the table of keys; see config_internal.h. A value that is wrong is named and leaves the
 * default in place, so that the rest is still read.
 */
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"
#include "config/key.h"
#include "config/word.h"
#include "lib/memory.h"
#include "lib/paths.h"

static void walk_group(const struct walk *walk, const struct node *group, const char *prefix, char *base);

/* --- values --------------------------------------------------------------------------------------------------- */

static void put_text(char **field, char *text)
{
    free(*field);
    *field = text;
}

/* The caller frees. */
static char *path_at(const char *folder, const char *path)
{
    if (text_starts(path, "data:"))
        return path_data(path + strlen("data:"));
    if (!*path || *path == '/' || strcmp(folder, ".") == 0)
        return mem_dup(path);
    return mem_format("%s/%s", strcmp(folder, "/") == 0 ? "" : folder, path);
}

static bool in_bounds(const struct config_key *key, double value)
{
    return (key->least == 0 && key->most == 0) || (value >= key->least && value <= key->most);
}

static bool put_duration(const struct config_key *key, char *field, const char *text, struct error *err)
{
    time_ms duration;
    char least[24], most[24];

    if (!duration_parse(&duration, text, err))
        return false;
    if (!in_bounds(key, (double)duration)) {
        duration_format(least, (time_ms)key->least);
        duration_format(most, (time_ms)key->most);
        return error_set(err, "%.40s is out of bounds: write \"%s\" to \"%s\"", text, least, most);
    }
    *(time_ms *)(void *)field = duration;
    return true;
}

/* A value that stands as a text, in the file or as a default. */
static bool put_from_text(const struct walk *walk, const struct config_key *key, char *field, const char *text,
                          struct error *err)
{
    switch (key->type) {
    case KEY_TEXT:
        put_text((char **)(void *)field, mem_dup(text));
        return true;
    case KEY_PATH:
        put_text((char **)(void *)field, path_at(walk->folder, text));
        return true;
    case KEY_DURATION:
        return put_duration(key, field, text, err);
    case KEY_MINUTE:
        return word_minute((int *)(void *)field, text, err);
    case KEY_PRICE:
        return word_price((int64_t *)(void *)field, text, err);
    case KEY_INT:
        *(int *)(void *)field = atoi(text);
        return true;
    case KEY_REAL:
        *(double *)(void *)field = strtod(text, NULL);
        return true;
    case KEY_FLAG:
        *(bool *)field = strcmp(text, "true") == 0;
        return true;
    case KEY_GROUP:
    case KEY_WORDS:
    case KEY_PATHS:
    case KEY_JSON:
    case KEY_GATEWAYS:
    case KEY_HOOKS:
    case KEY_LADDERS:
    case KEY_STEPS:
    case KEY_KINDS:
    case KEY_NUMBERS:
    case KEY_TYPES:
        break;
    }
    return true;
}

static char **one_word(const char *word)
{
    char **words = mem_new(2, sizeof *words);

    words[0] = *word ? mem_dup(word) : NULL;
    return words;
}

static void fill_defaults(const struct walk *walk, const char *prefix, char *base)
{
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        char *field = base + key->offset;

        if (!key_in_section(key, prefix))
            continue;
        if (key->type == KEY_WORDS || key->type == KEY_PATHS)
            *(char ***)(void *)field = one_word(key->fallback ? key->fallback : "");
        else if (key->type == KEY_JSON)
            *(json_t **)(void *)field = json_object();
        else if (key->fallback)
            put_from_text(walk, key, field, key->fallback, NULL);
    }
}

/* What a key's value looks like in the file, for messages. */
static void show_example(struct text *out, const struct config_key *key)
{
    const bool quoted = key->type != KEY_INT && key->type != KEY_REAL && key->type != KEY_FLAG;

    if (key->example)
        text_add(out, key->example);
    else if (key->type == KEY_WORDS || key->type == KEY_PATHS)
        text_add_format(out, "[ \"%s\" ]", key->fallback && *key->fallback ? key->fallback : "checkin");
    else if (key->fallback && *key->fallback && !text_starts(key->fallback, "data:"))
        text_add_format(out, quoted ? "\"%s\"" : "%s", key->fallback);
    else
        text_add(out, key->type == KEY_GROUP || key->type == KEY_LADDERS || key->type == KEY_KINDS ? "{ … }"
                      : key->type == KEY_GATEWAYS || key->type == KEY_HOOKS || key->type == KEY_STEPS ||
                              key->type == KEY_NUMBERS
                          ? "( { … } )"
                          : "\"…\"");
}

static void wrong_type(const struct walk *walk, const struct config_key *key, const struct node *node)
{
    const char *dot = strrchr(key->path, '.');
    struct text example = { 0 };

    show_example(&example, key);
    node_mistake(walk->mistakes, node, "is %s: write %s = %s;", node_type_name(node->type), dot ? dot + 1 : key->path,
                 example.data);
    text_free(&example);
}

static void take_text(const struct walk *walk, const struct config_key *key, const struct node *node, char *field)
{
    struct error err;

    if (node->type != NODE_TEXT)
        wrong_type(walk, key, node);
    else if ((key->check && !key->check(node->text, &err)) || !put_from_text(walk, key, field, node->text, &err))
        node_mistake(walk->mistakes, node, "%s", err.text);
}

static void take_number(const struct walk *walk, const struct config_key *key, const struct node *node, char *field)
{
    const double value = node->type == NODE_NUMBER ? node->real : (double)node->number;

    if (node->type != NODE_INT && (node->type != NODE_NUMBER || key->type == KEY_INT))
        wrong_type(walk, key, node);
    else if (!in_bounds(key, value))
        node_mistake(walk->mistakes, node, "%.15g is out of bounds: write %.15g to %.15g", value, key->least,
                     key->most);
    else if (key->type == KEY_INT)
        *(int *)(void *)field = (int)node->number;
    else
        *(double *)(void *)field = value;
}

static bool word_ok(const struct walk *walk, const struct config_key *key, const struct node *list, size_t index)
{
    const struct node *word = &list->children[index];
    struct error err;

    if (word->type != NODE_TEXT) {
        wrong_type(walk, key, list);
        return false;
    }
    if (!key->check(word->text, &err))
        return node_mistake(walk->mistakes, word, "%s", err.text);
    for (size_t i = 0; i < index; i++)
        if (list->children[i].type == NODE_TEXT && strcmp(list->children[i].text, word->text) == 0)
            return node_mistake(walk->mistakes, word, "\"%.60s\" stands there twice: take one away", word->text);
    return true;
}

static void take_words(const struct walk *walk, const struct config_key *key, const struct node *node, char *field)
{
    char **words;
    bool good = true;

    if (node->type != NODE_LIST) {
        wrong_type(walk, key, node);
        return;
    }
    if (node->count > CONFIG_WORDS_MAX || (node->count == 0 && key->fallback && *key->fallback)) {
        node_mistake(walk->mistakes, node, "has %zu words: write 1 to %d", node->count, CONFIG_WORDS_MAX);
        return;
    }
    for (size_t i = 0; i < node->count; i++)
        good = word_ok(walk, key, node, i) && good;
    if (!good)
        return;
    words = mem_new(node->count + 1, sizeof *words);
    for (size_t i = 0; i < node->count; i++)
        words[i] =
            key->type == KEY_PATHS ? path_at(walk->folder, node->children[i].text) : mem_dup(node->children[i].text);
    config_words_free(*(char ***)(void *)field);
    *(char ***)(void *)field = words;
}

/* A path alone, or a list of them. */
static void take_paths(const struct walk *walk, const struct config_key *key, const struct node *node, char *field)
{
    struct error err;

    if (node->type != NODE_TEXT) {
        take_words(walk, key, node, field);
        return;
    }
    if (!key->check(node->text, &err)) {
        node_mistake(walk->mistakes, node, "%s", err.text);
        return;
    }
    config_words_free(*(char ***)(void *)field);
    *(char ***)(void *)field = mem_new(2, sizeof(char *));
    if (*node->text)
        **(char ***)(void *)field = path_at(walk->folder, node->text);
}

static void take_json(const struct node *node, char *field)
{
    json_t **json = (json_t **)(void *)field;

    json_decref(*json);
    *json = node_json(node);
}

/* --- sections that repeat ------------------------------------------------------------------------------------- */

static bool given(const struct config_key *key, const char *field)
{
    switch (key->type) {
    case KEY_WORDS:
        return **(char ***)(void *)(uintptr_t)field != NULL;
    case KEY_STEPS:
        return true; /* asked for by check.c, which knows the count */
    default:
        return *(char **)(void *)(uintptr_t)field != NULL;
    }
}

/* Names what must be given and is not, unless it was given wrongly. */
static void ask_for(const struct walk *walk, const struct node *group, const char *prefix, const char *base)
{
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        const char *name = key->path + (*prefix ? strlen(prefix) + 1 : 0);

        if (!key->required || !key_in_section(key, prefix) || given(key, base + key->offset))
            continue;
        if (!node_find(group, name))
            mistakes_add(walk->mistakes, "%s:%d: %s%s%s: is missing: write %s = %s;", group->file, group->line,
                         group->path, *group->path ? "." : "", name, strrchr(name, '.') ? strrchr(name, '.') + 1 : name,
                         key->example);
        else if (key->type == KEY_WORDS && node_find(group, name)->type == NODE_LIST &&
                 node_find(group, name)->count == 0)
            node_mistake(walk->mistakes, node_find(group, name), "is empty: write for instance %s", key->example);
    }
}

static void walk_section(const struct walk *walk, const struct node *group, const char *prefix, void *base)
{
    fill_defaults(walk, prefix, base);
    walk_group(walk, group, prefix, base);
    ask_for(walk, group, prefix, base);
}

/* Whether `node` may be walked as element `index` of a repeated section. */
static bool element_ok(const struct walk *walk, const struct node *node, size_t index, size_t most)
{
    if (index >= most)
        return node_mistake(walk->mistakes, node, "is one too many: write at most %zu", most);
    if (node->type != NODE_GROUP)
        return node_mistake(walk->mistakes, node, "is %s: write a group, { KEY = VALUE; … }",
                            node_type_name(node->type));
    return true;
}

static void take_gateways(const struct walk *walk, const struct node *list, struct config *config)
{
    config->gateways = mem_new(list->count, sizeof *config->gateways);
    for (size_t i = 0; i < list->count; i++) {
        const struct node *node = &list->children[i];

        if (element_ok(walk, node, config->gateway_count, CONFIG_GATEWAYS_MAX)) {
            struct config_gateway *gateway = &config->gateways[config->gateway_count++];

            gateway->file = mem_dup(node->file);
            gateway->line = node->line;
            walk_section(walk, node, "gateways[]", gateway);
        }
    }
}

static void take_hooks(const struct walk *walk, const struct node *list, struct config *config)
{
    config->hooks = mem_new(list->count, sizeof *config->hooks);
    for (size_t i = 0; i < list->count; i++) {
        const struct node *node = &list->children[i];

        if (element_ok(walk, node, config->hook_count, CONFIG_HOOKS_MAX)) {
            struct config_hook *hook = &config->hooks[config->hook_count++];

            hook->file = mem_dup(node->file);
            hook->line = node->line;
            walk_section(walk, node, "hooks[]", hook);
        }
    }
}

static void take_steps(const struct walk *walk, const struct node *list, struct config_ladder *ladder)
{
    ladder->steps = mem_new(list->count, sizeof *ladder->steps);
    for (size_t i = 0; i < list->count; i++) {
        const struct node *node = &list->children[i];

        if (element_ok(walk, node, ladder->step_count, CONFIG_STEPS_MAX)) {
            struct config_step *step = &ladder->steps[ladder->step_count++];

            step->file = mem_dup(node->file);
            step->line = node->line;
            walk_section(walk, node, "ladders.*.steps[]", step);
        }
    }
}

static bool refused(const struct node *node)
{
    return node->name && text_starts(node->name, SOURCE_REFUSED_KEY);
}

static void take_ladder(const struct walk *walk, const struct node *node, struct config_ladder *ladder)
{
    const struct walk within = { .folder = walk->folder, .mistakes = walk->ladders, .ladders = walk->ladders };
    const size_t before = walk->ladders->count + walk->ladders->dropped;

    *ladder = (struct config_ladder){ .name = mem_dup(node->name), .file = mem_dup(node->file), .line = node->line };
    walk_section(&within, node, "ladders.*", ladder);
    ladder->faulty = walk->ladders->count + walk->ladders->dropped > before;
}

void config_walk_ladders(const struct walk *walk, const struct node *group, struct config_ladder **ladders,
                         size_t *count)
{
    const struct walk within = { .folder = walk->folder, .mistakes = walk->ladders, .ladders = walk->ladders };
    struct error err;

    *ladders = mem_new(group->count, sizeof **ladders);
    for (size_t i = 0; i < group->count; i++) {
        const struct node *node = &group->children[i];

        if (refused(node) || !element_ok(&within, node, *count, CONFIG_LADDERS_MAX))
            continue;
        if (word_check_name(node->name, &err))
            take_ladder(walk, node, &(*ladders)[(*count)++]);
        else
            node_mistake(walk->ladders, node, "%s", err.text);
    }
}

static void take_numbers(const struct walk *walk, const struct node *list, struct config *config)
{
    config->emergency.numbers = mem_new(list->count, sizeof *config->emergency.numbers);
    for (size_t i = 0; i < list->count; i++) {
        const struct node *node = &list->children[i];

        if (element_ok(walk, node, config->emergency.number_count, CONFIG_NUMBERS_MAX))
            walk_section(walk, node, "emergency.numbers[]",
                         &config->emergency.numbers[config->emergency.number_count++]);
    }
}

static void take_kinds(const struct walk *walk, const struct node *group, struct config *config)
{
    struct error err;

    config->kinds = mem_new(group->count, sizeof *config->kinds);
    for (size_t i = 0; i < group->count; i++) {
        const struct node *node = &group->children[i];

        if (refused(node) || !element_ok(walk, node, config->kind_count, group->count))
            continue;
        if (!word_check_kind(node->name, &err)) {
            node_mistake(walk->mistakes, node, "%s", err.text);
            continue;
        }
        config->kinds[config->kind_count] =
            (struct config_kind){ .name = mem_dup(node->name), .due_ms = -1, .grace_ms = -1, .line = node->line };
        walk_section(walk, node, "kinds.*", &config->kinds[config->kind_count++]);
    }
}

/* --- the walk ------------------------------------------------------------------------------------------------- */

static bool holds(enum key_type key, enum node_type node)
{
    return node ==
           (key == KEY_GATEWAYS || key == KEY_HOOKS || key == KEY_STEPS || key == KEY_NUMBERS ? NODE_LIST : NODE_GROUP);
}

/* A key that holds other keys; `base` is the struct of its section. */
static void take_holder(const struct walk *walk, const struct config_key *key, const struct node *node, char *base)
{
    const struct walk of_ladders = { .folder = walk->folder, .mistakes = walk->ladders, .ladders = walk->ladders };

    if (!holds(key->type, node->type))
        wrong_type(key->type == KEY_LADDERS ? &of_ladders : walk, key, node);
    else if (key->type == KEY_GROUP)
        walk_group(walk, node, key->path, base);
    else if (key->type == KEY_JSON)
        take_json(node, base + key->offset);
    else if (key->type == KEY_GATEWAYS)
        take_gateways(walk, node, (struct config *)(void *)base);
    else if (key->type == KEY_HOOKS)
        take_hooks(walk, node, (struct config *)(void *)base);
    else if (key->type == KEY_LADDERS)
        config_walk_ladders(walk, node, &((struct config *)(void *)base)->ladders,
                            &((struct config *)(void *)base)->ladder_count);
    else if (key->type == KEY_STEPS)
        take_steps(walk, node, (struct config_ladder *)(void *)base);
    else if (key->type == KEY_NUMBERS)
        take_numbers(walk, node, (struct config *)(void *)base);
    else
        take_kinds(walk, node, (struct config *)(void *)base);
}

static void take_key(const struct walk *walk, const struct config_key *key, const struct node *node, char *base)
{
    char *field = base + key->offset;

    switch (key->type) {
    case KEY_TEXT:
    case KEY_PATH:
    case KEY_DURATION:
    case KEY_MINUTE:
    case KEY_PRICE:
        take_text(walk, key, node, field);
        return;
    case KEY_INT:
    case KEY_REAL:
        take_number(walk, key, node, field);
        return;
    case KEY_FLAG:
        if (node->type == NODE_FLAG)
            *(bool *)field = node->number != 0;
        else
            wrong_type(walk, key, node);
        return;
    case KEY_WORDS:
        take_words(walk, key, node, field);
        return;
    case KEY_PATHS:
        take_paths(walk, key, node, field);
        return;
    case KEY_GROUP:
    case KEY_JSON:
    case KEY_GATEWAYS:
    case KEY_HOOKS:
    case KEY_LADDERS:
    case KEY_STEPS:
    case KEY_KINDS:
    case KEY_NUMBERS:
    case KEY_TYPES:
        break;
    }
    take_holder(walk, key, node, base);
}

static void unknown_key(const struct walk *walk, const struct node *node, const char *prefix)
{
    const char *near = key_nearest(prefix, node->name);

    if (near)
        node_mistake(walk->mistakes, node, "no such key: did you mean %s?", near);
    else
        node_mistake(walk->mistakes, node, "no such key: take it away (greenline.conf shows every key)");
}

static void walk_group(const struct walk *walk, const struct node *group, const char *prefix, char *base)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct node *node = &group->children[i];
        const struct config_key *key;

        if (refused(node))
            continue;
        key = key_find(prefix, node->name);
        if (key)
            take_key(walk, key, node, base);
        else
            unknown_key(walk, node, prefix);
    }
}

void config_walk(const struct walk *walk, struct config *config, const struct node *root)
{
    walk_section(walk, root, "", config);
}
