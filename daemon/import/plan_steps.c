/* SPDX-License-Identifier: Apache-2.0 */
/* From the register in memory to the list of steps, and from steps to rows; see plan.h. */
#include <stdlib.h>
#include <string.h>

#include "import/plan_internal.h"
#include "lib/json.h"
#include "lib/memory.h"

static json_t *new_step(struct planner *planner, const char *what)
{
    json_t *step = json_object();

    json_put_text(step, "do", what);
    json_array_append_new(planner->plan->steps, step);
    return step;
}

static void student_step(struct planner *planner, const struct student_slot *slot)
{
    json_t *step = new_step(planner, "student");

    json_put_text(step, "ref", slot->ref);
    json_put_text(step, "name", slot->name);
    json_put_text(step, "former_name", slot->former_name);
    json_put_text(step, "sex", slot->sex);
    json_put_text(step, "birth", slot->birth);
    json_put_text(step, "class", slot->class);
    json_put_text(step, "grade", slot->grade);
    json_put_text(step, "village", slot->village);
    json_put_text(step, "village_group", slot->village_group);
    json_put_text(step, "language", slot->language);
    json_put_text(step, "remark", slot->remark);
    json_put_flag(step, "left_behind", slot->left_behind);
    json_put_flag(step, "boarding", slot->boarding);
}

static void person_step(struct planner *planner, const struct person_slot *slot)
{
    json_t *step = new_step(planner, "person");

    json_put_text(step, "ref", slot->ref);
    json_put_text(step, "name", slot->name);
    json_put_text(step, "dialect", slot->dialect);
    json_put_text(step, "quiet", slot->quiet);
    json_put_text(step, "work_place", slot->work_place);
    json_put_text(step, "remark", slot->remark);
    json_put_flag(step, "reads", slot->reads);
    json_put_flag(step, "sends", slot->sends);
    json_put_flag(step, "hears", slot->hears);
    json_put_flag(step, "deceased", slot->deceased);
}

static const char *type_name(enum phone_type type)
{
    switch (type) {
    case PHONE_MOBILE:
        return "mobile";
    case PHONE_LANDLINE:
        return "landline";
    case PHONE_OTHER:
        return "other";
    }
    return "other";
}

/* All lines of a person whose lines changed, in their order: drops first, so that ranks are those of what stays. */
static void line_steps(struct planner *planner, const struct person_slot *slot)
{
    int64_t rank = 1;

    for (size_t i = 0; i < slot->line_count; i++) {
        const struct line_slot *line = &slot->lines[i];
        json_t *step = new_step(planner, line->dropped ? "drop_line" : "line");

        json_put_text(step, "person", slot->ref);
        json_put_text(step, "e164", line->e164);
        if (line->dropped)
            continue;
        json_put_text(step, "type", type_name(line->type));
        json_put_int(step, "rank", rank++);
        json_put_flag(step, "suspect", line->marked && line->suspect);
        json_put_flag(step, "opted_out", line->marked && line->opted_out);
    }
}

static void relation_step(struct planner *planner, const struct relation_slot *slot)
{
    json_t *step = new_step(planner, slot->ended ? "end_relation" : "relation");

    json_put_text(step, "student", planner->students[slot->student].ref);
    json_put_text(step, "person", planner->persons[slot->person].ref);
    json_put_text(step, "kind", slot->kind);
    json_put_text(step, "word", slot->word);
    json_put_int(step, "rank", slot->rank);
    json_put_flag(step, "guardian", slot->guardian);
    json_put_flag(step, "restricted", slot->restricted);
}

static void role_step(struct planner *planner, const struct role_slot *slot)
{
    json_t *step = new_step(planner, "role");

    json_put_text(step, "person", planner->persons[slot->person].ref);
    json_put_text(step, "role", slot->role);
    json_put_text(step, "class", slot->class);
    json_put_flag(step, "moved", slot->moved);
}

static void pairing_step(struct planner *planner, const struct pairing_slot *slot)
{
    json_t *step = new_step(planner, slot->ended ? "end_pairing" : "pairing");

    json_put_text(step, "mentor", planner->persons[slot->mentor].ref);
    json_put_text(step, "student", planner->students[slot->student].ref);
    json_put_int(step, "since", slot->since);
    json_put_int(step, "until", slot->until);
}

