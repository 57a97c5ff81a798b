/* reap.c - runs a command for a limited time, and ends whatever it leaves
 * behind, daemons too.
 * usage: reap MS COMMAND [ARGUMENT...]
 *
 * Exit status: the command's, 128 and the number of the signal that ended it,
 * or 124 if it was not done after MS milliseconds. Where the system has no
 * subreapers (they are Linux's) a process that left the command's process group
 * is not found. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "fair.h"

enum {
    INTERVAL_MS = 4,
    SWEEPS = 2000, /* so often ends what keeps starting more */
    TOO_LATE = 124,
};

static volatile sig_atomic_t told_to_stop;

static void stop(int signal_number)
{
    told_to_stop = signal_number;
}

/* Have orphans of the command become children of this process, and have it end
 * with the one that started it. */
static void become_subreaper(void)
{
#ifdef __linux__
    prctl(PR_SET_CHILD_SUBREAPER, 1L);
    prctl(PR_SET_PDEATHSIG, (long)SIGTERM);
#endif
}

/* Return the parent of the process that an entry of /proc is about, or -1. */
static long parent_of(const char *entry)
{
    char path[300];
    long parent = -1;
    snprintf(path, sizeof path, "/proc/%s/stat", entry);
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    /* a name, in parentheses, may hold anything: begin behind the last one */
    char text[512] = "";
    size_t n = fread(text, 1, sizeof text - 1, file);
    while (n > 0 && text[n - 1] != ')')
        n--;
    if (sscanf(text + n, " %*c %ld", &parent) != 1)
        parent = -1;
    fclose(file);
    return parent;
}

static void kill_children(void)
{
    struct dirent *entry;
    DIR *dir = opendir("/proc");
    if (!dir)
        return;
    while ((entry = readdir(dir))) {
        long pid = atol(entry->d_name);
        if (pid > 0 && parent_of(entry->d_name) == (long)getpid())
            kill((pid_t)pid, SIGKILL);
    }
    closedir(dir);
}

/* End the command's group, and one generation of its descendants after the
 * other: when a parent has gone, its children become this process's. */
static void end_all(pid_t group)
{
    kill(-group, SIGKILL);
    for (int i = 0; i < SWEEPS; i++) {
        kill_children();
        pid_t ended;
        while ((ended = waitpid(-1, NULL, WNOHANG)) > 0)
            ;
        if (ended < 0 && errno == ECHILD)
            return;
        poll(NULL, 0, 1);
    }
}

/* Wait for the command. Return its exit status, as this program's. */
static int wait_for(pid_t command, long long limit)
{
    int status;
    while (!told_to_stop && fair_ms() < limit) {
        pid_t ended = waitpid(-1, &status, WNOHANG);
        if (ended == command)
            return WIFEXITED(status) ? WEXITSTATUS(status)
                                     : 128 + WTERMSIG(status);
        if (ended == 0)
            poll(NULL, 0, INTERVAL_MS);
    }
    return told_to_stop ? 128 + told_to_stop : TOO_LATE;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = stop};
    if (argc < 3) {
        fprintf(stderr, "usage: reap MS COMMAND [ARGUMENT...]\n");
        return 2;
    }
    become_subreaper();
    sigaction(SIGHUP, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    pid_t command = fork();
    if (command < 0) {
        perror("fork");
        return 2;
    }
    if (command == 0) {
        setpgid(0, 0);
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    setpgid(command, command);
    int status = wait_for(command, fair_ms() + atoll(argv[1]));
    end_all(command);
    return status;
}
