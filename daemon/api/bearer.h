/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header Authorization (RFC 9110 11.6.2, RFC 6750 2.1). Outside input: bounded, read in one way only.
 */
#ifndef GREENLINE_API_BEARER_H
#define GREENLINE_API_BEARER_H

enum { BEARER_MAX = 256 }; /* of a token, with NUL; ours are shorter */

enum bearer {
    BEARER_TOKEN,     /* it is in `out` */
    BEARER_OTHER,     /* another scheme than Bearer */
    BEARER_MALFORMED, /* no token, too long, or characters that none has */
};

enum bearer bearer_read(const char *value, char out[static BEARER_MAX]);

#endif
