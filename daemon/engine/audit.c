/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The auditor beside the engine: every open ask has a next time that is not long past, every waiting one something to
 * wait for. It trusts no code of the engine, only the rows; what it has to mend it logs and counts, since that is a
 * defect. By index: what is in order costs nothing, of those that wait some hundred are looked at a call.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/engine_internal.h"
#include "lib/log.h"
#include "lib/memory.h"

#define PAST_MS MINUTE_MS

static void mend(struct engine *engine, int64_t ask, const char *what)
{
    log_error("ask %" PRId64 ": %s: set going again", ask, what);
    ask_repair(engine->store, ask, engine_now(engine));
}

static size_t audit_open(struct engine *engine, bool urgent, time_ms before)
{
    int64_t ids[SLICE];
    const size_t count = ask_stalled(engine->store, urgent, before, ids, COUNT(ids));

    for (size_t i = 0; i < count; i++)
        mend(engine, ids[i], "is open and has no next time");
    return count;
}

static size_t audit_waiting(struct engine *engine, time_ms before)
{
    int64_t ids[SLICE];
    const size_t count = ask_waiting_after(engine->store, engine->audit_cursor, ids, COUNT(ids));
    size_t mended = 0;

    for (size_t i = 0; i < count; i++) {
        if (ask_waits_for_something(engine->store, ids[i], before))
            continue;
        mend(engine, ids[i], "waits for nothing");
        mended++;
    }
    engine->audit_cursor = count == COUNT(ids) ? ids[count - 1] : 0;
    return mended;
}

/* What was due a minute before the last look: the engine has had the time to see to it, even if the clock has jumped. */
static time_ms limit(struct engine *engine)
{
    const time_ms now = engine_now(engine), last = engine->audited_at;

    engine->audited_at = now < engine->hold_emergency || now < engine->hold_routine ? 0 : now;
    return last && last < now ? last - PAST_MS : 0;
}

size_t engine_audit(struct engine *engine)
{
    const time_ms before = limit(engine);
    const size_t mended =
        audit_open(engine, true, before) + audit_open(engine, false, before) + audit_waiting(engine, before);
    CLEANUP(mem_clean) char *count = mended ? setting_get(engine->store, "audited") : NULL;
    char sum[24];

    if (mended) {
        snprintf(sum, sizeof sum, "%lld", (count ? strtoll(count, NULL, 10) : 0) + (long long)mended);
        setting_put(engine->store, "audited", sum);
    }
    return mended;
}
