/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listener for webhooks; see hook.h. An evhttp of its own, guarded by api/connection.c. A request is judged, handed
 * over, and answered later; a client that leaves in between is told to us by evhttp's close callback.
 */
#include "api/hook.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "api/connection.h"
#include "api/hook_internal.h"
#include "api/tls.h"
#include "lib/memory.h"
#include "lib/network.h"

enum { BACKLOG = 128, SLACK = 64 * 1024, LINE_MAX_BYTES = HOOK_TARGET_MAX + HOOK_HEADER_BYTES + 1024 };

struct hook {
    struct hook_parts parts;
    struct evhttp *http;
    struct connections *connections;
    bool secure; /* speaks TLS */
};

struct hook_call {
    struct hook *hook;
    struct evhttp_request *request;
    void *ticket;
};

/* One request as it is judged and handed over. */
struct reading {
    struct hook_target target;
    char from[NETWORK_TEXT_MAX];
    json_t *headers;
};

static void send_answer(struct hook *hook, struct evhttp_request *request, const struct hook_answer *answer, bool last)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    const bool has_body = answer->body && answer->status != 204 && answer->status != 304; /* RFC 9110 15.3.5, 15.4.5 */
    struct evbuffer *body = evbuffer_new();

    hook_headers_write(headers, answer->headers);
    if (has_body)
        evbuffer_add(body, answer->body, answer->length);
    connection_reply(hook->connections, request, answer->status, body, last);
    evbuffer_free(body);
}

/* Without a word. What cannot be read to its end in one way ends the connection. */
static void refuse(struct hook *hook, struct evhttp_request *request, int status)
{
    const bool last = status == 400 || status == 413 || status == 414 || status == 431;
    const struct hook_answer answer = { .status = status };

    if (status == 405)
        evhttp_add_header(evhttp_request_get_output_headers(request), "Allow", "GET, POST, PUT");
    if (status == 401)
        evhttp_add_header(evhttp_request_get_output_headers(request), "WWW-Authenticate", "Bearer"); /* RFC 6750 3 */
    send_answer(hook, request, &answer, last);
}

/* NULL for what no webhook comes by. */
static const char *method_of(const struct evhttp_request *request)
{
    switch (evhttp_request_get_command(request)) {
    case EVHTTP_REQ_GET:
        return "GET";
    case EVHTTP_REQ_POST:
        return "POST";
    case EVHTTP_REQ_PUT:
        return "PUT";
    case EVHTTP_REQ_HEAD:
    case EVHTTP_REQ_DELETE:
    case EVHTTP_REQ_OPTIONS:
    case EVHTTP_REQ_TRACE:
    case EVHTTP_REQ_CONNECT:
    case EVHTTP_REQ_PATCH:
        break;
    }
    return NULL;
}

/* 0 or a status. */
static int read_request(struct reading *reading, const struct hook *hook, struct evhttp_request *request)
{
    struct bufferevent *bufferevent = evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
    int status = hook_target_read(&reading->target, evhttp_request_get_uri(request));
    int headers_status;

    network_peer(reading->from, bufferevent_getfd(bufferevent));
    reading->headers = hook_headers_read(evhttp_request_get_input_headers(request), &headers_status);
    if (!reading->headers)
        return headers_status;
    if (status == 0)
        status = hook->parts.judge(hook->parts.arg, reading->target.name, reading->from);
    if (status == 0 && !method_of(request))
        status = 405;
    if (status == 0 && evbuffer_get_length(evhttp_request_get_input_buffer(request)) > HOOK_BODY_MAX)
        status = 413;
    return status;
}

static void on_close(struct evhttp_connection *connection, void *arg)
{
    struct hook_call *call = arg;

    (void)connection;
    call->hook->parts.forget(call->hook->parts.arg, call->ticket);
    free(call);
}

/* 0 or a status. */
static int hand_over(struct hook *hook, struct evhttp_request *request, const struct reading *reading)
{
    struct evbuffer *body = evhttp_request_get_input_buffer(request);
    const size_t length = evbuffer_get_length(body);
    const struct hook_request what = {
        .name = reading->target.name,
        .method = method_of(request),
        .path = reading->target.path,
        .query = reading->target.query,
        .headers = reading->headers,
        .body = length ? (const char *)evbuffer_pullup(body, -1) : "",
        .length = length,
        .from = reading->from,
    };
    struct hook_call *call = mem_new(1, sizeof *call);
    int status = 0;

    *call = (struct hook_call){ .hook = hook, .request = request };
    call->ticket = hook->parts.take(hook->parts.arg, &what, call, &status);
    if (call->ticket) {
        evhttp_connection_set_closecb(evhttp_request_get_connection(request), on_close, call);
        return 0;
    }
    free(call);
    return status;
}

