/* smallstacks.c - a threaded server whose threads are born detached with stacks
 * of 64 KiB, take the socket by value, and answer 503 when there are too few.
 * They are in a process that another one begins anew when it has ended.
 * usage: smallstacks [port [root]] */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STACK_SIZE = 64 * 1024, HEAD_MAX = 8192, PATIENCE_MS = 10000 };

static const char unavailable[] =
    "HTTP/1.0 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
static int root;

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int ready(int fd, short events, long long until)
{
    struct pollfd p = {.fd = fd, .events = events};
    long long left = until - now_ms();
    return left > 0 && poll(&p, 1, (int)left) == 1;
}

/* Send size bytes without ever blocking in send itself. */
static int put(int fd, const char *data, size_t size)
{
    while (size > 0) {
        if (!ready(fd, POLLOUT, now_ms() + PATIENCE_MS))
            return -1;
        ssize_t n = send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0)
            return -1;
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

/* Return the time as HTTP writes it, in text. */
static const char *date(char text[40])
{
    struct tm tm;
    time_t now = time(NULL);
    strftime(text, 40, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &tm));
    return text;
}

static void put_page(int fd, int status, int is_head)
{
    char page[300], now[40];
    size_t size = sizeof "<h1>404</h1>" - 1;
    int n = snprintf(page, sizeof page,
        "HTTP/1.0 %d No\r\ncontent-length: %zu\r\ncontent-type: text/html\r\n"
        "connection: close\r\ndate: %s\r\n\r\n<h1>%d</h1>",
        status, size, date(now), status);
    put(fd, page, (size_t)n - (is_head ? size : 0));
    fprintf(stderr, "%d\n", status);
}

static int hex(int c)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF", *at;
    at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) % 16 : -1;
}

/* Decode target in place, up to its query. Return 0, or -1: it is malformed or
 * has a part "..". */
static int decode(char *target)
{
    char *in = target, *out = target;
    for (; *in && *in != '?'; in++, out++) {
        *out = *in;
        if (*in == '%') {
            int high = hex(in[1]), low = high < 0 ? -1 : hex(in[2]);
            if (low < 0 || high * 16 + low < ' ')
                return -1;
            *out = (char)(high * 16 + low);
            in += 2;
        }
    }
    *out = '\0';
    for (char *dots = target; (dots = strstr(dots, "/..")); dots++)
        if (!dots[3] || dots[3] == '/')
            return -1;
    return 0;
}

/* Return whether the descriptor's file is below the root, links followed. */
static int is_below_root(int fd)
{
    char link[32], base[PATH_MAX], name[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", root);
    ssize_t length = readlink(link, base, sizeof base);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, name, sizeof name);
    if (length == 1) /* the system's own root */
        return n > 0;
    return length > 0 && n > length && name[length] == '/' &&
           memcmp(name, base, (size_t)length) == 0;
}

static void put_file(int client, int file, long long size, const char *path)
{
    char piece[16384], now[40];
    const char *dot = strrchr(path, '.');
    int n = snprintf(piece, sizeof piece,
        "HTTP/1.0 200 OK\r\ncontent-type: %s\r\nconnection: close\r\n"
        "date: %s\r\ncontent-length: %lld\r\n\r\n",
        dot && strncmp(dot, ".htm", 4) == 0  ? "text/html"
        : dot && strcmp(dot, ".txt") == 0    ? "text/plain"
        : dot && strcmp(dot, ".css") == 0    ? "text/css"
        : dot && strncmp(dot, ".jp", 3) == 0 ? "image/jpeg"
        : dot && strcmp(dot, ".png") == 0    ? "image/png"
                                             : "application/octet-stream",
        date(now), size);
    if (put(client, piece, (size_t)n) < 0)
        return;
    fprintf(stderr, "200\n");
    for (long long at = 0; at < size;) {
        size_t want = size - at < 16384 ? (size_t)(size - at) : sizeof piece;
        ssize_t got = pread(file, piece, want, at);
        if (got <= 0 || put(client, piece, (size_t)got) < 0)
            return;
        at += got;
    }
}

