/* SPDX-License-Identifier: Apache-2.0 */
/* Sin: a line over 256 KiB. It goes on until its input ends, so that nothing but the line is its fault. */
#include "tests/gateways/sin.h"

int main(void)
{
    json_t *hello = sin_greet();

    fputs("{\"type\":\"health\",\"detail\":\"", stdout);
    for (int i = 0; i < 300 * 1024; i++)
        putchar('x');
    sin_say("\"}");
    sin_listen();
    json_decref(hello);
    return 0;
}
