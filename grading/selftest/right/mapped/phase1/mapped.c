/* mapped.c - a server that maps a file into memory and sends head and body with
 * one writev, compares real paths, takes signals only inside ppoll, and hides
 * its memory and descriptors from others.
 * usage: mapped [port [root]] */
#define _GNU_SOURCE /* ppoll, accept4 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define HEAD_MAX 20000
#define PAGE_404                                                               \
    "<html><head><title>404</title></head><body>Nothing here.</body></html>"

static volatile sig_atomic_t stop;
static sigset_t while_waiting;
static char root[PATH_MAX];

static void on_signal(int number)
{
    stop = number;
}

static long long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Wait for events on fd until a time. Return 0 if they came. */
static int wait_until(int fd, short events, long long until)
{
    struct pollfd p = {.fd = fd, .events = events};
    long long left = until - now_ms();
    struct timespec t = {left / 1000, left % 1000 * 1000000};
    if (left <= 0)
        return -1;
    return ppoll(&p, 1, &t, &while_waiting) == 1 ? 0 : -1;
}

/* Send both parts; give up on a client that takes nothing for 10 s. A page of a
 * file that has shrunk makes writev fail, it does not kill the program: then
 * there is a reset, lest the client take what came for whole. */
static void send_parts(int client, struct iovec *part, int count)
{
    struct linger abort = {.l_onoff = 1, .l_linger = 0};
    while (count > 0) {
        ssize_t n = writev(client, part, count);
        if (n < 0 && errno == EAGAIN &&
            wait_until(client, POLLOUT, now_ms() + 10000) == 0)
            continue;
        if (n < 0) {
            setsockopt(client, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
            return;
        }
        for (; count > 0 && (size_t)n >= part->iov_len; part++, count--)
            n -= (ssize_t)part->iov_len;
        if (count > 0) {
            part->iov_base = (char *)part->iov_base + n;
            part->iov_len -= (size_t)n;
        }
    }
}

static void answer(
    int client, const char *status, const char *type, char *body, size_t size)
{
    char head[512], date[40];
    time_t now = time(NULL);
    strftime(date, sizeof date, "%a, %d %b %Y %T GMT", gmtime(&now));
    int length = snprintf(head, sizeof head,
        "HTTP/1.1 %s\r\nServer: mapped\r\nDate: %s\r\nContent-Length: %zu\r\n"
        "Content-Type: %s\r\nX-Extra: yes\r\nConnection: close\r\n\r\n",
        status, date, size, type);
    struct iovec parts[2] = {{head, (size_t)length}, {body, body ? size : 0}};
    send_parts(client, parts, 2);
    fprintf(stderr, "%s %s\n", date, status);
}

static void answer_error(int client, const char *status, int no_body)
{
    char page[] = PAGE_404;
    memcpy(strstr(page, "404"), status, 3);
    if (no_body)
        answer(client, status, "text/html", NULL, sizeof page - 1);
    else
        answer(client, status, "text/html", page, sizeof page - 1);
}

static const char *type_of(const char *path)
{
    static const char *const map[] = {"html", "text/html; charset=utf-8", "css",
        "text/css; charset=utf-8", "txt", "text/plain; charset=utf-8", "js",
        "text/javascript", "json", "application/json", "md", "text/markdown",
        "png", "image/png", "jpg", "image/jpeg", "gif", "image/gif", "svg",
        "image/svg+xml", "ico", "image/x-icon", "webp", "image/webp", "pdf",
        "application/pdf", "wasm", "application/wasm", NULL};
    const char *dot = strrchr(path, '.');
    for (int i = 0; dot && map[i]; i += 2)
        if (strcmp(dot + 1, map[i]) == 0)
            return map[i + 1];
    return "application/octet-stream";
}

/* Percent-decode text in place. Return 0, or -1 when it cannot be. */
static int unescape(char *text)
{
    unsigned value;
    char *out = text;
    for (; *text; text++) {
        value = (unsigned char)*text;
        if (*text == '%') {
            if (strspn(text + 1, "0123456789abcdefABCDEF") < 2 ||
                sscanf(text + 1, "%2x", &value) != 1 || value < 32)
                return -1;
            text += 2;
        }
        *out++ = (char)value;
    }
    *out = '\0';
    return 0;
}

static void send_mapped(int client, const char *path, int no_body)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about) < 0 || !S_ISREG(about.st_mode)) {
        answer_error(client,
            fd < 0 && errno == EACCES ? "403 Forbidden" : "404 Not Found",
            no_body);
    } else {
        size_t size = (size_t)about.st_size;
        char *body =
            size ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
        if (body == MAP_FAILED)
            answer_error(client, "500 Internal Server Error", no_body);
        else
            answer(
                client, "200 OK", type_of(path), no_body ? NULL : body, size);
        if (body && body != MAP_FAILED)
            munmap(body, size);
    }
    if (fd >= 0)
        close(fd);
}

