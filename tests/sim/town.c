/* SPDX-License-Identifier: Apache-2.0 */
/* Families, staff, gateways and habits; see town.h. */
#include "sim/town.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

enum { MENTORS = 12 };

bool town_chance(struct town *t, unsigned permille)
{
    return random_below(&t->dice, 1000) < permille;
}

time_ms town_within(struct town *t, time_ms from, time_ms to)
{
    return from + (time_ms)random_below(&t->dice, (uint64_t)(to - from));
}

/* --- the heap --- */

static bool before(const struct happening *a, const struct happening *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void swap(struct happening *a, struct happening *b)
{
    const struct happening c = *a;

    *a = *b;
    *b = c;
}

void town_put(struct town *t, const struct happening *h)
{
    size_t i = t->heap_count++;

    if (i >= HAPPENINGS_MAX)
        abort();
    t->heap[i] = *h;
    t->heap[i].order = t->order++;
    for (; i > 0 && before(&t->heap[i], &t->heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&t->heap[i], &t->heap[(i - 1) / 2]);
}

time_ms town_next(const struct town *t)
{
    time_ms next = t->heap_count ? t->heap[0].at : TIME_NEVER;

    for (int i = 0; i < TOWERS; i++)
        next = t->towers[i].back_at < next ? t->towers[i].back_at : next;
    return next;
}

bool town_take(struct town *t, struct happening *out)
{
    if (!t->heap_count || t->heap[0].at > t->world->now)
        return false;
    *out = t->heap[0];
    t->heap[0] = t->heap[--t->heap_count];
    for (size_t i = 0, child; (child = 2 * i + 1) < t->heap_count; i = child) {
        if (child + 1 < t->heap_count && before(&t->heap[child + 1], &t->heap[child]))
            child++;
        if (!before(&t->heap[child], &t->heap[i]))
            break;
        swap(&t->heap[i], &t->heap[child]);
    }
    return true;
}

/* --- the families --- */

static int add_phone(struct town *t, bool staff)
{
    struct town_phone *p = &t->phones[t->phone_count];

    if (t->phone_count == MODEL_PHONES)
        abort();
    snprintf(p->e164, sizeof p->e164, "+861990000%04d", t->phone_count + 1);
    p->staff = staff;
    t->model->phones[t->phone_count].staff = staff;
    return t->phone_count++;
}

static int64_t add_person(struct town *t, const char *prefix, int number, int phone)
{
    char ref[24];

    snprintf(ref, sizeof ref, "%s%d", prefix, number);
    return world_person(t->world, ref, ref, t->phones[phone].e164);
}

static int add_staff(struct town *t, const char *role, int number, int64_t *person)
{
    const int phone = add_phone(t, true);
    CLEANUP(mem_clean) char *sql = NULL;

    *person = add_person(t, role, number, phone);
    sql = mem_format("INSERT INTO role (person, role) VALUES (%" PRId64 ", '%s')", *person, role);
    if (strcmp(role, "mentor") != 0)
        world_sql(t->world, sql);
    return phone;
}

static void relate(struct town *t, int child, enum who who, const char *kind, int phone, int64_t person, bool forbidden)
{
    world_relate(t->world, child + 1, person, kind, (int)who + 1, forbidden);
    if (forbidden)
        t->model->phones[phone].forbidden[child] = true;
    if (!forbidden || who != FATHER || t->model->phones_of[child][GUARDIAN] != phone)
        t->model->phones_of[child][who] = phone;
    t->phones[phone].children++;
}

/* Every fourth child is the sibling of the one before; some have no father, some a restricted one, now and then on the
 * grandmother's own phone. */
static void add_family(struct town *t, int child, int phones[3], int64_t persons[3])
{
    static const char *const kinds[] = { "paternal_grandmother", "mother", "father" };
    static const char *const prefixes[] = { "G", "W", "F" };

    snprintf(t->names[child], sizeof t->names[child], "娃%03d号", child);
    {
        CLEANUP(mem_clean) char *ref = mem_format("S%d", child);
        CLEANUP(mem_clean) char *class = mem_format("%d班", child % 6 + 1);

        world_student(t->world, ref, t->names[child], class, true);
    }
    for (int w = 0; w < 3; w++) {
        const bool forbidden = w == FATHER && child % 11 == 5;

        if (child % 4 != 3) {
            phones[w] = forbidden && child % 2 ? phones[GUARDIAN] : add_phone(t, false);
            if (w == FATHER && child % 5 == 0)
                phones[w] = -1;
            else
                persons[w] = add_person(t, prefixes[w], child, phones[w]);
        }
        if (phones[w] >= 0)
            relate(t, child, (enum who)w, kinds[w], phones[w], persons[w], forbidden);
    }
}

static void add_town(struct town *t)
{
    int64_t mentors[MENTORS], person;
    int mentor_phones[MENTORS], official, phones[3] = { -1, -1, -1 };
    int64_t persons[3] = { 0 };

    for (int i = 0; i < MENTORS; i++)
        mentor_phones[i] = add_staff(t, "mentor", i, &mentors[i]);
    official = add_staff(t, "official", 0, &person);
    t->head_phone = add_staff(t, "head", 0, &person);
    for (int c = 0; c < MODEL_CHILDREN; c++) {
        add_family(t, c, phones, persons);
        world_mentor(t->world, mentors[c % MENTORS], c + 1);
        t->model->phones_of[c][MENTOR] = mentor_phones[c % MENTORS];
        t->model->phones_of[c][OFFICIAL] = official;
        t->model->phones_of[c][HEAD] = t->head_phone;
    }
}

/* --- the gateways --- */

static bool up(void *arg, const char *gateway)
{
    const struct town *t = arg;

    for (int i = 0; i < TOWERS; i++)
        if (strcmp(t->towers[i].name, gateway) == 0)
            return t->towers[i].up;
    return false;
}

static void recall(void *arg, const char *gateway, const char *id)
{
    struct town *t = arg;

    (void)gateway;
    if (t->recalled_count == RECALLED_MAX)
        abort();
    t->recalled[t->recalled_count++] = strtoll(strrchr(id, '-') + 1, NULL, 10);
}

void town_gateways(struct town *t)
{
    static const char *const all[] = { "sms", "voice", NULL }, *const texts[] = { "sms", NULL };
    static const char *const prefixes[] = { "+", NULL };
    const struct outbox_gateway gateways[TOWERS] = {
        { .name = "phones", .channels = all, .prefixes = prefixes, .price_e4 = 500 },
        { .name = "mast", .channels = texts, .prefixes = prefixes, .price_e4 = 600 },
    };

    outbox_set_gateways(t->world->outbox, gateways, TOWERS);
    while (outbox_reroute(t->world->outbox))
        ;
    outbox_set_hooks(t->world->outbox, &(struct outbox_hooks){ .up = up, .recall = recall, .arg = t });
}

void town_open(struct town *t, uint64_t seed, bool verbose)
{
    *t = (struct town){ .dice = random_from_seed(seed),
                        .seed = seed,
                        .model = model_new(verbose),
                        .can = { .idempotent = seed % 3 == 0, .probe = seed % 3 == 1 },
                        .heap = mem_new(HAPPENINGS_MAX, sizeof *t->heap),
                        .rang_out = mem_new(MODEL_MESSAGES, 1),
                        .towers = { { "phones", true, true, TIME_NEVER, 0 }, { "mast", true, false, TIME_NEVER, 0 } } };
    t->world = world_open();
    town_gateways(t);
    world_commit(t->world);
    add_town(t);
}

void town_close(struct town *t)
{
    free(t->heap);
    free(t->rang_out);
    model_free(t->model);
    world_close(t->world);
}

int town_phone_of(const struct town *t, const char *e164)
{
    const int phone = (int)strtol(e164 + strlen("+861990000"), NULL, 10) - 1;

    return phone >= 0 && phone < t->phone_count && strcmp(t->phones[phone].e164, e164) == 0 ? phone : -1;
}

static int number_after(const char *text, const char *word)
{
    const char *at = strstr(text, word);

    return at ? (int)strtol(at + strlen(word), NULL, 10) : -1;
}

void town_hand_over(struct town *t, int tower, const struct job *job)
{
    const int token = number_after(job->text, "回");
    struct happening h = { .at = t->world->now + (town_chance(t, 500) ? 0 : town_within(t, 0, 20 * SECOND_MS)),
                           .what = CARRY,
                           .job = { .message = job->message,
                                    .phone = town_phone_of(t, job->to),
                                    .tower = tower,
                                    .generation = t->towers[tower].generation,
                                    .way = job->channel == CHANNEL_VOICE ? BY_CALL : BY_TEXT,
                                    .emergency = job->lane == LANE_EMERGENCY,
                                    .alert = number_after(job->text, "事由"),
                                    .code = token >= 10 ? token / 10 : 0 } };

    snprintf(h.job.id, sizeof h.job.id, "%s", job->id);
    town_put(t, &h);
}

void town_crash(struct town *t, int tower, time_ms down_for)
{
    t->towers[tower].up = false;
    t->towers[tower].generation++;
    t->towers[tower].back_at = t->world->now + down_for;
    t->crashes++;
}

static void fate(void *arg, const char *id, const char *provider_id)
{
    struct town *t = arg;
    const int64_t message = strtoll(strrchr(id, '-') + 1, NULL, 10);

    (void)provider_id;
    outbox_fate(t->world->outbox, id, t->rang_out[message] ? "sent" : "not_sent");
}

void town_ready(struct town *t, int tower)
{
    t->towers[tower].up = true;
    t->towers[tower].back_at = TIME_NEVER;
    turn_set_now(t->world->turn, t->world->now);
    outbox_settle(t->world->outbox, t->towers[tower].name, t->can, fate, t);
}

/* --- the people --- */

static unsigned mix(const struct town *t, int phone, int alert)
{
    uint64_t x = t->seed * 1000003 + (uint64_t)phone * 7919 + (uint64_t)(alert + 2) * 104729;

    x ^= x >> 13;
    x *= 0x9E3779B97F4A7C15ULL;
    return (unsigned)(x >> 40) % 100;
}

/* One habit for a phone in an alert, whatever rings there. */
static enum habit habit_of(const struct town *t, const struct in_hand *job)
{
    const unsigned dice = mix(t, job->phone, job->alert);

    if (job->phone == t->head_phone)
        return dice < 40 ? TAKES_IT : SILENT_THERE;
    if (t->phones[job->phone].staff)
        return dice < 15 ? TAKES_IT : dice < 30 ? PASSES_IT : SILENT_THERE;
    if (dice < 22)
        return TAKES_IT;
    if (dice < 30)
        return PASSES_IT;
    if (dice < 36)
        return t->phones[job->phone].children == 1 ? SAYS_HELP : SILENT_THERE;
    if (dice < 44)
        return TAKES_LATE;
    if (dice < 46)
        return IS_WRONG;
    if (dice < 52)
        return MUMBLES_ON;
    return dice < 57 ? CALLS_BACK : SILENT_THERE;
}

static void say(struct town *t, const struct in_hand *job, time_ms after, int option, const char *text)
{
    struct happening h = { .at = t->world->now + after, .what = SAY, .job = *job, .option = option };

    if (job->way == BY_CALL && option) {
        h.what = KEY;
        snprintf(h.text, sizeof h.text, "%d", option);
    } else if (option && job->code > 0 && !town_chance(t, 150)) {
        snprintf(h.text, sizeof h.text, "%d%d", job->code, option);
    } else if (option) {
        h.job.code = 0;
        snprintf(h.text, sizeof h.text, "%d", option);
    } else {
        snprintf(h.text, sizeof h.text, "%s", text);
    }
    snprintf(h.uid, sizeof h.uid, "s%" PRIu64, t->order);
    town_put(t, &h);
}

/* It rings; who answers a call at all says so by keys, the others let it ring or are busy. */
static void react(struct town *t, const struct in_hand *job)
{
    const enum habit habit = job->alert < 0 ? SILENT_THERE : habit_of(t, job);
    const time_ms soon = job->way == BY_CALL ? town_within(t, 15 * SECOND_MS, 50 * SECOND_MS)
                                             : town_within(t, 20 * SECOND_MS, 25 * MINUTE_MS);

    t->rang++;
    switch (habit) {
    case TAKES_IT:
        say(t, job, soon, 1, NULL);
        return;
    case PASSES_IT:
        say(t, job, soon, 3, NULL);
        return;
    case SAYS_HELP:
        say(t, job, soon, 2, NULL);
        return;
    case TAKES_LATE:
        say(t, job, job->way == BY_CALL ? soon : soon + town_within(t, 20 * MINUTE_MS, 2 * HOUR_MS), 1, NULL);
        return;
    case IS_WRONG:
        if (job->way == BY_TEXT)
            say(t, job, soon, 0, "打错了");
        return;
    case MUMBLES_ON:
        if (job->way == BY_TEXT)
            say(t, job, soon, 0, "嗯？");
        return;
    case CALLS_BACK:
        if (job->way == BY_TEXT)
            say(t, job, soon, 0, "");
        return;
    case SILENT_THERE:
        return;
    }
}

static bool will_press(const struct town *t, const struct in_hand *job)
{
    const enum habit habit = job->alert < 0 ? SILENT_THERE : habit_of(t, job);

    return habit == TAKES_IT || habit == PASSES_IT || habit == SAYS_HELP || habit == TAKES_LATE;
}

static void report(struct town *t, const struct in_hand *job, time_ms after, const char *state)
{
    struct happening h = { .at = t->world->now + after, .what = REPORT, .job = *job, .state = state };

    town_put(t, &h);
}

/* What the network says of it, perhaps late, twice, or contradicting itself. */
static void reports(struct town *t, const struct in_hand *job)
{
    if (t->phones[job->phone].staff) { /* the school's own numbers are sound */
        if (job->way == BY_TEXT || !will_press(t, job))
            report(t, job, town_within(t, SECOND_MS, MINUTE_MS), job->way == BY_TEXT ? "delivered" : "answered");
        return;
    }
    if (job->way == BY_CALL) {
        if (!will_press(t, job))
            report(t, job, town_within(t, 20 * SECOND_MS, MINUTE_MS),
                   town_chance(t, 500)   ? "no_answer"
                   : town_chance(t, 400) ? "busy"
                                         : "answered");
        return;
    }
    if (town_chance(t, 60))
        return; /* lost */
    report(t, job, town_within(t, SECOND_MS, town_chance(t, 100) ? 3 * HOUR_MS : MINUTE_MS),
           town_chance(t, 930) ? "delivered" : "undelivered");
    if (town_chance(t, 40))
        report(t, job, 2 * HOUR_MS, town_chance(t, 500) ? "undelivered" : "delivered");
}

static void rings(struct town *t, const struct in_hand *job)
{
    t->rang_out[job->message] = 1;
    react(t, job);
    reports(t, job);
}

static bool reached(const struct in_hand *job, const struct town *t)
{
    return job->generation == t->towers[job->tower].generation;
}

/* The gateway with one job; what the model is to hear of it, or -1. */
static bool carry(struct town *t, struct happening *h)
{
    struct outbox *outbox = t->world->outbox;
    const char *name = t->towers[h->job.tower].name;
    const uint64_t dice = random_below(&t->dice, 1000);

    h->option = REPORT_ACCEPTED;
    h->job.recalled = t->model->messages[h->job.message].recalled;
    if (!reached(&h->job, t)) { /* it died with this in hand */
        if (town_chance(t, 300))
            rings(t, &h->job);
        return false;
    }
    if (h->job.recalled && town_chance(t, 600)) {
        outbox_refused(outbox, name, h->job.id, "permanent", "cancelled", NULL, 0);
        h->option = REPORT_CANCELLED;
    } else if (dice < 25) {
        outbox_refused(outbox, name, h->job.id, "temporary", "busy", NULL, 0);
        h->option = REPORT_AGAIN;
    } else if (dice < 30) {
        outbox_refused(outbox, name, h->job.id, "throttled", "429", NULL, 20 * SECOND_MS);
        h->option = REPORT_AGAIN;
        model_excuse(t->model, t->world->now + 20 * SECOND_MS);
    } else if (dice < 40 && !t->phones[h->job.phone].staff) {
        outbox_refused(outbox, name, h->job.id, "permanent", "no_such_number", NULL, 0);
        h->option = REPORT_BAD;
    } else {
        outbox_started(outbox, h->job.id);
        if (dice < 90) { /* the report overtakes */
            int64_t message;

            h->option = REPORT_GOOD;
            outbox_status(
                outbox,
                &(struct outbox_report){ .gateway = name, .id = h->job.id, .state = "delivered", .seconds = -1 },
                &message);
        }
        outbox_accepted(outbox, name, h->job.id, NULL, 1);
    }
    return true;
}

bool town_tell(struct town *t, struct happening *h)
{
    struct world *w = t->world;
    struct inbound in = {
        .gateway = t->towers[h->job.tower].name, .uid = h->uid, .from = t->phones[h->job.phone].e164, .at = w->now
    };
    int64_t message = 0;

    turn_set_now(w->turn, w->now);
    switch (h->what) {
    case CARRY:
        return carry(t, h);
    case REPORT:
        outbox_status(
            w->outbox,
            &(struct outbox_report){ .gateway = in.gateway, .id = h->job.id, .state = h->state, .seconds = -1 },
            &message);
        return true;
    case KEY:
        outbox_status(
            w->outbox,
            &(struct outbox_report){ .gateway = in.gateway, .id = h->job.id, .state = "answered", .seconds = 20 },
            &message);
        in.digits = h->text;
        in.message = h->job.message;
        inbox_receive(w->inbox, &in);
        return true;
    case SAY:
        in.text = h->text;
        in.call = h->text[0] ? NULL : "missed";
        inbox_receive(w->inbox, &in);
        return true;
    }
    return false;
}

static enum model_report report_of(const char *state)
{
    if (strcmp(state, "undelivered") == 0)
        return REPORT_BAD;
    return strcmp(state, "busy") == 0 || strcmp(state, "no_answer") == 0 ? REPORT_BUSY : REPORT_GOOD;
}

void town_told(struct town *t, const struct happening *h)
{
    struct model *m = t->model;

    switch (h->what) {
    case CARRY:
        model_report(m, h->job.message, (enum model_report)h->option);
        if (h->option == REPORT_GOOD || h->option == REPORT_ACCEPTED)
            rings(t, &h->job);
        return;
    case REPORT:
        model_report(m, h->job.message, report_of(h->state));
        return;
    case KEY:
        model_report(m, h->job.message, REPORT_GOOD);
        model_key(m, h->job.message, h->option);
        return;
    case SAY:
        if (strcmp(h->text, "打错了") == 0)
            model_wrong_number(m, h->job.phone);
        else if (h->option)
            model_reply(m, h->job.phone, t->world->now, h->job.code, h->option);
        return;
    }
}