static void peer_step(struct planner *planner, const struct peer_slot *slot)
{
    json_t *step = new_step(planner, slot->ended ? "end_peer" : "peer");

    json_put_text(step, "student", planner->students[slot->student].ref);
    json_put_text(step, "peer", planner->students[slot->peer].ref);
    json_put_int(step, "since", slot->since);
    json_put_int(step, "until", slot->until);
}

void plan_steps(struct planner *planner)
{
    for (size_t i = 0; i < planner->student_count; i++) {
        if (!planner->students[i].from || planner->students[i].changed)
            student_step(planner, &planner->students[i]);
    }
    for (size_t i = 0; i < planner->person_count; i++) {
        const struct person_slot *slot = &planner->persons[i];

        if (!slot->from || slot->changed)
            person_step(planner, slot);
        if (slot->lines_changed)
            line_steps(planner, slot);
    }
    for (size_t i = 0; i < planner->relation_count; i++) {
        if (!planner->relations[i].from || planner->relations[i].changed)
            relation_step(planner, &planner->relations[i]);
    }
    for (size_t i = 0; i < planner->role_count; i++) {
        if (planner->roles[i].fresh)
            role_step(planner, &planner->roles[i]);
    }
    for (size_t i = 0; i < planner->pairing_count; i++) {
        const struct pairing_slot *slot = &planner->pairings[i];

        if (!slot->from || slot->changed)
            pairing_step(planner, slot);
    }
    for (size_t i = 0; i < planner->peer_count; i++) {
        if (!planner->peers[i].from || planner->peers[i].changed)
            peer_step(planner, &planner->peers[i]);
    }
    json_array_extend(planner->plan->steps, planner->rota_steps);
}

/* -------------------------------------------------------------------------------------------------- steps to rows */

static char *field(const json_t *step, const char *key)
{
    return mem_dup(json_text(step, key, NULL));
}

static void apply_student(struct store *store, const json_t *step, time_ms now)
{
    char *texts[] = { field(step, "ref"),    field(step, "name"),         field(step, "former_name"),
                      field(step, "sex"),    field(step, "birth"),        field(step, "class"),
                      field(step, "grade"),  field(step, "village"),      field(step, "language"),
                      field(step, "remark"), field(step, "village_group") };
    const struct register_student student = { .ref = texts[0],
                                              .name = texts[1],
                                              .former_name = texts[2],
                                              .sex = texts[3],
                                              .birth = texts[4],
                                              .class = texts[5],
                                              .grade = texts[6],
                                              .village = texts[7],
                                              .language = texts[8],
                                              .remark = texts[9],
                                              .village_group = texts[10],
                                              .left_behind = json_flag(step, "left_behind", false),
                                              .boarding = json_flag(step, "boarding", false) };

    (void)now;
    register_put_student(store, &student);
    for (size_t i = 0; i < COUNT(texts); i++)
        free(texts[i]);
}

static void apply_person(struct store *store, const json_t *step, time_ms now)
{
    char *texts[] = { field(step, "ref"),   field(step, "name"),       field(step, "dialect"),
                      field(step, "quiet"), field(step, "work_place"), field(step, "remark") };
    const struct register_person person = { .ref = texts[0],
                                            .name = texts[1],
                                            .dialect = texts[2],
                                            .quiet = texts[3],
                                            .work_place = texts[4],
                                            .remark = texts[5],
                                            .reads = json_flag(step, "reads", true),
                                            .sends = json_flag(step, "sends", true),
                                            .hears = json_flag(step, "hears", true),
                                            .deceased = json_flag(step, "deceased", false) };

    (void)now;
    register_put_person(store, &person);
    for (size_t i = 0; i < COUNT(texts); i++)
        free(texts[i]);
}

static int64_t person_of(struct store *store, const json_t *step, const char *key)
{
    return register_person_id(store, json_text(step, key, ""));
}

static int64_t student_of(struct store *store, const json_t *step)
{
    return register_student_id(store, json_text(step, "student", ""));
}

