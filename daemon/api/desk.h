/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desk: every request from its coming to its answer. What is quick is done in the turn it comes with. What goes aside
 * begins after that turn has committed (so it sees what was answered before it), is looked into by the helper thread, and
 * is ended in a later turn of the loop. Answers leave after the commit of the turn that ended them, or are 503. Of changes
 * with one Idempotency-Key only one lies on the desk at a time; of imports only one is worked on, the others wait in line.
 */
#ifndef GREENLINE_API_DESK_H
#define GREENLINE_API_DESK_H

#include "api/api_internal.h"

struct desk;

/* Gives an answer, once a request; outside any turn. The text is borrowed. */
typedef void desk_answer_fn(void *arg, const struct api_answer *answer);

/* Setting and parts are borrowed; what they hold may be changed while the helper is held. parts->helper must be there. */
struct desk *desk_new(const struct api_setting *setting, const struct api_parts *parts);
/* Everything on it must have been answered: desk_clear(), then the end of the turn. */
void desk_free(struct desk *desk);

/* Inside the turn. The request is borrowed until its answer. */
void desk_take(struct desk *desk, const struct api_request *request, desk_answer_fn *answer, void *arg);
/* A slice of an import; true while there is more to do at once. */
bool desk_work(struct desk *desk);
/* Changes whose turn failed are made once more: a full disk may have been given room meanwhile. Inside the turn. */
void desk_again(struct desk *desk);
bool desk_waits(const struct desk *desk);
/* Whether desk_work() will have something to do in the next turn. */
bool desk_busy(const struct desk *desk);
bool desk_empty(const struct desk *desk);
/* After helper_stop(): all that waits gets 503, and so does what still comes. */
void desk_clear(struct desk *desk);

#endif
