/* SPDX-License-Identifier: Apache-2.0 */
/* Sin: says `ready` and reads nothing any more, until it is told to go by SIGTERM. */
#include "tests/gateways/sin.h"

int main(void)
{
    json_t *hello = sin_greet();

    pause();
    json_decref(hello);
    return 0;
}
