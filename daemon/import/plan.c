/* SPDX-License-Identifier: Apache-2.0 */
/* What an intake would change in the store; see plan.h. */
#include "import/plan.h"

#include "import/plan_internal.h"

void plan_make(struct plan *out, struct intake *intake, const struct roster *roster, const struct plan_setting *setting)
{
    struct planner planner = { .plan = out, .intake = intake, .setting = setting, .rota_steps = json_array() };

    *out = (struct plan){ .steps = json_array(), .changes = json_array() };
    planner_open(&planner, roster);
    plan_students(&planner);
    plan_contacts(&planner);
    plan_staff(&planner);
    planner_settle_lines(&planner);
    plan_pairings(&planner);
    plan_peers(&planner);
    plan_rota(&planner);
    plan_compare(&planner);
    plan_warn(&planner);
    plan_steps(&planner);
    intake_sort(intake);
    json_decref(planner.rota_steps);
    planner_close(&planner);
}

void plan_free(struct plan *plan)
{
    json_decref(plan->steps);
    json_decref(plan->changes);
    *plan = (struct plan){ 0 };
}
