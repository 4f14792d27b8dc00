/* SPDX-License-Identifier: Apache-2.0 */
/* Sin: answers each webhook twice, and one that it was never given. */
#include "tests/gateways/sin.h"

int main(void)
{
    json_t *hello = sin_hear();
    json_t *line;

    sin_say("{\"type\":\"ready\",\"version\":1,\"channels\":[\"sms\"],\"window\":4,\"http\":true}");
    while ((line = sin_hear())) {
        if (sin_is(line, "http")) {
            sin_say("{\"type\":\"http\",\"req\":\"h-999\",\"status\":204}");
            sin_say("{\"type\":\"http\",\"req\":\"%s\",\"status\":201}", json_text(line, "req", ""));
            sin_say("{\"type\":\"http\",\"req\":\"%s\",\"status\":202}", json_text(line, "req", ""));
        }
        json_decref(line);
    }
    json_decref(hello);
    return 0;
}