static void apply_line(struct store *store, const json_t *step, time_ms now)
{
    const char *e164 = json_text(step, "e164", "");

    register_put_line(store, person_of(store, step, "person"), e164, json_text(step, "type", "mobile"),
                      json_int(step, "rank", 1), json_flag(step, "suspect", false), now);
    if (json_flag(step, "opted_out", false))
        register_optout_line(store, e164, now);
}

static void apply_drop_line(struct store *store, const json_t *step, time_ms now)
{
    (void)now;
    register_drop_line(store, person_of(store, step, "person"), json_text(step, "e164", ""));
}

static void apply_relation(struct store *store, const json_t *step, time_ms now)
{
    char *kind = field(step, "kind"), *word = field(step, "word");
    const struct register_relation relation = { .student = student_of(store, step),
                                                .person = person_of(store, step, "person"),
                                                .kind = kind,
                                                .word = word,
                                                .rank = json_int(step, "rank", 1),
                                                .guardian = json_flag(step, "guardian", false),
                                                .restricted = json_flag(step, "restricted", false) };

    register_put_relation(store, &relation, now);
    free(kind);
    free(word);
}

static void apply_end_relation(struct store *store, const json_t *step, time_ms now)
{
    register_end_relation(store, student_of(store, step), person_of(store, step, "person"), now);
}

static void apply_role(struct store *store, const json_t *step, time_ms now)
{
    const int64_t person = person_of(store, step, "person");
    const char *role = json_text(step, "role", ""), *class = json_text(step, "class", NULL);

    if (json_flag(step, "moved", false))
        register_end_role(store, person, role, class, now);
    register_put_role(store, person, role, class, now);
}

static void apply_pairing(struct store *store, const json_t *step, time_ms now)
{
    const struct register_pairing pairing = { .mentor = person_of(store, step, "mentor"),
                                              .student = student_of(store, step),
                                              .since = json_int(step, "since", TIME_NEVER),
                                              .until = json_int(step, "until", TIME_NEVER) };

    (void)now;
    register_put_pairing(store, &pairing);
}

static void apply_end_pairing(struct store *store, const json_t *step, time_ms now)
{
    register_end_pairing(store, person_of(store, step, "mentor"), student_of(store, step), now);
}

static void apply_peer(struct store *store, const json_t *step, time_ms now)
{
    const struct register_peer peer = { .student = student_of(store, step),
                                        .peer = register_student_id(store, json_text(step, "peer", "")),
                                        .since = json_int(step, "since", TIME_NEVER),
                                        .until = json_int(step, "until", TIME_NEVER) };

    (void)now;
    register_put_peer(store, &peer);
}

static void apply_end_peer(struct store *store, const json_t *step, time_ms now)
{
    register_end_peer(store, student_of(store, step), register_student_id(store, json_text(step, "peer", "")), now);
}

static void apply_rota(struct store *store, const json_t *step, time_ms now)
{
    (void)now;
    register_put_rota(store, person_of(store, step, "person"), json_text(step, "post", "duty"),
                      json_int(step, "since", 0), json_int(step, "until", 0));
}

static const struct {
    const char *what;
    void (*apply)(struct store *store, const json_t *step, time_ms now);
} deeds[] = {
    { "student", apply_student },     { "person", apply_person },     { "line", apply_line },
    { "drop_line", apply_drop_line }, { "relation", apply_relation }, { "end_relation", apply_end_relation },
    { "role", apply_role },           { "pairing", apply_pairing },   { "end_pairing", apply_end_pairing },
    { "peer", apply_peer },           { "end_peer", apply_end_peer }, { "rota", apply_rota },
};

void plan_apply(struct store *store, const json_t *steps, size_t from, size_t count, time_ms now)
{
    for (size_t i = from; i < json_array_size(steps) && i - from < count; i++) {
        const json_t *step = json_array_get(steps, i);
        const char *what = json_text(step, "do", "");

        for (size_t j = 0; j < COUNT(deeds); j++) {
            if (strcmp(deeds[j].what, what) == 0)
                deeds[j].apply(store, step, now);
        }
    }
}
