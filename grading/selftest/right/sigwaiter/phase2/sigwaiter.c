/* sigwaiter.c - a threaded server whose main thread does nothing but sigwait,
 * while another one accepts; it gives every thread a structure of its own, and
 * at the end it waits a moment for the answers that are under way.
 * usage: sigwaiter [port [root]] */
#define _GNU_SOURCE /* memmem */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS = 10, HEAD_SIZE = 32768 };

/* All that a thread needs; the thread frees it. */
struct job {
    int client;
    bool is_head; /* its method is HEAD */
    size_t used;
    char head[HEAD_SIZE], real[PATH_MAX], wanted[PATH_MAX];
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int running, listener;
static char root[PATH_MAX];

static bool give(int client, const char *data, size_t size)
{
    ssize_t n;
    for (; size > 0; data += n, size -= (size_t)n)
        if ((n = write(client, data, size)) <= 0)
            return false;
    return true;
}

/* Return the time as HTTP writes it, in text. */
static const char *date(char text[40])
{
    struct tm tm;
    time_t now = time(NULL);
    strftime(text, 40, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &tm));
    return text;
}

static void say(struct job *job, const char *status, const char *body)
{
    char answer[512], now[40];
    int n = snprintf(answer, sizeof answer,
        "HTTP/1.1 %s\r\nDate: %s\r\nConnection: close\r\nContent-Length: "
        "%zu\r\n"
        "Content-Type: text/html; charset=us-ascii\r\n\r\n%s",
        status, date(now), strlen(body), job->is_head ? "" : body);
    flockfile(stderr);
    fprintf(stderr, "%s\n", status);
    funlockfile(stderr);
    give(job->client, answer, (size_t)n);
}

/* Return 0 when the head is whole, or else what to answer, or -1. */
static int take_head(struct job *job)
{
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (;;) {
        ssize_t n = read(job->client, job->head + job->used,
            sizeof job->head - 1 - job->used);
        clock_gettime(CLOCK_MONOTONIC, &now);
        if ((n < 0 && errno == EAGAIN) || now.tv_sec - start.tv_sec > SECONDS)
            return 408;
        if (n <= 0)
            return -1;
        job->used += (size_t)n;
        job->head[job->used] = '\0';
        job->is_head =
            strncmp(job->head + strspn(job->head, "\r\n"), "HEAD ", 5) == 0;
        char *end = memmem(job->head, job->used, "\n\r\n", 3);
        if (!end)
            end = memmem(job->head, job->used, "\n\n", 2);
        if (end) /* more may follow, and is left alone */
            return memchr(job->head, 0, (size_t)(end - job->head)) ? 400 : 0;
        if (job->used == sizeof job->head - 1)
            return 431;
    }
}

/* Make job->real of the target. Return 0, or what to answer. */
static int find(struct job *job, const char *target)
{
    char *out = stpcpy(job->wanted, root);
    size_t length = strlen(root);
    unsigned value;
    for (; *target && *target != '?'; target++) {
        value = (unsigned char)*target;
        if (*target == '%') {
            if (strspn(target + 1, "0123456789abcdefABCDEF") < 2)
                return 400;
            sscanf(target + 1, "%2x", &value);
            target += 2;
        }
        if (value < 32 || out - job->wanted > PATH_MAX - 20)
            return value < 32 ? 400 : 404;
        *out++ = (char)value;
    }
    strcpy(out, out[-1] == '/' ? "index.html" : "");
    if (!realpath(job->wanted, job->real))
        return errno == EACCES ? 403 : 404;
    if (strncmp(job->real, root, length) != 0 || job->real[length] != '/')
        return 404;
    return 0;
}

static const char *type_of(const char *path)
{
    static const struct {
        char ending[8], type[24];
    } types[] = {{".css", "text/css"}, {".gif", "image/gif"},
        {".html", "text/html"}, {".jpeg", "image/jpeg"}, {".jpg", "image/jpeg"},
        {".js", "text/javascript"}, {".png", "image/png"},
        {".txt", "text/plain"}};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof types[0]; i++)
        if (strcasecmp(dot, types[i].ending) == 0)
            return types[i].type;
    return "application/octet-stream";
}

