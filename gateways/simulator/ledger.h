/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger: what the phones saw, and all that the simulator knows after a kill. One line each, seven columns parted by
 * tabs, only ever appended to:
 *
 *     TIME KIND ID NUMBER CHANNEL LANE TEXT
 *
 * TIME in ms UTC on the clock of hello; TEXT as a JSON string; an empty column is "-". Kinds:
 *     out      the phone got the message ID
 *     refused  the hand-over of ID was refused (TEXT: the code)      lost   it was lost on the way: the phone got nothing
 *     in       the phone replied; ID is the reply's uid, CHANNEL sms or call (TEXT: "missed")
 *     stored   the daemon has committed the reply or status of that uid
 *     epoch    from here on ids are of this epoch
 * Lines gather until ledger_commit() writes them at once and syncs where one of them needs it. A torn last line is cut
 * off at the opening. A ledger that can no longer be written ends the program: nothing must leave unwritten.
 */
#ifndef GREENLINE_GATEWAYS_SIMULATOR_LEDGER_H
#define GREENLINE_GATEWAYS_SIMULATOR_LEDGER_H

#include <stdbool.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/text.h"

enum ledger_kind { LEDGER_OUT, LEDGER_REFUSED, LEDGER_LOST, LEDGER_IN, LEDGER_STORED, LEDGER_EPOCH, LEDGER_KINDS };

struct ledger_line {
    time_ms at;
    enum ledger_kind kind;
    const char *id, *number, *channel, *lane, *text; /* NULL: empty */
};

struct ledger {
    int fd;
    struct text pending;
    bool needs_sync;
};

/* Opens the file, makes it ours alone (flock), and hands each line to `take`, in order; strings are borrowed. A line
 * that is not of the form above is an error with its place. */
bool ledger_open(struct ledger *out, const char *path, void (*take)(void *arg, const struct ledger_line *line),
                 void *arg, struct error *err);
void ledger_close(struct ledger *ledger);
void ledger_add(struct ledger *ledger, const struct ledger_line *line);
/* Writes and, where `out`, `refused`, `lost` or `in` is among the lines, syncs. Does not return when it cannot. */
void ledger_commit(struct ledger *ledger);

#endif
