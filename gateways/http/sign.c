/* SPDX-License-Identifier: Apache-2.0 */
/* Digests and MACs by OpenSSL, encodings by libsodium; see sign.h. */
#include "gateways/http/sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

static const struct {
    const char *name;
    const EVP_MD *(*digest)(void);
    bool keyed;
} algorithms[] = {
    [SIGN_HMAC_SHA256] = { "hmac-sha256", EVP_sha256, true },
    [SIGN_HMAC_SHA1] = { "hmac-sha1", EVP_sha1, true },
    [SIGN_HMAC_SHA512] = { "hmac-sha512", EVP_sha512, true },
    [SIGN_HMAC_MD5] = { "hmac-md5", EVP_md5, true },
    [SIGN_SHA256] = { "sha256", EVP_sha256, false },
    [SIGN_SHA1] = { "sha1", EVP_sha1, false },
    [SIGN_SHA512] = { "sha512", EVP_sha512, false },
    [SIGN_MD5] = { "md5", EVP_md5, false },
    [SIGN_PLAIN] = { "plain", NULL, false },
};

static const char *const encodings[] = {
    [SIGN_HEX] = "hex",
    [SIGN_HEX_UPPER] = "hex-upper",
    [SIGN_BASE64] = "base64",
    [SIGN_BASE64_URL] = "base64url",
};

bool sign_algorithm_parse(enum sign_algorithm *out, const char *name, struct error *err)
{
    for (size_t i = 0; i < COUNT(algorithms); i++) {
        if (strcmp(algorithms[i].name, name) == 0) {
            *out = (enum sign_algorithm)i;
            return true;
        }
    }
    return error_set(err,
                     "algorithm: \"%.20s\": use hmac-sha256, hmac-sha1, hmac-sha512, hmac-md5, sha256, sha1, sha512, "
                     "md5 or plain",
                     name);
}

bool sign_encoding_parse(enum sign_encoding *out, const char *name, struct error *err)
{
    for (size_t i = 0; i < COUNT(encodings); i++) {
        if (strcmp(encodings[i], name) == 0) {
            *out = (enum sign_encoding)i;
            return true;
        }
    }
    return error_set(err, "encoding: \"%.20s\": use hex, hex-upper, base64 or base64url", name);
}

bool sign_has_key(enum sign_algorithm algorithm)
{
    return algorithms[algorithm].keyed;
}

static char *to_hex(const unsigned char *bytes, size_t length, const char digits[static 16])
{
    char *text = mem_new(2 * length + 1, 1);

    for (size_t i = 0; i < length; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return text;
}

static char *to_base64(const unsigned char *bytes, size_t length, int variant)
{
    size_t room = sodium_base64_encoded_len(length, variant);
    char *text = mem_new(room, 1);

    return sodium_bin2base64(text, room, bytes, length, variant);
}

char *sign_encode(enum sign_encoding encoding, const unsigned char *bytes, size_t length)
{
    switch (encoding) {
    case SIGN_HEX:
        return to_hex(bytes, length, "0123456789abcdef");
    case SIGN_HEX_UPPER:
        return to_hex(bytes, length, "0123456789ABCDEF");
    case SIGN_BASE64:
        return to_base64(bytes, length, sodium_base64_VARIANT_ORIGINAL);
    case SIGN_BASE64_URL:
        return to_base64(bytes, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    }
    abort();
}

char *sign_make(enum sign_algorithm algorithm, enum sign_encoding encoding, const char *key, const char *data,
                size_t length)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    bool made;

    if (algorithm == SIGN_PLAIN)
        return sign_encode(encoding, (const unsigned char *)data, length);
    if (sign_has_key(algorithm))
        made = HMAC(algorithms[algorithm].digest(), key, (int)strlen(key), (const unsigned char *)data, length, digest,
                    &size) != NULL;
    else
        made = EVP_Digest(data, length, digest, &size, algorithms[algorithm].digest(), NULL) == 1;
    if (!made)
        abort(); /* memory only: the algorithms are always there */
    return sign_encode(encoding, digest, size);
}

bool sign_equal(const char *a, const char *b)
{
    size_t length = strlen(a);

    return length == strlen(b) && sodium_memcmp(a, b, length) == 0;
}
