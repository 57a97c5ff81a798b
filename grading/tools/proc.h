/* proc.h - what Linux's /proc tells of a process. */
#ifndef PROC_H
#define PROC_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { STAT_SIZE = 1024 };

/* Read what stands in /proc about a process: its name into name, and the fields
 * behind that into text, both of STAT_SIZE. Return 0, or -1 if it is gone or
 * the system has no /proc. */
static inline int proc_stat(pid_t pid, char *name, char *text)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    size_t n = fread(text, 1, STAT_SIZE - 1, file);
    fclose(file);
    text[n] = '\0';
    /* the name, in parentheses, may hold anything, parentheses too */
    char *begin = strchr(text, '('), *end = strrchr(text, ')');
    if (!begin || !end)
        return -1;
    snprintf(name, STAT_SIZE, "%.*s", (int)(end - begin - 1), begin + 1);
    memmove(text, end + 1, strlen(end + 1) + 1);
    return 0;
}

/* Return the parent of a process, or -1 if that cannot be seen. */
static inline pid_t proc_parent(pid_t pid)
{
    char name[STAT_SIZE], text[STAT_SIZE];
    long parent;
    if (proc_stat(pid, name, text) < 0 ||
        sscanf(text, " %*c %ld", &parent) != 1)
        return -1;
    return (pid_t)parent;
}

/* Return how many KB of memory a process is using, 0 if that cannot be seen. */
static inline long proc_rss_kb(pid_t pid)
{
    char path[64];
    long pages = 0;
    snprintf(path, sizeof path, "/proc/%ld/statm", (long)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    if (fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Return how many milliseconds of processor time a process has used, all its
 * threads, and if asked for its children that have ended and been waited for;
 * -1 if that cannot be seen. */
static inline long long proc_cpu_ms(pid_t pid, int with_children)
{
    char name[STAT_SIZE], text[STAT_SIZE];
    long user, system;
    long of_children[2];
    if (proc_stat(pid, name, text) < 0)
        return -1;
    if (sscanf(text,
            " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld %ld %ld",
            &user, &system, of_children, of_children + 1) != 4)
        return -1;
    long long ticks = (long long)user + system;
    if (with_children)
        ticks += of_children[0] + of_children[1];
    return ticks * 1000 / sysconf(_SC_CLK_TCK);
}

/* Return how many entries the folder has, -1 if there is no such folder. */
static inline int proc_entries(const char *path)
{
    int n = 0;
    struct dirent *entry;
    DIR *dir = opendir(path);
    if (!dir)
        return -1;
    while ((entry = readdir(dir)))
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n;
}

/* Return the number after name in a file such as /proc/PID/status, -1 if there
 * is none. */
static inline long proc_field(const char *path, const char *name)
{
    char line[256];
    long n = -1;
    size_t length = strlen(name);
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    while (n < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, name, length) == 0 && line[length] == ':')
            n = atol(line + length + 1);
    fclose(file);
    return n;
}

/* Call visit for each child of a process, in no order. */
static inline void proc_children(pid_t parent, void visit(pid_t child))
{
    struct dirent *entry;
    DIR *dir = opendir("/proc");
    if (!dir)
        return;
    while ((entry = readdir(dir))) {
        pid_t pid = (pid_t)atol(entry->d_name);
        if (pid > 0 && proc_parent(pid) == parent)
            visit(pid);
    }
    closedir(dir);
}

#endif
