/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate for tests; see certificate.h. */
#include "tests/support/certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

static X509 *certificate_new(EVP_PKEY *pair, const char *name)
{
    X509 *certificate = X509_new();
    X509_NAME *subject = X509_NAME_new();

    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
    X509_set_subject_name(certificate, subject);
    X509_set_issuer_name(certificate, subject);
    X509_set_pubkey(certificate, pair);
    if (X509_sign(certificate, pair, EVP_sha256()) == 0)
        abort();
    X509_NAME_free(subject);
    return certificate;
}

static FILE *file_new(const char *path)
{
    FILE *file = fopen(path, "w");

    if (!file)
        abort();
    return file;
}

void certificate_write(const char *certificate, const char *key, const char *name)
{
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    X509 *signed_one = certificate_new(pair, name);
    FILE *one = file_new(certificate), *other = file_new(key);

    if (PEM_write_X509(one, signed_one) != 1 || PEM_write_PrivateKey(other, pair, NULL, NULL, 0, NULL, NULL) != 1)
        abort();
    fclose(one);
    fclose(other);
    X509_free(signed_one);
    EVP_PKEY_free(pair);
}
