/* SPDX-License-Identifier: Apache-2.0 */
/* Sin: hears `hello` and never says `ready`; asked to --describe itself it says nothing either. */
#include "tests/gateways/sin.h"

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        pause();
    sin_listen();
    return 0;
}
