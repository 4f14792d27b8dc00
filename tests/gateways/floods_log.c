/* SPDX-License-Identifier: Apache-2.0 */
/* Sin: thousands of lines to its log, one with a phone number and one that is not UTF-8, before it is ready. */
#include "tests/gateways/sin.h"

int main(void)
{
    json_t *hello;

    fputs("<4>calling +8619900000376 now\n", stderr);
    fputs("caf\xe9\n", stderr);
    for (int i = 0; i < 5000; i++)
        fprintf(stderr, "<6>still here, %d\n", i);
    hello = sin_greet();
    sin_listen();
    json_decref(hello);
    return 0;
}
