/* eventloop.c - a server with one thread and many clients at a time: poll over
 * nonblocking sockets, one listener for each family; made of two source files.
 * usage: eventloop [port [root]] */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "listen.h"

enum {
    SLOTS = 200,
    FIRST = LISTENERS + 1, /* behind the listeners and the pipe */
    HEAD_SIZE = 17000,
    QUIET_MS = 10000
};

/* A client is receiving its head, is sent out, or is being drained. */
static struct client {
    enum { HEAD, SENDING, DRAINING } state;
    int file, to_head; /* the method is HEAD */
    size_t used, sent; /* of buffer */
    long long left;    /* of the file */
    long long deadline;
    char buffer[HEAD_SIZE];
} clients[SLOTS];

static struct pollfd polled[FIRST + SLOTS];
static int patience = QUIET_MS, wake[2];

static long long clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void on_stop(int number)
{
    ssize_t n = write(wake[1], &number, 1);
    (void)n;
}

static const char *type_of(const char *path)
{
    static const char table[][2][32] = {{".html", "text/html"},
        {".css", "text/css"}, {".txt", "text/plain"}, {".png", "image/png"},
        {".jpg", "image/jpeg"}, {".js", "text/javascript"},
        {".json", "application/json"}, {".md", "text/markdown"},
        {".gif", "image/gif"}, {".svg", "image/svg+xml"},
        {".ico", "image/x-icon"}, {".webp", "image/webp"},
        {".pdf", "application/pdf"}, {".wasm", "application/wasm"}};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof table / sizeof *table; i++)
        if (strcasecmp(dot, table[i][0]) == 0)
            return table[i][1];
    return "application/octet-stream";
}

/* Let the client have an answer; its body is the file or else a page. */
static void begin_answer(
    struct client *c, int status, const char *type, long long size)
{
    char page[128] = "", date[40];
    time_t now = time(NULL);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&now));
    if (c->file < 0)
        size = snprintf(page, sizeof page, "<p>Sorry: %d</p>", status);
    c->used = (size_t)snprintf(c->buffer, sizeof c->buffer,
        "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nConnection: close\r\n"
        "Date: %s\r\nContent-Length: %lld\r\nCache-Control: no-store\r\n\r\n%s",
        status, status == 200 ? "Fine" : "Refused", type, date, size, page);
    c->left = c->file < 0 || c->to_head ? 0 : size;
    if (c->to_head)
        c->used -= strlen(page);
    c->sent = 0;
    c->state = SENDING;
    c->deadline = clock_ms() + QUIET_MS;
    fprintf(stderr, "status %d, %lld bytes\n", status, size);
}

/* Decode target up to its query, in place. Return its end, or NULL. */
static char *decode(char *target)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    char *out = target, pair[3] = "";
    for (; *target && *target != '?'; target++, out++) {
        *out = *target;
        if (*target != '%')
            continue;
        if (strspn(target + 1, digits) < 2)
            return NULL;
        memcpy(pair, target + 1, 2);
        *out = (char)strtol(pair, NULL, 16);
        if ((unsigned char)*out < ' ')
            return NULL;
        target += 2;
    }
    *out = '\0';
    return out;
}

/* Return whether one of the path's parts is "..", or a symbolic link. */
static int is_suspicious(char *path)
{
    struct stat about;
    while (path[1] == '/')
        path++;
    for (char *slash = path; slash; slash = strchr(slash + 1, '/')) {
        if (strncmp(slash, "/..", 3) == 0 && (!slash[3] || slash[3] == '/'))
            return 1;
        if (slash == path)
            continue;
        *slash = '\0';
        int is_link = lstat(path + 1, &about) == 0 && S_ISLNK(about.st_mode);
        *slash = '/';
        if (is_link)
            return 1;
    }
    return 0;
}

