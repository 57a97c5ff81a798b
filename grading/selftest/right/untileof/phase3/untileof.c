/* untileof.c - a client that leaves the head with the system until it is whole,
 * looks for Content-Length with strcasestr, and copies the rest up to that or
 * end of file. usage: untileof server_host server_port filename */
#define _GNU_SOURCE /* strcasestr */
#include <ctype.h>
#include <errno.h>
#include <error.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static char buffer[65536];

static void put(const char *data, size_t size)
{
    if (fwrite(data, 1, size, stdout) != size || fflush(stdout) != 0)
        error(1, errno, "stdout");
}

static size_t get(int server, char *data, size_t size)
{
    ssize_t n = recv(server, data, size, 0);
    if (n < 0)
        error(1, errno == EAGAIN ? ETIMEDOUT : errno, "receiving");
    return (size_t)n;
}

static int reach(const char *host, const char *port)
{
    struct timeval ten = {.tv_sec = 10};
    struct addrinfo *all,
        hints = {.ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP};
    int server = -1, problem = getaddrinfo(host, port, &hints, &all);
    if (problem != 0)
        error(1, 0, "%s: %s", host, gai_strerror(problem));
    for (struct addrinfo *one = all; one; one = one->ai_next) {
        server = socket(one->ai_family, one->ai_socktype, one->ai_protocol);
        setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &ten, sizeof ten);
        setsockopt(server, SOL_SOCKET, SO_SNDTIMEO, &ten, sizeof ten);
        if (connect(server, one->ai_addr, one->ai_addrlen) == 0)
            break;
        problem = errno;
        close(server);
        server = -1;
    }
    freeaddrinfo(all);
    if (server < 0)
        error(1, problem, "%s:%s", host, port);
    return server;
}

/* Write name as a target. What is encoded already stays. */
static char *target_of(const char *name)
{
    char *target = malloc(3 * strlen(name) + 2), *out = target;
    if (!target)
        error(1, errno, "memory");
    *out++ = '/';
    for (name += strspn(name, "/"); *name; name++)
        out += sprintf(out,
            strchr("\"<>\\^`{|}#", *name) || *name <= ' ' || *name == 127
                ? "%%%02X"
                : "%c",
            (unsigned char)*name);
    return target;
}

static void ask(int server, char **words)
{
    char *target = target_of(words[3]), *request;
    int v6 = strchr(words[1], ':') != NULL;
    int n = asprintf(&request,
        "GET %s HTTP/1.1\r\nHost: %s%s%s:%s\r\n"
        "Accept-Encoding: identity\r\nConnection: Close\r\n\r\n",
        target, v6 ? "[" : "", words[1], v6 ? "]" : "", words[2]);
    if (n < 0)
        error(1, errno, "memory");
    for (int done = 0, m; done < n; done += m)
        if ((m = (int)send(
                 server, request + done, (size_t)(n - done), MSG_NOSIGNAL)) < 0)
            break; /* there may be a response nevertheless */
    free(request);
    free(target);
}

/* Look at what has come until a head is whole, and receive that. Return its
 * length. */
static size_t get_head(int server)
{
    size_t seen = 0;
    char *end = NULL;
    while (!end) {
        /* wait for one byte more than there were */
        ssize_t n = recv(server, buffer, seen + 1, MSG_PEEK | MSG_WAITALL);
        if (n > (ssize_t)seen)
            n = recv(server, buffer, sizeof buffer - 1, MSG_PEEK);
        if (n < 0)
            error(1, errno == EAGAIN ? ETIMEDOUT : errno, "receiving");
        if (n <= (ssize_t)seen || n == sizeof buffer - 1 ||
            strncmp(buffer, "HTTP/1.", n < 7 ? (size_t)n : 7) != 0)
            error(1, 0, "no HTTP response came");
        buffer[seen = (size_t)n] = '\0';
        end = strstr(buffer, "\r\n\r\n");
    }
    end[4] = '\0';
    return get(server, buffer, (size_t)(end + 4 - buffer));
}

/* Print the response's head. Return how much is to come of its body, -1 for all
 * up to end of file. */
static long long print_head(int server)
{
    char *line, *behind;
    long long length = -1;
    int status;
    do
        put(buffer, get_head(server));
    while (buffer[9] == '1'); /* the real one follows */
    if (sscanf(buffer, "HTTP/1.%*1[0-9] %3d", &status) != 1)
        error(1, 0, "that is no status line");
    line = strcasestr(buffer, "\r\ncontent-length:");
    if (line) {
        line += 17 + strspn(line + 17, " \t");
        length = strtoll(line, &behind, 10);
        if (!isdigit((unsigned char)*line) || length == LLONG_MAX ||
            behind[strspn(behind, " \t")] != '\r')
            error(1, 0, "that is no length");
    }
    return status == 204 || status == 304 ? 0 : length;
}

int main(int argc, char **argv)
{
    if (argc != 4 || argv[2][strspn(argv[2], "0123456789")])
        error(2, 0, "usage: untileof server_host server_port filename");
    int server = reach(argv[1], argv[2]);
    ask(server, argv);
    long long left = print_head(server);
    while (left != 0) {
        size_t most = sizeof buffer;
        if (left > 0 && left < (long long)most)
            most = (size_t)left;
        size_t n = get(server, buffer, most);
        if (n == 0)
            break;
        put(buffer, n);
        left -= left > 0 ? (long long)n : 0;
    }
    if (left > 0)
        error(1, 0, "%lld bytes are missing", left);
    return 0;
}
