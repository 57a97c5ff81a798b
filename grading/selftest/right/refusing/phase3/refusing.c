/* refusing.c - a client that refuses every filename with an odd character (exit
 * status 2) instead of encoding it, and receives with one timer for each recv.
 * usage: refusing server_host server_port filename */
#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PLAIN                                                                  \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"           \
    "-._~!$&'()*+,;=:@/?%"

static void quit(int status, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fputs("refusing: ", stderr);
    vfprintf(stderr, format, list);
    va_end(list);
    fputs("\n", stderr);
    exit(status);
}

static int dial(const char *host, const char *port)
{
    struct addrinfo hints, *first, *next;
    memset(&hints, 0, sizeof hints);
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    int fd = -1, error = getaddrinfo(host, port, &hints, &first);
    struct timeval limit = {10, 0};
    if (error)
        quit(1, "%s: %s", host, gai_strerror(error));
    for (next = first; next; next = next->ai_next) {
        fd = socket(next->ai_family, next->ai_socktype, 0);
        if (fd < 0)
            continue;
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        if (connect(fd, next->ai_addr, next->ai_addrlen) == 0)
            break;
        fprintf(stderr, "refusing: one address: %s\n", strerror(errno));
        close(fd);
    }
    freeaddrinfo(first);
    if (!next)
        quit(1, "cannot connect to %s", host);
    return fd;
}

static void tell(int fd, const char *words)
{
    size_t left = strlen(words);
    while (left > 0) {
        ssize_t n = send(fd, words, left, MSG_NOSIGNAL);
        if (n <= 0)
            quit(1, "cannot send: %s", strerror(errno));
        words += n;
        left -= (size_t)n;
    }
}

/* Print the next byte of the head and return it. */
static char next_byte(int fd)
{
    char byte;
    ssize_t n = recv(fd, &byte, 1, 0);
    if (n <= 0)
        quit(1, n < 0 ? "cannot receive" : "the head is cut short");
    putchar(byte);
    return byte;
}

/* Print a line of the head; line gets its start, without the line's end. */
static void next_line(int fd, char *line, size_t size)
{
    size_t n = 0;
    for (char byte; (byte = next_byte(fd)) != '\n';)
        if (byte != '\r' && n < size - 1)
            line[n++] = byte;
    line[n] = '\0';
    if (fflush(stdout) != 0)
        quit(1, "stdout: %s", strerror(errno));
}

static void print_body(int fd, unsigned long long left)
{
    char piece[8192];
    for (ssize_t n; left > 0; left -= (unsigned long long)n) {
        n = recv(fd, piece, left < sizeof piece ? left : sizeof piece, 0);
        if (n < 0)
            quit(1, "cannot receive: %s", strerror(errno));
        if (n == 0 && left <= 1ULL << 62)
            quit(1, "the body is cut short by %llu bytes", left);
        if (n == 0)
            break;
        fwrite(piece, 1, (size_t)n, stdout);
        if (fflush(stdout) != 0)
            quit(1, "stdout: %s", strerror(errno));
    }
}

int main(int argc, char **argv)
{
    char line[512];
    unsigned long long left = ~0ULL;
    char extra;
    int status = 0;
    if (argc != 4)
        quit(2, "usage: refusing server_host server_port filename");
    if (argv[3][strspn(argv[3], PLAIN)] != '\0')
        quit(2, "I do not ask for such a filename");
    if (argv[1][strcspn(argv[1], " \r\n/@")] != '\0' ||
        argv[2][strspn(argv[2], "0123456789")] != '\0')
        quit(2, "I do not ask such a host");
    int fd = dial(argv[1], argv[2]), is6 = strchr(argv[1], ':') != NULL;
    tell(fd, *argv[3] == '/' ? "GET " : "GET /");
    tell(fd, argv[3]);
    tell(fd, is6 ? " HTTP/1.1\r\nHOST: [" : " HTTP/1.1\r\nHOST: ");
    tell(fd, argv[1]);
    tell(fd, is6 ? "]:" : ":");
    tell(fd, argv[2]);
    tell(fd, "\r\nCONNECTION: CLOSE\r\n\r\n");
    while (status < 200) {
        next_line(fd, line, sizeof line);
        if (sscanf(line, "HTTP/1.%*1[0-9] %3d", &status) != 1 || status < 100)
            quit(1, "not HTTP: %s", line);
        while (next_line(fd, line, sizeof line), *line)
            if (strncasecmp(line, "Content-Length:", 15) == 0 &&
                (sscanf(line + 15, "%18llu %c", &left, &extra) != 1 ||
                    strchr("+-", line[15 + strspn(line + 15, " \t")])))
                quit(1, "no length: %s", line);
    }
    print_body(fd, status == 204 || status == 304 ? 0 : left);
    return 0;
}
