/* SPDX-License-Identifier: Apache-2.0 */
/* Sin: tells the outcome of an id that it was never given, in the store's own epoch. */
#include "tests/gateways/sin.h"

int main(void)
{
    json_t *hello = sin_greet();

    sin_say("{\"type\":\"accepted\",\"id\":\"%s-999999\"}", json_text(hello, "epoch", ""));
    sin_listen();
    json_decref(hello);
    return 0;
}
