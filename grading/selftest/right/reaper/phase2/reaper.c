/* reaper.c - a threaded server whose threads, C11's, are joined by another one,
 * half a second after they have ended, and which waits for each client to
 * close. It reads a file as a whole before it sends it. usage: reaper [port
 * [root]] */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_MAX = 16384, PATIENCE_S = 10, REAP_MS = 500 };

/* One connection, in the list of those whose threads are not joined yet. */
struct connection {
    thrd_t thread;
    int socket, ended;
    struct connection *next;
};

static struct connection *connections;
static mtx_t lock;
static char root[PATH_MAX];

static int give(int client, const char *data, size_t size)
{
    ssize_t n = 1;
    for (; size > 0 && n > 0; data += n, size -= (size_t)n)
        if ((n = send(client, data, size, MSG_NOSIGNAL)) <= 0)
            return -1;
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

static int give_head(
    int client, const char *status, const char *type, long long size)
{
    char head[256], now[40];
    int n = snprintf(head, sizeof head,
        "HTTP/1.1 %s\r\nConnection: close\r\nContent-Type: %s\r\n"
        "Content-Length: %lld\r\nDate: %s\r\n\r\n",
        status, type, size, date(now));
    fprintf(stderr, "reaper: %s\n", status);
    return give(client, head, (size_t)n);
}

static void refuse(int client, const char *status, const char *head)
{
    long long size = (long long)strlen(status);
    if (give_head(client, status, "text/html", size) == 0 &&
        strncmp(head + strspn(head, "\r\n"), "HEAD ", 5) != 0)
        give(client, status, (size_t)size);
}

static const char *type_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    if (!dot)
        return "application/octet-stream";
    return strcmp(dot, ".html") == 0  ? "text/html"
           : strcmp(dot, ".txt") == 0 ? "text/plain"
           : strcmp(dot, ".css") == 0 ? "text/css"
           : strcmp(dot, ".png") == 0 ? "image/png"
           : strcmp(dot, ".jpg") == 0 ? "image/jpeg"
                                      : "application/octet-stream";
}

static void give_file(int client, const char *path, const char *head)
{
    struct stat about;
    char *whole = NULL;
    int file = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0 && (errno == EMFILE || errno == ENFILE)) {
        refuse(client, "503 Service Unavailable", head);
    } else if (file < 0 || fstat(file, &about) < 0 || !S_ISREG(about.st_mode)) {
        refuse(client, "404 Not Found", head);
    } else if (!(whole = malloc((size_t)about.st_size + 1))) {
        refuse(client, "503 Service Unavailable", head);
    } else if (give_head(client, "200 OK", type_of(path), about.st_size) == 0) {
        size_t size = (size_t)about.st_size, used = 0;
        ssize_t n;
        while ((n = read(file, whole + used, size - used)) > 0)
            used += (size_t)n;
        give(client, whole, used);
    }
    free(whole);
    if (file >= 0)
        close(file);
}

/* Decode target onto the end of the root's name. Return 0, or -1. */
static int make_name(const char *target, char *name)
{
    size_t n = strlen(root);
    memcpy(name, root, n);
    for (; *target && *target != '?'; target++) {
        unsigned byte = (unsigned char)*target;
        if (byte == '%') {
            if (strspn(target + 1, "0123456789abcdefABCDEF") < 2)
                return -1;
            sscanf(target + 1, "%2x", &byte);
            target += 2;
        }
        if (byte < ' ' || n >= PATH_MAX - 12)
            return -1;
        name[n++] = (char)byte;
    }
    strcpy(name + n, name[n - 1] == '/' ? "index.html" : "");
    return 0;
}

static void answer(int client, const char *head)
{
    char method[16], target[PATH_MAX], name[PATH_MAX], real[PATH_MAX];
    size_t length = strlen(root);
    int minor;
    if (sscanf(head, "%15s %4095s HTTP/1.%1d", method, target, &minor) != 3 ||
        *target != '/' || make_name(target, name) < 0)
        refuse(client, "400 Bad Request", head);
    else if (strcmp(method, "GET") != 0)
        refuse(client, "405 Method Not Allowed", head);
    else if (!realpath(name, real))
        refuse(client, errno == EMFILE ? "503 Full" : "404 Not Found", head);
    else if (strncmp(real, root, length) != 0 || real[length] != '/')
        refuse(client, "403 Forbidden", head);
    else
        give_file(client, real, head);
}

