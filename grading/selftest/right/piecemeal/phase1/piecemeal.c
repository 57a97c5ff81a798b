/* piecemeal.c - a server that receives byte by byte and sends word by word,
 * each word in a packet of its own, with a bigger file in small pieces. usage:
 * piecemeal [port [root]] */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PIECE_SIZE = 700, PATIENCE_S = 10 };

static int client, failed; /* the one that is served */
static int is_head;        /* what it asks by is HEAD */
static char *root;

static void say_bytes(const char *bytes, size_t size)
{
    for (size_t sent = 0; !failed && sent < size;) {
        ssize_t n = write(client, bytes + sent, size - sent);
        failed = n <= 0;
        sent += failed ? 0 : (size_t)n;
    }
}

static void say(const char *word)
{
    say_bytes(word, strlen(word));
}

static void say_number(long long number)
{
    if (number >= 10)
        say_number(number / 10);
    say_bytes(&"0123456789"[number % 10], 1);
}

static void say_head(
    int status, const char *words, const char *type, long long size)
{
    char now[30];
    time_t clock = time(NULL);
    strftime(now, sizeof now, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&clock));
    say("HTTP");
    say("/1.1 ");
    say_number(status);
    say(" ");
    say(words);
    say("\r\nDate: ");
    say(now);
    say("\r\nConnection:close\r\nContent-Type:");
    say(type);
    say("\r\nContent-Length:   ");
    say_number(size);
    say("  \r\n\r");
    say("\n");
    fprintf(stderr, "%d\n", status);
}

static void say_error(int status, const char *words)
{
    say_head(status, words, "text/html", (long long)strlen(words) + 3);
    if (is_head)
        return;
    say("<p>");
    say(words);
}

/* Receive one byte. Return it, -1 at the end or -2 when the time is over. */
static int hear(time_t start)
{
    unsigned char byte;
    struct pollfd incoming = {.fd = client, .events = POLLIN};
    time_t left = start + PATIENCE_S - time(NULL);
    if (left <= 0 || poll(&incoming, 1, (int)left * 1000) == 0)
        return -2;
    return read(client, &byte, 1) == 1 ? byte : -1;
}

/* Receive a line into size bytes, without its end. Return 0 or a status. */
static int hear_line(char *line, size_t size, time_t start)
{
    size_t n = 0;
    for (;;) {
        int byte = hear(start);
        if (byte < 0)
            return byte == -2 ? 408 : -1;
        if (byte == '\n')
            break;
        if (byte == '\0' || n == size - 1)
            return byte ? 431 : 400;
        line[n++] = (char)byte;
    }
    line[n] = '\0';
    if (n > 0 && line[n - 1] == '\r')
        line[n - 1] = '\0';
    return 0;
}

static const char *look_up(const char *name)
{
    static const char *const types[] = {".css", "text/css", ".gif", "image/gif",
        ".htm", "text/html", ".html", "text/html", ".ico", "image/x-icon",
        ".jpg", "image/jpeg", ".js", "text/javascript", ".json",
        "application/json", ".md", "text/markdown", ".pdf", "application/pdf",
        ".png", "image/png", ".svg", "image/svg+xml", ".txt", "text/plain",
        ".wasm", "application/wasm", ".webp", "image/webp", NULL};
    const char *dot = strrchr(name, '.');
    int i = 0;
    while (types[i] && (!dot || strcmp(types[i], dot) != 0))
        i += 2;
    return types[i] ? types[i + 1] : "application/octet-stream";
}

static void say_file(const char *path)
{
    char piece[PIECE_SIZE];
    struct stat about;
    int file = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    if (file < 0 || fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
        say_error(404, "Not Found");
    } else {
        long long left = about.st_size;
        say_head(200, "OK", look_up(path), left);
        while (left > 0 && !failed) {
            ssize_t n = read(
                file, piece, left < PIECE_SIZE ? (size_t)left : sizeof piece);
            if (n <= 0)
                break;
            say_bytes(piece, (size_t)n);
            left -= n;
        }
    }
    if (file >= 0)
        close(file);
}

