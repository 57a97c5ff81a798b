/* stdio.c - a server that talks to its clients through stdio streams, keeps its
 * deadlines by SIGALRM, opens a path folder by folder, following no link, and
 * sends a folder's index with or without the slash behind its name.
 * usage: stdio [port [root]] */
#include <arpa/inet.h>
#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { LINE_SIZE = 8192, HEAD_MAX = 16384 };

static volatile sig_atomic_t current = -1, timed_out;
static int root, patience = 10000;

static void on_alarm(int signal_number)
{
    timed_out = signal_number;
    shutdown(current, SHUT_RD); /* whoever reads from it gets end of file */
}

static void on_stop(int signal_number)
{
    _exit(signal_number ? 0 : 1);
}

static void set_alarm(int ms)
{
    struct itimerval timer = {.it_value = {ms / 1000, ms % 1000 * 1000}};
    timed_out = 0;
    setitimer(ITIMER_REAL, &timer, NULL);
}

/* Decode %XX in place. Return 0, or -1 if there is a bad one. */
static int decode(char *in)
{
    char *out = in, hex[3] = "";
    for (; *in; in++, out++) {
        *out = *in;
        if (*in != '%')
            continue;
        if (!isxdigit((unsigned char)in[1]) || !isxdigit((unsigned char)in[2]))
            return -1;
        memcpy(hex, in + 1, 2);
        *out = (char)strtol(hex, NULL, 16);
        if (iscntrl((unsigned char)*out))
            return -1;
        in += 2;
    }
    *out = '\0';
    return 0;
}

/* Open what path names below the root; -1 if it is no regular file. If that is
 * a folder's index, change *type. */
static int open_path(char *path, const char **type)
{
    struct stat about;
    int at = dup(root), inner, flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
    int folder = path[strlen(path) - 1] == '/';
    for (char *next, *name = path; name && at >= 0; name = next) {
        next = strchr(name, '/');
        if (next)
            *next++ = '\0';
        if (*name == '\0' || strcmp(name, ".") == 0)
            continue;
        inner = strcmp(name, "..") == 0 ? -1 : openat(at, name, flags);
        close(at);
        at = inner;
    }
    if (at >= 0 && fstat(at, &about) == 0 && S_ISDIR(about.st_mode)) {
        inner = openat(at, "index.html", flags);
        close(at);
        at = inner;
        folder = 0;
        *type = "text/html";
    }
    if (at >= 0 &&
        (fstat(at, &about) != 0 || !S_ISREG(about.st_mode) || folder)) {
        close(at);
        at = -1;
    }
    return at;
}

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {{".html", "text/html"},
        {".css", "text/css"}, {".js", "text/javascript"},
        {".json", "application/json"}, {".txt", "text/plain"},
        {".md", "text/markdown"}, {".png", "image/png"}, {".jpg", "image/jpeg"},
        {".gif", "image/gif"}, {".svg", "image/svg+xml"},
        {".ico", "image/x-icon"}, {".webp", "image/webp"},
        {".pdf", "application/pdf"}, {".wasm", "application/wasm"}};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcasecmp(dot, types[i][0]) == 0)
            return types[i][1];
    return "application/octet-stream";
}

/* There is no more to read of a head, or it is too much: return the status. */
static int cut_off(FILE *in, int too_long)
{
    if (timed_out)
        return 408;
    return feof(in) || ferror(in) ? -1 : too_long;
}

/* Read the head; put the method and the decoded path into the caller's buffers.
 * Return 0, a status, or -1 when there is nobody to answer. */
static int read_head(FILE *in, char *method, char *path)
{
    char line[LINE_SIZE], version[16], extra;
    size_t head = 0;
    do
        if (!fgets(line, sizeof line, in))
            return cut_off(in, 0);
    while ((*line == '\r' || *line == '\n') && (head += 2) < HEAD_MAX);
    int words =
        sscanf(line, "%15s %8191s %15s %c", method, path, version, &extra);
    if (!strchr(line, '\n'))
        return cut_off(in, 414);
    do {
        if (!fgets(line, sizeof line, in))
            return cut_off(in, 0);
        if ((head += strlen(line)) > HEAD_MAX || !strchr(line, '\n'))
            return cut_off(in, 431);
    } while (line[strspn(line, "\r\n")] != '\0');
    if (words != 3 || strncmp(version, "HTTP/1.", 7) != 0 || *path != '/')
        return 400;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return 501;
    path[strcspn(path, "?")] = '\0';
    return decode(path) < 0 ? 400 : 0;
}

