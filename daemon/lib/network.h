/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of the internet as people write them: where to listen ("127.0.0.1:8025", "[::1]:8025", ":8025") and who may
 * call ("10.0.0.0/8"). Numbers only: no name but "localhost" is looked up. IPv4 is held as IPv6 in ::ffff:0:0/96, so that a
 * caller is the same through either kind of socket.
 */
#ifndef GREENLINE_LIB_NETWORK_H
#define GREENLINE_LIB_NETWORK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "lib/error.h"

/* Where to listen. */
struct network_place {
    struct sockaddr_storage address;
    socklen_t length;
    bool loopback; /* no other machine can call */
    bool any;      /* ":8025": every address of this machine, IPv6 and IPv4 */
};
bool network_place_parse(struct network_place *out, const char *text, struct error *err);

/* A range of addresses: those whose first `bits` bits are those of `base`. */
struct network_range {
    struct in6_addr base;
    int bits; /* 0 to 128 */
};
/* "127.0.0.1", "10.0.0.0/8", "2001:db8::/32"; bits behind the prefix must be zero. */
bool network_range_parse(struct network_range *out, const char *text, struct error *err);
/* Whether an address, as network_peer() writes it, lies in the range; false for what is no address. */
bool network_range_has(const struct network_range *range, const char *address);

enum { NETWORK_TEXT_MAX = INET6_ADDRSTRLEN };
/* The address at the other end of a socket: "203.0.113.9" (also when it came through IPv6), "2001:db8::1"; "" without. */
void network_peer(char out[static NETWORK_TEXT_MAX], int fd);

#endif
