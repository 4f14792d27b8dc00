/* SPDX-License-Identifier: Apache-2.0 */
/* Rights as words over the actions of the table of routes; see right.h. */
#include "api/right.h"

#include <string.h>

#include "api/api_internal.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { WORDS_MAX = 64, NAMES_MAX = 256 };

static const char separators[] = ", ";

/* Whether a part of a word ("alert", "*") fits a part of an action. */
static bool part_fits(const char *word, size_t length, const char *part, size_t part_length)
{
    return (length == 1 && *word == '*') || (length == part_length && memcmp(word, part, length) == 0);
}

static bool word_fits(const char *word, size_t length, const char *action)
{
    const char *dot = memchr(word, '.', length);
    const size_t noun = strcspn(action, ".");

    if (!dot)
        return part_fits(word, length, action, strlen(action));
    return action[noun] && part_fits(word, (size_t)(dot - word), action, noun) &&
           part_fits(dot + 1, length - (size_t)(dot - word) - 1, action + noun + 1, strlen(action) - noun - 1);
}

/* Whoever may make tokens may all. A route without an action is nobody's but a person's. */
static bool is_for_persons(const char *action)
{
    return !action || text_starts(action, "token.");
}

bool may_do(const struct actor *actor, const char *action, const char *subject)
{
    (void)subject;
    if (!actor->may)
        return true;
    if (is_for_persons(action))
        return false;
    for (const char *at = actor->may; *(at += strspn(at, separators));) {
        const size_t length = strcspn(at, separators);

        if (word_fits(at, length, action))
            return true;
        at += length;
    }
    return false;
}

static bool fits_any(const char *word, size_t length)
{
    const struct api_route *route;

    for (size_t i = 0; (route = api_route_at(i)); i++)
        if (!is_for_persons(route->action) && word_fits(word, length, route->action))
            return true;
    return false;
}

static bool unknown(const char *word, struct error *err)
{
    const char *known[NAMES_MAX] = { NULL };
    const struct api_route *route;
    const char *near;
    size_t count = 0;

    for (size_t i = 0; (route = api_route_at(i)) && count + 1 < NAMES_MAX; i++)
        if (!is_for_persons(route->action))
            known[count++] = route->action;
    near = text_nearest(word, known);
    if (near)
        return error_set(err, "may \"%.40s\": no such action: did you mean %s?", word, near);
    return error_set(
        err, "may \"%.40s\": no such action: `greenlined --routes` lists them; alert.*, *.list and * are words too",
        word);
}

bool right_words_check(const char *words, struct error *err)
{
    size_t count = 0;

    for (const char *at = words; *(at += strspn(at, separators)); count++) {
        const size_t length = strcspn(at, separators);
        CLEANUP(mem_clean) char *word = mem_dup_n(at, length);

        if (count == WORDS_MAX)
            return error_set(err, "may: more than %d words: take some together, as alert.*", WORDS_MAX);
        if (is_for_persons(word))
            return error_set(err, "may \"%.40s\": no token makes or ends tokens: leave it out", word);
        if (!fits_any(at, length))
            return unknown(word, err);
        at += length;
    }
    return count > 0 || error_set(err, "may is empty: name actions, as \"status.show,alert.*\"");
}
