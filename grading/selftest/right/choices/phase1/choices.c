/* choices.c - a server that chooses otherwise where the choice is free: 301 for
 * a folder and to the tidy form of an untidy path, 403 for links, 405 for HEAD,
 * a head of 4 KiB at most, much to say on stderr, and fixed deadlines; made of
 * two source files.
 * usage: choices [port [root]] */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "paths.h"

enum { HEAD_MAX = 4096, ANSWER_SIZE = 4 * HEAD_MAX };

static bool to_head; /* whether the request's method is HEAD */

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

/* Return the time as HTTP writes it, in text. */
static const char *date(char text[40])
{
    struct tm tm;
    time_t now = time(NULL);
    strftime(text, 40, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &tm));
    return text;
}

/* Answer with a page, and with one more header line where there is one. */
static void refuse(int client, const char *status, const char *more)
{
    char answer[ANSWER_SIZE], now[40];
    int n = snprintf(answer, sizeof answer,
        "HTTP/1.1 %s\r\n%sX-Mood: sorry\r\nCONTENT-TYPE: text/html\r\n"
        "CONTENT-LENGTH: %zu\r\nCONNECTION: Close\r\nDATE: %s\r\n\r\n"
        "<h1>%s</h1>",
        status, more, strlen(status) + 9, date(now), status);
    if (to_head)
        n = (int)(strstr(answer, "\r\n\r\n") + 4 - answer);
    fprintf(stderr, "choices: it is %s\n", status);
    give(client, answer, (size_t)n);
}

static void send_file(int client, int file, long long size, const char *type)
{
    char piece[10000], now[40];
    int n = snprintf(piece, sizeof piece,
        "HTTP/1.1 200 Here you are\r\nX-Mood: happy\r\nCONNECTION: Close\r\n"
        "DATE: %s\r\nCONTENT-LENGTH: %lld\r\nCONTENT-TYPE: %s\r\n\r\n",
        date(now), size, type);
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

/* Answer 301 with path, encoded where it must be, and more. */
static void redirect(int client, const char *path, const char *more)
{
    char line[3 * HEAD_MAX + 32] = "Location: ", *end = strchr(line, '\0');
    for (; *path; path++)
        end += sprintf(end,
            *path > ' ' && !strchr("%\"<>?#\\", *path) ? "%c" : "%%%02X",
            (unsigned char)*path);
    sprintf(end, "%s\r\n", more);
    refuse(client, "301 Tidier Elsewhere", line);
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
    else if (fstat(file, &about) < 0 || S_ISDIR(about.st_mode))
        redirect(client, path, strrchr(path, '/')[1] ? "/" : "index.html");
    else if (!S_ISREG(about.st_mode))
        refuse(client, "403 Hands Off", "");
    else
        send_file(client, file, about.st_size, type_of(path));
    if (file >= 0)
        close(file);
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
        redirect(client, target, "");
    else
        serve_path(client, target);
}

static bool is_whole(const char *head)
{
    return strstr(head, "\n\r\n") || strstr(head, "\n\n");
}

static void serve(int client)
{
    char head[HEAD_MAX + 1] = "", *start = head;
    size_t used = 0;
    time_t begin = time(NULL);
    to_head = false;
    while (!is_whole(start)) {
        if (used == HEAD_MAX || strlen(head) < used) {
            refuse(client, "400 Not Such Heads", "");
            return;
        }
        ssize_t n = recv(client, head + used, HEAD_MAX - used, 0);
        bool late = (n < 0 && errno == EAGAIN) || time(NULL) - begin > 10;
        if (late)
            refuse(client, "408 Too Slow", "");
        if (late || n <= 0)
            return;
        head[used += (size_t)n] = '\0';
        start = head + strspn(head, "\r\n");
        to_head = strncmp(start, "HEAD ", 5) == 0;
    }
    fprintf(stderr, "choices: a request of %zu bytes\n", used);
    answer(client, start);
}

/* Close without a reset: drop what has come, for at most a second while the
 * client's system has not got all of the answer. */
static void finish(int client)
{
    char rest[1000];
    int unsent;
    shutdown(client, SHUT_WR);
    for (int i = 0; i < 1000; i++) {
        for (int j = 0; j < 1000; j++)
            if (recv(client, rest, sizeof rest, MSG_DONTWAIT) <= 0)
                break;
        if (ioctl(client, SIOCOUTQ, &unsent) < 0 || unsent == 0)
            break;
        usleep(1000);
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
