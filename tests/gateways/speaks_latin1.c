/* SPDX-License-Identifier: Apache-2.0 */
/* Sin: a line that is not UTF-8 (an e with acute accent as one byte). It has started a job before. */
#include "tests/gateways/sin.h"

int main(void)
{
    json_t *hello = sin_greet();
    json_t *send = sin_hear();

    sin_say("{\"type\":\"started\",\"id\":\"%s\"}", json_text(send, "id", ""));
    sin_say("{\"type\":\"health\",\"detail\":\"caf\xe9\"}");
    sin_listen();
    json_decref(send);
    json_decref(hello);
    return 0;
}
