/* SPDX-License-Identifier: Apache-2.0 */
/* Sin: tells the outcome of each job twice. */
#include "tests/gateways/sin.h"

int main(void)
{
    json_t *hello = sin_greet();
    json_t *line;

    while ((line = sin_hear())) {
        for (int i = 0; i < 2 && sin_is(line, "send"); i++)
            sin_say("{\"type\":\"accepted\",\"id\":\"%s\"}", json_text(line, "id", ""));
        json_decref(line);
    }
    json_decref(hello);
    return 0;
}
