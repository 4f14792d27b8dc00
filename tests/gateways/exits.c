/* SPDX-License-Identifier: Apache-2.0 */
/* Sin: exits with status 3 once it is ready, after a word to its log; or at once when it is to describe itself. */
#include "tests/gateways/sin.h"

int main(int argc, char **argv)
{
    (void)argv;
    fputs("<3>no SIM card in slot 2\n", stderr);
    if (argc > 1)
        return 3;
    json_decref(sin_greet());
    return 3;
}
