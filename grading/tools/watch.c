/* watch.c - waits until a process has come to some state.
 * usage: watch MS PID ready FILE      until the file's first line is whole
 *        watch MS PID exit            until the process has ended
 *        watch MS PID at-most WHAT N  until it has at most N of WHAT
 *        watch MS PID at-least WHAT N
 *        watch MS PID inside          prints its process id, see below
 *
 * WHAT is fds (open descriptors), threads (of the process, or of that child
 * of it that has most of them), VmRSS (KB in memory), VmSize (KB of addresses),
 * VmPeak (the most that VmSize was), cpu (milliseconds of processor time that
 * it has used) or a file's name (its lines). Of a program in a jail, PID is
 * bwrap, and what is looked at is the program that it runs. Prints the first
 * line, or the count as it was at last. Exit status 0: it came to that; 1: not
 * within MS milliseconds, or the process is gone; 3: this system does not show
 * it. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "clock.h"
#include "proc.h"

enum {
    INTERVAL_MS = 2, /* between two looks */
    PATH_SIZE = 80,
};

static pid_t first_child;

static void note_child(pid_t child)
{
    if (first_child == 0 || child < first_child)
        first_child = child;
}

/* Return the process of the program that bwrap runs, by way of a child that is
 * bwrap too; or pid itself, if it is none or has not come to that. */
static pid_t inside(pid_t pid)
{
    char name[STAT_SIZE], text[STAT_SIZE];
    while (proc_stat(pid, name, text) == 0 && strcmp(name, "bwrap") == 0) {
        first_child = 0;
        proc_children(pid, note_child);
        if (first_child == 0)
            break;
        pid = first_child;
    }
    return pid;
}

static int is_gone(pid_t pid)
{
    return kill(pid, 0) < 0 && errno == ESRCH;
}

/* Return what a thread of the process shows of what, -1 if that cannot be seen:
 * all share it, but one that has ended shows nothing, and the first thread may
 * have ended (pthread_exit in main). */
static long shared(pid_t pid, const char *what)
{
    char path[PATH_SIZE];
    long n = -1;
    int of_fds = strcmp(what, "fds") == 0;
    struct dirent *entry;
    snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
    DIR *dir = opendir(path);
    if (!dir)
        return -1;
    while (n <= 0 && (entry = readdir(dir))) {
        snprintf(path, sizeof path, "/proc/%ld/task/%.20s/%s", (long)pid,
            entry->d_name, of_fds ? "fd" : "status");
        if (entry->d_name[0] != '.')
            n = of_fds ? proc_entries(path) : proc_field(path, what);
    }
    closedir(dir);
    return n;
}

/* Return how many lines the file has, which may be still to be made. */
static int lines(const char *path)
{
    int c, n = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    while ((c = getc(file)) != EOF)
        n += c == '\n';
    fclose(file);
    return n;
}

static int most; /* see count_threads */

/* Keep in most the number of threads of a process if that is more. */
static void count_threads(pid_t pid)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
    int n = proc_entries(path);
    if (n > most)
        most = n;
}

/* Return how many of what there are, -1 if that cannot be seen. */
static long how_many(pid_t pid, const char *what)
{
    if (strcmp(what, "fds") == 0 || strncmp(what, "Vm", 2) == 0)
        return shared(pid, what);
    if (strcmp(what, "cpu") == 0)
        return (long)proc_cpu_ms(pid, 0);
    if (strcmp(what, "threads") != 0)
        return lines(what);
    most = -1;
    count_threads(pid);
    proc_children(pid, count_threads);
    return most;
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
static int reached(pid_t pid, char **state, long *n)
{
    if (strcmp(state[0], "ready") == 0)
        return first_line(state[1]);
    if (strcmp(state[0], "exit") == 0)
        return is_gone(pid);
    pid = inside(pid);
    if (strcmp(state[0], "inside") == 0)
        return printf("%ld\n", (long)pid) > 0;
    *n = how_many(pid, state[1]);
    if (*n < 0)
        return -1;
    if (strcmp(state[0], "at-least") == 0)
        return *n >= atol(state[2]);
    return *n <= atol(state[2]);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *state;
        int arguments;
    } usage[] = {{"ready", 5}, {"exit", 4}, {"inside", 4}, {"at-most", 6},
        {"at-least", 6}};
    const size_t states = sizeof usage / sizeof usage[0];
    size_t i = 0;
    while (i < states && argc > 3 && strcmp(argv[3], usage[i].state) != 0)
        i++;
    if (argc < 4 || i == states || argc != usage[i].arguments) {
        fprintf(stderr, "usage: watch MS PID STATE [WHAT [N]]\n");
        return 2;
    }
    long long deadline = fair_ms() + atoll(argv[1]);
    pid_t pid = (pid_t)atol(argv[2]);
    long n = -1;
    int result, in_time = 1;
    /* the process is looked at before the state, so that what it did last of
     * all is still seen */
    do {
        int gone = is_gone(pid);
        result = reached(pid, argv + 3, &n);
        in_time = !gone && fair_ms() < deadline;
        if (result == 0 && in_time)
            poll(NULL, 0, INTERVAL_MS);
    } while (result == 0 && in_time);
    if (n >= 0)
        printf("%ld\n", n);
    if (result < 0)
        return is_gone(inside(pid)) ? 1 : 3;
    return result > 0 ? 0 : 1;
}
