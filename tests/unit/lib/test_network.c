/* SPDX-License-Identifier: Apache-2.0 */
/* Where to listen and who may call, as people write it: what is meant, and what is refused with a mend. */
#include "lib/network.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "lib/memory.h"

static void test_place_is_an_address_in_numbers_with_a_port(void **state)
{
    static const struct {
        const char *text;
        int family, port;
        bool loopback, any;
    } places[] = {
        { "127.0.0.1:8025", AF_INET, 8025, true, false },     { "127.9.9.9:1", AF_INET, 1, true, false },
        { "localhost:80", AF_INET, 80, true, false },         { "192.168.1.7:65535", AF_INET, 65535, false, false },
        { "0.0.0.0:80", AF_INET, 80, false, false },          { "[::1]:8025", AF_INET6, 8025, true, false },
        { "[2001:db8::1]:443", AF_INET6, 443, false, false }, { ":8025", AF_INET6, 8025, false, true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(places); i++) {
        struct network_place place;
        struct error err = { { 0 } };

        if (!network_place_parse(&place, places[i].text, &err))
            fail_msg("%s: %s", places[i].text, err.text);
        assert_int_equal(place.address.ss_family, places[i].family);
        /* sin_port and sin6_port lie at the same place */
        assert_int_equal(ntohs(((struct sockaddr_in *)(void *)&place.address)->sin_port), places[i].port);
        assert_int_equal(place.loopback, places[i].loopback);
        assert_int_equal(place.any, places[i].any);
    }
}

static void test_what_is_no_place_is_refused_with_a_mend(void **state)
{
    static const struct {
        const char *text, *said;
    } wrong[] = {
        { "", "with a port" },
        { "127.0.0.1", "with a port" },
        { "127.0.0.1:", "with a port" },
        { "127.0.0.1:0", "with a port" },
        { "127.0.0.1:65536", "with a port" },
        { "127.0.0.1:+80", "with a port" },
        { "127.0.0.1: 80", "with a port" },
        { "127.0.0.1:80x", "with a port" },
        { "example.com:80", "in numbers" },
        { "127.1:80", "in numbers" },
        { "::1:80", "in numbers" },
        { "[127.0.0.1]:80", "in numbers" },
        { "[::1:80", "in numbers" },
        { "[]:80", "in numbers" },
        { "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:80", "with a port" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct network_place place;
        struct error err = { { 0 } };

        if (network_place_parse(&place, wrong[i].text, &err) || !strstr(err.text, wrong[i].said))
            fail_msg("%s: want …%s…, got %s", wrong[i].text, wrong[i].said, err.text);
    }
}

static bool has(const char *range, const char *address)
{
    struct network_range parsed;
    struct error err = { { 0 } };

    if (!network_range_parse(&parsed, range, &err))
        fail_msg("%s: %s", range, err.text);
    return network_range_has(&parsed, address);
}

static void test_range_has_the_addresses_of_its_prefix_only(void **state)
{
    (void)state;
    assert_true(has("127.0.0.1", "127.0.0.1"));
    assert_false(has("127.0.0.1", "127.0.0.2"));
    assert_true(has("10.0.0.0/8", "10.255.0.1"));
    assert_false(has("10.0.0.0/8", "11.0.0.0"));
    assert_true(has("192.168.4.0/22", "192.168.7.255"));
    assert_false(has("192.168.4.0/22", "192.168.8.0"));
    assert_true(has("0.0.0.0/0", "203.0.113.9"));
    assert_false(has("0.0.0.0/0", "2001:db8::1"));
    assert_true(has("2001:db8::/32", "2001:db8:ffff::1"));
    assert_false(has("2001:db8::/32", "2001:db9::"));
    assert_true(has("::/0", "2001:db8::1"));
    assert_true(has("::ffff:10.0.0.0/104", "10.1.2.3"));
    assert_true(has("10.0.0.0/8", "::ffff:10.1.2.3"));
    assert_false(has("::/0", ""));
    assert_false(has("::/0", "not an address"));
}

static void test_what_is_no_range_is_refused_with_a_mend(void **state)
{
    static const struct {
        const char *text, *said;
    } wrong[] = {
        { "", "not an address or a range" },         { "example.com", "not an address or a range" },
        { "10.0.0/8", "not an address or a range" }, { "10.0.0.0/", "0 to 32 bits" },
        { "10.0.0.0/33", "0 to 32 bits" },           { "10.0.0.0/-1", "0 to 32 bits" },
        { "10.0.0.0/8/8", "0 to 32 bits" },          { "2001:db8::/129", "0 to 128 bits" },
        { "10.0.0.1/8", "bits behind its prefix" },  { "2001:db8::1/32", "bits behind its prefix" },
        { "/8", "not an address or a range" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct network_range range;
        struct error err = { { 0 } };

        if (network_range_parse(&range, wrong[i].text, &err) || !strstr(err.text, wrong[i].said))
            fail_msg("%s: want …%s…, got %s", wrong[i].text, wrong[i].said, err.text);
    }
}

static void test_what_is_no_socket_has_no_peer(void **state)
{
    char peer[NETWORK_TEXT_MAX] = "x";

    (void)state;
    network_peer(peer, -1);
    assert_string_equal(peer, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_place_is_an_address_in_numbers_with_a_port),
        cmocka_unit_test(test_what_is_no_place_is_refused_with_a_mend),
        cmocka_unit_test(test_range_has_the_addresses_of_its_prefix_only),
        cmocka_unit_test(test_what_is_no_range_is_refused_with_a_mend),
        cmocka_unit_test(test_what_is_no_socket_has_no_peer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
