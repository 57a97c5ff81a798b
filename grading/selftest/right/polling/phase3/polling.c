/* polling.c - a client that never blocks but in poll, connects with a deadline,
 * reads the head by a state machine and writes stdout by itself.
 * usage: polling server_host server_port filename */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { QUIET_MS = 10000 };

/* What is known of the response so far. */
struct response {
    char line[4096];
    size_t used;       /* of line */
    int lines, status; /* header lines seen */
    int in_body;
    long long left; /* of the body; -1: up to end of file */
};

static void die(int status, const char *text)
{
    fprintf(stderr, "polling: %s\n", text);
    exit(status);
}

static int wait_for(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};
    int n, ms = QUIET_MS;
    if (getenv("HTTP_TIMEOUT_MS"))
        ms = atoi(getenv("HTTP_TIMEOUT_MS"));
    do
        n = poll(&p, 1, ms);
    while (n < 0 && errno == EINTR);
    errno = ETIMEDOUT;
    return n == 1 ? 0 : -1;
}

/* Return a socket that is connected to this address, or -1. */
static int try_address(const struct addrinfo *a)
{
    int error = 0, fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    socklen_t length = sizeof error;
    if (fd < 0)
        return -1;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (connect(fd, a->ai_addr, a->ai_addrlen) < 0)
        error = errno;
    if (error == EINPROGRESS) {
        error = ETIMEDOUT;
        if (wait_for(fd, POLLOUT) == 0)
            getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
    }
    if (error == 0)
        return fd;
    close(fd);
    errno = error;
    return -1;
}

static void send_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t n = send(fd, text, size, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN && wait_for(fd, POLLOUT) == 0)
            continue;
        if (n < 0)
            return; /* the response may tell why */
        text += n;
        size -= (size_t)n;
    }
}

static void send_request(int fd, char **argv)
{
    static const char *const digits = "0123456789ABCDEF";
    char *request = malloc(3 * strlen(argv[3]) + strlen(argv[1]) + 200), *end;
    if (!request)
        die(1, "out of memory");
    end = stpcpy(request, "GET /");
    for (const char *c = argv[3] + (*argv[3] == '/'); *c; c++) {
        if (*c > ' ' && *c < 127 && *c != '#') {
            *end++ = *c;
        } else {
            *end++ = '%';
            *end++ = digits[(unsigned char)*c >> 4];
            *end++ = digits[*c & 15];
        }
    }
    int v6 = strchr(argv[1], ':') != NULL;
    end += sprintf(end,
        " HTTP/1.1\r\nUser-Agent:polling\r\nConnection:close\r\n"
        "Host:%s%s%s:%s\r\n\r\n",
        v6 ? "[" : "", argv[1], v6 ? "]" : "", argv[2]);
    send_all(fd, request, (size_t)(end - request));
    free(request);
}

/* A line of the head is complete. Return -1 if it is nonsense. */
static int take_line(struct response *r)
{
    r->line[r->used] = '\0';
    if (r->lines++ == 0)
        return sscanf(r->line, "HTTP/1.%*1d %3d", &r->status) == 1 ? 0 : -1;
    if (strncasecmp(r->line, "content-length:", 15) == 0) {
        char *end, *number = r->line + 15 + strspn(r->line + 15, " \t");
        errno = 0;
        r->left = strtoll(number, &end, 10);
        if (!isdigit((unsigned char)*number) || errno ||
            end[strspn(end, " \t\r\n")])
            return -1;
    }
    if (*r->line == '\n' || *r->line == '\r') {
        r->in_body = r->status >= 200;
        if (r->status == 204 || r->status == 304)
            r->left = 0;
        else if (r->status < 200)
            r->left = -1;
        r->lines = 0;
    }
    r->used = 0;
    return 0;
}

/* Return how many bytes of piece are the response's, -1 if that is none. */
static ssize_t follow(struct response *r, const char *piece, size_t size)
{
    size_t i = 0;
    for (; i < size && !r->in_body; i++) {
        if (r->used < sizeof r->line - 2)
            r->line[r->used++] = piece[i];
        if (piece[i] == '\n') {
            if (take_line(r) < 0)
                return -1;
            r->used = 0;
        }
    }
    size_t body = size - i;
    if (r->in_body && r->left >= 0) {
        if ((long long)body > r->left)
            body = (size_t)r->left;
        r->left -= (long long)body;
    }
    return (ssize_t)(i + body);
}

static int receive(int fd)
{
    static struct response r = {.left = -1};
    static char piece[16384];
    while (!r.in_body || r.left != 0) {
        if (wait_for(fd, POLLIN) < 0)
            die(1, "the server is silent");
        ssize_t n = recv(fd, piece, sizeof piece, 0);
        if (n < 0 && errno == EAGAIN)
            continue;
        if (n <= 0)
            return n == 0 && r.in_body && r.left < 0 ? 0 : 1;
        n = follow(&r, piece, (size_t)n);
        if (n < 0)
            die(1, "that is no HTTP");
        for (ssize_t done = 0, m; done < n; done += m)
            if ((m = write(1, piece + done, (size_t)(n - done))) < 0)
                die(1, "cannot write");
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list, *a;
    int fd = -1;
    if (argc != 4 || argv[2][strspn(argv[2], "0123456789")])
        die(2, "usage: polling server_host server_port filename");
    signal(SIGPIPE, SIG_IGN);
    int error = getaddrinfo(argv[1], argv[2], &hints, &list);
    if (error)
        die(1, gai_strerror(error));
    for (a = list; a && fd < 0; a = a->ai_next)
        fd = try_address(a);
    if (fd < 0)
        die(1, strerror(errno));
    freeaddrinfo(list);
    send_request(fd, argv);
    int status = receive(fd);
    if (status)
        fprintf(stderr, "polling: the response was cut short\n");
    close(fd);
    return status;
}
