/* oldstyle.c - an HTTP/1.0 server for IPv4 alone: lower-case header names in
 * another order, whole files in memory, a queue of one client, and after each
 * answer it waits for the client to close. A master has a worker do all that,
 * and begins another one should it end. usage: oldstyle [port [root]] */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_SECONDS = 10, LINGER_SECONDS = 2 };

static char root[PATH_MAX];
static pid_t worker;
static int with_body; /* the method is not HEAD */

static int send_whole(int client, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = send(client, data, size, MSG_NOSIGNAL);
        if (n <= 0)
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

static void respond(int client, int status, const char *words, const char *type,
    const char *body, size_t size)
{
    char head[512], now[40];
    int n = snprintf(head, sizeof head,
        "HTTP/1.0 %d %s\r\nconnection: close\r\ncontent-length: %zu\r\n"
        "date: %s\r\ncontent-type: %s\r\n\r\n",
        status, words, size, date(now), type);
    fprintf(stderr, "[oldstyle] %d %s\n", status, words);
    if (send_whole(client, head, (size_t)n) == 0 && with_body)
        send_whole(client, body, size);
}

static void refuse(int client, int status, const char *words)
{
    char page[200];
    int n = snprintf(page, sizeof page, "<html><h1>%s</h1></html>\n", words);
    respond(client, status, words, "text/html", page, (size_t)n);
}

static int from_hex(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower(c) - 'a' + 10;
}

/* Decode target into "./path". Return 0, or -1 for what is malformed. */
static int make_path(const char *target, char *path, size_t size)
{
    size_t n = 1;
    path[0] = '.';
    for (; *target && *target != '?' && n + 12 < size; target++, n++) {
        path[n] = *target;
        if (*target != '%')
            continue;
        if (!isxdigit((unsigned char)target[1]) ||
            !isxdigit((unsigned char)target[2]))
            return -1;
        path[n] = (char)(from_hex(target[1]) * 16 + from_hex(target[2]));
        if (iscntrl((unsigned char)path[n]))
            return -1;
        target += 2;
    }
    strcpy(path + n, path[n - 1] == '/' ? "index.html" : "");
    return 0;
}

/* Return whether the open file's true name is below the root. */
static int is_inside(int fd)
{
    char link[64], name[PATH_MAX] = "";
    size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, name, sizeof name - 1);
    return n > 0 && strncmp(name, root, length) == 0 && name[length] == '/';
}

static const char *kind(const char *path)
{
    static const struct {
        const char *ending, *type;
    } kinds[] = {{"html", "text/html"}, {"txt", "text/plain"},
        {"css", "text/css"}, {"js", "text/javascript"}, {"md", "text/markdown"},
        {"json", "application/json"}, {"png", "image/png"},
        {"jpg", "image/jpeg"}, {"gif", "image/gif"}, {"svg", "image/svg+xml"},
        {"ico", "image/x-icon"}, {"webp", "image/webp"},
        {"pdf", "application/pdf"}, {"wasm", "application/wasm"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const char *at = strrchr(path, '.');
        if (at && strcmp(at + 1, kinds[i].ending) == 0)
            return kinds[i].type;
    }
    return "application/octet-stream";
}

static void send_page(int client, const char *path)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &about) < 0 || !S_ISREG(about.st_mode)) {
        refuse(client, 404, "Not Found");
    } else if (!is_inside(fd)) {
        refuse(client, 403, "Forbidden");
    } else {
        size_t used = 0, size = (size_t)about.st_size;
        ssize_t n = 1;
        char *body = malloc(size + 1);
        while (body && used < size && n > 0)
            if ((n = read(fd, body + used, size - used)) > 0)
                used += (size_t)n;
        if (body)
            respond(client, 200, "OK", kind(path), body, used);
        else
            refuse(client, 503, "Service Unavailable");
        free(body);
    }
    if (fd >= 0)
        close(fd);
}

/* Receive until there is an empty line. Return 0, or a status. */
static int get_head(int client, char *head, size_t size)
{
    time_t start = time(NULL);
    size_t used = 0;
    for (;;) {
        struct pollfd p = {.fd = client, .events = POLLIN};
        int left = HEAD_SECONDS - (int)(time(NULL) - start);
        if (left <= 0 || poll(&p, 1, left * 1000) == 0)
            return 408;
        ssize_t n = recv(client, head + used, size - 1 - used, 0);
        if (n <= 0)
            return -1;
        head[used += (size_t)n] = '\0';
        if (strstr(head, "\n\r\n") || strstr(head, "\n\n"))
            return 0;
        if (strlen(head) < used)
            return 400;
        if (used == size - 1)
            return 431;
    }
}

static void serve(int client)
{
    static char head[17000], target[17000], path[17000];
    char method[20] = "", version[20] = "";
    *head = '\0';
    int status = get_head(client, head, sizeof head);
    with_body = strncmp(head + strspn(head, "\r\n"), "HEAD ", 5) != 0;
    if (status < 0)
        return;
    int words = sscanf(head, " %19[A-Z] %16999[^ \r\n] HTTP/1.%19[0-9]", method,
        target, version);
    if (status > 0)
        refuse(client, status, "Bad Head");
    else if (words != 3 || *target != '/' ||
             make_path(target, path, sizeof path) < 0)
        refuse(client, 400, "Bad Request");
    else if (strcmp(method, "GET") == 0 || !with_body)
        send_page(client, path);
    else
        refuse(client, 501, "Not Implemented");
}

/* The answer is on its way: read on, for some time, until the client closes. */
static void wait_for_close(int client)
{
    char rest[2048];
    time_t start = time(NULL);
    struct pollfd p = {.fd = client, .events = POLLIN};
    shutdown(client, SHUT_WR);
    while (time(NULL) - start < LINGER_SECONDS &&
           poll(&p, 1, LINGER_SECONDS * 1000) == 1 &&
           recv(client, rest, sizeof rest, 0) > 0)
        ;
}

static void work(int listener)
{
    struct timeval ten = {.tv_sec = 10};
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) {
            poll(NULL, 0, 100);
            continue;
        }
        setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &ten, sizeof ten);
        serve(client);
        wait_for_close(client);
        close(client);
    }
}

static void on_stop(int number)
{
    if (worker > 0) {
        kill(worker, SIGKILL);
        waitpid(worker, NULL, 0);
    }
    _exit(number == 0);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int one = 1, listener = socket(PF_INET, SOCK_STREAM, 0);
    const char *digits = argc > 1 ? argv[1] : "6789";
    if (argc > 3 || !*digits || digits[strspn(digits, "0123456789")] ||
        strlen(digits) > 5 || atoi(digits) > 65535 ||
        chdir(argc > 2 ? argv[2] : ".") < 0 || !getcwd(root, sizeof root)) {
        fputs("usage: oldstyle [port [root]]\n", stderr);
        exit(2);
    }
    address.sin_port = htons((in_port_t)atoi(digits));
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, length) < 0 ||
        listen(listener, 1) < 0) {
        perror("listening");
        exit(1);
    }
    getsockname(listener, (struct sockaddr *)&address, &length);
    signal(SIGINT, on_stop);
    signal(SIGTERM, on_stop);
    printf("Listening on port %d\n", ntohs(address.sin_port));
    fclose(stdout);
    for (;; waitpid(worker, NULL, 0)) {
        if ((worker = fork()) == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            work(listener);
        }
        if (worker < 0)
            poll(NULL, 0, 100);
    }
}
