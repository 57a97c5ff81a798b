/* streams.c - a client over stdio: it closes its own side after the request,
 * takes the head by getc from an unbuffered stream, and has SIGALRM for a
 * clock. usage: streams server_host server_port filename */
#include <ctype.h>
#include <err.h>
#include <limits.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { QUIET_SECONDS = 10 };

static void on_alarm(int number)
{
    static const char text[] = "streams: nothing came for ten seconds\n";
    ssize_t n = write(STDERR_FILENO, text, sizeof text - 1);
    _exit(n < 0 ? 1 : number == SIGALRM);
}

static FILE *open_stream(const char *host, const char *port)
{
    struct addrinfo *list, *a, hints = {.ai_socktype = SOCK_STREAM};
    int fd = -1, error = getaddrinfo(host, port, &hints, &list);
    if (error)
        errx(1, "%s port %s: %s", host, port, gai_strerror(error));
    for (a = list; a; a = a->ai_next) {
        alarm(QUIET_SECONDS);
        fd = socket(a->ai_family, SOCK_STREAM, 0);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0)
            break;
        if (!a->ai_next)
            err(1, "%s port %s", host, port);
        if (fd >= 0)
            close(fd);
    }
    freeaddrinfo(list);
    FILE *stream = fdopen(fd, "r");
    if (!stream)
        err(1, "fdopen");
    setvbuf(stream, NULL, _IONBF, 0);
    return stream;
}

static void ask(
    FILE *stream, const char *host, const char *port, const char *name)
{
    FILE *out = fdopen(dup(fileno(stream)), "w");
    const char *open = strchr(host, ':') ? "[" : "", *shut = *open ? "]" : "";
    if (!out)
        err(1, "fdopen");
    fputs("GET /", out);
    for (name += *name == '/'; *name; name++)
        if (isgraph((unsigned char)*name) && *name != '#')
            putc(*name, out);
        else
            fprintf(out, "%%%02X", (unsigned char)*name);
    fprintf(out, " HTTP/1.1\r\nconnection: close\r\nAccept: */*\r\n");
    fprintf(out, "host: %s%s%s:%s\r\n\r\n", open, host, shut, port);
    fflush(out);
    shutdown(fileno(out), SHUT_WR);
    fclose(out);
}

/* Print one line of the head, and put its start into line. Return its length,
 * 0 when there is none. */
static size_t print_line(FILE *stream, char *line, size_t size)
{
    size_t n = 0;
    int c = EOF;
    while (c != '\n' && (alarm(QUIET_SECONDS), c = getc(stream)) != EOF) {
        putchar(c);
        if (n < size - 1)
            line[n++] = (char)c;
    }
    line[n] = '\0';
    alarm(0); /* whoever reads stdout may take his time */
    if (fflush(stdout))
        err(1, "stdout");
    return c == EOF ? 0 : n;
}

/* Print the head; put the body's length into *length. Return the status. */
static int print_head(FILE *stream, long long *length)
{
    char line[1000], *end;
    int status;
    *length = -1;
    if (print_line(stream, line, sizeof line) == 0 ||
        sscanf(line, "HTTP/1.%*1[0-9] %3d", &status) != 1)
        errx(1, "no status line came");
    while (strcspn(line, "\r\n") > 0) {
        if (print_line(stream, line, sizeof line) == 0)
            errx(1, "the head was cut short");
        if (strncasecmp(line, "Content-Length:", 15) != 0)
            continue;
        char *number = line + 15 + strspn(line + 15, " \t");
        *length = strtoll(number, &end, 10);
        if (!isdigit((unsigned char)*number) || *length == LLONG_MAX ||
            end[strspn(end, " \t\r\n")])
            errx(1, "no length: %s", line);
    }
    return status;
}

/* Print the body: stdio has no byte of it yet, so read may have them all. */
static void print_body(int fd, long long length)
{
    char piece[30000];
    while (length != 0) {
        size_t want = sizeof piece;
        if (length > 0 && length < (long long)want)
            want = (size_t)length;
        alarm(QUIET_SECONDS);
        ssize_t n = read(fd, piece, want);
        alarm(0);
        if (n < 0 || (n == 0 && length > 0))
            err(1, "the body was cut short");
        if (n == 0)
            break;
        if (fwrite(piece, 1, (size_t)n, stdout) < (size_t)n || fflush(stdout))
            err(1, "stdout");
        length -= length > 0 ? n : 0;
    }
}

int main(int argc, char **argv)
{
    long long length;
    int status;
    if (argc != 4 || argv[2][strspn(argv[2], "0123456789")]) {
        fprintf(stderr, "usage: streams server_host server_port filename\n");
        return EXIT_FAILURE + 1;
    }
    signal(SIGALRM, on_alarm);
    signal(SIGPIPE, SIG_IGN);
    FILE *stream = open_stream(argv[1], argv[2]);
    ask(stream, argv[1], argv[2], argv[3]);
    do
        status = print_head(stream, &length);
    while (status < 200);
    if (status != 204 && status != 304)
        print_body(fileno(stream), length);
    fclose(stream);
    return 0;
}