static void on_request(struct evhttp_request *request, void *arg)
{
    struct hook *hook = arg;
    struct bufferevent *bufferevent = evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
    struct reading *reading;
    int status;

    if (connection_ending(hook->connections, bufferevent)) {
        refuse(hook, request, 400);
        return;
    }
    connection_received(hook->connections, bufferevent);
    reading = mem_new(1, sizeof *reading);
    status = read_request(reading, hook, request);
    if (status == 0)
        status = hand_over(hook, request, reading);
    if (status != 0)
        refuse(hook, request, status);
    json_decref(reading->headers);
    free(reading);
}

void hook_answer(struct hook_call *call, const struct hook_answer *answer)
{
    evhttp_connection_set_closecb(evhttp_request_get_connection(call->request), NULL, NULL);
    send_answer(call->hook, call->request, answer, false);
    free(call);
}

/* Opening */

static struct evconnlistener *bind_to(struct event_base *base, const struct network_place *place)
{
    return evconnlistener_new_bind(base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE,
                                   BACKLOG, (const struct sockaddr *)&place->address, (int)place->length);
}

static struct evconnlistener *listen_at(struct event_base *base, const char *address, struct error *err)
{
    struct evconnlistener *listener;
    struct network_place place;

    if (!network_place_parse(&place, address, err)) {
        error_in(err, "listen.http");
        return NULL;
    }
    listener = bind_to(base, &place);
    if (!listener && place.any) { /* a machine without IPv6 */
        CLEANUP(mem_clean) char *four = mem_format("0.0.0.0%s", address);

        if (network_place_parse(&place, four, err))
            listener = bind_to(base, &place);
    }
    if (!listener)
        error_set(err, "listen.http: %s: %m: name another address or port, or end what listens there", address);
    return listener;
}

static bool is_secure(const struct hook_setting *setting)
{
    return setting->certificate && *setting->certificate;
}

static void serve(struct hook *hook, struct event_base *base, struct evconnlistener *listener,
                  const struct hook_setting *setting)
{
    const time_ms deadline = setting->deadline_ms ? setting->deadline_ms : HOOK_DEADLINE_MS;
    const int most = setting->connections ? setting->connections : HOOK_CONNECTIONS;

    signal(SIGPIPE, SIG_IGN); /* a client may leave while it is written to */
    hook->http = evhttp_new(base);
    if (!hook->http || !evhttp_bind_listener(hook->http, listener))
        abort();
    hook->connections = connections_new(hook->http, listener, most, deadline);
    evhttp_set_gencb(hook->http, on_request, hook);
    evhttp_set_max_body_size(hook->http, HOOK_BODY_MAX + SLACK); /* what is a little over gets our own answer */
    evhttp_set_max_headers_size(hook->http, LINE_MAX_BYTES);
    evhttp_set_default_content_type(hook->http, NULL);
    evhttp_set_allowed_methods(hook->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_HEAD |
                                               EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE |
                                               EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH);
}

struct hook *hook_new(struct event_base *base, const struct hook_setting *setting, const struct hook_parts *parts,
                      struct error *err)
{
    struct evconnlistener *listener;
    struct hook *hook;
    SSL_CTX *tls = NULL;

    if (is_secure(setting) && !(tls = tls_open(setting->certificate, setting->key, err)))
        return NULL;
    listener = listen_at(base, setting->address, err);
    if (!listener) {
        SSL_CTX_free(tls);
        return NULL;
    }
    hook = mem_new(1, sizeof *hook);
    hook->parts = *parts;
    serve(hook, base, listener, setting);
    hook->secure = tls != NULL;
    connections_secure(hook->connections, tls);
    SSL_CTX_free(tls);
    return hook;
}

bool hook_check(const struct hook_setting *setting, struct error *err)
{
    SSL_CTX *tls = is_secure(setting) ? tls_open(setting->certificate, setting->key, err) : NULL;

    SSL_CTX_free(tls);
    return tls || !is_secure(setting);
}

bool hook_renew(struct hook *hook, const struct hook_setting *setting, struct error *err)
{
    SSL_CTX *tls;

    if (is_secure(setting) != hook->secure)
        return error_set(err, "listen.certificate: TLS is put on or off by a new start only: restart the daemon");
    if (!hook->secure)
        return true;
    tls = tls_open(setting->certificate, setting->key, err);
    if (!tls)
        return false;
    connections_secure(hook->connections, tls);
    SSL_CTX_free(tls);
    return true;
}

void hook_free(struct hook *hook)
{
    if (!hook)
        return;
    connections_close(hook->connections);
    evhttp_free(hook->http);
    free(hook);
}

int hook_connections(const struct hook *hook)
{
    return connections_count(hook->connections);
}
