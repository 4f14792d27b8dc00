/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The environment of a gateway program. A confined one gets the variables that it has use for, those that its section names
 * as "env:NAME", and its own folder as HOME and TMPDIR; another gets all but what is between us and the service manager.
 */
#ifndef GREENLINE_GATEWAY_ENVIRONMENT_H
#define GREENLINE_GATEWAY_ENVIRONMENT_H

#include <jansson.h>

#include "gateway/confine.h"

/* NULL-terminated; all is the caller's (environment_free()). `last` is NAME=VALUE at its end, NULL: none. */
char **environment_confined(const struct confine_request *request, const char *last);
char **environment_whole(const char *last);
void environment_free(char **variables);

#endif
