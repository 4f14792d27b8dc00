/* SPDX-License-Identifier: Apache-2.0 */
/* Ladders and their snapshots; see ladder.h. */
#include "core/ladder.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/memory.h"

static void free_words(char **words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(words[i]);
}

void ladder_free(struct ladder *ladder)
{
    for (size_t i = 0; i < ladder->step_count; i++) {
        free_words(ladder->steps[i].who, ladder->steps[i].who_count);
        free_words(ladder->steps[i].channels, ladder->steps[i].channel_count);
        free(ladder->steps[i].answer);
        free(ladder->steps[i].branch);
    }
    free(ladder->name);
    free(ladder->then);
    *ladder = (struct ladder){ 0 };
}

static size_t read_words(char **out, const json_t *list, const char *fallback)
{
    size_t count = 0, i;
    json_t *word;

    json_array_foreach (list, i, word)
        if (json_is_string(word) && count < LADDER_WORDS_MAX)
            out[count++] = mem_dup(json_string_value(word));
    if (count == 0)
        out[count++] = mem_dup(fallback);
    return count;
}

static void read_step(struct ladder_step *out, const json_t *json)
{
    *out = (struct ladder_step){ .after = json_int(json, "after", 0), .calls = (int)json_int(json, "calls", 1) };
    out->who_count = read_words(out->who, json_object_get(json, "who"), "audience");
    out->channel_count = read_words(out->channels, json_object_get(json, "channels"), "auto");
    out->answer = mem_dup(json_text(json, "answer", "any"));
    out->branch = mem_dup(json_text(json, "branch", ""));
}

/* No step is forgotten: of more branches than there may be, the rest belongs to the first. */
static void fold_branches(struct ladder *ladder)
{
    const char *names[LADDER_BRANCHES_MAX];
    const size_t count = ladder_branches(ladder, names);

    for (size_t i = 0; i < ladder->step_count; i++) {
        char **own = &ladder->steps[i].branch;
        size_t b = 0;

        while (b < count && strcmp(names[b], *own) != 0)
            b++;
        if (b == count) {
            free(*own);
            *own = mem_dup(names[0]);
        }
    }
}

void ladder_parse(struct ladder *out, const char *text)
{
    json_t *json = json_read(text, strlen(text), NULL);
    const json_t *steps = json_object_get(json, "steps");

    *out = (struct ladder){ .name = mem_dup(json_text(json, "name", "default")),
                            .then = mem_dup(json_text(json, "then", "")) };
    for (size_t i = 0; i < json_array_size(steps) && i < LADDER_STEPS_MAX; i++)
        read_step(&out->steps[out->step_count++], json_array_get(steps, i));
    if (out->step_count == 0)
        read_step(&out->steps[out->step_count++], NULL);
    fold_branches(out);
    json_decref(json);
}

static json_t *words(char *const *list, size_t count)
{
    json_t *json = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(json, json_string(list[i]));
    return json;
}

char *ladder_format(const struct ladder *ladder)
{
    json_t *json = json_object();
    json_t *steps = json_array();
    char *text;

    json_put_text(json, "name", ladder->name);
    json_put_text(json, "then", ladder->then);
    for (size_t i = 0; i < ladder->step_count; i++) {
        const struct ladder_step *s = &ladder->steps[i];
        json_t *step = json_object();

        if (s->branch && s->branch[0])
            json_put_text(step, "branch", s->branch);
        json_put_int(step, "after", s->after);
        json_put(step, "who", words(s->who, s->who_count));
        json_put(step, "channels", words(s->channels, s->channel_count));
        json_put_text(step, "answer", s->answer);
        json_put_int(step, "calls", s->calls);
        json_array_append_new(steps, step);
    }
    json_put(json, "steps", steps);
    text = json_write(json);
    json_decref(json);
    return text;
}

enum ladder_then ladder_then(const struct ladder *ladder)
{
    if (!ladder->then || !ladder->then[0])
        return LADDER_ENDS;
    return strcmp(ladder->then, "restart") == 0 ? LADDER_RESTARTS : LADDER_HANDS_OVER;
}

static const char *branch_of(const struct ladder *ladder, size_t step)
{
    return ladder->steps[step].branch ? ladder->steps[step].branch : "";
}

size_t ladder_branches(const struct ladder *ladder, const char **names)
{
    size_t count = 0;

    for (size_t i = 0; i < ladder->step_count; i++) {
        size_t b = 0;

        while (b < count && strcmp(names[b], branch_of(ladder, i)) != 0)
            b++;
        if (b == count && count < LADDER_BRANCHES_MAX)
            names[count++] = branch_of(ladder, i);
    }
    return count;
}

int ladder_next(const struct ladder *ladder, const char *branch, int step)
{
    size_t next = (size_t)step + 1; /* of -1: 0 */

    while (next < ladder->step_count && strcmp(branch_of(ladder, next), branch) != 0)
        next++;
    return (int)next;
}

int ladder_before(const struct ladder *ladder, const char *branch, int step)
{
    int before = step - 1;

    while (before >= 0 && (before >= (int)ladder->step_count || strcmp(branch_of(ladder, (size_t)before), branch) != 0))
        before--;
    return before;
}

time_ms ladder_last_after(const struct ladder *ladder)
{
    const char *names[LADDER_BRANCHES_MAX];
    const size_t count = ladder_branches(ladder, names);
    time_ms longest = 0;

    for (size_t b = 0; b < count; b++) {
        const int last = ladder_before(ladder, names[b], (int)ladder->step_count);

        if (ladder->steps[last].after > longest)
            longest = ladder->steps[last].after;
    }
    return longest;
}
