/* timeline.c - has one slow and several quick clients ask a server for a page,
 * and prints when each had connected, sent its request, and got its answer.
 * usage: timeline PORT PATH
 *
 * One line a client: name, and three times in milliseconds since the start; the
 * last is -1 if no answer came. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

enum {
    CLIENTS = 6,      /* the first of them is the slow one */
    SLOW_MS = 1000,   /* between the halves of its request */
    BETWEEN_MS = 120, /* between the starts of two clients */
    LIMIT_MS = 15000, /* for all of it */
};

static struct client {
    long long connect_at, complete_at, answered_at; /* -1: not yet */
    int fd, sent;
} clients[CLIENTS];

static char request[4096];
static size_t half;
static long long start;

static long long now(void)
{
    return now_us() / 1000 - start;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Send part of the request; it is small, so it goes at once. */
static void send_part(struct client *c, const char *part)
{
    size_t size = c == clients && c->sent == 0 ? half : strlen(part);
    if (send(c->fd, part, size, 0) != (ssize_t)size)
        fail("send");
    c->sent += (int)size;
}

/* Do what is due for a client: connect, or send the request's second half. */
static void advance(struct client *c, const struct sockaddr_in *server)
{
    if (c->fd < 0 && now() >= c->connect_at) {
        c->fd = socket(AF_INET, SOCK_STREAM, 0);
        if (c->fd < 0 ||
            connect(c->fd, (const struct sockaddr *)server, sizeof *server) < 0)
            fail("connect");
        c->connect_at = now();
        send_part(c, request);
    } else if (c->fd >= 0 && c->sent == (int)half && now() >= SLOW_MS) {
        send_part(c, request + half);
    } else {
        return;
    }
    if (c->sent == (int)strlen(request))
        c->complete_at = now();
}

/* Take what has come for a client; the end of it is its answer's end. */
static void receive(struct client *c, short events)
{
    char unwanted[4096];
    if (!(events & (POLLIN | POLLHUP | POLLERR)))
        return;
    ssize_t n = recv(c->fd, unwanted, sizeof unwanted, MSG_DONTWAIT);
    if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
        return;
    c->answered_at = now();
}

static int play(const struct sockaddr_in *server)
{
    struct pollfd wait[CLIENTS];
    int answered = 0;
    for (int i = 0; i < CLIENTS; i++) {
        advance(&clients[i], server);
        wait[i].fd = clients[i].answered_at < 0 ? clients[i].fd : -1;
        wait[i].events = POLLIN;
        wait[i].revents = 0;
    }
    poll(wait, CLIENTS, 1);
    for (int i = 0; i < CLIENTS; i++) {
        if (wait[i].fd >= 0)
            receive(&clients[i], wait[i].revents);
        answered += clients[i].answered_at >= 0;
    }
    return answered;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: timeline PORT PATH\n");
        return 2;
    }
    struct sockaddr_in server = {.sin_family = AF_INET,
        .sin_port = htons((in_port_t)atoi(argv[1])),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        argv[2]);
    half = strlen(request) / 2;
    signal(SIGPIPE, SIG_IGN);
    start = now();
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = (struct client){(long long)i * BETWEEN_MS, -1, -1, -1, 0};
    while (now() < LIMIT_MS && play(&server) < CLIENTS)
        ;
    for (int i = 0; i < CLIENTS; i++)
        printf("%s%.0d %lld %lld %lld\n", i == 0 ? "slow" : "quick", i,
            clients[i].connect_at, clients[i].complete_at,
            clients[i].answered_at);
    return 0;
}
