/* SPDX-License-Identifier: Apache-2.0 */
/* A child is not there: opening the absence, joining the one that is open, and its end; see roll.h. */
#include <inttypes.h>
#include <stdio.h>

#include "engine/engine_internal.h"
#include "engine/roll.h"
#include "lib/memory.h"
#include "store/find.h"

enum { UNCLOSED_MAX = 20 };

static int64_t open_cause(struct engine *engine, const struct absence_request *request, const char *day,
                          struct error *err)
{
    CLEANUP(mem_clean) char *ref = student_ref(engine->store, request->student);
    CLEANUP(mem_clean) char *audience = mem_format("student:\"%s\"", ref ? ref : "");
    CLEANUP(mem_clean) char *key = mem_format("absent:%" PRId64 ":%s:%" PRId64, request->student, day,
                                              absence_count(engine->store, request->student, day));

    return engine_open_cause(
        engine, &(struct cause_request){ .key = key, .kind = KIND_ABSENT, .by = request->by, .audience = audience },
        err);
}

int64_t engine_open_absence(struct engine *engine, const struct absence_request *request, bool *joined,
                            struct error *err)
{
    const time_ms now = engine_now(engine);
    char day[DAY_TEXT];
    int64_t cause;

    engine_day(day, engine, now);
    cause = absence_open(engine->store, request->student, day, true);
    *joined = cause != 0;
    if (cause)
        return cause;
    cause = open_cause(engine, request, day, err);
    if (cause)
        absence_put(engine->store, &(struct absence){ .cause = cause,
                                                      .student = request->student,
                                                      .day = day,
                                                      .since = request->since ? request->since : now,
                                                      .note = (char *)(uintptr_t)request->note,
                                                      .by = (char *)(uintptr_t)request->by });
    return cause;
}

size_t engine_account_for(struct engine *engine, int64_t student, const char *outcome, const char *by)
{
    int64_t causes[UNCLOSED_MAX];
    const size_t count = absence_unclosed(engine->store, student, causes, UNCLOSED_MAX);
    size_t closed = 0;

    for (size_t i = 0; i < count; i++)
        closed += engine_close_alert(engine, causes[i], outcome, by, NULL);
    return closed;
}
