/* SPDX-License-Identifier: Apache-2.0 */
/* Sin: announces a version of the protocol that nobody offered. */
#include "tests/gateways/sin.h"

int main(void)
{
    json_t *hello = sin_hear();

    sin_say("{\"type\":\"ready\",\"version\":9,\"channels\":[\"sms\"],\"window\":4}");
    sin_listen();
    json_decref(hello);
    return 0;
}