/* Put what target names into path, as the system knows it. Return a status. */
static int find(char *target, char *path)
{
    char *out = target, *in = target, name[PATH_MAX];
    unsigned byte;
    size_t length = strlen(root);
    target[strcspn(target, "?")] = '\0';
    for (; *in; *out++ = (char)byte, in++) {
        byte = (unsigned char)*in;
        if (*in != '%')
            continue;
        if (strspn(in + 1, "0123456789ABCDEFabcdef") < 2 ||
            sscanf(in + 1, "%2x", &byte) != 1 || byte < ' ')
            return 400;
        in += 2;
    }
    *out = '\0';
    if (snprintf(name, sizeof name, "%s%s%s", root, target,
            out[-1] == '/' ? "index.html" : "") >= PATH_MAX ||
        !realpath(name, path))
        return 404;
    if (strncmp(path, root, length) != 0 || path[length] != '/')
        return 404;
    return 0;
}

static void serve(void)
{
    static char line[8192], path[PATH_MAX];
    char first[8192] = "", method[16] = "", target[8192] = "";
    time_t start = time(NULL);
    int lines = 0, status = hear_line(first, sizeof first, start);
    if (status == 0 && !*first)
        status = hear_line(first, sizeof first, start);
    is_head = strncmp(first, "HEAD ", 5) == 0;
    for (*line = 'x'; status == 0 && *line; lines++)
        status = lines < 100 ? hear_line(line, sizeof line, start) : 431;
    if (status < 0)
        return;
    if (status == 0 &&
        (sscanf(first, "%15s %8191s HTTP/1.%*1[0-9]", method, target) != 2 ||
            !strstr(first, " HTTP/1.") || *target != '/'))
        status = 400;
    if (status == 0 && strcmp(method, "GET") != 0)
        status = 501;
    if (status == 0)
        status = find(target, path);
    if (status == 0)
        say_file(path);
    else
        say_error(status, status == 404 ? "Not Found" : "Not Like This");
}

static void hang_up(void)
{
    char rest[1024];
    time_t start = time(NULL);
    struct pollfd incoming = {.fd = client, .events = POLLIN};
    shutdown(client, SHUT_WR);
    while (time(NULL) - start < 3 && poll(&incoming, 1, 500) == 1)
        if (read(client, rest, sizeof rest) <= 0)
            break;
    close(client);
}

int main(int argc, char **argv)
{
    struct sockaddr_in6 here = {.sin6_family = AF_INET6};
    struct timeval patience = {.tv_sec = PATIENCE_S};
    socklen_t size = sizeof here;
    int yes = 1, no = 0, port = argc > 1 ? 0 : 6789;
    for (char *c = argc > 1 ? argv[1] : ""; *c; c++)
        port =
            *c < '0' || *c > '9' || port > 65535 ? 65536 : port * 10 + *c - '0';
    root = realpath(argc > 2 ? argv[2] : ".", NULL);
    if (argc > 3 || port > 65535 || (argc > 1 && !*argv[1]) || !root) {
        fprintf(stderr, "usage: piecemeal [port [root]]\n");
        exit(2);
    }
    if (!root[1]) /* the system's own */
        *root = '\0';
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET6, SOCK_STREAM, 0);
    here.sin6_port = htons((in_port_t)port);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&here, size) < 0 ||
        listen(listener, 5) < 0)
        err(1, "no port");
    getsockname(listener, (struct sockaddr *)&here, &size);
    printf("Listening on port %d\n", ntohs(here.sin6_port));
    fflush(stdout);
    while ((client = accept(listener, NULL, NULL)) >= 0 ||
           poll(NULL, 0, 50) == 0) {
        if (client < 0)
            continue;
        failed = 0;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        serve();
        hang_up();
    }
}
