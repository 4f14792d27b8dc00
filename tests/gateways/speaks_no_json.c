/* SPDX-License-Identifier: Apache-2.0 */
/* Sin: a line that is no JSON object, such as a print that was left in. */
#include "tests/gateways/sin.h"

int main(void)
{
    json_t *hello = sin_greet();

    sin_say("sending now");
    sin_listen();
    json_decref(hello);
    return 0;
}
