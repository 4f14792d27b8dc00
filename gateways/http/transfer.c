/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP requests that leave at most once; see transfer.h. Four guards against libcurl's own repetition (measured with
 * 7.88): the body comes from a read function without a seek function, so that it cannot be rewound; a request without a
 * body takes a fresh connection, on which nothing is repeated; a request that was leaving gets no new socket; and a
 * second call of the pre-request function, which comes before each sending, aborts. Digest authentication needs two
 * sendings: a whole answer of 401 to the first, of which no byte of the body has left, opens the guards once.
 */
#include "gateways/http/transfer.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/memory.h"

struct transfer {
    struct transfers *transfers;
    struct transfer *next;
    struct transfer_events events;
    void *arg;
    CURL *easy;
    struct request request;
    size_t body_read; /* bytes of the body that libcurl has taken */
    bool leaving;     /* the request was about to leave */
    bool kept_back;   /* by its `leaving` */
    bool challenged;  /* an answer of 401 has come, and the request may go once more */
    bool answering;   /* it went once more */
    bool headed;      /* the answer's headers came to their empty line */
    int status;       /* of the answer whose headers are coming */
    struct text response;
    char error[CURL_ERROR_SIZE];
};

struct transfers {
    struct event_base *base;
    const struct setting *setting;
    struct transfer_bounds bounds;
    CURLM *multi;
    struct event *timer;
    struct transfer *first;
};

/* --- the loop: libcurl says which sockets and which time it waits for (CURLMOPT_SOCKETFUNCTION, _TIMERFUNCTION) --- */

static void finish(struct transfers *transfers);

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
    struct transfers *transfers = arg;
    int running;
    int action = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);

    curl_multi_socket_action(transfers->multi, fd, action, &running);
    finish(transfers);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct transfers *transfers = arg;
    int running;

    (void)fd, (void)what;
    curl_multi_socket_action(transfers->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    finish(transfers);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    struct transfers *transfers = arg;
    struct event *watch = socket_arg;
    short events = (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch)
            event_free(watch);
        curl_multi_assign(transfers->multi, fd, NULL);
        return 0;
    }
    if (watch) {
        event_del(watch);
        event_assign(watch, transfers->base, fd, events, on_socket, transfers);
    } else {
        watch = event_new(transfers->base, fd, events, on_socket, transfers);
        curl_multi_assign(transfers->multi, fd, watch);
    }
    return watch && event_add(watch, NULL) == 0 ? 0 : -1;
}

static int want_timer(CURLM *multi, long delay_ms, void *arg)
{
    struct transfers *transfers = arg;
    struct timeval delay = { .tv_sec = delay_ms / 1000, .tv_usec = delay_ms % 1000 * 1000 };

    (void)multi;
    if (delay_ms < 0)
        evtimer_del(transfers->timer);
    else
        evtimer_add(transfers->timer, &delay);
    return 0;
}

/* --- one transfer --- */

