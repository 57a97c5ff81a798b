/* fresh.c - runs a program as a terminal would: a shell's background job, which
 * each server under test is, would have SIGINT and SIGQUIT ignored, and maybe
 * SIGPIPE.
 * usage: fresh PROGRAM [ARGUMENT...] */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: fresh PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    execv(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
