/* SPDX-License-Identifier: Apache-2.0 */
/* Counters; see tally.h. The day is UTC's: a counter for sums over months, not for law. */
#include "store/tally.h"

void tally_add(struct store *store, int64_t message, enum message_state state, time_ms now)
{
    store_change(store,
                 "INSERT INTO tally (day, kind, channel, state, n, parts, cost_e4)"
                 " SELECT $3, c.kind || CASE c.drill WHEN 0 THEN '' ELSE '.drill' END, m.channel, $2, 1, m.parts, "
                 "m.cost_e4 FROM message m JOIN cause c ON c.id = "
                 "m.cause WHERE m.id = $1"
                 " ON CONFLICT (day, kind, channel, state) DO UPDATE SET n = n + 1, parts = parts + excluded.parts,"
                 " cost_e4 = cost_e4 + excluded.cost_e4",
                 "iti", message, message_state_name(state), now / DAY_MS);
}
