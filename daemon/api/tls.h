/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A certificate and its key, from PEM files, as what OpenSSL wants for a listener: TLS 1.2 or later, no renegotiation. The
 * files are read once; whoever wants to hear of new ones opens them again. Errors name the file and how to mend it, never
 * what stands in the key.
 */
#ifndef GREENLINE_API_TLS_H
#define GREENLINE_API_TLS_H

#include <openssl/types.h>

#include "lib/error.h"

/* `certificate` holds the chain, the daemon's own first. NULL and `err`; else the caller's, for SSL_CTX_free(). */
SSL_CTX *tls_open(const char *certificate, const char *key, struct error *err);

#endif
