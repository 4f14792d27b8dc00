/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the api's own files share: a request as a handler sees it, the table of routes, and the handlers. server.c turns
 * HTTP into `struct api_request`, desk.c sees to where and when it is worked on, request.c runs its steps, route.c knows
 * the paths, the read_ and change_ files do the work.
 */
#ifndef GREENLINE_API_API_INTERNAL_H
#define GREENLINE_API_API_INTERNAL_H

#include "api/api.h"
#include "store/audit.h"
#include "store/list.h"

enum api_method { API_GET, API_POST, API_OTHER };

enum {
    API_TARGET_MAX = 8192, /* bytes of path and query */
    API_PATH_MAX = 3,      /* parts of a path after /v1 */
    API_PARAMS_MAX = 12,
    API_BODY_SMALL = 256 * 1024, /* of what is read inside the turn; API_BODY_MAX: of what goes aside */
};

/* Borrowed; `key` is NULL without Idempotency-Key. `body` need not end in NUL. */
struct api_request {
    enum api_method method;
    const char *target; /* raw: "/v1/students/%E7%8E%8B?limit=5" */
    const char *actor;  /* "unix:root" */
    const char *may;    /* rights of a token, see right.h; NULL: all */
    const char *key;
    const char *body;
    size_t length;
    bool again; /* one more look of a stream: its start is in the audit log */
};

struct api_answer {
    int status;
    bool problem; /* problem+json */
    bool plain;   /* no JSON but text/plain (API_PLAIN) */
    char *text;   /* the caller frees */
};

/* The title of an HTTP status. */
const char *api_title(int status);
/* A problem+json of RFC 9457; the caller frees. */
char *api_problem(int status, const char *detail, const struct mistakes *mistakes);

/* One request as its handler sees it. */
struct api_call {
    const struct api_setting *setting;
    const struct api_parts *parts;
    struct store *store;
    time_ms now;
    const char *actor;
    const char *key;           /* of the request; NULL where none was sent */
    char *path[API_PATH_MAX];  /* decoded; unused are NULL */
    json_t *query;             /* name: decoded text */
    json_t *body;              /* an object */
    struct list_filter filter; /* of the query; texts borrowed from `query` */
    json_t *found;             /* what the look aside of a change found; NULL in that look */
    char *subject;             /* for the audit log; by default "NOUN:NAME" of the path */
    int status;                /* of an answer, 200 unless set */
    const char *once;          /* a field of the answer that is told once: a repeated request gets it without */
    bool unchanged;            /* the change was only tried (dry run): undo it, keep no answer */
    struct error err;          /* of a refusal */
    struct mistakes mistakes;
};

/* The answer, the caller's; or NULL after api_refuse(). */
typedef json_t *api_handler(struct api_call *call);

/*
 * How a route is run. What may take more than some milliseconds goes aside. A look with API_ASIDE is made there as a
 * whole. With API_TWICE, and for a change with API_ASIDE, the handler is called twice: aside, without `found`, it only
 * looks and returns what it found (with a status of 300 or more, or `unchanged`, that is the answer already); then in the
 * turn, with `found`, it makes the answer, or the change. Aside, parts->status and the gateways' functions are NULL.
 */
enum {
    API_LOOK = 0,
    API_CHANGE = 1,   /* needs Idempotency-Key, runs between begin and keep or undo */
    API_ASIDE = 2,    /* on the helper thread */
    API_TWICE = 4,    /* and then in the turn, with what was found */
    API_REGISTER = 8, /* changes what an import is compared with */
    API_ROUTINE = 32, /* makes much work that is no emergency: refused while a fault of the disk holds routine */
    API_ANYHOW = 64,  /* shows no uncommitted row: answered also when its turn, or the store, fails */
    API_IMPORT = 16,  /* one at a time, in slices: see desk_import.c */
    API_QUIET = 128,  /* leaves no row in the audit log */
    API_PLAIN = 256,  /* the handler's answer is a JSON string, sent as it is */
};

struct api_route {
    enum api_method method;
    const char *path; /* parts separated by slashes; a star stands for any name */
    api_handler *handle;
    const char *params; /* words of the query, or fields of the body, separated by blanks */
    const char *action; /* NOUN.VERB: what a token may, and what the audit log says */
    unsigned way;       /* API_CHANGE … */
};

/* The route, or NULL with `*status` 404 or 405. */
const struct api_route *api_route_find(enum api_method method, char *const *path, int *status);
/* One by one; NULL behind the last. */
const struct api_route *api_route_at(size_t index);

/*
 * One request, step by step: open, look, end, close. What is known of the answer is in `text`, from the step on that
 * refuses or finds it; the steps after that add only what is theirs (the audit row of a look). Zeroed before the first.
 */
