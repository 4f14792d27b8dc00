/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and ranges; see network.h. Text forms are those of inet_pton(3), ports are decimal. */
#include "lib/network.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAPPED_BITS = 96, PORT_MAX = 65535 };

/* An address in numbers as IPv6; `*four` when it was IPv4. */
static bool address_parse(struct in6_addr *out, bool *four, const char *text)
{
    struct in_addr old;

    *four = inet_pton(AF_INET, text, &old) == 1;
    if (!*four)
        return inet_pton(AF_INET6, text, out) == 1;
    *out = (struct in6_addr){ .s6_addr = { [10] = 0xff, [11] = 0xff } };
    memcpy(&out->s6_addr[12], &old, sizeof old);
    return true;
}

/* Digits only, no sign, no blanks; -1 when it is none or above `most`. */
static int number_of(const char *text, int most)
{
    const size_t digits = strspn(text, "0123456789");
    const long value = digits > 0 && digits <= 5 && !text[digits] ? strtol(text, NULL, 10) : -1;

    return value <= most ? (int)value : -1;
}

static void place_any(struct network_place *out, in_port_t port)
{
    struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = port, .sin6_addr = in6addr_any };

    memcpy(&out->address, &six, sizeof six);
    out->length = sizeof six;
    out->any = true;
}

static bool place_of(struct network_place *out, const char *host, in_port_t port)
{
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = port };
    struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = port };

    if (inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, &four.sin_addr) == 1) {
        memcpy(&out->address, &four, sizeof four);
        out->length = sizeof four;
        out->loopback = ntohl(four.sin_addr.s_addr) >> 24 == 127;
        return true;
    }
    if (inet_pton(AF_INET6, host, &six.sin6_addr) != 1)
        return false;
    memcpy(&out->address, &six, sizeof six);
    out->length = sizeof six;
    out->loopback = IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
    return true;
}

bool network_place_parse(struct network_place *out, const char *text, struct error *err)
{
    const char *colon = strrchr(text, ':');
    const int port = colon ? number_of(colon + 1, PORT_MAX) : -1;
    const size_t length = colon ? (size_t)(colon - text) : 0;
    const bool braced = length >= 2 && text[0] == '[' && colon[-1] == ']';
    struct network_place place = { .length = 0 };
    char host[NETWORK_TEXT_MAX];

    if (port < 1 || length - (braced ? 2 : 0) >= sizeof host)
        return error_set(err, "\"%.80s\": not an address with a port: write \"127.0.0.1:8025\"", text);
    snprintf(host, sizeof host, "%.*s", (int)(length - (braced ? 2 : 0)), text + (braced ? 1 : 0));
    if (length == 0)
        place_any(&place, htons((in_port_t)port));
    else if (braced != (strchr(host, ':') != NULL) || !place_of(&place, host, htons((in_port_t)port)))
        return error_set(err,
                         "\"%.80s\": not an address in numbers: write \"127.0.0.1:%d\", \"[::1]:%d\", or \":%d\" for "
                         "every address of this machine",
                         text, port, port, port);
    *out = place;
    return true;
}

static bool bit_of(const struct in6_addr *address, int bit)
{
    return address->s6_addr[bit / 8] >> (7 - bit % 8) & 1;
}

bool network_range_parse(struct network_range *out, const char *text, struct error *err)
{
    const char *slash = strchr(text, '/');
    const size_t length = slash ? (size_t)(slash - text) : strlen(text);
    struct network_range range = { .bits = 128 };
    char host[NETWORK_TEXT_MAX];
    bool four;

    snprintf(host, sizeof host, "%.*s", (int)(length < sizeof host ? length : 0), text);
    if (!address_parse(&range.base, &four, host))
        return error_set(err, "\"%.80s\": not an address or a range: write \"203.0.113.9\" or \"10.0.0.0/8\"", text);
    if (slash) {
        const int bits = number_of(slash + 1, four ? 32 : 128);

        if (bits < 0)
            return error_set(err, "\"%.80s\": behind the / stand 0 to %d bits", text, four ? 32 : 128);
        range.bits = bits + (four ? MAPPED_BITS : 0);
    }
    for (int bit = range.bits; bit < 128; bit++)
        if (bit_of(&range.base, bit))
            return error_set(err, "\"%.80s\": has bits behind its prefix: write zeros there, or a longer prefix", text);
    *out = range;
    return true;
}

bool network_range_has(const struct network_range *range, const char *address)
{
    struct in6_addr at;
    bool four;

    if (!address_parse(&at, &four, address))
        return false;
    for (int bit = 0; bit < range->bits; bit++)
        if (bit_of(&range->base, bit) != bit_of(&at, bit))
            return false;
    return true;
}

void network_peer(char out[static NETWORK_TEXT_MAX], int fd)
{
    struct sockaddr_storage peer = { .ss_family = AF_UNSPEC };
    socklen_t length = sizeof peer;
    struct sockaddr_in four;
    struct sockaddr_in6 six;

    out[0] = '\0';
    if (getpeername(fd, (struct sockaddr *)&peer, &length) != 0)
        return;
    memcpy(&four, &peer, sizeof four);
    memcpy(&six, &peer, sizeof six);
    if (peer.ss_family == AF_INET)
        inet_ntop(AF_INET, &four.sin_addr, out, NETWORK_TEXT_MAX);
    else if (peer.ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six.sin6_addr))
        inet_ntop(AF_INET, &six.sin6_addr.s6_addr[12], out, NETWORK_TEXT_MAX);
    else if (peer.ss_family == AF_INET6)
        inet_ntop(AF_INET6, &six.sin6_addr, out, NETWORK_TEXT_MAX);
}
