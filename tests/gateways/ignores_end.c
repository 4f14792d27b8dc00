/* SPDX-License-Identifier: Apache-2.0 */
/* Sin: heeds neither the end of its input nor SIGTERM, as a program that hangs in a provider's call. */
#include <signal.h>

#include "tests/gateways/sin.h"

int main(void)
{
    signal(SIGTERM, SIG_IGN);
    json_decref(sin_greet());
    for (;;)
        pause();
}
