/* SPDX-License-Identifier: Apache-2.0 */
/* The requests of client.h on libcurl. */
#include "cli/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
