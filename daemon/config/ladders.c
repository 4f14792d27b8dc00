/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ladders of a configuration: looking them up, and what holds for their steps together, see config_internal.h. Whether
 * the gateways can carry them is carry.c's business, since that hangs on what the programs announce.
 */
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"
#include "config/word.h"
#include "lib/memory.h"

void config_ladder_clear(struct config_ladder *ladder)
{
    for (size_t i = 0; i < ladder->step_count; i++) {
        config_words_free(ladder->steps[i].who);
        config_words_free(ladder->steps[i].channels);
        free(ladder->steps[i].branch);
        free(ladder->steps[i].answer);
        free(ladder->steps[i].file);
    }
    free(ladder->steps);
    free(ladder->name);
    config_words_free(ladder->kinds);
    free(ladder->then);
    free(ladder->file);
}

void config_ladders_free(struct config_ladder *ladders, size_t count)
{
    for (size_t i = 0; i < count; i++)
        config_ladder_clear(&ladders[i]);
    free(ladders);
}

/* --- looking up ----------------------------------------------------------------------------------------------- */

static const struct config_ladder *named(const struct config_ladder *ladders, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(ladders[i].name, name) == 0)
            return &ladders[i];
    return NULL;
}

static const struct config_ladder *of_kind(const struct config_ladder *ladders, size_t count, const char *kind)
{
    for (size_t i = 0; i < count; i++)
        for (char **at = ladders[i].kinds; *at; at++)
            if (strcmp(*at, kind) == 0)
                return &ladders[i];
    return NULL;
}

const struct config_ladder *config_ladder_find(const struct config *config, const char *name)
{
    const struct config_ladder *own = named(config->ladders, config->ladder_count, name);

    return own ? own : named(config->shipped, config->shipped_count, name);
}

const struct config_ladder *config_ladder_of_kind(const struct config *config, const char *kind)
{
    const struct config_ladder *own = of_kind(config->ladders, config->ladder_count, kind);

    if (own || (!word_is_urgent(kind) && strcmp(kind, "roll") != 0))
        return own;
    if (word_is_alert(kind) && of_kind(config->ladders, config->ladder_count, "emergency"))
        return NULL;
    return of_kind(config->shipped, config->shipped_count, kind);
}

/* --- checks --------------------------------------------------------------------------------------------------- */

static bool is_urgent(const struct config_ladder *ladder)
{
    for (char **at = ladder->kinds; *at; at++)
        if (word_is_urgent(*at))
            return true;
    return false;
}

/* All its kinds are asked of persons, so a child's people are nobody. */
static bool is_of_persons(const struct config_ladder *ladder)
{
    for (char **at = ladder->kinds; *at; at++)
        if (!word_is_of_person(*at))
            return false;
    return ladder->kinds[0] != NULL;
}

/* Whether a text key was left out or empty: what was written wrongly has its line already. */
static bool is_empty(const struct node *node)
{
    return !node || (node->type == NODE_TEXT && !*node->text);
}

static void check_end(const struct config_ladder *ladder, const struct node *node, struct mistakes *mistakes)
{
    const struct node *then = node_find(node, "then");

    if (is_urgent(ladder) && ladder->then[0] == '\0' && is_empty(then))
        node_mistake(mistakes, then ? then : node,
                     "an emergency must not end in silence: write then = \"restart\"; or "
                     "\"head\", or \"person:REF\"");
    if (is_of_persons(ladder) && ladder->then[0] && !word_of_staff(ladder->then) &&
        strcmp(ladder->then, "restart") != 0)
        node_mistake(mistakes, then ? then : node,
                     "\"%s\" is nobody where no child is asked about: write \"head\", \"role:ROLE\" or \"person:REF\"",
                     ladder->then);
}

static const struct node *who_node(const struct node *step, size_t index)
{
    const struct node *who = step ? node_find(step, "who") : NULL;

    return who && who->type == NODE_LIST && index < who->count ? &who->children[index] : step;
}

/* In a ladder for staff alone a word that means a child's people reaches nobody. */
static void check_who(const struct config_ladder *ladder, const struct node *steps, struct mistakes *mistakes)
{
    for (size_t i = 0; is_of_persons(ladder) && i < ladder->step_count && i < steps->count; i++)
        for (size_t j = 0; ladder->steps[i].who[j]; j++) {
            const char *who = ladder->steps[i].who[j];

            if (strcmp(who, "audience") != 0 && !word_of_staff(who))
                node_mistake(mistakes, who_node(&steps->children[i], j),
                             "\"%s\" reaches nobody where no child is asked about: write audience, duty, head, "
                             "role:ROLE or person:REF",
                             who);
        }
}

/* No configured gateway carries any channel of the step. */
static bool carried(const struct config *config, const struct config_step *step)
{
    for (size_t g = 0; g < config->gateway_count; g++)
        for (char **has = config->gateways[g].channels; *has; has++)
            for (char **wants = step->channels; *wants; wants++)
                if (strcmp(*has, *wants) == 0 || (strcmp(*wants, "auto") == 0 && strcmp(*has, "im") != 0))
                    return true;
    return false;
}

static void check_channels(const struct config *config, const struct config_ladder *ladder, const struct node *steps,
                           struct mistakes *mistakes)
{
    for (size_t i = 0; config->gateway_count && i < ladder->step_count && i < steps->count; i++) {
        const struct config_step *step = &ladder->steps[i];
        const struct node *channels = node_find(&steps->children[i], "channels");

        if (!carried(config, step))
            node_mistake(mistakes, channels ? channels : &steps->children[i],
                         "no gateway carries this, so the step reaches nobody: name another channel, or add a "
                         "gateway that carries it");
    }
}

static size_t branches(const struct config_ladder *ladder)
{
    size_t count = 0;

    for (size_t i = 0; i < ladder->step_count; i++) {
        size_t before = 0;

        while (before < i && strcmp(ladder->steps[before].branch, ladder->steps[i].branch) != 0)
            before++;
        count += before == i;
    }
    return count;
}

static void check_ladder(const struct config *config, const struct config_ladder *ladder, const struct node *node,
                         struct mistakes *mistakes)
{
    const struct node *steps = node_find(node, "steps");

    check_end(ladder, node, mistakes);
    if (!steps)
        node_mistake(mistakes, node, "has no steps: write steps = ( { who = [ \"guardian:1\" ]; } );");
    if (!steps || steps->type != NODE_LIST)
        return;
    if (steps->count == 0)
        node_mistake(mistakes, steps, "has no step: write at least one, ( { who = [ \"guardian:1\" ]; } )");
    if (branches(ladder) > CONFIG_BRANCHES_MAX)
        node_mistake(mistakes, steps, "has more than %d branches: put some steps into one branch", CONFIG_BRANCHES_MAX);
    if (steps->count != ladder->step_count)
        return; /* some of it could not be read */
    check_who(ladder, steps, mistakes);
    check_channels(config, ladder, steps, mistakes);
}

void config_check_ladders(const struct walk *walk, struct config *config, const struct node *root)
{
    const struct node *group = node_find(root, "ladders");

    for (size_t i = 0; i < config->ladder_count; i++) {
        struct config_ladder *ladder = &config->ladders[i];
        const size_t before = walk->ladders->count + walk->ladders->dropped;

        check_ladder(config, ladder, node_find(group, ladder->name), walk->ladders);
        ladder->faulty |= walk->ladders->count + walk->ladders->dropped > before;
    }
}
