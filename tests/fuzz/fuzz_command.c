/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the command line of `greenline`: each line of the input is an argument. It is understood and gives a path of
 * printable ASCII, or it is refused with one sentence.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "lib/memory.h"

enum { ARGUMENTS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(const struct cli_call *call)
{
    CLEANUP(mem_clean) char *path = NULL;

    if (!call->command || call->help)
        return;
    path = call_path(call);
    for (const char *at = path; *at; at++)
        assert(*at > ' ' && *at < 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(mem_clean) char *text = mem_dup_n((const char *)data, size);
    char *rest = text, name[] = "greenline";
    char *arguments[ARGUMENTS_MAX + 1] = { name };
    struct cli_call call = { 0 };
    struct error err = { "" };
    int count = 1;

    while (rest && count < ARGUMENTS_MAX)
        arguments[count++] = strsep(&rest, "\n");
    if (call_parse(&call, count, arguments, &err))
        check_path(&call);
    else
        assert(err.text[0]);
    call_free(&call);
    return 0;
}
