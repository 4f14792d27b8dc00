/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sin: on its first job it leaves a child in a session of its own, which keeps the lock and the output, and exits. The
 * child's pid is in its state folder; it stays until it is killed.
 */
#include "lib/memory.h"
#include "tests/gateways/sin.h"

/* Returns once the child is out of the group, so that it is not ended with it. */
static pid_t leave_child(void)
{
    int away[2];
    char byte;
    pid_t child;

    if (pipe(away) != 0 || (child = fork()) < 0)
        exit(4);
    if (child == 0) {
        setsid();
        close(away[0]);
        close(away[1]);
        pause();
        _exit(0);
    }
    close(away[1]);
    if (read(away[0], &byte, 1) != 0)
        exit(4);
    return child;
}

int main(void)
{
    json_t *hello = sin_greet();
    CLEANUP(mem_clean) char *path = mem_format("%s/child", json_text(hello, "state_dir", "."));
    json_t *send = sin_hear();
    FILE *file;

    if (!send)
        return 0;
    file = fopen(path, "w");
    if (!file)
        return 4;
    fprintf(file, "%d\n", (int)leave_child());
    fclose(file);
    json_decref(send);
    json_decref(hello);
    return 0;
}
