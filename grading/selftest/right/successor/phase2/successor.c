/* successor.c - a threaded server in which the thread that has accepted a
 * client starts its successor at accept, then serves that client itself: one
 * thread more than there are clients waits in accept. It sends by sendfile, and
 * its threads have roomy stacks.
 * usage: successor [port [root]] */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct request {
    char method[16], path[8192];
};

enum { SECONDS = 10, STACK_SIZE = 48 << 20 };

static int listener;
static pthread_attr_t roomy;

static void reply(int out, int status, const char *type, long long size)
{
    char date[64];
    struct tm tm;
    time_t now = time(NULL);
    strftime(date, sizeof date, "%a, %d %b %Y %T GMT", gmtime_r(&now, &tm));
    dprintf(out,
        "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Length: %lld\r\n"
        "Content-Type: %s\r\nConnection: close\r\n\r\n",
        status, status == 200 ? "OK" : "Sorry", date, size, type);
    fprintf(stderr, "thread %#lx: %d\n", (unsigned long)pthread_self(), status);
}

static void refuse(int out, int status, int with_body)
{
    char page[64];
    int n = snprintf(page, sizeof page, "<h1>Error %d</h1>\n", status);
    reply(out, status, "text/html", n);
    if (with_body)
        dprintf(out, "%s", page);
}

/* Open what path names below the working directory, through real folders only.
 * Return -1 if that cannot be or is no regular file. */
static int open_regular(const char *path)
{
    struct stat about;
    char part[256];
    int at = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), next;
    while (at >= 0 && *path == '/') {
        size_t n = strcspn(++path, "/");
        snprintf(part, sizeof part, "%.*s", n < 255 ? (int)n : 255, path);
        if (n == 0)
            strcpy(part, *path ? "." : "index.html");
        next = strcmp(part, "..") == 0 || n > 255
                   ? -1
                   : openat(at, part, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
        int error = errno;
        close(at);
        errno = error;
        at = next;
        path += n;
    }
    if (at >= 0 && (fstat(at, &about) != 0 || !S_ISREG(about.st_mode))) {
        close(at);
        return -1;
    }
    return at;
}

/* Decode from up to its query into to. Return 0, or -1. */
static int decode(const char *from, char *to)
{
    char digits[3] = "";
    for (; *from && *from != '?'; from++, to++) {
        *to = *from;
        if (*from != '%')
            continue;
        if (!isxdigit((unsigned char)from[1]) ||
            !isxdigit((unsigned char)from[2]))
            return -1;
        memcpy(digits, from + 1, 2);
        *to = (char)strtoul(digits, NULL, 16);
        if (iscntrl((unsigned char)*to))
            return -1;
        from += 2;
    }
    *to = '\0';
    return 0;
}

static const char *type_of(const char *path)
{
    static const char *const types[] = {".html\ttext/html", ".css\ttext/css",
        ".txt\ttext/plain", ".png\timage/png", ".jpg\timage/jpeg",
        ".gif\timage/gif", ".js\ttext/javascript", ".pdf\tapplication/pdf"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strncmp(types[i], dot, strcspn(types[i], "\t")) == 0)
            return strchr(types[i], '\t') + 1;
    return "application/octet-stream";
}

/* Read a line into size bytes. Return its length, 0 if it does not end, or a
 * negated status. */
static int read_line(FILE *in, char *line, int size, time_t until)
{
    int n = 0, c;
    do {
        line[n] = '\0';
        if (n == size - 1)
            return -431;
        c = getc(in);
        if (time(NULL) >= until || (c == EOF && ferror(in) && errno == EAGAIN))
            return -408;
        if (c == '\0')
            return -400;
        if (c == EOF)
            return 0;
        line[n++] = (char)c;
    } while (c != '\n');
    line[n] = '\0';
    return n;
}

/* Read a request from in. Return 0, a status, or -1 for no request. */
static int read_request(FILE *in, struct request *request)
{
    char line[8192], target[8192], version[16];
    time_t until = time(NULL) + SECONDS;
    int status = 0, total = 0, begun = 0, words, n;
    while ((n = read_line(in, line, sizeof line, until)) > 0) {
        int empty = *line == '\r' || *line == '\n';
        if (begun && empty)
            return status;
        if ((total += n) > 20000)
            return 431;
        if (begun || empty)
            continue;
        begun = 1;
        words =
            sscanf(line, "%15s %8191s %15s", request->method, target, version);
        if (words != 3 || *target != '/' ||
            strncmp(version, "HTTP/1.", 7) != 0 ||
            decode(target, request->path) < 0)
            status = 400;
    }
    if (!begun) /* it may be a HEAD all the same */
        sscanf(line, "%15s ", request->method);
    return n < 0 ? -n : -1;
}

