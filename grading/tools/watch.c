/* watch.c - waits until a process has come to some state.
 * usage: watch MS ready PID FILE    until the file's first line is whole
 *        watch MS exit PID          until the process has ended
 *        watch MS fds PID N         until it has at most N descriptors open
 *        watch MS threads PID N     until it has at most N threads
 *        watch MS at-least PID N    until it has at least N threads
 *        watch MS VmRSS PID N       until it has at most N KB in memory
 *        watch MS VmSize PID N      until it has at most N KB of addresses
 *
 * Prints that line, or the count as it is at last; nothing for exit. Exit
 * status 0: it came to that; 1: not within MS milliseconds, or the process is
 * gone; 3: this system does not show it. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INTERVAL_MS = 2 }; /* between two looks */

static long long clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int is_gone(pid_t pid)
{
    return kill(pid, 0) < 0 && errno == ESRCH;
}

/* Return how many entries the process' folder in /proc has: its descriptors
 * (fd) or its threads (task); -1 if there is no such folder. */
static int count(pid_t pid, const char *folder)
{
    char path[64];
    int n = 0;
    struct dirent *entry;
    snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, folder);
    DIR *dir = opendir(path);
    if (!dir)
        return -1;
    while ((entry = readdir(dir)))
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n;
}

/* Return the number after name in the process' status, -1 if there is none. */
static int status_field(pid_t pid, const char *name)
{
    char line[256];
    int n = -1;
    size_t length = strlen(name);
    snprintf(line, sizeof line, "/proc/%ld/status", (long)pid);
    FILE *file = fopen(line, "r");
    if (!file)
        return -1;
    while (n < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, name, length) == 0 && line[length] == ':')
            n = atoi(line + length + 1);
    fclose(file);
    return n;
}

/* Print the first line of the file if it is whole. Return whether it is. */
static int first_line(const char *path)
{
    char line[256];
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    int whole = fgets(line, sizeof line, file) && strchr(line, '\n');
    fclose(file);
    if (whole)
        fputs(line, stdout);
    return whole;
}

/* Return whether the process is in the state, -1 if that cannot be seen. */
static int reached(const char *state, pid_t pid, const char *argument, int *n)
{
    if (strcmp(state, "ready") == 0)
        return first_line(argument);
    if (strcmp(state, "exit") == 0)
        return is_gone(pid);
    if (strncmp(state, "Vm", 2) == 0)
        *n = status_field(pid, state);
    else
        *n = count(pid, strcmp(state, "fds") == 0 ? "fd" : "task");
    if (*n < 0)
        return -1;
    if (strcmp(state, "at-least") == 0)
        return *n >= atoi(argument);
    return *n <= atoi(argument);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: watch MS STATE PID [ARGUMENT]\n");
        return 2;
    }
    long long deadline = clock_ms() + atoll(argv[1]);
    pid_t pid = (pid_t)atol(argv[3]);
    const char *argument = argc > 4 ? argv[4] : "";
    int n = -1, result, in_time = 1;
    /* the process is looked at before the state, so that what it did last of
     * all is still seen */
    do {
        int gone = is_gone(pid);
        result = reached(argv[2], pid, argument, &n);
        in_time = !gone && clock_ms() < deadline;
        if (result == 0 && in_time)
            poll(NULL, 0, INTERVAL_MS);
    } while (result == 0 && in_time);
    if (n >= 0)
        printf("%d\n", n);
    if (result < 0)
        return is_gone(pid) ? 1 : 3;
    return result > 0 ? 0 : 1;
}
