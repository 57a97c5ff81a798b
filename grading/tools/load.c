/* load.c - asks a server for a small file, over and over, with several requests
 * under way at a time, and prints what that took.
 * usage: load PORT PATH FILE CLIENTS MS ACCOUNT
 *
 * Each request has a connection of its own. An answer counts when its status is
 * 200 and its body is what is in FILE; any other has failed. ACCOUNT tells of
 * the server's processor time: a process id, whose descendants count too, or
 * the cpu.stat of a control group, which also knows of children that nobody has
 * waited for. Waits first until the server answers, and lets it warm up.
 *
 * Prints how many answers counted, how many failed, and the microseconds that
 * passed and that the server used, -1 where the system does not show it. Exit
 * status 1: the server did not answer; 3: the system is out of something. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "proc.h"

enum {
    CLIENTS_MAX = 256,
    ANSWER_MAX = 8 * 1024, /* bytes of an answer, head and body */
    START_MS = 5000,       /* for the server to answer at all */
    RETRY_MS = 20,         /* until then, between two tries */
    PATIENCE_MS = 2000,    /* for an answer */
    WARM_UP_PART = 10,     /* of the time that is measured */
};

static struct client {
    int fd;
    int asked; /* the request is sent */
    size_t got;
    long long deadline;
    char answer[ANSWER_MAX];
} clients[CLIENTS_MAX];

static struct sockaddr_in server = {.sin_family = AF_INET};
static char request[1024], body[ANSWER_MAX];
static size_t request_size, body_size;
static long good, failed;

static void fail(const char *what)
{
    perror(what);
    exit(3);
}

/* Send the request, or leave it for when the connection is there. */
static void ask(struct client *c)
{
    ssize_t n = send(c->fd, request, request_size, 0);
    c->asked = n == (ssize_t)request_size;
    if (n < 0 && (errno == ECONNREFUSED || errno == ECONNRESET))
        c->asked = 1; /* what comes of it is for receive to see */
}

static void start(struct client *c)
{
    c->got = 0;
    c->deadline = now_us() + PATIENCE_MS * 1000LL;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0)
        fail("socket");
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    if (connect(c->fd, (struct sockaddr *)&server, sizeof server) < 0 &&
        errno != EINPROGRESS && errno != ECONNREFUSED)
        fail("connect");
    ask(c);
}

static int is_right(const struct client *c)
{
    return c->got > body_size && memcmp(c->answer, "HTTP/1.", 7) == 0 &&
           memcmp(c->answer + 8, " 200", 4) == 0 &&
           memcmp(c->answer + c->got - body_size, body, body_size) == 0;
}

/* End a request, and note how it went. */
static void finish(struct client *c, int right)
{
    close(c->fd);
    c->fd = -1;
    good += right;
    failed += !right;
}

/* Take what has come. The connection's end is the answer's. */
static void receive(struct client *c)
{
    ssize_t n = recv(c->fd, c->answer + c->got, sizeof c->answer - c->got, 0);
    if (n > 0)
        c->got += (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        finish(c, n == 0 && is_right(c));
}

/* Wait until something happens to one of so many clients, and go on with it. */
static void step(int count, struct pollfd *ready)
{
    for (int i = 0; i < count; i++) {
        ready[i].fd = clients[i].fd;
        ready[i].events = clients[i].asked ? POLLIN : POLLOUT;
    }
    if (poll(ready, (nfds_t)count, RETRY_MS) < 0 && errno != EINTR)
        fail("poll");
    long long now = now_us();
    for (int i = 0; i < count; i++) {
        struct client *c = &clients[i];
        if (ready[i].revents && !c->asked)
            ask(c);
        else if (ready[i].revents)
            receive(c);
        else if (now > c->deadline)
            finish(c, 0);
    }
}

/* Keep so many requests under way for so long, or until so many have ended.
 * Those that are not answered at the end count for nothing. */
static void run(int count, long long us, long most)
{
    static struct pollfd ready[CLIENTS_MAX];
    long long end = now_us() + us;
    good = failed = 0;
    while (now_us() < end && good + failed < most) {
        for (int i = 0; i < count; i++)
            if (clients[i].fd < 0)
                start(&clients[i]);
        step(count, ready);
    }
    for (int i = 0; i < count; i++) {
        if (clients[i].fd >= 0)
            close(clients[i].fd);
        clients[i].fd = -1;
    }
}

/* Wait until the server answers. Return 0, or -1 if it does not. */
static int wait_for_server(void)
{
    long long end = now_us() + START_MS * 1000LL;
    while (now_us() < end) {
        run(1, START_MS * 1000LL, 1);
        if (good > 0)
            return 0;
        poll(NULL, 0, RETRY_MS);
    }
    return -1;
}

static long long family_ms;

static void add_family(pid_t pid)
{
    long long ms = proc_cpu_ms(pid, 1);
    if (ms > 0)
        family_ms += ms;
    proc_children(pid, add_family);
}

/* Return the processor time in a control group's cpu.stat, or -1. */
static long long group_us(const char *path)
{
    char line[128];
    long long us = -1;
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "usage_usec %lld", &us) == 1)
            break;
    fclose(file);
    return us;
}

/* Return the processor time that the account tells, or -1. */
static long long cpu_us(const char *account)
{
    if (*account == '/')
        return group_us(account);
    pid_t pid = (pid_t)atol(account);
    if (proc_cpu_ms(pid, 1) < 0)
        return -1;
    family_ms = 0;
    add_family(pid);
    return family_ms * 1000;
}

static void read_body(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        fail(path);
    body_size = fread(body, 1, sizeof body, file);
    fclose(file);
}

int main(int argc, char **argv)
{
    int count = argc == 7 ? atoi(argv[4]) : 0;
    if (count < 1 || count > CLIENTS_MAX) {
        fprintf(stderr, "usage: load PORT PATH FILE CLIENTS MS ACCOUNT\n");
        return 2;
    }
    long long us = atoll(argv[5]) * 1000;
    signal(SIGPIPE, SIG_IGN);
    server.sin_port = htons((in_port_t)atoi(argv[1]));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    request_size = (size_t)snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: localhost:%s\r\nConnection: close\r\n\r\n",
        argv[2], argv[1]);
    read_body(argv[3]);
    for (int i = 0; i < count; i++)
        clients[i].fd = -1;
    if (wait_for_server() < 0)
        return 1;
    run(count, us / WARM_UP_PART, LONG_MAX);
    long long cpu = cpu_us(argv[6]), begin = now_us();
    run(count, us, LONG_MAX);
    long long passed = now_us() - begin, used = cpu_us(argv[6]);
    printf("%ld %ld %lld %lld\n", good, failed, passed,
        cpu < 0 || used < 0 ? -1 : used - cpu);
    return 0;
}
