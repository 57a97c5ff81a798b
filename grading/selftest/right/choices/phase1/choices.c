/* choices.c - a server that chooses otherwise where the choice is free: 301 to
 * the tidy form of an untidy path, 403 for links and folders, 405 for HEAD, a
 * head of 4 KiB at most, much to say on stderr, and fixed deadlines.
 * usage: choices [port [root]] */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_MAX = 4096, ANSWER_SIZE = 4 * HEAD_MAX };

static void on_stop(int number)
{
    (void)number;
    static const char bye[] = "choices: bye\n";
    if (write(2, bye, sizeof bye - 1) < 0)
        _exit(1);
    _exit(0);
}

/* Send all of data; false when the client has gone or takes nothing. */
static bool give(int client, const void *data, size_t size)
{
    const char *next = data;
    while (size > 0) {
        ssize_t n = send(client, next, size, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        next += n;
        size -= (size_t)n;
    }
    return true;
}

/* Answer with a page, and with one more header line where there is one. */
static void refuse(int client, const char *status, const char *more)
{
    char answer[ANSWER_SIZE];
    int n = snprintf(answer, sizeof answer,
        "HTTP/1.1 %s\r\n%sX-Mood: sorry\r\nCONTENT-TYPE: text/html\r\n"
        "CONTENT-LENGTH: %zu\r\nCONNECTION: Close\r\n\r\n<h1>%s</h1>",
        status, more, strlen(status) + 9, status);
    fprintf(stderr, "choices: it is %s\n", status);
    give(client, answer, (size_t)n);
}

/* Decode %XX in place. Return false if something is malformed. */
static bool decode(char *path)
{
    char *out = path;
    for (char *in = path; *in; in++) {
        unsigned value = (unsigned char)*in;
        if (*in == '%') {
            if (strspn(in + 1, "0123456789abcdefABCDEF") < 2 ||
                sscanf(in + 1, "%2x", &value) != 1 || value == '/')
                return false;
            in += 2;
        }
        if (value < ' ')
            return false;
        *out++ = (char)value;
    }
    *out = '\0';
    return true;
}

/* Take out empty, "." and ".." parts in place. Return whether there were any.
 */
static bool tidy(char *path)
{
    char *out = path;
    bool to_folder = true;
    size_t before = strlen(path), n;
    for (char *name = path + 1; *name; name += n + (name[n] == '/')) {
        n = strcspn(name, "/");
        bool up = n == 2 && memcmp(name, "..", 2) == 0;
        bool skip = up || n == 0 || (n == 1 && *name == '.');
        while (up && out > path && *--out != '/')
            ;
        if (!skip) {
            *out++ = '/';
            memmove(out, name, n);
            out += n;
        }
        to_folder = skip || name[n] == '/';
    }
    if (to_folder)
        *out++ = '/';
    *out = '\0';
    return (size_t)(out - path) != before;
}

static const char *type_of(const char *path)
{
    static const char *const types =
        "html text/html\nhtm text/html\ntxt text/plain; charset=UTF-8\n"
        "css text/css\njs text/javascript\njson application/json\n"
        "md text/markdown\npng image/png\njpg image/jpeg\ngif image/gif\n"
        "svg image/svg+xml\nico image/x-icon\nwebp image/webp\n"
        "pdf application/pdf\nwasm application/wasm\n";
    static char type[64];
    char ending[16];
    const char *dot = strrchr(path, '.');
    if (dot && snprintf(ending, sizeof ending, "\n%s ", dot + 1) < 16) {
        const char *at = strncmp(types, ending + 1, strlen(ending + 1)) == 0
                             ? types - 1
                             : strstr(types, ending);
        if (at && sscanf(at + strlen(ending), "%63[^\n]", type) == 1)
            return type;
    }
    return "application/octet-stream";
}

/* Open path folder by folder below the working directory. Return -1 with errno
 * set; a symbolic link is an ELOOP or ENOTDIR wherever it leads. */
static int open_below(const char *path)
{
    char name[256];
    int at = open(".", O_RDONLY | O_DIRECTORY);
    while (at >= 0 && *path) {
        size_t length = strcspn(++path, "/");
        if (length >= sizeof name) {
            close(at);
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(name, path, length);
        strcpy(name + length, "");
        int inner = openat(at, length ? name : ".",
            O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        int error = errno;
        close(at);
        errno = error;
        at = inner;
        path += length;
    }
    return at;
}

static void send_file(int client, int file, long long size, const char *type)
{
    char piece[10000], date[64];
    time_t now = time(NULL);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&now));
    int n = snprintf(piece, sizeof piece,
        "HTTP/1.1 200 Here you are\r\nX-Mood: happy\r\nCONNECTION: Close\r\n"
        "DATE: %s\r\nCONTENT-LENGTH: %lld\r\nCONTENT-TYPE: %s\r\n\r\n",
        date, size, type);
    if (!give(client, piece, (size_t)n))
        return;
    while (size > 0) {
        ssize_t got = read(file, piece,
            size < (long long)sizeof piece ? (size_t)size : sizeof piece);
        if (got <= 0 || !give(client, piece, (size_t)got))
            return;
        size -= got;
    }
    fprintf(stderr, "choices: it is sent\n");
}

static void serve_path(int client, const char *path)
{
    struct stat about;
    int file = open_below(path);
    if (file < 0)
        refuse(client,
            errno == ENOENT || errno == ENAMETOOLONG ? "404 No Such Thing"
                                                     : "403 Hands Off",
            "");
    else if (fstat(file, &about) < 0 || !S_ISREG(about.st_mode))
        refuse(client, "403 Hands Off", "");
    else
        send_file(client, file, about.st_size, type_of(path));
    if (file >= 0)
        close(file);
}

/* Answer 301 with path, encoded where it must be. */
static void redirect(int client, const char *path)
{
    char line[3 * HEAD_MAX + 32] = "Location: ", *end = strchr(line, '\0');
    for (; *path; path++)
        end += sprintf(end,
            *path > ' ' && !strchr("%\"<>?#\\", *path) ? "%c" : "%%%02X",
            (unsigned char)*path);
    strcpy(end, "\r\n");
    refuse(client, "301 Tidier Elsewhere", line);
}

/* Answer what the complete head asks for. */
static void answer(int client, char *head)
{
    head[strcspn(head, "\r\n")] = '\0';
    char *target = strchr(head, ' ');
    char *version = target ? strchr(target + 1, ' ') : NULL;
    if (!version || target[1] != '/' || strncmp(version, " HTTP/1.", 8) != 0) {
        refuse(client, "400 What", "");
        return;
    }
    *target++ = *version = '\0';
    target[strcspn(target, "?")] = '\0';
    if (strcmp(head, "GET") != 0)
        refuse(client, "405 Only GET Here", "Allow: GET\r\n");
    else if (!decode(target))
        refuse(client, "400 What", "");
    else if (tidy(target))
        redirect(client, target);
    else
        serve_path(client, target);
}

static void serve(int client)
{
    char head[HEAD_MAX + 1];
    size_t used = 0;
    time_t start = time(NULL);
    do {
        ssize_t n = recv(client, head + used, HEAD_MAX - used, 0);
        bool late = (n < 0 && errno == EAGAIN) || time(NULL) - start > 10;
        if (late)
            refuse(client, "408 Too Slow", "");
        if (late || n <= 0)
            return;
        head[used += (size_t)n] = '\0';
        if (used == HEAD_MAX || strlen(head) < used) {
            refuse(client, "400 Not Such Heads", "");
            return;
        }
    } while (!strstr(head, "\n\r\n") && !strstr(head, "\n\n"));
    fprintf(stderr, "choices: a request of %zu bytes\n", used);
    answer(client, head);
}

/* Close without a reset: drop what has come, for at most a second while the
 * client's system has not got all of the answer. */
static void finish(int client)
{
    char rest[1000];
    struct tcp_info info;
    socklen_t length = sizeof info;
    shutdown(client, SHUT_WR);
    for (int i = 0; i < 100; i++) {
        while (recv(client, rest, sizeof rest, MSG_DONTWAIT) > 0)
            ;
        if (getsockopt(client, IPPROTO_TCP, TCP_INFO, &info, &length) < 0 ||
            info.tcpi_unacked == 0)
            break;
        usleep(10000);
    }
    close(client);
}

/* Return the port at which *listener listens. */
static int make_listener(int port, int *listener)
{
    struct sockaddr_in address = {.sin_addr.s_addr = INADDR_ANY};
    socklen_t length = sizeof address;
    *listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(*listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)port);
    if (bind(*listener, (struct sockaddr *)&address, length) != 0 ||
        listen(*listener, 5) != 0) {
        fprintf(stderr, "choices: no port: %s\n", strerror(errno));
        exit(1);
    }
    getsockname(*listener, (struct sockaddr *)&address, &length);
    return ntohs(address.sin_port);
}

int main(int argc, char **argv)
{
    struct timeval ten = {10, 0};
    char *end = "";
    int listener;
    unsigned long port = 6789;
    if (argc > 1)
        port = strtoul(argv[1], &end, 10);
    if (argc > 3 || *end || port > UINT16_MAX || (argc > 1 && !*argv[1]) ||
        (argc > 2 && chdir(argv[2]) != 0)) {
        fprintf(stderr, "choices wants: [port [root]]\n");
        return 2;
    }
    signal(SIGINT, on_stop);
    signal(SIGTERM, on_stop);
    int number = make_listener((int)port, &listener);
    fprintf(stderr, "choices: good morning\nchoices: ready\n");
    printf("Listening on port %d\n", number);
    fflush(stdout);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client >= 0) {
            setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &ten, sizeof ten);
            setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &ten, sizeof ten);
            serve(client);
            finish(client);
        } else {
            usleep(50000);
        }
    }
}