/* Receive the head into size bytes. Return what is wrong with it, NULL if it is
 * whole, or "" if it does not come. */
static const char *receive_head(int client, char *head, size_t size)
{
    size_t used = 0;
    time_t start = time(NULL);
    do {
        ssize_t n = recv(client, head + used, size - 1 - used, 0);
        if ((n < 0 && errno == EAGAIN) || time(NULL) - start > PATIENCE_S)
            return "408 Request Timeout";
        if (n <= 0)
            return "";
        head[used += (size_t)n] = '\0';
        if (strstr(head, "\n\r\n") || strstr(head, "\n\n"))
            return NULL;
    } while (strlen(head) == used && used < size - 1);
    return used == size - 1 ? "431 Request Header Fields Too Large"
                            : "400 Bad Request";
}

static int serve(void *argument)
{
    struct connection *own = argument;
    struct timeval patience = {PATIENCE_S, 0};
    char head[HEAD_MAX] = "";
    int client = own->socket;
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const char *wrong = receive_head(client, head, sizeof head);
    if (!wrong)
        answer(client, head);
    else if (*wrong)
        refuse(client, wrong, head);
    shutdown(client, SHUT_WR);
    time_t until = time(NULL) + PATIENCE_S;
    while (recv(client, head, sizeof head, 0) > 0 && time(NULL) < until)
        ;
    close(client);
    mtx_lock(&lock);
    own->ended = 1;
    mtx_unlock(&lock);
    return 0;
}

/* Twice a second, join the threads that have ended. */
static int reap(void *unused)
{
    for (;; poll(NULL, 0, REAP_MS)) {
        mtx_lock(&lock);
        for (struct connection **at = &connections, *c; (c = *at);) {
            if (!c->ended) {
                at = &c->next;
                continue;
            }
            *at = c->next;
            thrd_join(c->thread, NULL);
            free(c);
        }
        mtx_unlock(&lock);
    }
    return unused != NULL;
}

/* Have a thread serve the client. Return 0, or -1 if there can be none. */
static int start(int client)
{
    struct connection *own = calloc(1, sizeof *own);
    if (!own)
        return -1;
    own->socket = client;
    mtx_lock(&lock);
    int result = thrd_create(&own->thread, serve, own);
    if (result == thrd_success) {
        own->next = connections;
        connections = own;
    } else {
        free(own);
    }
    mtx_unlock(&lock);
    return result == thrd_success ? 0 : -1;
}

static void on_stop(int number)
{
    _exit(number == 0);
}

static int make_listener(unsigned port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    socklen_t length = sizeof address;
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, length) < 0 ||
        listen(listener, SOMAXCONN) < 0)
        err(1, "cannot listen");
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("Listening on port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int argc, char **argv)
{
    thrd_t reaper;
    unsigned port = 6789;
    char extra;
    if (argc > 3 ||
        (argc > 1 && (sscanf(argv[1], "%5u%c", &port, &extra) != 1 ||
                         port > 65535 || *argv[1] == '-')) ||
        !realpath(argc > 2 ? argv[2] : ".", root)) {
        fprintf(stderr, "usage: reaper [port [root]]\n");
        return 2;
    }
    if (!root[1]) /* the system's own */
        *root = '\0';
    signal(SIGINT, on_stop);
    signal(SIGTERM, on_stop);
    if (mtx_init(&lock, mtx_plain) != thrd_success ||
        thrd_create(&reaper, reap, NULL) != thrd_success)
        errx(1, "no thread");
    int listener = make_listener(port);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0)
            poll(NULL, 0, 50);
        else if (start(client) < 0) {
            refuse(client, "503 Service Unavailable", "");
            close(client);
        }
    }
}
