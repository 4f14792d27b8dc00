/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an emergency would reach somebody, said before there is one: children whom nobody can reach, and ladders with
 * holes from now until tomorrow morning (a duty that nobody has, somebody on leave, a number that seems dead). Looks
 * only; costs some milliseconds for a school of three thousand.
 */
#ifndef GREENLINE_ENGINE_READINESS_H
#define GREENLINE_ENGINE_READINESS_H

#include "engine/engine.h"

/* {until, unreachable, examples: [{student, reason}], holes: [{ladder, step, who, from, until}], cannot_read,
 * problems: [{what, mend}]}; the caller's. */
json_t *engine_readiness(struct engine *engine);

#endif
