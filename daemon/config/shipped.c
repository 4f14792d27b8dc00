/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ladders that come with the program (conf/ladders.conf, built in, so that nothing on a disk can be missing): what
 * a school has not configured and must not lack, and what a start puts in the place of a faulty ladder.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"
#include "config/word.h"
#include "lib/memory.h"

static const char text[] =
#include "config/ladders.inc"
    ;

void config_ship_ladders(struct config *config)
{
    struct mistakes mistakes = { 0 };
    const struct walk walk = { .folder = "", .mistakes = &mistakes, .ladders = &mistakes };
    struct source source;
    struct node *root;

    source_read_text(&source, "ladders.conf (built in)", text, strlen(text), &mistakes);
    root = tree_read(&source, &mistakes);
    config_walk_ladders(&walk, node_find(root, "ladders"), &config->shipped, &config->shipped_count);
    assert(mistakes.count == 0); /* a test of the build */
    config_tree_free(root);
    source_free(&source);
}

static char **copy_words(char **words)
{
    size_t count = 0;
    char **copy;

    while (words[count])
        count++;
    copy = mem_new(count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = mem_dup(words[i]);
    return copy;
}

static struct config_ladder copy_of(const struct config_ladder *from)
{
    struct config_ladder copy = *from;

    copy.name = mem_dup(from->name);
    copy.kinds = copy_words(from->kinds);
    copy.then = mem_dup(from->then);
    copy.file = mem_dup(from->file);
    copy.steps = mem_new(from->step_count, sizeof *copy.steps);
    for (size_t i = 0; i < from->step_count; i++) {
        copy.steps[i] = from->steps[i];
        copy.steps[i].branch = mem_dup(from->steps[i].branch);
        copy.steps[i].who = copy_words(from->steps[i].who);
        copy.steps[i].channels = copy_words(from->steps[i].channels);
        copy.steps[i].answer = mem_dup(from->steps[i].answer);
        copy.steps[i].file = mem_dup(from->steps[i].file);
    }
    return copy;
}

/* The shipped ladder nearest to a faulty one: of its name, of its first kind that has one, else the emergencies', which
 * never ends in silence. */
const struct config_ladder *config_stand_in(const struct config *config, const struct config_ladder *faulty)
{
    for (size_t i = 0; i < config->shipped_count; i++)
        if (strcmp(config->shipped[i].name, faulty->name) == 0)
            return &config->shipped[i];
    for (char **kind = faulty->kinds; *kind; kind++)
        for (size_t i = 0; i < config->shipped_count; i++)
            for (char **has = config->shipped[i].kinds; *has; has++)
                if (strcmp(*has, *kind) == 0)
                    return &config->shipped[i];
    return &config->shipped[0];
}

void config_replace_ladder(struct config *config, size_t index)
{
    struct config_ladder *old = &config->ladders[index];
    struct config_ladder fresh = copy_of(config_stand_in(config, old));
    char **const kinds = old->kinds[0] ? copy_words(old->kinds) : NULL;

    free(fresh.name);
    fresh.name = mem_dup(old->name);
    if (kinds) { /* it stands for what the faulty one stood for */
        config_words_free(fresh.kinds);
        fresh.kinds = kinds;
    }
    fresh.faulty = fresh.replaced = true;
    config_ladder_clear(old);
    *old = fresh;
}

void config_replace_ladders(struct config *config)
{
    for (size_t i = 0; i < config->ladder_count; i++)
        if (config->ladders[i].faulty)
            config_replace_ladder(config, i);
}
