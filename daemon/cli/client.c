/* SPDX-License-Identifier: Apache-2.0 */
/* The requests of client.h on libcurl. */
#include "cli/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/event_stream.h"
#include "cli/language.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

struct client {
    CURL *curl;
    char *socket;
};

struct client *client_open(const char *socket)
{
    struct client *client = mem_new(1, sizeof *client);

    curl_global_init(CURL_GLOBAL_DEFAULT);
    client->curl = curl_easy_init();
    if (!client->curl)
        abort();
    client->socket = mem_dup(socket);
    return client;
}

void client_close(struct client *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->curl);
    curl_global_cleanup();
    free(client->socket);
    free(client);
}

static size_t on_data(char *data, size_t size, size_t count, void *arg)
{
    struct text *text = arg;

    if (text->length + size * count > CLIENT_ANSWER_MAX)
        return 0;
    text_add_n(text, data, size * count);
    return size * count;
}

/* Sets what every request has; the caller adds its body. */
static void prepare(struct client *client, const char *url, const struct curl_slist *headers, struct text *answer)
{
    CURL *curl = client->curl;

    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->socket);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L); /* a name may be ".." */
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)CLIENT_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
}

static struct curl_slist *request_headers(const struct client_request *request)
{
    /* no 100-continue: on a unix socket it only costs a second of waiting */
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");

    if (request->body)
        headers = curl_slist_append(headers, "Content-Type: application/json");
    if (request->key) {
        CLEANUP(mem_clean) char *key = mem_format("Idempotency-Key: %s", request->key);

        headers = curl_slist_append(headers, key);
    }
    return headers;
}

/* The connection ended before the answer was whole: whether the daemon did it is not known. */
static bool broke(CURLcode code)
{
    return code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
           code == CURLE_PARTIAL_FILE || code == CURLE_SEND_FAIL_REWIND;
}

static CURLcode perform(struct client *client, const struct client_request *request, struct text *answer)
{
    CLEANUP(mem_clean) char *url = mem_format("http://greenline%s", request->path);
    CLEANUP(mem_clean) char *body = request->body ? json_write(request->body) : NULL;
    struct curl_slist *headers = request_headers(request);
    CURLcode code = CURLE_OK;

    for (int i = 0; i < 2; i++) {
        prepare(client, url, headers, answer);
        if (body) {
            curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
            curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, body);
        }
        answer->length = 0;
        code = curl_easy_perform(client->curl);
        if (!broke(code))
            break;
    }
    curl_slist_free_all(headers);
    return code;
}

/* Says why nobody answered, and how to mend it. */
static bool away(const struct client *client, struct error *err)
{
    long number = 0;

    curl_easy_getinfo(client->curl, CURLINFO_OS_ERRNO, &number);
    if (number == ENOENT)
        return error_set(err, _("there is no socket %s: start greenlined, or give its socket by --socket PATH"),
                         client->socket);
    if (number == ECONNREFUSED)
        return error_set(err,
                         _("greenlined does not run (nobody answers on %s): start it, `systemctl start greenlined`"),
                         client->socket);
    if (number == EACCES || number == EPERM)
        return error_set(err, _("you may not use %s: run as root, or join the group greenline"), client->socket);
    return error_set(err, _("%s cannot be reached (%s): see whether greenlined runs"), client->socket,
                     number ? strerror((int)number) : "?");
}

static bool failed(const struct client *client, const struct client_request *request, CURLcode code, struct error *err)
{
    if (code == CURLE_COULDNT_CONNECT)
        return away(client, err);
    if (request->key)
        return error_set(
            err,
            _("greenlined went away before it answered: repeat the command with --request-id %s (nothing is done "
              "twice)"),
            request->key);
    return error_set(err, _("greenlined gave no whole answer (%s): try again"), curl_easy_strerror(code));
}

bool client_ask(struct client *client, const struct client_request *request, struct client_answer *out,
                struct error *err)
{
    struct text answer = { 0 };
    const CURLcode code = perform(client, request, &answer);
    struct error why;
    json_t *body;