static int before_request(void *arg, char *remote, char *local, int remote_port, int local_port)
{
    struct transfer *transfer = arg;

    (void)remote, (void)local, (void)remote_port, (void)local_port;
    if (transfer->challenged && !transfer->answering) {
        transfer->answering = true;
        return CURL_PREREQFUNC_OK;
    }
    if (transfer->leaving)
        return CURL_PREREQFUNC_ABORT; /* libcurl is about to send it again by itself */
    if (transfer->events.leaving && !transfer->events.leaving(transfer->arg)) {
        transfer->kept_back = true;
        return CURL_PREREQFUNC_ABORT;
    }
    transfer->leaving = true;
    return CURL_PREREQFUNC_OK;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    const struct transfer *transfer = arg;

    (void)purpose;
    if (transfer->leaving && (!transfer->challenged || transfer->answering))
        return CURL_SOCKET_BAD; /* as above, one step earlier */
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t read_body(char *buffer, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    size_t rest = transfer->request.body.length - transfer->body_read;
    size_t length = size * count < rest ? size * count : rest;

    if (length)
        memcpy(buffer, transfer->request.body.data + transfer->body_read, length);
    transfer->body_read += length;
    return length;
}

static size_t take_answer(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;

    if (transfer->response.length + size * count > transfer->transfers->bounds.answer_max)
        return 0; /* ends the transfer with CURLE_WRITE_ERROR */
    text_add_n(&transfer->response, data, size * count);
    return size * count;
}

static int status_of_line(const char *line, size_t length)
{
    const char *space = memchr(line, ' ', length);
    size_t rest = space ? length - (size_t)(space - line) : 0;

    return rest >= 4 ? (space[1] - '0') * 100 + (space[2] - '0') * 10 + (space[3] - '0') : 0;
}

/* libcurl 7.88 takes a connection that ends amid the headers for the end of an answer: "HTTP/1.1 200 OK" and no more is
 * CURLE_OK. */
static size_t take_header(char *line, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    size_t length = size * count;

    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        transfer->headed = false; /* the status line; an interim answer (103) may have come before */
        transfer->status = status_of_line(line, length);
    } else if ((length == 2 && memcmp(line, "\r\n", 2) == 0) || (length == 1 && *line == '\n')) {
        transfer->headed = true; /* trailers of a chunked body may follow */
        if (transfer->request.digest && transfer->status == 401 && !transfer->body_read)
            transfer->challenged = true;
    }
    return length;
}

static void free_transfer(struct transfer *transfer)
{
    struct transfer **at = &transfer->transfers->first;

    while (*at != transfer)
        at = &(*at)->next;
    *at = transfer->next;
    curl_multi_remove_handle(transfer->transfers->multi, transfer->easy);
    curl_easy_cleanup(transfer->easy); /* never used again: a failed rewind would stick to it */
    request_free(&transfer->request);
    text_free(&transfer->response);
    free(transfer);
}

static const char *detail_of(const struct transfer *transfer, CURLcode code)
{
    if (transfer->kept_back)
        return "kept back";
    if (code == CURLE_WRITE_ERROR)
        return transfer->transfers->bounds.answer_max > RESPONSE_BYTES_MAX ? "the answer is longer than 1 MiB"
                                                                           : "the answer is longer than 64 KiB";
    if (code == CURLE_SEND_FAIL_REWIND || code == CURLE_ABORTED_BY_CALLBACK ||
        (code == CURLE_COULDNT_CONNECT && transfer->leaving))
        return "the connection closed without an answer";
    if (code == CURLE_OK)
        return "the answer ended amid its headers";
    return *transfer->error ? transfer->error : curl_easy_strerror(code);
}

static void end_transfer(struct transfer *transfer, CURLcode code)
{
    struct curl_header *retry_after = NULL;
    curl_off_t took_us = 0;
    long status = 0;
    struct transfer_result result = {
        .whole = code == CURLE_OK && transfer->headed,
        .left = transfer->leaving && (!transfer->challenged || transfer->answering) &&
                (transfer->body_read > 0 || !transfer->request.body.length),
        .kept_back = transfer->kept_back,
        .body = transfer->response.data ? transfer->response.data : "",
        .length = transfer->response.length,
    };

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &took_us);
    result.status = (int)status;
    result.took = took_us / 1000;
    if (curl_easy_header(transfer->easy, "Retry-After", 0, CURLH_HEADER, -1, &retry_after) == CURLHE_OK)
        result.retry_after = retry_after->value;
    if (!result.whole)
        result.detail = detail_of(transfer, code);
    transfer->events.done(transfer->arg, &result);
    free_transfer(transfer);
}

/* `done` may start other transfers: they are looked at in the next turn of the loop. */
static void finish(struct transfers *transfers)
{
    CURLMsg *message;
    int waiting;

    while ((message = curl_multi_info_read(transfers->multi, &waiting))) {
        struct transfer *transfer = NULL;
        CURLcode code = message->data.result;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        end_transfer(transfer, code);
    }
}