/* Answer for a target: what realpath makes of it must be below the root. */
static void serve_target(int client, char *target, int no_body)
{
    char wanted[PATH_MAX], real[PATH_MAX];
    size_t length = strlen(root);
    target[strcspn(target, "?")] = '\0';
    if (*target != '/' || unescape(target) < 0) {
        answer_error(client, "400 Bad Request", no_body);
    } else if (snprintf(wanted, sizeof wanted, "%s%s%s", root, target,
                   target[strlen(target) - 1] == '/' ? "index.html" : "") >=
                   (int)sizeof wanted ||
               !realpath(wanted, real)) {
        answer_error(client, "404 Not Found", no_body);
    } else if (strncmp(real, root, length) != 0 ||
               (real[length] != '/' && length > 1)) {
        answer_error(client, "403 Forbidden", no_body);
    } else {
        send_mapped(client, real, no_body);
    }
}

static void serve(int client, int patience)
{
    static char head[HEAD_MAX + 1];
    char method[16], target[9000], version[12], extra;
    int no_body = 0;
    size_t used = 0;
    long long until = now_ms() + patience;
    head[0] = '\0';
    while (!strstr(head, "\n\r\n") && !strstr(head, "\n\n")) {
        if (used == HEAD_MAX || strlen(head) < used) {
            answer_error(client, "400 Bad Request", no_body);
            return;
        }
        if (wait_until(client, POLLIN, until) < 0) {
            answer_error(client, "408 Too Late", no_body);
            return;
        }
        ssize_t n = recv(client, head + used, HEAD_MAX - used, 0);
        if (n <= 0)
            return;
        used += (size_t)n;
        head[used] = '\0';
        no_body = strncmp(head + strspn(head, "\r\n"), "HEAD ", 5) == 0;
    }
    char *start = head + strspn(head, "\r\n");
    start[strcspn(start, "\r\n")] = '\0';
    int words = sscanf(
        start, "%15s %8999s HTTP/1.%9s%c", method, target, version, &extra);
    if (strlen(start) > 8990)
        answer_error(client, "414 URI Too Long", no_body);
    else if (words != 3)
        answer_error(client, "400 Bad Request", no_body);
    else if (no_body || strcmp(method, "GET") == 0)
        serve_target(client, target, no_body);
    else
        answer_error(client, "501 Not Implemented", 0);
}

/* Close, when the client has closed or had a moment for what it still sends. */
static void hang_up(int client)
{
    char rest[4096];
    long long until = now_ms() + 500;
    shutdown(client, SHUT_WR);
    while (wait_until(client, POLLIN, until) == 0 &&
           recv(client, rest, sizeof rest, 0) > 0)
        ;
    close(client);
}

/* Block the signals that stop the server, but for the waiting. */
static void prepare_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t both;
    sigemptyset(&both);
    sigaddset(&both, SIGINT);
    sigaddset(&both, SIGTERM);
    sigprocmask(SIG_BLOCK, &both, &while_waiting);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int make_listener(int port)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    socklen_t length = sizeof any;
    int on = 1, off = 0;
    int listener = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
    any.sin6_port = htons((unsigned short)port);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(listener, (struct sockaddr *)&any, length) < 0 ||
        listen(listener, 128) < 0)
        return -1;
    getsockname(listener, (struct sockaddr *)&any, &length);
    dprintf(STDOUT_FILENO, "Listening on port %d\n", ntohs(any.sin6_port));
    return listener;
}

int main(int argc, char **argv)
{
    int port = 6789, used = 0;
    if (argc > 3 ||
        (argc > 1 && (sscanf(argv[1], "%5d%n", &port, &used) != 1 ||
                         argv[1][used] || port < 0 || port > 65535)) ||
        !realpath(argc > 2 ? argv[2] : ".", root)) {
        fprintf(stderr, "usage: mapped [port [root]]\n");
        return 2;
    }
    const char *ms = getenv("HTTP_TIMEOUT_MS");
    prepare_signals();
    prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
    int listener = make_listener(port);
    if (listener < 0) {
        perror("mapped: cannot listen");
        return 1;
    }
    while (!stop) {
        if (wait_until(listener, POLLIN, now_ms() + 3600000) < 0)
            continue;
        int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (client < 0) {
            wait_until(-1, 0, now_ms() + 20);
            continue;
        }
        serve(client, ms ? atoi(ms) : 10000);
        hang_up(client);
    }
    return 0;
}
