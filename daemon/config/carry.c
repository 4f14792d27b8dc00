/* SPDX-License-Identifier: Apache-2.0 */
/* Ladders against gateways; see carry.h. */
#include "config/carry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/word.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { CALLS_MAX = 2000, BRANCHES_MAX = 20, RANKS = 4 };

void carrier_take_caps(struct carrier *out, const json_t *caps)
{
    size_t i;
    json_t *one;

    out->limit_count = 0;
    json_array_foreach (json_object_get(caps, "per_callee"), i, one) {
        const int64_t n = json_int(one, "n", 0), ms = json_int(one, "ms", 0);

        if (n > 0 && n <= INT32_MAX && ms > 0 && out->limit_count < CARRIER_LIMITS_MAX) {
            out->limits[out->limit_count].n = (int)n;
            out->limits[out->limit_count++].ms = ms;
        }
    }
}

static bool listed(const char *const *words, const char *word)
{
    for (; words && *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

static bool is_urgent(const struct config_ladder *ladder)
{
    for (char **kind = ladder->kinds; *kind; kind++)
        if (word_is_urgent(*kind))
            return true;
    return false;
}

static bool is_alarm(const struct config_ladder *ladder)
{
    for (char **kind = ladder->kinds; *kind; kind++)
        if (word_is_alert(*kind) || strcmp(*kind, "emergency") == 0)
            return true;
    return false;
}

static bool rings(const struct config_step *step)
{
    return listed((const char *const *)step->channels, "voice") || listed((const char *const *)step->channels, "auto");
}

static bool carries_step(const struct carrier *carrier, const struct config_step *step)
{
    for (char **channel = step->channels; *channel; channel++)
        if (listed(carrier->channels, *channel) ||
            (strcmp(*channel, "auto") == 0 && (listed(carrier->channels, "sms") || listed(carrier->channels, "voice"))))
            return true;
    return false;
}

/* --- one who is called ---------------------------------------------------------------------------------------- */

/* A person as a ladder's words see them: of the family (a parent, or not, and a place in the chain), or of the staff. */
struct callee {
    const char *parent; /* mother, father; NULL: neither */
    int rank;           /* among the guardians; 0: none of them */
    const char *staff;  /* the word that names them; NULL: family */
};

static const char *bare_role(const char *who)
{
    return text_starts(who, "role:") ? who + strlen("role:") : who;
}

static bool is_meant(const struct callee *callee, const char *who)
{
    if (callee->staff)
        return strcmp(bare_role(callee->staff), bare_role(who)) == 0;
    if (strcmp(who, "audience") == 0 || strcmp(who, "guardians") == 0)
        return true;
    if (text_starts(who, "guardian:"))
        return who[strlen("guardian:")] - '0' == callee->rank; /* one digit, see word_check_who() */
    if (strcmp(who, "parents") == 0)
        return callee->parent != NULL;
    return callee->parent && strcmp(who, callee->parent) == 0;
}

static bool step_means(const struct callee *callee, const struct config_step *step)
{
    for (char **who = step->who; *who; who++)
        if (is_meant(callee, *who))
            return true;
    return false;
}

/* --- when the calls are made ---------------------------------------------------------------------------------- */

struct calls {
    time_ms at[CALLS_MAX];
    size_t count;
    size_t first; /* of them before the ladder begins again */
};

static int by_time(const void *a, const void *b)
{
    const time_ms x = *(const time_ms *)a, y = *(const time_ms *)b;

    return x < y ? -1 : x > y;
}

/* One round that begins at `from`; when the last branch is through. */
static time_ms round_of(struct calls *out, const struct config_ladder *ladder, const struct callee *callee,
                        time_ms from)
{
    const time_ms again = is_urgent(ladder) ? CARRY_AGAIN_URGENT_MS : CARRY_AGAIN_MS;
    time_ms end = from;

    for (size_t i = 0; i < ladder->step_count; i++) {
        const struct config_step *step = &ladder->steps[i];
        time_ms at = from;

        for (size_t j = 0; j <= i; j++) /* the steps of its branch up to this one */
            if (strcmp(ladder->steps[j].branch, step->branch) == 0)
                at += ladder->steps[j].after_ms;
        end = at > end ? at : end;
        for (int n = 0; rings(step) && step_means(callee, step) && n < step->calls && out->count < CALLS_MAX; n++)
            out->at[out->count++] = at + n * again;
    }
    return end;
}

static time_ms last_wait(const struct config_ladder *ladder)
{
    time_ms longest = CARRY_PAUSE_LEAST_MS;

    for (size_t i = 0; i < ladder->step_count; i++) {
        bool last = true;

        for (size_t j = i + 1; j < ladder->step_count; j++)
            last = last && strcmp(ladder->steps[j].branch, ladder->steps[i].branch) != 0;
        if (last && ladder->steps[i].after_ms > longest)
            longest = ladder->steps[i].after_ms;
    }
    return longest;
}

/* Until nobody has answered for `until`; a routine question ends at its due time and is not foreseen further. */
static void foresee(struct calls *out, const struct config_ladder *ladder, const struct callee *callee, time_ms until)
{
    const bool urgent = is_urgent(ladder), restart = strcmp(ladder->then, "restart") == 0;
    time_ms at;

    out->count = 0;
    at = round_of(out, ladder, callee, 0) + last_wait(ladder);
    out->first = out->count;
    for (int round = 1; urgent && round < CALLS_MAX && at < until && out->count < CALLS_MAX; round++) {
        if (restart)
            at = round_of(out, ladder, callee, at) + last_wait(ladder);
        else if (ladder->then[0] && is_meant(callee, ladder->then))
            out->at[out->count++] = at, at += last_wait(ladder);
        else
            break;
    }
    qsort(out->at, out->count, sizeof *out->at,
          by_time); /* the first round stays in front: a later one begins after it */
}

/* The most calls in any `ms` among the first `count`. */
static int densest(const struct calls *calls, size_t count, time_ms ms)
{
    size_t from = 0;
    int most = 0;

    for (size_t to = 0; to < count; to++) {
        while (calls->at[to] - calls->at[from] >= ms)
            from++;
        if ((int)(to - from) + 1 > most)
            most = (int)(to - from) + 1;
    }
    return most;
}

/* --- what the gateways allow ---------------------------------------------------------------------------------- */

struct fleet {
    const struct carrier *carriers;
    size_t count;
};

static bool covers(const struct carrier *carrier, const char *prefix)
{
    for (const char *const *own = carrier->prefixes; own && *own; own++)
        if (text_starts(prefix, *own))
            return true;
    return false;
}

/* Calls that a gateway allows to one number in `ms`; INT32_MAX without a limit. */
static int64_t allowance(const struct carrier *carrier, time_ms ms)
{
    int64_t least = INT32_MAX;

    for (size_t i = 0; i < carrier->limit_count; i++) {
        const int64_t windows = (ms + carrier->limits[i].ms - 1) / carrier->limits[i].ms;
        const int64_t most = carrier->limits[i].n * windows;

        least = most < least ? most : least;
    }
    return least;
}

static int64_t allowed(const struct fleet *fleet, const char *prefix, time_ms ms)
{
    int64_t all = 0;

    for (size_t i = 0; i < fleet->count; i++)
        if (listed(fleet->carriers[i].channels, "voice") && covers(&fleet->carriers[i], prefix))
            all += allowance(&fleet->carriers[i], ms);
    return all;
}

/* --- the checks ----------------------------------------------------------------------------------------------- */

struct finding {
    struct callee callee;
    const struct carrier *carrier;
    time_ms ms;
    int calls;
    int64_t allowed;
    bool endless; /* only because it goes on */
};

static bool over(struct finding *out, const struct calls *calls, const struct fleet *fleet,
                 const struct carrier *carrier, time_ms ms)
{
    const int first = densest(calls, calls->first, ms), all = densest(calls, calls->count, ms);

    for (const char *const *prefix = carrier->prefixes; prefix && *prefix; prefix++) {
        const int64_t most = allowed(fleet, *prefix, ms);

        if (all <= most)
            continue;
        *out = (struct finding){
            .carrier = carrier, .ms = ms, .calls = first > most ? first : all, .allowed = most, .endless = first <= most
        };
        return true;
    }
    return false;
}

static bool too_many(struct finding *out, const struct calls *calls, const struct fleet *fleet,
                     const struct carrier *carrier)
{
    for (size_t i = 0; i < carrier->limit_count; i++)
        if (over(out, calls, fleet, carrier, carrier->limits[i].ms))
            return true;
    return false;
}

static time_ms longest_window(const struct fleet *fleet)
{
    time_ms longest = 0;

    for (size_t i = 0; i < fleet->count; i++)
        for (size_t j = 0; j < fleet->carriers[i].limit_count; j++)
            if (fleet->carriers[i].limits[j].ms > longest)
                longest = fleet->carriers[i].limits[j].ms;
    return longest < 2 * DAY_MS ? longest : 2 * DAY_MS;
}

static bool callee_too_often(struct finding *out, const struct config_ladder *ladder, const struct fleet *fleet,
                             const struct callee *callee)
{
    struct calls *calls = mem_new(1, sizeof *calls);
    bool found = false;

    foresee(calls, ladder, callee, 2 * longest_window(fleet));
    for (size_t i = 0; !found && i < fleet->count; i++)
        found = listed(fleet->carriers[i].channels, "voice") && too_many(out, calls, fleet, &fleet->carriers[i]);
    out->callee = *callee;
    free(calls);
    return found;
}

static bool family_too_often(struct finding *out, const struct config_ladder *ladder, const struct fleet *fleet)
{
    static const char *const parents[] = { NULL, "mother", "father" };

    for (int rank = 1; rank <= RANKS; rank++)
        for (size_t i = 0; i < COUNT(parents); i++)
            if (callee_too_often(out, ladder, fleet, &(struct callee){ .parent = parents[i], .rank = rank }))
                return true;
    return false;
}

static bool is_family(const char *who)
{
    return strcmp(who, "mentor") != 0 && strcmp(who, "teacher") != 0 && !word_of_staff(who);
}

static bool staff_too_often(struct finding *out, const struct config_ladder *ladder, const struct fleet *fleet)
{
    for (size_t i = 0; i < ladder->step_count; i++)
        for (char **who = ladder->steps[i].who; *who; who++)
            if (!is_family(*who) && callee_too_often(out, ladder, fleet, &(struct callee){ .staff = *who }))
                return true;
    return ladder->then[0] && !is_family(ladder->then) && strcmp(ladder->then, "restart") != 0 &&
           callee_too_often(out, ladder, fleet, &(struct callee){ .staff = ladder->then });
}

static void name_callee(char out[static 80], const struct callee *callee)
{
    if (callee->staff)
        snprintf(out, 80, "%.70s", callee->staff);
    else if (callee->parent)
        snprintf(out, 80, "a %s who is guardian:%d", callee->parent, callee->rank);
    else
        snprintf(out, 80, "guardian:%d", callee->rank);
}

static bool check_calls(const struct config_ladder *ladder, const struct fleet *fleet, struct mistakes *mistakes)
{
    struct finding f = { 0 };
    char window[24], who[80];

    if (!family_too_often(&f, ladder, fleet) && !staff_too_often(&f, ladder, fleet))
        return false;
    duration_format(window, f.ms);
    name_callee(who, &f.callee);
    mistakes_add(mistakes, "%s:%d: ladders.%s: rings one phone (%s) %d times in %s%s, and gateway %s allows %lld: %s",
                 ladder->file, ladder->line, ladder->name, who, f.calls, window,
                 f.endless ? " while nobody answers" : "", f.carrier->name, (long long)f.allowed,
                 f.endless ? "add a second gateway for voice without such a limit (a modem, a SIP line)"
                           : "write fewer calls or a longer after, or add a second gateway for voice");
    return true;
}

/* An alert is free text: a gateway for registered templates alone cannot carry it. */
static bool check_text(const struct config_ladder *ladder, const struct fleet *fleet, struct mistakes *mistakes)
{
    bool bad = false;

    for (size_t i = 0; is_alarm(ladder) && i < ladder->step_count; i++) {
        const struct config_step *step = &ladder->steps[i];
        const struct carrier *bound = NULL;
        bool free_text = false;

        for (size_t g = 0; g < fleet->count; g++)
            if (carries_step(&fleet->carriers[g], step)) {
                free_text = free_text || fleet->carriers[g].free_text;
                bound = &fleet->carriers[g];
            }
        if (bound && !free_text)
            bad = !mistakes_add(mistakes,
                                "%s:%d: ladders.%s.steps[%zu]: an alert is free text, and gateway %s carries "
                                "registered templates only: add a gateway that takes any text, or another channel",
                                step->file, step->line, ladder->name, i + 1, bound->name);
    }
    return bad;
}

/* Configured for a channel that its program does not know: the step that needs it reaches nobody. */
static bool check_reach(const struct config_ladder *ladder, const struct fleet *fleet, struct mistakes *mistakes)
{
    bool bad = false;

    for (size_t i = 0; fleet->count && i < ladder->step_count; i++) {
        const struct config_step *step = &ladder->steps[i];
        bool carried = false;

        for (size_t g = 0; g < fleet->count; g++)
            carried = carried || carries_step(&fleet->carriers[g], step);
        if (!carried)
            bad = !mistakes_add(mistakes,
                                "%s:%d: ladders.%s.steps[%zu].channels: no gateway carries this, so the step reaches "
                                "nobody: name another channel, or add a gateway that carries it",
                                step->file, step->line, ladder->name, i + 1);
    }
    return bad;
}

bool config_carries(const struct config_ladder *ladder, const struct carrier *carriers, size_t count,
                    struct mistakes *mistakes)
{
    const struct fleet fleet = { carriers, count };
    const bool calls = check_calls(ladder, &fleet, mistakes);
    const bool text = check_text(ladder, &fleet, mistakes);
    const bool reach = check_reach(ladder, &fleet, mistakes);

    return !calls && !text && !reach;
}

void config_check_carry(const struct config *config, const struct carrier *carriers, size_t count,
                        struct mistakes *mistakes)
{
    for (size_t i = 0; i < config->ladder_count; i++)
        config_carries(&config->ladders[i], carriers, count, mistakes);
}
