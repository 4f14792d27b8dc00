/* SPDX-License-Identifier: Apache-2.0 */
/* One page of `greenline top`: what is wrong, how long turns last and how full the disk is, then lanes and gateways. A pure
 * function of the answer of GET /v1/status. */
#include "cli/language.h"
#include "cli/view.h"
#include "lib/json.h"
#include "lib/memory.h"

static void draw_head(const struct screen *screen, const json_t *status)
{
    CLEANUP(mem_clean) char *school = cell_text(status, "school");
    CLEANUP(mem_clean) char *now = cell_time(status, "now");
    CLEANUP(mem_clean) char *mode = cell_word(status, "mode");
    CLEANUP(mem_clean) char *up = cell_seconds(status, "uptime_s");
    CLEANUP(mem_clean) char *line = mem_format("%s  %s  %s  %s", school, now, mode, up);

    screen_styled(screen, STYLE_HEAD, line);
    screen_format(screen, "\n");
}

/* "turn 2 ms (at most 9)   log 1.2 MiB   store 35.0 MiB   free 5120.0 MiB   questions 3 open" */
static void draw_figures(const struct screen *screen, const json_t *status)
{
    const json_t *turn = json_object_get(status, "turn"), *store = json_object_get(status, "store");
    CLEANUP(mem_clean) char *asks = cell_counts(status, "asks");
    const double mib = 1024 * 1024;

    screen_format(screen, _("turn %d ms (at most %d)   log %.1f MiB   store %.1f MiB   free %.1f MiB"),
                  (int)json_int(turn, "last_ms", 0), (int)json_int(turn, "most_ms", 0),
                  (double)json_int(store, "wal_bytes", 0) / mib, (double)json_int(store, "bytes", 0) / mib,
                  (double)json_int(store, "free_bytes", 0) / mib);
    screen_format(screen, "\n");
    screen_format(screen, _("questions: %s"), *asks ? asks : "-");
    screen_format(screen, "\n");
}

void draw_top(const struct screen *screen, const json_t *status)
{
    draw_head(screen, status);
    draw_problems(screen, status);
    draw_figures(screen, status);
    view_show(screen, &view_waiting, status);
}
