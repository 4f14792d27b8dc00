/* SPDX-License-Identifier: Apache-2.0 */
/* The program greenline: language and streams, then cli_run(). Output that cannot be written is a failure. */
#include "cli/cli.h"

#include "cli/language.h"

int main(int argc, char **argv)
{
    const struct cli_streams streams = { stdin, stdout, stderr };
    int status;

    language_open();
    status = cli_run(argc, argv, &streams);
    if (fflush(stdout) != 0 && status == CLI_DONE)
        status = CLI_FAILED;
    return status;
}
