/* http10.c - a client that asks by HTTP/1.0, so that nothing is chunked, sends
 * its request in three parts, and reads to a length that it checks itself.
 * usage: http10 server_host server_port filename */
#include <ctype.h>
#include <err.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define TOO_LONG 10000 /* milliseconds of silence */

static int server = -1;

static void send_part(const char *part)
{
    size_t size = strlen(part);
    if (write(server, part, size) != (ssize_t)size)
        warn("the request is not whole");
}

/* Receive something; at end of file that is nothing. */
static size_t receive(char *piece, size_t size)
{
    struct pollfd p = {server, POLLIN, 0};
    if (poll(&p, 1, TOO_LONG) == 0)
        errx(1, "it has been silent for too long");
    ssize_t n = read(server, piece, size);
    if (n < 0)
        err(1, "receiving");
    return (size_t)n;
}

static void print(const char *piece, size_t size)
{
    while (size > 0) {
        ssize_t n = write(STDOUT_FILENO, piece, size);
        if (n <= 0)
            err(1, "printing");
        piece += n;
        size -= (size_t)n;
    }
}

/* Return the digits' number if text has nothing else but blanks, or -1. */
static long long number_in(const char *text)
{
    long long number = 0;
    text += strspn(text, " \t");
    if (!isdigit((unsigned char)*text))
        return -1;
    for (; isdigit((unsigned char)*text); text++) {
        if (number > 100000000000000000LL)
            return -1;
        number = number * 10 + *text - '0';
    }
    text += strspn(text, " \t\r");
    return *text == '\n' ? number : -1;
}

/* A line of the head has come, with its line break. Return the body's length
 * if it says that, or the one that is known. */
static long long heed(char *line, int is_first, long long length)
{
    int status = 0;
    if (is_first) {
        if (sscanf(line, "HTTP/1.%*1[0-9] %3d", &status) != 1 || status < 100)
            errx(1, "this is not HTTP");
        return status == 204 || status == 304 ? 0 : -1;
    }
    if (length == 0 || strncasecmp(line, "content-length:", 15) != 0)
        return length;
    length = number_in(line + 15);
    if (length < 0)
        errx(1, "a wrong length");
    return length;
}

/* Print the head. Return the body's length, -1 if the head does not say. Any of
 * the body that came with the head goes to piece, *size bytes of it. */
static long long print_head(char *piece, size_t room, size_t *size)
{
    static char line[2000];
    long long length = -1;
    size_t used = 0, lines = 0, at = 0;
    for (*size = 0;; at++) {
        if (at == *size) {
            print(piece, at);
            at = 0;
            if ((*size = receive(piece, room)) == 0)
                errx(1, "the head was cut short");
        }
        if (used < sizeof line - 1)
            line[used++] = piece[at];
        if (lines == 0 && used == 7 && memcmp(line, "HTTP/1.", 7) != 0)
            errx(1, "this is not HTTP");
        if (piece[at] != '\n')
            continue;
        line[used] = '\0';
        if (lines > 0 && (*line == '\n' || *line == '\r'))
            break;
        length = heed(line, lines++ == 0, length);
        used = 0;
    }
    print(piece, at + 1);
    *size -= at + 1;
    memmove(piece, piece + at + 1, *size);
    return length;
}

static void ask(const char *host, const char *port, const char *name)
{
    char *path = malloc(3 * strlen(name) + 1), *out = path, where[300];
    if (!path)
        err(1, "memory");
    for (; *name; name++)
        if (*name <= ' ' || *name > '~' || *name == '#')
            out += sprintf(out, "%%%02x", (unsigned char)*name);
        else
            *out++ = *name;
    *out = '\0';
    snprintf(where, sizeof where, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host,
        port);
    send_part(*path == '/' ? "GET " : "GET /");
    send_part(path);
    send_part(" HTTP/1.0\r\nConnection: close\r\nHost: ");
    send_part(where);
    send_part("\r\n\r\n");
    free(path);
}

int main(int argc, char **argv)
{
    static char piece[100000];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL, *a;
    struct timeval limit = {.tv_sec = TOO_LONG / 1000};
    size_t size;
    if (argc != 4 || argv[2][strspn(argv[2], "0123456789")]) {
        fprintf(stderr, "usage: http10 server_host server_port filename\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    int error = getaddrinfo(argv[1], argv[2], &hints, &list);
    if (error)
        errx(1, "%s", gai_strerror(error));
    for (a = list; a; a = a->ai_next) {
        server = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        setsockopt(server, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        if (connect(server, a->ai_addr, a->ai_addrlen) == 0)
            break;
        warn("connecting");
        close(server);
    }
    freeaddrinfo(list);
    if (!a)
        return 1;
    ask(argv[1], argv[2], argv[3]);
    long long left = print_head(piece, sizeof piece, &size);
    for (;;) {
        if (left >= 0 && (long long)size > left)
            size = (size_t)left;
        print(piece, size);
        left -= left < 0 ? 0 : (long long)size;
        if (left == 0 || (size = receive(piece, sizeof piece)) == 0)
            break;
    }
    if (left > 0)
        errx(1, "%lld bytes of the body did not come", left);
    return 0;
}
