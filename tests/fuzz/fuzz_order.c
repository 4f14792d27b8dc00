/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as an order of staff. What is taken says something, keeps its bounds, has names that are not empty, and is
 * read the same a second time; a class key fits its room.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "core/order.h"
#include "lib/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct order *order)
{
    assert(order->all || order->present >= 0 || order->missing >= 0 || order->name_count > 0);
    assert(order->present <= ORDER_COUNT_MAX && order->expected <= ORDER_COUNT_MAX &&
           order->missing <= ORDER_COUNT_MAX);
    assert(order->name_count <= ORDER_NAMES_MAX);
    assert(!order->class || order->class[0]);
    for (size_t i = 0; i < order->name_count; i++)
        assert(order->names[i].name[0] && order->names[i].word < ORDER_WORDS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(mem_clean) char *text = mem_dup_n((const char *)data, size);
    struct order order, again;
    char key[16];

    if (order_read(&order, text)) {
        check(&order);
        assert(order_read(&again, text));
        assert(again.name_count == order.name_count && again.present == order.present);
        order_free(&again);
        order_free(&order);
    }
    assert(order_number(text) >= -1 && order_number(text) <= ORDER_COUNT_MAX);
    order_class_key(key, sizeof key, text);
    assert(strlen(key) < sizeof key);
    return 0;
}
