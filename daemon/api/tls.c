/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate and key for a listener; see tls.h. What OpenSSL says of a file is passed on as its reason. */
#include "api/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool refused(struct error *err, const char *key, const char *path, const char *mend)
{
    const unsigned long code = ERR_peek_last_error();
    const char *reason = ERR_reason_error_string(code);

    error_set(err, "%s: %s: %s: %s", key, path, reason ? reason : "cannot be used", mend);
    ERR_clear_error();
    return false;
}

static bool readable(struct error *err, const char *key, const char *path)
{
    return access(path, R_OK) == 0 || error_set(err, "%s: %s: %s: let the daemon read it", key, path, strerror(errno));
}

static bool load(SSL_CTX *context, const char *certificate, const char *key, struct error *err)
{
    if (!readable(err, "listen.certificate", certificate) || !readable(err, "listen.key", key))
        return false;
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
        return refused(err, "listen.certificate", certificate, "name a PEM file, the daemon's certificate first");
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        return refused(err, "listen.key", key, "name the PEM file of the certificate's key, without a passphrase");
    return SSL_CTX_check_private_key(context) == 1 || refused(err, "listen.key", key, "name the certificate's own key");
}

/* Nobody is there to type a passphrase. */
static int no_passphrase(char *out, int size, int writing, void *arg)
{
    (void)out, (void)size, (void)writing, (void)arg;
    return 0;
}

SSL_CTX *tls_open(const char *certificate, const char *key, struct error *err)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    if (!context)
        abort();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_default_passwd_cb(context, no_passphrase);
    if (load(context, certificate, key, err))
        return context;
    SSL_CTX_free(context);
    return NULL;
}