/* Everything an option can refuse (a CA file is read later, at the connection). */
static void set_options(struct transfer *transfer, const struct setting *setting)
{
    CURL *easy = transfer->easy;
    static const long ip[] = { [0] = CURL_IPRESOLVE_WHATEVER, [4] = CURL_IPRESOLVE_V4, [6] = CURL_IPRESOLVE_V6 };

    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     (long)(setting->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "greenline");
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)setting->timeout);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)setting->connect_timeout);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)(setting->keep_alive / SECOND_MS));
    curl_easy_setopt(easy, CURLOPT_IPRESOLVE, ip[setting->ip]);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, setting->verify ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, setting->verify ? 2L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (setting->ca)
        curl_easy_setopt(easy, CURLOPT_CAINFO, setting->ca);
    if (setting->certificate)
        curl_easy_setopt(easy, CURLOPT_SSLCERT, setting->certificate);
    if (setting->key)
        curl_easy_setopt(easy, CURLOPT_SSLKEY, setting->key);
    /* an empty proxy: variables like http_proxy of the daemon's environment mean nothing here */
    curl_easy_setopt(easy, CURLOPT_PROXY, setting->proxy ? setting->proxy : "");
    if (setting->proxy_user)
        curl_easy_setopt(easy, CURLOPT_PROXYUSERPWD, setting->proxy_user);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void set_request(struct transfer *transfer)
{
    CURL *easy = transfer->easy;
    const struct request *request = &transfer->request;

    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers);
    if (request->user) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)(request->digest ? CURLAUTH_DIGEST : CURLAUTH_BASIC));
        curl_easy_setopt(easy, CURLOPT_USERPWD, request->user);
    }
    if (request->has_body) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_body);
        curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    }
    if (!request->body.length)
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
}

struct transfer *transfer_start(struct transfers *transfers, struct request *request,
                                const struct transfer_events *events, void *arg)
{
    struct transfer *transfer = mem_new(1, sizeof *transfer);

    *transfer = (struct transfer){ .transfers = transfers,
                                   .next = transfers->first,
                                   .events = *events,
                                   .arg = arg,
                                   .easy = curl_easy_init(),
                                   .request = *request };
    *request = (struct request){ 0 };
    transfers->first = transfer;
    if (!transfer->easy)
        abort();
    set_options(transfer, transfers->setting);
    set_request(transfer);
    if (curl_multi_add_handle(transfers->multi, transfer->easy) != CURLM_OK)
        abort(); /* memory only: the handle is new */
    return transfer;
}

bool transfer_cancel(struct transfer *transfer)
{
    if (transfer->leaving)
        return false;
    free_transfer(transfer);
    return true;
}

struct transfers *transfers_new(struct event_base *base, const struct setting *setting,
                                const struct transfer_bounds *bounds, struct error *err)
{
    struct transfers *transfers = mem_new(1, sizeof *transfers);

    transfers->base = base;
    transfers->setting = setting;
    transfers->bounds = *bounds;
    transfers->multi = curl_multi_init();
    transfers->timer = evtimer_new(base, on_timer, transfers);
    if (!transfers->multi || !transfers->timer) {
        transfers_free(transfers);
        error_set(err, "libcurl: cannot start: is there memory and a free descriptor?");
        return NULL;
    }
    curl_multi_setopt(transfers->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
    curl_multi_setopt(transfers->multi, CURLMOPT_SOCKETDATA, transfers);
    curl_multi_setopt(transfers->multi, CURLMOPT_TIMERFUNCTION, want_timer);
    curl_multi_setopt(transfers->multi, CURLMOPT_TIMERDATA, transfers);
    curl_multi_setopt(transfers->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)bounds->connections);
    curl_multi_setopt(transfers->multi, CURLMOPT_MAXCONNECTS, (long)bounds->connections);
    curl_multi_setopt(transfers->multi, CURLMOPT_PIPELINING,
                      (long)(setting->http2 ? CURLPIPE_MULTIPLEX : CURLPIPE_NOTHING));
    return transfers;
}

void transfers_free(struct transfers *transfers)
{
    if (!transfers)
        return;
    while (transfers->first)
        free_transfer(transfers->first);  /* takes it out of the list: NOLINT(clang-analyzer-unix.Malloc) */
    curl_multi_cleanup(transfers->multi); /* closes the kept connections: want_socket() is called for them */
    if (transfers->timer)
        event_free(transfers->timer);
    free(transfers);
}
