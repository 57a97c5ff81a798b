/* listen.c - listening sockets of every family at one port: see listen.h. */
#include "listen.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Return a socket that listens at this address and at no other family's, or -1.
 */
static int listen_at(const struct addrinfo *a)
{
    int on = 1, fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (a->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, 64) == 0)
        return fd;
    close(fd);
    return -1;
}

/* Return the number of the port at which fd listens. */
static in_port_t port_of(int fd)
{
    struct sockaddr_storage own;
    socklen_t length = sizeof own;
    getsockname(fd, (struct sockaddr *)&own, &length);
    /* its place is the same in both families */
    return ((struct sockaddr_in *)&own)->sin_port;
}

static int try_all(const char *port, int sockets[LISTENERS], int *count)
{
    struct addrinfo hints = {.ai_flags = AI_PASSIVE,
                        .ai_socktype = SOCK_STREAM},
                    *list, *a;
    *count = 0;
    if (getaddrinfo(NULL, port, &hints, &list) != 0)
        return -1;
    for (a = list; a && *count < LISTENERS; a = a->ai_next) {
        if (*count > 0)
            ((struct sockaddr_in *)(void *)a->ai_addr)->sin_port =
                port_of(sockets[0]);
        sockets[*count] = listen_at(a);
        if (sockets[*count] < 0)
            break;
        ++*count;
    }
    freeaddrinfo(list);
    if (a || *count == 0)
        return -1;
    return ntohs(port_of(sockets[0]));
}

/* Port 0 may turn out free in one family and taken in the other: try again. */
int listen_everywhere(const char *port, int sockets[LISTENERS], int *count)
{
    int number, tries = atoi(port) == 0 ? 10 : 1;
    do {
        number = try_all(port, sockets, count);
        while (number < 0 && *count > 0)
            close(sockets[--*count]);
    } while (number < 0 && --tries > 0);
    return number;
}
