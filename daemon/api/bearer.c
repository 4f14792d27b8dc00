/* SPDX-License-Identifier: Apache-2.0 */
/* Reads credentials; see bearer.h. */
#include "api/bearer.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const char scheme[] = "Bearer"; /* case does not matter (RFC 9110 11.1) */

/* b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=" */
static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";

enum bearer bearer_read(const char *value, char out[static BEARER_MAX])
{
    const size_t word = strcspn(value, " ");
    const char *token = value + word + strspn(value + word, " ");
    size_t length;

    if (word != strlen(scheme) || strncasecmp(value, scheme, word) != 0)
        return BEARER_OTHER;
    length = strspn(token, characters);
    if (length == 0)
        return BEARER_MALFORMED;
    length += strspn(token + length, "=");
    if (length >= BEARER_MAX || token[length + strspn(token + length, " ")])
        return BEARER_MALFORMED;
    memcpy(out, token, length);
    out[length] = '\0';
    return BEARER_TOKEN;
}
