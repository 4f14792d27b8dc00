/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a phone number. The first byte chooses the region. What is taken must be E.164 and must be taken again,
 * unchanged, when it is read back.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/phone.h"
#include "lib/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const regions[] = { "CN", "US", "DE", "XX" };
    struct phone phone = { 0 }, again = { 0 };
    struct error err;
    char *text;

    if (size == 0)
        return 0;
    text = mem_dup_n((const char *)data + 1, size - 1);
    if (phone_parse(&phone, text, regions[data[0] % COUNT(regions)], &err)) {
        assert(phone.e164[0] == '+' && strspn(phone.e164 + 1, "0123456789") == strlen(phone.e164) - 1);
        assert(phone_parse(&again, phone.e164, "CN", &err) && strcmp(again.e164, phone.e164) == 0);
    }
    free(text);
    return 0;
}