struct api_task {
    const struct api_request *request;
    const struct api_route *route; /* NULL when there is none */
    struct api_call call;
    char digest[AUDIT_HASH_MAX]; /* of a change */
    char *text;                  /* the answer; NULL: not known yet */
    bool seen;                   /* `text` is what a look found */
};
/* Reads the target and finds the route. Setting and request are borrowed until the close. */
void api_task_open(struct api_task *task, const struct api_setting *setting, const struct api_request *request);
/* Whether the look belongs on the helper thread. */
bool api_task_aside(const struct api_task *task);
/* Reads query and body; runs what goes aside, with these parts: in the turn, or on the helper over its own. May be
 * repeated when what a change was compared with has moved on. */
void api_task_look(struct api_task *task, const struct api_parts *parts);
/* Inside the turn: runs the rest, writes the audit row. The answer is the caller's. */
void api_task_end(struct api_task *task, const struct api_parts *parts, struct api_answer *out);
void api_task_close(struct api_task *task);
/* All steps at once, inside the turn. */
void api_handle(const struct api_setting *setting, const struct api_parts *parts, const struct api_request *request,
                struct api_answer *out);

/* Splits and decodes "/v1/a/b?x=y"; false after api_refuse(). */
bool api_target_read(struct api_call *call, const char *target);
/* Reads the query into `call->filter` by the route's words; false after api_refuse(). */
bool api_params_read(struct api_call *call, const char *words);
/* Whether each key of the body is among `words`. */
bool api_fields_check(struct api_call *call, const char *words);

/* Always NULL, so that `return api_refuse(...)` reads well. */
void *api_refuse(struct api_call *call, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Refuses with what `call->err` says. */
void *api_refuse_err(struct api_call *call, int status);

/* Who the path (or a field) names, as id; 0 after api_refuse(). The subject becomes "student:REF", "person:REF". */
int64_t api_student(struct api_call *call, const char *name);
int64_t api_person(struct api_call *call, const char *name);
int64_t api_schedule(struct api_call *call, const char *name);
/* The id in the path: `call->path[1]` as a number; 0 after api_refuse(). */
int64_t api_id(struct api_call *call);
/* A field of the body that must be a text that is not empty; NULL after api_refuse(). */
const char *api_text(struct api_call *call, const char *key);

/* What the audit log says it is about, "NOUN:REF". */
void api_subject(struct api_call *call, const char *noun, const char *ref);

/* Puts what would go wrong in an emergency into the status, as `readiness`: by the register and the ladders, and (in
 * the turn) by the gateways as they are; read_readiness.c. */
void api_readiness(struct api_call *call, json_t *status);
void api_readiness_gateways(struct api_call *call, json_t *status);

/* Refuses when the daemon has no engine (tests, tools). */
bool api_engine(struct api_call *call);

/* Handlers, by file. */
api_handler read_status, read_today, read_students, read_student, read_channel, read_contacts, read_contact, read_staff,
    read_pairings, read_schedules, read_schedule, read_schedule_preview, read_broadcasts, read_broadcast, read_alerts,
    read_alert, read_asks, read_ask, read_outbox, read_message, read_inbox, read_reply, read_gateways, read_gateway,
    read_audit, read_calendar, read_ladder_check, try_answers;
api_handler student_note, contact_set, ask_handle, change_gateway_pause, change_gateway_resume, change_gateway_drain;
api_handler schedule_add, schedule_pause, schedule_resume, schedule_remove, schedule_run, broadcast_preview,
    broadcast_send, broadcast_pause, broadcast_resume, broadcast_cancel, ask_answer, ask_cancel, outbox_cancel_one,
    outbox_retry_one, reply_assign, student_say, change_gateway_test, import_files;
api_handler alert_preview, alert_raise, alert_ack, alert_pass, alert_clear, alert_close, alert_mark, alert_reported,
    alert_result;
api_handler student_add, student_set, student_end, contact_add, contact_end, contact_mute, contact_unmute, staff_add,
    staff_set, staff_end, pair_add, pair_end, read_rota, rota_add, rota_drop;
api_handler read_tokens, token_add, token_over, read_metrics;

api_handler read_rolls, read_roll, roll_report_class, read_absences, absence_begin, absence_end;
api_handler read_backups, read_backup, read_backup_piece, backup_make, backup_remove, read_check, check_make,
    read_restore, restore_release;

/*
 * Of an import that is kept (change_import.c): `found` of its look is {report, slices}. Writes slices until `bytes` are
 * written; true when all are. The next call of the handler releases the plan.
 */
bool import_write(struct store *store, json_t *found, const char *actor, time_ms now, size_t bytes);
/* Applies the next slice of what was released; false when there was none. */
bool import_apply(struct store *store, time_ms now);

#endif