static void give_file(struct job *job)
{
    struct stat about;
    FILE *file = fopen(job->real, "re");
    if (!file && (errno == EMFILE || errno == ENFILE)) {
        say(job, "503 Service Unavailable", "<p>Too busy.</p>");
    } else if (!file || fstat(fileno(file), &about) < 0) {
        say(job, "404 Not Found", "<p>It is not here.</p>");
    } else {
        long long left = about.st_size;
        char now[40];
        int n = snprintf(job->head, sizeof job->head,
            "HTTP/1.1 200 \r\nConnection: close\r\nContent-Type: %s\r\n"
            "Content-Length: %lld\r\nDate: %s\r\n\r\n",
            type_of(job->real), left, date(now));
        fprintf(stderr, "200 for a file of %lld bytes\n", left);
        while (n > 0 && give(job->client, job->head, (size_t)n) && left > 0) {
            n = (int)fread(job->head, 1,
                left < HEAD_SIZE ? (size_t)left : HEAD_SIZE, file);
            left -= n;
        }
    }
    if (file)
        fclose(file);
}

static void answer(struct job *job)
{
    struct stat about;
    char *save, *words[3] = {NULL, NULL, NULL};
    int status = take_head(job);
    if (status < 0)
        return;
    if (status == 0) {
        char *line = job->head + strspn(job->head, "\r\n");
        line[strcspn(line, "\r\n")] = '\0';
        for (int i = 0; i < 3; i++, line = NULL)
            words[i] = strtok_r(line, " ", &save);
    }
    if (status == 408)
        say(job, "408 Request Timeout", "<p>Too slow.</p>");
    else if (status != 0 || !words[2] || *words[1] != '/' ||
             strncmp(words[2], "HTTP/1.", 7) != 0)
        say(job, "400 Bad Request", "<p>What do you want?</p>");
    else if (strcmp(words[0], "GET") != 0)
        say(job, "501 Not Implemented", "<p>Only GET.</p>");
    else if ((status = find(job, words[1])) == 400)
        say(job, "400 Bad Request", "<p>What is that name?</p>");
    else if (status == 0 && stat(job->real, &about) == 0 &&
             S_ISREG(about.st_mode))
        give_file(job);
    else
        say(job, "404 Not Found", "<p>It is not here.</p>");
}

static void count(int change)
{
    pthread_mutex_lock(&mutex);
    running += change;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}

static void *serve(void *argument)
{
    struct job *job = argument;
    struct timeval limit = {.tv_sec = SECONDS}, second = {.tv_sec = 1};
    pthread_detach(pthread_self());
    setsockopt(job->client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(job->client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    answer(job);
    shutdown(job->client, SHUT_WR);
    setsockopt(job->client, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    time_t start = time(NULL);
    while (read(job->client, job->head, sizeof job->head) > 0 &&
           time(NULL) - start < SECONDS)
        ;
    close(job->client);
    free(job);
    count(-1);
    pthread_exit(NULL);
}

static void *accept_all(void *unused)
{
    while (listener >= 0) {
        pthread_t thread;
        struct job *job = malloc(sizeof *job);
        int client = accept(listener, NULL, NULL);
        if (client < 0 || !job) {
            if (client >= 0)
                close(client);
            free(job);
            poll(unused, 0, 100);
            continue;
        }
        job->client = client;
        job->is_head = false;
        job->used = 0;
        count(+1);
        while (pthread_create(&thread, NULL, serve, job) != 0)
            poll(NULL, 0, 20);
    }
    return unused;
}

static int start_listening(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int on = 1;
    address.sin_port = htons((in_port_t)port);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 ||
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(listener, (struct sockaddr *)&address, length) < 0 ||
        listen(listener, 32) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) < 0)
        return -1;
    return ntohs(address.sin_port);
}

int main(int argc, char **argv)
{
    sigset_t stopping;
    pthread_t acceptor;
    struct timespec until;
    int number, used = 0, port = 6789;
    if (argc > 3 ||
        (argc > 1 &&
            (sscanf(argv[1], "%d%n", &port, &used) != 1 || argv[1][used])) ||
        port < 0 || port > 65535 || !realpath(argc > 2 ? argv[2] : ".", root)) {
        fprintf(stderr, "usage: sigwaiter [port [root]]\n");
        return 2;
    }
    sigemptyset(&stopping);
    sigaddset(&stopping, SIGINT);
    sigaddset(&stopping, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stopping, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (!root[1]) /* the system's own */
        *root = '\0';
    if ((port = start_listening(port)) < 0 ||
        (errno = pthread_create(&acceptor, NULL, accept_all, NULL)) != 0) {
        perror("sigwaiter");
        return 1;
    }
    printf("Listening on port %d\n", port);
    fflush(stdout);
    sigwait(&stopping, &number);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 2;
    pthread_mutex_lock(&mutex);
    while (running > 0 && pthread_cond_timedwait(&changed, &mutex, &until) == 0)
        ;
    fprintf(stderr, "stopped by signal %d\n", number);
    _exit(0);
}
