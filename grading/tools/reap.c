/* reap.c - runs a command for a limited time, and ends whatever it leaves
 * behind, daemons too.
 * usage: reap [-u UID] MS COMMAND [ARGUMENT...]
 *        reap -u UID
 *
 * When memory gets scarce, and all of it together uses more than HOG_KB, the
 * programs under test among it are ended, and what uses that much alone.
 *
 * With -u, of root, all processes of that user are ended as well: at the end,
 * and each time that the folders which everybody may write to have lost more
 * than LOSS_MAX_KB or LOSS_MAX_FILES of their room; without a command nothing
 * else is done. Nobody is to be the user UID + GUARD.
 *
 * Exit status: the command's, 128 and the number of the signal that ended it,
 * or 124 if it was not done after MS milliseconds. Where the system has no
 * subreapers (they are Linux's) a process that left the command's process group
 * is not found. */
#define _GNU_SOURCE /* NOLINT: for setresuid */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "clock.h"
#include "proc.h"

enum {
    INTERVAL_MS = 8,
    SWEEPS = 2000, /* so often ends what keeps starting more */
    TOO_LATE = 124,
    LOOKS = 12, /* at the clock, for one at memory and disks */
    HOG_KB = 1000000,
    SOCKET_KB = 200,
    PATH_SIZE = 64,
    LOSS_MAX_KB = 3000000,
    LOSS_MAX_FILES = 200000,
    GUARD = 4,
};

static const char *const shared_folders[] = {"/tmp", "/var/tmp", "/dev/shm"};
enum { SHARED_FOLDERS = sizeof shared_folders / sizeof shared_folders[0] };

struct room {
    long long kb, files;
};

static volatile sig_atomic_t told_to_stop;
static long used_kb; /* see add_up */

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

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
}

/* Note how much room the shared folders have, in KB and in files. */
static void look_at_room(struct room *room)
{
    struct statvfs disk;
    for (int i = 0; i < SHARED_FOLDERS; i++) {
        int is_there = statvfs(shared_folders[i], &disk) == 0;
        room[i].kb =
            is_there ? (long long)(disk.f_bavail * (disk.f_frsize / 1024)) : 0;
        room[i].files = is_there ? (long long)disk.f_favail : 0;
    }
}

/* Get the rights of a user, without being one that this user may end or stop.
 * Return 0, or -1. */
static int get_rights(uid_t user)
{
#ifdef __linux__
    return setresuid(user + GUARD, user, user + GUARD);
#else
    return setuid(user);
#endif
}

/* End all processes of a user, at once: these cannot outrun it by forking. */
static void end_user(uid_t user)
{
    pid_t child = fork();
    if (child == 0) {
        if (setgid((gid_t)user) == 0 && get_rights(user) == 0)
            kill(-1, SIGKILL);
        _exit(0);
    }
    /* without a child it would be the command that is waited for */
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* Return whether a process has more filters than this one: fresh gives one to
 * each program under test. */
static int is_tested(pid_t pid)
{
    char path[PATH_SIZE];
    const char *name = "Seccomp_filters";
    snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    return proc_field(path, name) > proc_field("/proc/self/status", name);
}

/* Add up what a process and its descendants use. What the buffers of sockets
 * take is seen nowhere: each descriptor counts as one that is full. */
static void add_up(pid_t pid)
{
    char path[PATH_SIZE];
    if (used_kb > HOG_KB)
        return;
    snprintf(path, sizeof path, "/proc/%ld/fd", (long)pid);
    used_kb += proc_rss_kb(pid) + (long)proc_entries(path) * SOCKET_KB;
    proc_children(pid, add_up);
}

static void end_hogs(pid_t pid)
{
    if (is_tested(pid) || proc_rss_kb(pid) > HOG_KB)
        end(pid);
    else
        proc_children(pid, end_hogs);
}

/* See to it that the command does not use up memory, once three quarters of it
 * are in use, by whomever. */
static void guard_memory(uid_t user)
{
    if (proc_field("/proc/meminfo", "MemAvailable") >=
        proc_field("/proc/meminfo", "MemTotal") / 4)
        return;
    used_kb = 0;
    proc_children(getpid(), add_up);
    if (used_kb <= HOG_KB)
        return;
    if (user)
        end_user(user);
    proc_children(getpid(), end_hogs);
}

/* End the user's processes if the disks get full. */
static void guard_room(uid_t user)
{
    static struct room before[SHARED_FOLDERS];
    static int has_looked;
    struct room now[SHARED_FOLDERS];
    look_at_room(has_looked ? now : before);
    for (int i = 0; has_looked && i < SHARED_FOLDERS; i++)
        if (now[i].kb < before[i].kb - LOSS_MAX_KB ||
            now[i].files < before[i].files - LOSS_MAX_FILES)
            end_user(user);
    has_looked = 1;
}

/* End the command's group, and one generation of its descendants after the
 * other: when a parent has gone, its children become this process's. */
static void end_all(pid_t group, uid_t user)
{
    kill(-group, SIGKILL);
    if (user)
        end_user(user);
    for (int i = 0; i < SWEEPS; i++) {
        proc_children(getpid(), end);
        pid_t ended;
        while ((ended = waitpid(-1, NULL, WNOHANG)) > 0)
            ;
        if (ended < 0 && errno == ECHILD)
            return;
        poll(NULL, 0, 1);
    }
}

/* Wait for the command. Return its exit status, as this program's. */
static int wait_for(pid_t command, long long limit, uid_t user)
{
    int status, looks = 0;
    while (!told_to_stop && fair_ms() < limit) {
        pid_t ended = waitpid(-1, &status, WNOHANG);
        if (looks++ % LOOKS == 0) {
            guard_memory(user);
            if (user)
                guard_room(user);
        }
        if (ended == command)
            return WIFEXITED(status) ? WEXITSTATUS(status)
                                     : 128 + WTERMSIG(status);
        if (ended == 0)
            poll(NULL, 0, INTERVAL_MS);
    }
    return told_to_stop ? 128 + told_to_stop : TOO_LATE;
}

static pid_t start(char **command)
{
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        execvp(command[0], command);
        perror(command[0]);
        _exit(127);
    }
    if (pid > 0)
        setpgid(pid, pid);
    return pid;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = stop};
    uid_t user = 0;
    if (argc == 3 && strcmp(argv[1], "-u") == 0) {
        end_user((uid_t)atol(argv[2]));
        return 0;
    }
    if (argc > 2 && strcmp(argv[1], "-u") == 0) {
        user = (uid_t)atol(argv[2]);
        argc -= 2;
        argv += 2;
    }
    if (argc < 3) {
        fprintf(stderr, "usage: reap [-u UID] MS COMMAND [ARGUMENT...]\n"
                        "       reap -u UID\n");
        return 2;
    }
    become_subreaper();
    sigaction(SIGHUP, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    pid_t command = start(argv + 2);
    if (command < 0) {
        perror("fork");
        return 2;
    }
    int status = wait_for(command, fair_ms() + atoll(argv[1]), user);
    end_all(command, user);
    return status;
}