static void send_body(int client, int file, off_t size)
{
    off_t at = 0;
    while (at < size && sendfile(client, file, &at, (size_t)(size - at)) > 0)
        ;
}

static void serve(FILE *in, int out)
{
    struct request request = {"", "/"};
    struct timeval second = {.tv_sec = 1};
    struct stat about;
    int file = -1, status = read_request(in, &request);
    int get = strcmp(request.method, "GET") == 0;
    int head = strcmp(request.method, "HEAD") == 0;
    if (status == 0 && !get && !head)
        status = 501;
    if (status == 0 && (file = open_regular(request.path)) < 0)
        status = errno == EMFILE || errno == ENFILE ? 503 : 404;
    if (file >= 0 && fstat(file, &about) == 0) {
        reply(out, 200, type_of(request.path), about.st_size);
        if (get)
            send_body(out, file, about.st_size);
        close(file);
    } else if (status > 0) {
        refuse(out, status, !head);
    }
    shutdown(out, SHUT_WR);
    setsockopt(out, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    time_t until = time(NULL) + 2;
    while (getc(in) != EOF && time(NULL) < until)
        ;
}

static void *accept_and_serve(void *unused)
{
    struct timeval ten = {.tv_sec = SECONDS};
    pthread_t successor;
    int client;
    do {
        client = accept(listener, NULL, NULL);
        if (client < 0)
            usleep(50000);
    } while (client < 0);
    while (pthread_create(&successor, &roomy, accept_and_serve, unused) != 0)
        usleep(50000); /* the next client waits until a thread has ended */
    pthread_detach(successor);
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &ten, sizeof ten);
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &ten, sizeof ten);
    FILE *stream = fdopen(client, "r");
    if (stream) {
        serve(stream, client);
        fclose(stream);
    } else {
        close(client);
    }
    return NULL;
}

/* Listen at port, on IPv6 and IPv4 if that can be. Return -1 if it cannot. */
static int start_listening(const char *port)
{
    struct addrinfo hints = {.ai_family = AF_INET6,
                        .ai_flags = AI_PASSIVE,
                        .ai_socktype = SOCK_STREAM},
                    *any;
    int on = 1, off = 0;
    if (getaddrinfo(NULL, port, &hints, &any) != 0)
        return -1;
    listener = socket(any->ai_family, any->ai_socktype, any->ai_protocol);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    int failed = bind(listener, any->ai_addr, any->ai_addrlen) < 0 ||
                 listen(listener, 10) < 0;
    freeaddrinfo(any);
    return failed ? -1 : 0;
}

int main(int argc, char **argv)
{
    struct sockaddr_storage own;
    socklen_t length = sizeof own;
    char port[8] = "6789", *end = "";
    long number = argc > 1 ? strtol(argv[1], &end, 10) : 0;
    if (argc > 3 || *end || number < 0 || number > 65535 ||
        (argc > 1 && !isdigit((unsigned char)*argv[1])) ||
        (argc > 2 && chdir(argv[2]) < 0)) {
        fprintf(stderr, "usage: successor [port [root]]\n");
        return 2;
    }
    if (argc > 1)
        snprintf(port, sizeof port, "%ld", number);
    signal(SIGPIPE, SIG_IGN);
    if (start_listening(port) < 0) {
        fprintf(stderr, "successor: cannot listen: %s\n", strerror(errno));
        return 1;
    }
    getsockname(listener, (struct sockaddr *)&own, &length);
    getnameinfo((struct sockaddr *)&own, length, NULL, 0, port, sizeof port,
        NI_NUMERICSERV);
    pthread_attr_init(&roomy);
    pthread_attr_setstacksize(&roomy, STACK_SIZE);
    printf("Listening on port %s\n", port);
    fflush(stdout);
    accept_and_serve(NULL);
    pthread_exit(NULL);
}
