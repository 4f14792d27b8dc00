/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as lines of the gateway protocol. However they are cut on the way, the same objects and the same fault must
 * come out; what came out must go in again as the same object.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Feeds pieces of `piece` bytes; gives the objects as an array and ends at the first fault. */
static json_t *read_all(const char *data, size_t size, size_t piece, bool *fault)
{
    struct wire_reader reader = { 0 };
    json_t *all = json_array();
    json_t *object;
    struct error err;

    *fault = false;
    for (size_t at = 0; at < size && !*fault; at += piece) {
        enum wire_result result;

        wire_feed(&reader, data + at, size - at < piece ? size - at : piece);
        while ((result = wire_next(&reader, &object, &err)) == WIRE_OBJECT)
            json_array_append_new(all, object);
        *fault = result == WIRE_FAULT;
    }
    wire_reader_free(&reader);
    return all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const size_t pieces[] = { 1, 7 };
    struct text text = { 0 };
    bool fault, other_fault;
    json_t *whole = read_all((const char *)data, size, size ? size : 1, &fault);
    json_t *again;

    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        again = read_all((const char *)data, size, pieces[i], &other_fault);
        assert(fault == other_fault && json_equal(whole, again));
        json_decref(again);
    }
    for (size_t i = 0; i < json_array_size(whole); i++)
        wire_write(&text, json_array_get(whole, i));
    again = read_all(text.data ? text.data : "", text.length, 4096, &fault);
    assert(!fault && json_equal(whole, again));
    json_decref(again);
    json_decref(whole);
    text_free(&text);
    return 0;
}
