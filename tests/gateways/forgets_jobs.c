/* SPDX-License-Identifier: Apache-2.0 */
/* Sin: takes jobs, answers `ping`, and never tells what became of a job. */
#include "tests/gateways/sin.h"

int main(void)
{
    json_t *hello = sin_greet();
    json_t *line;

    while ((line = sin_hear())) {
        if (sin_is(line, "ping"))
            sin_pong(line);
        json_decref(line);
    }
    json_decref(hello);
    return 0;
}