/* The head is complete: find out what to answer. */
static void answer(struct client *c)
{
    struct stat about;
    char *target = strchr(c->buffer, ' '),
         *line_end = strpbrk(c->buffer, "\r\n");
    char *version = target ? strchr(++target, ' ') : NULL, *end;
    if (!version || version > line_end || *target != '/' ||
        strncmp(version, " HTTP/1.", 8) != 0) {
        begin_answer(c, 400, "text/html", 0);
        return;
    }
    *version = target[-1] = '\0';
    if (!c->to_head && strcmp(c->buffer, "GET") != 0) {
        begin_answer(c, 405, "text/html", 0);
        return;
    }
    if (!(end = decode(target)) || is_suspicious(target)) {
        begin_answer(c, end ? 403 : 400, "text/html", 0);
    } else {
        if (end[-1] == '/')
            memcpy(end, "index.html", 11);
        while (*target == '/')
            target++;
        c->file = open(target, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
        if (c->file >= 0 && fstat(c->file, &about) == 0 &&
            !S_ISREG(about.st_mode)) {
            close(c->file);
            c->file = -1;
        }
        if (c->file < 0)
            begin_answer(c, 404, "text/html", 0);
        else
            begin_answer(c, 200, type_of(target), about.st_size);
    }
}

static int take_head(struct client *c, int fd)
{
    ssize_t n = recv(fd, c->buffer + c->used, HEAD_SIZE - 100 - c->used, 0);
    if (n <= 0)
        return n < 0 && errno == EAGAIN ? 0 : -1;
    c->used += (size_t)n;
    c->buffer[c->used] = '\0';
    char *start = c->buffer + strspn(c->buffer, "\r\n");
    c->used -= (size_t)(start - c->buffer); /* empty lines go */
    memmove(c->buffer, start, c->used + 1);
    c->to_head = strncmp(c->buffer, "HEAD ", 5) == 0;
    if (strstr(c->buffer, "\n\r\n") || strstr(c->buffer, "\n\n"))
        answer(c);
    else if (strlen(c->buffer) < c->used)
        begin_answer(c, 400, "text/html", 0);
    else if (c->used >= HEAD_SIZE - 101)
        begin_answer(c, 431, "text/html", 0);
    return 0;
}

static int give(struct client *c, int fd)
{
    if (c->sent == c->used && c->left > 0) {
        size_t most = c->left < HEAD_SIZE ? (size_t)c->left : HEAD_SIZE;
        ssize_t got = read(c->file, c->buffer, most);
        if (got <= 0)
            return -1;
        c->left -= got;
        c->used = (size_t)got;
        c->sent = 0;
    }
    ssize_t n = send(fd, c->buffer + c->sent, c->used - c->sent, MSG_NOSIGNAL);
    if (n < 0)
        return errno == EAGAIN ? 0 : -1;
    c->sent += (size_t)n;
    c->deadline = clock_ms() + QUIET_MS;
    if (c->sent == c->used && c->left == 0) {
        shutdown(fd, SHUT_WR);
        c->state = DRAINING;
        c->deadline = clock_ms() + 1000;
    }
    return 0;
}

/* Go on with a client. Return -1 when it is done with. */
static int go_on(struct client *c, int fd)
{
    char rest[4096];
    if (c->state == HEAD)
        return take_head(c, fd);
    if (c->state == SENDING)
        return give(c, fd);
    ssize_t n = recv(fd, rest, sizeof rest, 0);
    return n > 0 || (n < 0 && errno == EAGAIN) ? 0 : -1;
}

static void visit(int slot)
{
    struct client *c = &clients[slot];
    struct pollfd *p = &polled[FIRST + slot];
    int gone = p->revents ? go_on(c, p->fd) : 0;
    if (gone == 0 && clock_ms() >= c->deadline) {
        gone = c->state == HEAD ? 0 : -1;
        if (gone == 0)
            begin_answer(c, 408, "text/html", 0);
    }
    p->events = c->state == SENDING ? POLLOUT : POLLIN;
    if (gone == 0)
        return;
    close(p->fd);
    if (c->file >= 0)
        close(c->file);
    p->fd = -1;
}

static int free_slot(void)
{
    int slot = 0;
    while (slot < SLOTS && polled[FIRST + slot].fd >= 0)
        slot++;
    return slot;
}

static void welcome(int listener)
{
    int slot = free_slot();
    if (slot == SLOTS)
        return;
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE)
            poll(NULL, 0, 20);
        return;
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    clients[slot] = (struct client){.state = HEAD, .file = -1};
    clients[slot].deadline = clock_ms() + patience;
    polled[FIRST + slot] = (struct pollfd){.fd = fd, .events = POLLIN};
}

/* Serve everybody until a signal comes. */
static void run(int listeners)
{
    while (!polled[LISTENERS].revents) {
        for (int i = 0; i < listeners; i++)
            polled[i].events = free_slot() < SLOTS ? POLLIN : 0;
        if (poll(polled, FIRST + SLOTS, 200) < 0)
            continue;
        for (int i = 0; i < listeners; i++)
            if (polled[i].revents)
                welcome(polled[i].fd);
        for (int i = 0; i < SLOTS; i++)
            if (polled[FIRST + i].fd >= 0)
                visit(i);
    }
}

static void usage(void)
{
    fprintf(stderr, "usage: eventloop [port [root]]\n");
    exit(2);
}

int main(int argc, char **argv)
{
    static char port[8] = "6789";
    int count, sockets[LISTENERS];
    if (argc > 3 || (argc > 1 && strlen(argv[1]) > 5))
        usage();
    if (argc > 1)
        strcpy(port, argv[1]);
    if (!*port || port[strspn(port, "0123456789")] || atoi(port) > 65535 ||
        (argc > 2 && chdir(argv[2]) < 0))
        usage();
    if (getenv("HTTP_TIMEOUT_MS"))
        patience = atoi(getenv("HTTP_TIMEOUT_MS"));
    for (int i = 0; i < FIRST + SLOTS; i++)
        polled[i].fd = -1;
    int number = listen_everywhere(port, sockets, &count);
    if (number < 0 || pipe(wake) < 0) {
        perror("eventloop");
        return 1;
    }
    for (int i = 0; i < count; i++)
        polled[i].fd = sockets[i];
    polled[LISTENERS] = (struct pollfd){.fd = wake[0], .events = POLLIN};
    signal(SIGINT, on_stop);
    signal(SIGTERM, on_stop);
    printf("Listening on port %d\n", number);
    fflush(stdout);
    run(count);
    return 0;
}
