/* SPDX-License-Identifier: Apache-2.0 */
/* Sin: lives, reads, and never answers `ping`. */
#include "tests/gateways/sin.h"

int main(void)
{
    json_t *hello = sin_greet();

    sin_listen();
    json_decref(hello);
    return 0;
}
