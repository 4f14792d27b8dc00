/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures of requests: a digest or a MAC (RFC 2104) of given parts, written in hex or base64. The configuration names
 * each one and says what goes in; a later one may use an earlier one. Nothing here fails once the names were checked;
 * comparing takes the same time wherever two texts differ.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_SIGN_H
#define GREENLINE_GATEWAYS_HTTP_SIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

enum sign_algorithm {
    SIGN_HMAC_SHA256,
    SIGN_HMAC_SHA1,
    SIGN_HMAC_SHA512,
    SIGN_HMAC_MD5,
    SIGN_SHA256,
    SIGN_SHA1,
    SIGN_SHA512,
    SIGN_MD5,
    SIGN_PLAIN /* no digest: the parts themselves, to be encoded */
};

enum sign_encoding {
    SIGN_HEX,
    SIGN_HEX_UPPER,
    SIGN_BASE64,    /* RFC 4648 section 4, padded */
    SIGN_BASE64_URL /* RFC 4648 section 5, without padding */
};

/* "hmac-sha256", "sha1", "plain", …; "hex", "hex-upper", "base64", "base64url". */
bool sign_algorithm_parse(enum sign_algorithm *out, const char *name, struct error *err);
bool sign_encoding_parse(enum sign_encoding *out, const char *name, struct error *err);
/* True when it needs a key. */
bool sign_has_key(enum sign_algorithm algorithm);
/* The signature as text, the caller's; `key` may be NULL where none is needed. */
char *sign_make(enum sign_algorithm algorithm, enum sign_encoding encoding, const char *key, const char *data,
                size_t length);
/* Bytes in one of the encodings, the caller's. */
char *sign_encode(enum sign_encoding encoding, const unsigned char *bytes, size_t length);
/* Whether two texts are the same, in a time that depends on their lengths only. */
bool sign_equal(const char *a, const char *b);

#endif
