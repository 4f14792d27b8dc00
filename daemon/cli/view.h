/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the answers of the API look: a list is a table of columns, a show is a card of fields with tables below. Both are
 * data (views.c); what needs more has a function of its own (draw_*.c). Fields that an answer lacks are left out.
 */
#ifndef GREENLINE_CLI_VIEW_H
#define GREENLINE_CLI_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cell.h"
#include "cli/screen.h"

enum { VIEW_COLUMNS_MAX = 12, VIEW_FIELDS_MAX = 24, VIEW_SECTIONS_MAX = 3 };

enum look {
    LOOK_PROSE,  /* may be cut */
    LOOK_WHOLE,  /* is not cut: ids, times */
    LOOK_STATE,  /* is not cut, coloured by its word */
    LOOK_NUMBER, /* is not cut, to the right */
};

struct view_column {
    const char *title; /* N_() */
    const char *path;
    cell_function *cell;
    enum look look;
};

struct view_section {
    const char *title; /* N_() */
    const char *path;  /* of an array */
    struct view_column columns[VIEW_COLUMNS_MAX];
};

struct view {
    struct view_column columns[VIEW_COLUMNS_MAX]; /* of a list */
    struct view_column fields[VIEW_FIELDS_MAX];   /* of a show */
    struct view_section sections[VIEW_SECTIONS_MAX];
    void (*draw)(const struct screen *screen,
                 const json_t *answer); /* instead: gets the array of a list or the object */
    /* the same, `passed` seconds after the daemon answered: drawn anew each second while it is followed; may be NULL */
    void (*draw_passed)(const struct screen *screen, const json_t *answer, int64_t passed);
};

/* The table of an array; one line when it is empty. */
void view_list(const struct screen *screen, const struct view_column *columns, const json_t *items);
void view_show(const struct screen *screen, const struct view *view, const json_t *object);

/* What each noun's list and show look like. */
extern const struct view view_students, view_student, view_card, view_contacts, view_contact, view_staff, view_pairings,
    view_rota, view_schedules, view_schedule, view_dates, view_broadcasts, view_broadcast, view_alerts, view_alert,
    view_asks, view_ask, view_outbox, view_message, view_inbox, view_reply, view_gateways, view_gateway, view_tokens,
    view_token, view_audit, view_done, view_calendar, view_rolls, view_roll, view_absence, view_ladder_check,
    view_today, view_channel, view_status, view_waiting, view_report, view_preview, view_tried, view_alert_preview,
    view_backups;

/* Drawn by hand. */
void draw_today(const struct screen *screen, const json_t *items);
void draw_channel(const struct screen *screen, const json_t *items);
void draw_status(const struct screen *screen, const json_t *status);
/* What is wrong and how to mend it, a paragraph each. */
void draw_problems(const struct screen *screen, const json_t *status);
void draw_top(const struct screen *screen, const json_t *status);
void draw_report(const struct screen *screen, const json_t *report);
void draw_calendar(const struct screen *screen, const json_t *items);
void draw_dates(const struct screen *screen, const json_t *items);
void draw_alerts(const struct screen *screen, const json_t *items);
void draw_alert(const struct screen *screen, const json_t *alert);
/* The same, `passed` seconds after the daemon answered. */
void draw_board(const struct screen *screen, const json_t *alert, int64_t passed);
void draw_alert_preview(const struct screen *screen, const json_t *preview);
/* Whom to ring by hand, and what was taken otherwise than it was written. */
void draw_alert_advice(const struct screen *screen, const json_t *answer);
void draw_preview(const struct screen *screen, const json_t *preview);

#endif