    if (code != CURLE_OK) {
        text_free(&answer);
        return failed(client, request, code, err);
    }
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &out->status);
    body = json_read(answer.data ? answer.data : "", answer.length, &why);
    text_free(&answer);
    if (!body)
        return error_set(err, _("greenlined answered %ld with what is no JSON object: is %s its socket?"), out->status,
                         client->socket);
    out->body = body;
    return true;
}

/* --- following --- */

/* A view while it is followed. */
struct following {
    const struct client_follow *follow;
    CURL *curl;
    struct event_stream stream;
    struct text refusal; /* what came with another status than 200 */
    bool bad;            /* an event that is no JSON object, or too long */
};

static bool hear(struct following *following, const char *data, size_t length)
{
    char *event;

    if (!event_stream_add(&following->stream, data, length))
        return false;
    while ((event = event_stream_next(&following->stream))) {
        struct error why;
        json_t *view = json_read(event, strlen(event), &why);

        free(event);
        if (!view)
            return false;
        following->follow->event(following->follow->arg, view);
        json_decref(view);
    }
    return true;
}

static size_t on_stream(char *data, size_t size, size_t count, void *arg)
{
    struct following *following = arg;
    long status = 0;

    curl_easy_getinfo(following->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        return on_data(data, size, count, &following->refusal);
    following->bad = !hear(following, data, size * count);
    return following->bad ? 0 : size * count;
}

/* Goes on until the stream ends (true, and with what) or the user stops it. */
static bool run_stream(CURLM *multi, const struct client_follow *follow, CURLcode *out)
{
    struct curl_waitfd stop = { .fd = follow->stop_fd, .events = CURL_WAIT_POLLIN };
    int running = 1, waiting;

    while (curl_multi_perform(multi, &running) == CURLM_OK && running) {
        if (curl_multi_poll(multi, &stop, 1, CLIENT_SECOND_MS, NULL) != CURLM_OK)
            break;
        if (stop.revents)
            return false;
        if (follow->second)
            follow->second(follow->arg);
    }
    for (const CURLMsg *message; (message = curl_multi_info_read(multi, &waiting));)
        *out = message->data.result;
    return true;
}

static enum client_end ended(struct client *client, struct following *following, CURLcode code,
                             struct client_answer *refusal, struct error *err)
{
    struct error why;

    refusal->status = 0;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &refusal->status);
    if (following->bad) {
        error_set(err, _("greenlined answered %ld with what is no JSON object: is %s its socket?"), refusal->status,
                  client->socket);
        return CLIENT_BAD;
    }
    if (code == CURLE_OK && refusal->status != 200) {
        refusal->body =
            json_read(following->refusal.data ? following->refusal.data : "", following->refusal.length, &why);
        if (refusal->body)
            return CLIENT_REFUSED;
    }
    if (code == CURLE_COULDNT_CONNECT)
        away(client, err);
    else
        error_set(err, _("greenlined has ended the connection: try again"));
    return CLIENT_AWAY;
}

enum client_end client_follow(struct client *client, const struct client_follow *follow, struct client_answer *refusal,
                              struct error *err)
{
    CLEANUP(mem_clean) char *url = mem_format("http://greenline%s", follow->path);
    struct following following = { .follow = follow, .curl = client->curl };
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: text/event-stream");
    CURLM *multi = curl_multi_init();
    CURLcode code = CURLE_RECV_ERROR;
    enum client_end end = CLIENT_STOPPED;

    prepare(client, url, headers, NULL);
    curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, 0L);
    curl_easy_setopt(client->curl, CURLOPT_LOW_SPEED_LIMIT, 1L); /* heartbeats come more often than that */
    curl_easy_setopt(client->curl, CURLOPT_LOW_SPEED_TIME, (long)CLIENT_SILENCE_S);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, on_stream);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &following);
    curl_multi_add_handle(multi, client->curl);
    if (run_stream(multi, follow, &code))
        end = ended(client, &following, code, refusal, err);
    curl_multi_remove_handle(multi, client->curl);
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
    event_stream_free(&following.stream);
    text_free(&following.refusal);
    return end;
}
