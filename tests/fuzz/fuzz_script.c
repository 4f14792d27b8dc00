/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a script of the simulator. What is taken must give every job a plan within its bounds, twice the same.
 * The simulator is a program, not a library: its pure files are compiled into this one (links gateways/common).
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateways/simulator/plan.c"
#include "gateways/simulator/script.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void plan_job(const struct script *script, const char *number, bool voice, int nth)
{
    const struct plan_job job = { .id = "e1-1", .number = number, .voice = voice, .nth = nth };
    struct plan one, two;

    plan_make(&one, script, &job, 2000);
    plan_make(&two, script, &job, 2000);
    assert(one.handover == two.handover && one.count == two.count && one.count <= PLAN_EVENTS_MAX);
    assert(one.reaches || one.count == 0);
    for (size_t i = 0; i < one.count; i++) {
        assert(one.events[i].after >= 0 && one.events[i].after == two.events[i].after);
        assert(one.events[i].state || one.events[i].from);
        assert(!one.events[i].keys || one.digits[0]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(mem_clean) char *text = mem_new(size + 1, 1);
    struct mistakes mistakes = { 0 };
    struct script script;
    const bool ok = script_read(&script, "fuzz.sim", memcpy(text, data, size), size, &mistakes);

    assert(ok == (mistakes.count == 0));
    for (size_t i = 0; ok && i < script.count; i++) {
        plan_job(&script, script.lines[i].number, false, script.lines[i].nth);
        plan_job(&script, script.lines[i].number, true, script.lines[i].nth);
    }
    if (ok)
        plan_job(&script, "+8619900000001", false, 1);
    mistakes_free(&mistakes);
    script_free(&script);
    return 0;
}
