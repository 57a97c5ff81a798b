/* fresh.c - runs a program as a terminal would: a shell's background job, which
 * each server under test is, would have SIGINT and SIGQUIT ignored, and maybe
 * SIGPIPE. The environment is what a program needs, and nothing of the tests;
 * of the open descriptors it has the first three.
 * usage: fresh PROGRAM [ARGUMENT...] */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FDS = 4096 }; /* a shell opens none beyond it */

extern char **environ;

/* Return whether a variable, as NAME=value, is for the program under test. */
static int is_needed(const char *variable)
{
    static const char *const needed[] = {
        "PATH=", "HTTP_TIMEOUT_MS=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=",
        "TSAN_OPTIONS=", "LSAN_OPTIONS=", "MALLOC_ARENA_MAX="};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (strncmp(variable, needed[i], strlen(needed[i])) == 0)
            return 1;
    return 0;
}

static void clean_environment(void)
{
    char **kept = environ;
    for (char **next = environ; *next; next++)
        if (is_needed(*next))
            *kept++ = *next;
    *kept = NULL;
}

static void close_others(void)
{
    long limit = sysconf(_SC_OPEN_MAX);
    for (int fd = 3; fd < limit && fd < MAX_FDS; fd++)
        close(fd);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: fresh PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    clean_environment();
    close_others();
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