static void put_head(FILE *out, int status, const char *type, long long size)
{
    char date[64];
    time_t now = time(NULL);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&now));
    fprintf(out, "HTTP/1.1 %d %s\r\nDate: %s\r\nConnection: close\r\n", status,
        status == 200   ? "OK"
        : status == 404 ? "Not Found"
                        : "No",
        date);
    fprintf(
        out, "Content-Type: %s\r\nContent-Length: %lld\r\n\r\n", type, size);
}

static void put_file(FILE *out, int fd, long long size)
{
    char piece[BUFSIZ];
    FILE *file = fdopen(fd, "rb");
    while (file && size > 0 && !ferror(out)) {
        size_t n =
            fread(piece, 1, size < BUFSIZ ? (size_t)size : sizeof piece, file);
        if (n == 0)
            break;
        fwrite(piece, 1, n, out);
        size -= (long long)n;
    }
    if (file)
        fclose(file);
    else
        close(fd);
}

static void serve(FILE *in, FILE *out)
{
    char method[16] = "", path[LINE_SIZE] = "/";
    struct stat about;
    set_alarm(patience);
    int fd = -1, status = read_head(in, method, path);
    set_alarm(0);
    int no_body = strcmp(method, "HEAD") == 0;
    const char *type = type_of(path);
    if (status == 0)
        status = (fd = open_path(path, &type)) >= 0 ? 200 : 404;
    fprintf(stderr, "stdio: answer %d\n", status);
    if (status == 200 && fstat(fd, &about) == 0) {
        put_head(out, 200, type, about.st_size);
        put_file(out, fd, no_body ? 0 : about.st_size);
    } else if (status > 0) {
        put_head(out, status, "text/html", 22);
        fprintf(out, "%s", no_body ? "" : "<h1>Not for you</h1>\r\n");
    }
    fflush(out);
    shutdown(current, SHUT_WR);
    if (status <= 0)
        return;
    set_alarm(1000); /* for what the client still sends */
    while (getc(in) != EOF)
        ;
    set_alarm(0);
}

static int make_listener(int port)
{
    int on = 1, off = 0, fd = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 any6 = {
        .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    struct sockaddr_in any4 = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int is6 = fd >= 0 &&
              setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0;
    if (!is6)
        fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, is6 ? (struct sockaddr *)&any6 : (struct sockaddr *)&any4,
            is6 ? sizeof any6 : sizeof any4) < 0 ||
        listen(fd, 16) < 0)
        err(1, "cannot listen at port %d", port);
    return fd;
}

int main(int argc, char **argv)
{
    struct sockaddr_in6 bound;
    struct timeval ten = {.tv_sec = 10};
    socklen_t length = sizeof bound;
    char *end = "";
    long port = argc > 1 ? strtol(argv[1], &end, 10) : 6789;
    if (argc > 3 || *end || port < 0 || port > 65535 ||
        (argc > 1 && !isdigit((unsigned char)*argv[1])))
        return fprintf(stderr, "usage: %s [port [root]]\n", *argv), 2;
    if ((root = open(argc > 2 ? argv[2] : ".", O_RDONLY | O_DIRECTORY)) < 0)
        err(2, "%s", argv[2]);
    if (getenv("HTTP_TIMEOUT_MS"))
        patience = atoi(getenv("HTTP_TIMEOUT_MS"));
    signal(SIGPIPE, SIG_IGN);
    signal(SIGALRM, on_alarm);
    signal(SIGINT, on_stop);
    signal(SIGTERM, on_stop);
    int listener = make_listener((int)port);
    getsockname(listener, (struct sockaddr *)&bound, &length);
    printf("Listening on port %d\n", ntohs(bound.sin6_port));
    fflush(stdout);
    for (;;) {
        current = accept(listener, NULL, NULL);
        if (current < 0) {
            usleep(50000); /* out of something: not in a hurry */
            continue;
        }
        setsockopt(current, SOL_SOCKET, SO_SNDTIMEO, &ten, sizeof ten);
        FILE *in = fdopen(current, "rb"), *out = fdopen(dup(current), "wb");
        if (in && out)
            serve(in, out);
        if (out)
            fclose(out);
        if (in)
            fclose(in);
    }
}