static void answer(int client, char *head, int is_head)
{
    struct stat about;
    char *end = strpbrk(head, "\r\n"), *target, *version;
    *end = '\0';
    target = strchr(head, ' ');
    version = target ? strstr(target + 1, " HTTP/1.") : NULL;
    if (!version || target[1] != '/') {
        put_page(client, 400, is_head);
        return;
    }
    *target++ = *version = '\0';
    if (strcmp(head, "GET") != 0 || decode(target) < 0) {
        put_page(client, strcmp(head, "GET") != 0 ? 501 : 400, is_head);
        return;
    }
    target += strspn(target, "/");
    int file = openat(root, target, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0 && (errno == EMFILE || errno == ENFILE))
        put_page(client, 503, 0);
    else if (file < 0 || fstat(file, &about) < 0 || !S_ISREG(about.st_mode))
        put_page(client, 404, 0);
    else if (!is_below_root(file))
        put_page(client, 403, 0);
    else
        put_file(client, file, about.st_size, target);
    if (file >= 0)
        close(file);
}

/* Receive a head of at most HEAD_MAX bytes. Return 0, a status or -1. */
static int receive(int client, char *head)
{
    long long until = now_ms() + PATIENCE_MS;
    size_t used = 0;
    head[0] = '\0';
    while (!strstr(head, "\n\r\n") && !strstr(head, "\n\n")) {
        if (strlen(head) != used)
            return 400;
        if (used == HEAD_MAX)
            return 431;
        if (!ready(client, POLLIN, until))
            return 408;
        ssize_t n = recv(client, head + used, HEAD_MAX - used, 0);
        if (n <= 0)
            return -1;
        head[used += (size_t)n] = '\0';
        while (*head == '\r' || *head == '\n')
            memmove(head, head + 1, used--);
    }
    return 0;
}

static void *serve(void *argument)
{
    char head[HEAD_MAX + 1];
    int client = (int)(intptr_t)argument;
    int status = receive(client, head);
    int is_head = strncmp(head, "HEAD ", 5) == 0;
    if (status == 0)
        answer(client, head, is_head);
    else if (status > 0)
        put_page(client, status, is_head);
    shutdown(client, SHUT_WR);
    long long until = now_ms() + 1000;
    while (
        ready(client, POLLIN, until) && recv(client, head, sizeof head, 0) > 0)
        ;
    close(client);
    return NULL;
}

static int listen_at(int port)
{
    struct sockaddr_in here = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t length = sizeof here;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&here, length) != 0 ||
        listen(listener, 1) != 0) {
        perror("smallstacks");
        exit(1);
    }
    getsockname(listener, (struct sockaddr *)&here, &length);
    printf("Listening on port %d\n", ntohs(here.sin_port));
    fflush(stdout);
    return listener;
}

int main(int argc, char **argv)
{
    pthread_attr_t small;
    pthread_t thread;
    const char *text = argc > 1 ? argv[1] : "6789";
    root = open(argc > 2 ? argv[2] : ".", O_RDONLY | O_DIRECTORY);
    if (argc > 3 || root < 0 || !*text || strlen(text) > 5 ||
        strspn(text, "0123456789") != strlen(text) || atoi(text) > 65535) {
        fprintf(stderr, "usage: smallstacks [port [root]]\n");
        return 2;
    }
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK_SIZE);
    pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
    int listener = listen_at(atoi(text));
    while (fork() > 0)
        wait(NULL);
    prctl(PR_SET_PDEATHSIG, (long)SIGKILL);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) {
            poll(NULL, 0, 30);
        } else if (pthread_create(
                       &thread, &small, serve, (void *)(intptr_t)client) != 0) {
            put(client, unavailable, sizeof unavailable - 1);
            close(client);
        }
    }
}
