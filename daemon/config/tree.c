/* SPDX-License-Identifier: Apache-2.0 */
/* libconfig's tree in our own form; see tree.h. The only file that includes libconfig.h. */
#include "config/tree.h"

#include <libconfig.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

static void node_clear(struct node *node)
{
    for (size_t i = 0; i < node->count; i++)
        node_clear(&node->children[i]);
    free(node->children);
    free(node->name);
    free(node->path);
    free(node->text);
}

void config_tree_free(struct node *root)
{
    if (!root)
        return;
    node_clear(root);
    free(root);
}

bool node_mistake(struct mistakes *mistakes, const struct node *node, const char *format, ...)
{
    char said[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(said, sizeof said, format, args);
    va_end(args);
    return mistakes_add(mistakes, "%s:%d: %s: %s", node->file, node->line, node->path, said);
}

const char *node_type_name(enum node_type type)
{
    static const char *const names[] = {
        [NODE_GROUP] = "a group in braces",      [NODE_LIST] = "a list",
        [NODE_TEXT] = "a text in quotes",        [NODE_INT] = "a whole number",
        [NODE_NUMBER] = "a number with a point", [NODE_FLAG] = "true or false",
    };

    return names[type];
}

static enum node_type type_of(const config_setting_t *setting)
{
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_GROUP:
        return NODE_GROUP;
    case CONFIG_TYPE_STRING:
        return NODE_TEXT;
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        return NODE_INT;
    case CONFIG_TYPE_FLOAT:
        return NODE_NUMBER;
    case CONFIG_TYPE_BOOL:
        return NODE_FLAG;
    default:
        return NODE_LIST;
    }
}

static char *path_of(const struct node *parent, const char *name, size_t index)
{
    if (!parent || !parent->path)
        return mem_dup(name ? name : "");
    if (!name)
        return mem_format("%s[%zu]", parent->path, index + 1);
    return parent->path[0] ? mem_format("%s.%s", parent->path, name) : mem_dup(name);
}

static void take_value(struct node *node, const config_setting_t *setting, struct mistakes *mistakes)
{
    if (node->type == NODE_TEXT) {
        const char *text = config_setting_get_string(setting);

        node->text = mem_dup(text ? text : "");
        if (!utf8_valid(node->text, strlen(node->text))) { /* by \xNN; the file itself is UTF-8 */
            node_mistake(mistakes, node, "not UTF-8: write the characters themselves, not \\x");
            node->text[0] = '?', node->text[1] = '\0'; /* at least one byte was there */
        }
    } else if (node->type == NODE_INT) {
        node->number = config_setting_get_int64(setting);
    } else if (node->type == NODE_NUMBER) {
        node->real = config_setting_get_float(setting);
        if (!isfinite(node->real)) {
            node_mistake(mistakes, node, "a number without end: write a smaller one");
            node->real = 0;
        }
    } else if (node->type == NODE_FLAG) {
        node->number = config_setting_get_bool(setting) ? 1 : 0;
    }
}

/* Depth is bounded by SOURCE_NESTING_MAX. */
static void take(struct node *node, const struct source *source, const config_setting_t *setting,
                 const struct node *parent, size_t index, struct mistakes *mistakes)
{
    const struct source_line place = source_place(source, (int)config_setting_source_line(setting));

    *node = (struct node){
        .name = mem_dup(config_setting_name(setting)), .type = type_of(setting), .file = place.file, .line = place.line
    };
    node->path = path_of(parent, node->name, index);
    take_value(node, setting, mistakes);
    if (node->type != NODE_GROUP && node->type != NODE_LIST)
        return;
    node->count = (size_t)config_setting_length(setting);
    node->children = mem_new(node->count, sizeof *node->children);
    for (size_t i = 0; i < node->count; i++)
        take(&node->children[i], source, config_setting_get_elem(setting, (unsigned)i), node, i, mistakes);
}

static void say_syntax(const struct source *source, const config_t *config, struct mistakes *mistakes)
{
    const struct source_line place = source_place(source, config_error_line(config));
    const char *what = config_error_text(config);

    if (what && strstr(what, "mismatched"))
        mistakes_add(mistakes, "%s:%d: list: values of different types in [ ]: write them all alike, or use ( )",
                     place.file, place.line);
    else
        mistakes_add(mistakes,
                     "%s:%d: %s: not understood here: write KEY = VALUE; and look at the end of the line before",
                     place.file, place.line, what ? what : "syntax error");
}

struct node *tree_read(const struct source *source, struct mistakes *mistakes)
{
    struct node *root = NULL;
    config_t config;

    config_init(&config);
    if (!source->text.data || source->unread) {
        /* said already */
    } else if (config_read_string(&config, source->text.data)) {
        root = mem_new(1, sizeof *root);
        take(root, source, config_root_setting(&config), NULL, 0, mistakes);
    } else if (!source->broken) {
        say_syntax(source, &config, mistakes);
    }
    config_destroy(&config);
    return root;
}

static const struct node *child(const struct node *group, const char *name, size_t length)
{
    for (size_t i = 0; group->type == NODE_GROUP && i < group->count; i++) {
        const struct node *node = &group->children[i];

        if (strlen(node->name) == length && memcmp(node->name, name, length) == 0)
            return node;
    }
    return NULL;
}

const struct node *node_find(const struct node *group, const char *path)
{
    while (group && *path) {
        const size_t length = strcspn(path, ".");

        group = child(group, path, length);
        path += length + (path[length] == '.');
    }
    return group;
}

static json_t *json_of_children(const struct node *node)
{
    json_t *json = node->type == NODE_GROUP ? json_object() : json_array();

    for (size_t i = 0; i < node->count; i++) {
        const struct node *part = &node->children[i];

        if (node->type == NODE_LIST)
            json_array_append_new(json, node_json(part));
        else if (!text_starts(part->name, SOURCE_REFUSED_KEY))
            json_object_set_new(json, part->name, node_json(part));
    }
    return json;
}

json_t *node_json(const struct node *node)
{
    switch (node->type) {
    case NODE_TEXT:
        return json_string(node->text);
    case NODE_INT:
        return json_integer(node->number);
    case NODE_NUMBER:
        return json_real(node->real);
    case NODE_FLAG:
        return json_boolean(node->number);
    case NODE_GROUP:
    case NODE_LIST:
        break;
    }
    return json_of_children(node);
}
