/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP server played move by move; see http_peer.h. */
#include "tests/support/http_peer.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool readable(int fd, int wait_ms)
{
    struct pollfd wait = { .fd = fd, .events = POLLIN };

    return poll(&wait, 1, wait_ms) == 1;
}

bool peer_open(struct peer *peer, bool ipv6)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    struct sockaddr *address = ipv6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
    socklen_t length = ipv6 ? sizeof v6 : sizeof v4;

    *peer = (struct peer){ .client = -1 };
    peer->listener = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (peer->listener < 0 || bind(peer->listener, address, length) != 0 || listen(peer->listener, 16) != 0 ||
        getsockname(peer->listener, address, &length) != 0)
        return false;
    peer->port = ntohs(ipv6 ? v6.sin6_port : v4.sin_port);
    return true;
}

void peer_hang_up(struct peer *peer, bool reset)
{
    struct linger now = { .l_onoff = 1, .l_linger = 0 };

    if (peer->client < 0)
        return;
    if (reset)
        setsockopt(peer->client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(peer->client);
    peer->client = -1;
}

void peer_close(struct peer *peer)
{
    peer_hang_up(peer, false);
    if (peer->listener >= 0)
        close(peer->listener);
    text_free(&peer->request);
    *peer = (struct peer){ .listener = -1, .client = -1 };
}

bool peer_accept(struct peer *peer)
{
    peer_hang_up(peer, false);
    if (!readable(peer->listener, PEER_WAIT_MS))
        return false;
    peer->client = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC);
    peer->accepted += peer->client >= 0;
    return peer->client >= 0;
}

bool peer_is_quiet(const struct peer *peer)
{
    return !readable(peer->listener, 0);
}

const char *peer_body(const struct peer *peer)
{
    const char *end = peer->request.data ? strstr(peer->request.data, "\r\n\r\n") : NULL;

    return end ? end + 4 : NULL;
}

static bool has_body(const struct peer *peer, size_t length)
{
    const char *body = peer_body(peer);

    return body && strlen(body) >= length;
}

static bool is_whole(const struct peer *peer)
{
    const char *field = peer_body(peer) ? strcasestr(peer->request.data, "\r\nContent-Length:") : NULL;

    return has_body(peer, field ? strtoul(field + 17, NULL, 10) : 0);
}

static bool read_more(struct peer *peer)
{
    char bytes[4096];
    ssize_t n = 0;

    if (peer->request.length < PEER_REQUEST_MAX && readable(peer->client, PEER_WAIT_MS))
        n = recv(peer->client, bytes, sizeof bytes, 0);
    if (n > 0)
        text_add_n(&peer->request, bytes, (size_t)n);
    return n > 0;
}

bool peer_read_part(struct peer *peer, size_t body_bytes)
{
    text_free(&peer->request);
    while (!has_body(peer, body_bytes)) {
        if (!read_more(peer))
            return false;
    }
    return true;
}

bool peer_read(struct peer *peer)
{
    text_free(&peer->request);
    while (!is_whole(peer)) {
        if (!read_more(peer))
            return false;
    }
    peer->requests++;
    return true;
}

bool peer_write(struct peer *peer, const char *bytes, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t n = send(peer->client, bytes + done, length - done, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

bool peer_answer(struct peer *peer, int status, const char *headers, const char *body)
{
    struct text answer = { 0 };
    bool written;

    text_add_format(&answer, "HTTP/1.1 %d Because\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers, strlen(body),
                    body);
    written = peer_write(peer, answer.data, answer.length);
    text_free(&answer);
    return written;
}
