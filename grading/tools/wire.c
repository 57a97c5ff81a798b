/* wire.c - plays a script of socket actions, as a client or as a server.
 * usage: wire [milliseconds] < script
 *
 * One action a line; NAME is any word that names a connection, TEXT is the rest
 * of the line with the escapes \r \n \t \0 \\ \xHH. An action may wait that
 * many milliseconds (5000 if none are given) for the other side to do
 * something, and the script twelve times as long in all. The first that fails
 * ends the script: one line on stdout says how, exit status 1; 2 for a wrong
 * script; 3 when this system is out of something, ports for example, which is
 * nobody's fault.
 *
 *   port N               the port of the "open"s that follow
 *   open NAME [ADDRESS]  connect to ADDRESS (127.0.0.1)
 *   narrow NAME          the same, with the smallest window for receiving
 *   send NAME TEXT       send all of it
 *   drip NAME TEXT       send it byte by byte, each in a segment of its own
 *   file NAME PATH       send what is in the file
 *   shut NAME            send no more: half-close
 *   reset NAME           end the connection with a reset
 *   close NAME           end the connection
 *   take NAME N          receive N bytes and no more
 *   read NAME PATH       receive into the file, with a window that is narrow
 *                        no longer, until the other side closes
 *   end NAME [PATH]      receive, into the file if one is given, until the
 *                        connection ends in any way
 *   quiet NAME           nothing has come, and the connection is open
 *   taken NAME           the other side, on this machine, has received all, or
 *                        not for a while: it may peek until there is more
 *   times N TEXT         N requests, one after the other, each answered
 *   listen [ADDRESS]     listen at a free port of ADDRESS, print the port; it
 *                        is the port of the "open"s that follow
 *   accept NAME          wait for a client
 *   head NAME PATH       receive into the file up to and with an empty line
 *   resize N PATH        make the file N bytes long, cut or filled with zeros
 *   pause MS             do nothing: where time itself is what is tested */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

enum {
    CONNECTIONS = 4096,           /* that one script may name */
    SCRIPT_LINE_MAX = 64 * 1024,  /* bytes in a line of the script */
    CONNECT_TRIES = 5,            /* looks after which a client was dropped */
    IN_ALL = 12,                  /* times as long for the whole script */
    HEAD_MAX = 64 * 1024,         /* bytes of a head */
    FILES_MAX = 64 * 1024 * 1024, /* bytes of all files of a script */
    UNSEEN_MS = 100, /* to let the other side receive what cannot be seen */
    TAKEN_MS = 500,  /* after which it is taken to do no more than peek */
};

enum status { FAILED = 1, WRONG_SCRIPT = 2, OUT_OF_SOMETHING = 3 };

static struct connection {
    char name[32];
    int fd;
    long long received;
} connections[CONNECTIONS];

static int connection_count, listener = -1, line_number;
static long long allowed_ms = 5000; /* for an action to wait */
static long long deadline;          /* of its waiting, by fair_ms */
static long long last_deadline;     /* of the whole script */
static long long files_size;
static char port[8];

static void end(enum status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (status == WRONG_SCRIPT)
        printf("line %d of the script: ", line_number);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    exit((int)status);
}

static void end_of(const struct connection *c, const char *what)
{
    end(FAILED, "%s: %s after %lld bytes", c->name, what, c->received);
}

/* End the script because of errno, which may be about the system at large. */
static void end_by_errno(const char *name, const char *what)
{
    int own = errno == EADDRNOTAVAIL || errno == EADDRINUSE ||
              errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
              errno == ENOMEM || errno == ENOSPC || errno == EDQUOT;
    const char *words = errno == ECONNREFUSED ? "connection refused"
                        : errno == ECONNRESET ? "connection reset"
                        : errno == EPIPE      ? "connection reset"
                                              : strerror(errno);
    end(own ? OUT_OF_SOMETHING : FAILED, "%s: %s: %s", name, what, words);
}

/* The other side has done something: wait as long again for the next. */
static void extend_deadline(void)
{
    deadline = fair_ms() + allowed_ms;
    if (deadline > last_deadline)
        deadline = last_deadline;
}

static void check_deadline(const char *name)
{
    long long now = fair_ms();
    if (now >= last_deadline)
        end(FAILED, "%s: timed out: not done after %lld ms", name,
            IN_ALL * allowed_ms);
    if (now >= deadline)
        end(FAILED, "%s: timed out: nothing happened for %lld ms", name,
            allowed_ms);
}

/* Wait until fd is ready for events; the deadline ends the script. */
static void wait_for(int fd, short events, const char *name)
{
    struct pollfd ready = {.fd = fd, .events = events};
    while (poll(&ready, 1, FAIR_STEP_MS / 2) <= 0)
        check_deadline(name);
    extend_deadline();
}

static struct connection *find(const char *name)
{
    for (int i = connection_count - 1; i >= 0; i--)
        if (strcmp(connections[i].name, name) == 0)
            return &connections[i];
    end(WRONG_SCRIPT, "no connection is named %s", name);
    return NULL;
}

static struct connection *add(const char *name, int fd)
{
    int on = 1;
    if (connection_count == CONNECTIONS)
        end(WRONG_SCRIPT, "too many connections");
    struct connection *c = &connections[connection_count++];
    snprintf(c->name, sizeof c->name, "%s", name);
    c->fd = fd;
    c->received = 0;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return c;
}

/* Return a socket of host's family and, in *list, host's address. */
static int make_socket(const char *host, const char *at, struct addrinfo **list)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    if (getaddrinfo(host, at, &hints, list) != 0)
        end(WRONG_SCRIPT, "no address: %s", host);
    int fd = socket((*list)->ai_family, SOCK_STREAM, 0);
    if (fd < 0)
        end_by_errno("wire", "cannot make a socket");
    fcntl(fd, F_SETFL, O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

/* Return a socket that connects to host's port. */
static int start_connecting(const char *name, const char *host, int narrow)
{
    struct addrinfo *list;
    int fd = make_socket(*host ? host : "127.0.0.1", port, &list);
    int size = 1024;
    if (narrow)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (connect(fd, list->ai_addr, list->ai_addrlen) < 0 &&
        errno != EINPROGRESS)
        end_by_errno(name, "cannot connect");
    freeaddrinfo(list);
    return fd;
}

static struct connection *open_connection(
    const char *name, const char *host, int narrow)
{
    int error = 0;
    socklen_t length = sizeof error;
    struct pollfd ready = {
        .fd = start_connecting(name, host, narrow), .events = POLLOUT};
    /* the system drops a client that finds the server's queue full, and would
     * try again only in a second, in two, in four */
    for (int i = 1; poll(&ready, 1, FAIR_STEP_MS / 2) <= 0; i++) {
        check_deadline(name);
        if (i % CONNECT_TRIES == 0) {
            close(ready.fd);
            ready.fd = start_connecting(name, host, narrow);
        }
    }
    extend_deadline();
    getsockopt(ready.fd, SOL_SOCKET, SO_ERROR, &error, &length);
    errno = error;
    if (error != 0)
        end_by_errno(name, "cannot connect");
    return add(name, ready.fd);
}

/* Have the rest come fast: a narrow window costs much time. */
static void widen(const struct connection *c)
{
    int size = 1024 * 1024;
    setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

static void send_all(struct connection *c, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = send(c->fd, data, size, 0);
        if (n >= 0) {
            data += n;
            size -= (size_t)n;
        } else if (errno == EAGAIN) {
            wait_for(c->fd, POLLOUT, c->name);
        } else {
            end_by_errno(c->name, "cannot send");
        }
    }
}

static void send_file(struct connection *c, const char *path)
{
    char piece[64 * 1024];
    size_t n;
    FILE *file = fopen(path, "rb");
    if (!file)
        end(WRONG_SCRIPT, "%s: %s", path, strerror(errno));
    while ((n = fread(piece, 1, sizeof piece, file)) > 0)
        send_all(c, piece, n);
    fclose(file);
}

/* Receive up to size bytes. Return how many, 0 at the end, -1 for a reset. */
static ssize_t receive(struct connection *c, char *data, size_t size)
{
    for (;;) {
        check_deadline(c->name); /* even of what comes without a pause */
        ssize_t n = recv(c->fd, data, size, 0);
        if (n > 0)
            c->received += n;
        if (n >= 0)
            return n;
        if (errno != EAGAIN)
            return -1;
        wait_for(c->fd, POLLIN, c->name);
    }
}

/* A file has no room for what was received. */
static void end_of_file(const struct connection *c, const char *path)
{
    if (errno == EFBIG)
        end_of(c, "it does not end");
    end_by_errno(path, "cannot write");
}

/* Receive into the file at path until the other side closes or, with head_only,
 * until an empty line has come. Return how it ended, as receive does. */
static ssize_t receive_file(
    struct connection *c, const char *path, int head_only)
{
    char piece[64 * 1024], last[4] = "";
    ssize_t n;
    FILE *file = fopen(path, head_only ? "ab" : "wb");
    if (!file)
        end_by_errno(path, "cannot write");
    while ((n = receive(c, piece, head_only ? 1 : sizeof piece)) > 0) {
        files_size += n;
        if (files_size > FILES_MAX || (head_only && c->received > HEAD_MAX))
            end_of(c, "it does not end");
        if (fwrite(piece, 1, (size_t)n, file) != (size_t)n)
            end_of_file(c, path);
        memmove(last, last + 1, 3);
        last[3] = piece[n - 1];
        if (head_only && (memcmp(last, "\r\n\r\n", 4) == 0 ||
                             memcmp(last + 2, "\n\n", 2) == 0))
            break;
    }
    if (fclose(file) != 0)
        end_of_file(c, path);
    return n;
}

/* Decode the escapes of text in place. Return its length. */
static size_t decode(char *text)
{
    static const char names[] = "rnt0\\", bytes[] = "\r\n\t\0\\";
    char *out = text;
    unsigned value;
    for (const char *in = text; *in; in++) {
        const char *found = *in == '\\' ? strchr(names, in[1]) : NULL;
        if (*in == '\\' && sscanf(in, "\\x%2x", &value) == 1) {
            *out++ = (char)value;
            in += 3;
        } else if (found && *found) {
            *out++ = bytes[found - names];
            in++;
        } else {
            *out++ = *in;
        }
    }
    *out = '\0';
    return (size_t)(out - text);
}

static void resize(const char *path, long long size)
{
    if (truncate(path, (off_t)size) < 0)
        end_by_errno(path, "cannot resize");
}

static void check_quiet(struct connection *c)
{
    char byte;
    ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK);
    if (n > 0)
        end_of(c, "bytes came too early");
    if (n == 0)
        end_of(c, "closed too early");
    if (errno != EAGAIN)
        end_of(c, "connection reset");
}

/* Return the port at this end of the connection, or at its other one. */
static unsigned port_of(int fd, int other)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    if (other)
        getpeername(fd, (struct sockaddr *)&address, &length);
    else
        getsockname(fd, (struct sockaddr *)&address, &length);
    return ntohs(address.sin_port);
}

/* Return how many bytes are on their way, or have come and are not received;
 * -1 where the system does not show it. */
static long long under_way(int fd)
{
    char entry[256];
    unsigned from, to, sent, come, here = port_of(fd, 0),
                                   there = port_of(fd, 1);
    long long bytes = 0;
    FILE *table = fopen("/proc/net/tcp", "r");
    if (!table)
        return -1;
    while (fgets(entry, sizeof entry, table))
        if (sscanf(entry, "%*u: %*x:%x %*x:%x %*x %x:%x", &from, &to, &sent,
                &come) == 4) {
            bytes += from == here && to == there ? sent : 0;
            bytes += from == there && to == here ? come : 0;
        }
    fclose(table);
    return bytes;
}

/* Wait until nothing is under way, or TAKEN_MS; two looks, since one takes some
 * time and what was seen first may be old. */
static void wait_until_taken(const struct connection *c)
{
    long long until = fair_ms() + TAKEN_MS;
    if (under_way(c->fd) < 0)
        poll(NULL, 0, UNSEEN_MS);
    /* NOLINTNEXTLINE(misc-redundant-expression): the second may differ */
    while ((under_way(c->fd) > 0 || under_way(c->fd) > 0) && fair_ms() < until)
        poll(NULL, 0, 1);
}

static void repeat(int count, char *text)
{
    size_t size = decode(text);
    char answer[64 * 1024];
    for (int i = 0; i < count; i++) {
        extend_deadline();
        struct connection *c = open_connection("request", "", 0);
        send_all(c, text, size);
        size_t got = 0;
        ssize_t n;
        while ((n = receive(c, answer + got, sizeof answer - got)) > 0)
            /* what follows is not looked at */
            got = got + (size_t)n < 7 ? got + (size_t)n : 7;
        if (got < 7 || memcmp(answer, "HTTP/1.", 7) != 0)
            end(FAILED, "request %d of %d: no answer", i + 1, count);
        close(c->fd);
        connection_count--;
    }
}

static void start_listening(const char *host)
{
    struct addrinfo *list;
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    listener = make_socket(*host ? host : "127.0.0.1", "0", &list);
    if (bind(listener, list->ai_addr, list->ai_addrlen) < 0 ||
        listen(listener, 16) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) < 0)
        end_by_errno("server", "cannot listen");
    freeaddrinfo(list);
    getnameinfo((struct sockaddr *)&address, length, NULL, 0, port, sizeof port,
        NI_NUMERICSERV);
    printf("%s\n", port);
    fflush(stdout);
}

static void accept_connection(const char *name)
{
    wait_for(listener, POLLIN, name);
    int fd = accept(listener, NULL, NULL);
    if (fd < 0)
        end_by_errno(name, "accept");
    fcntl(fd, F_SETFL, O_NONBLOCK);
    add(name, fd);
}

static void hang_up(struct connection *c, int with_reset)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (with_reset)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(c->fd);
    c->fd = -1;
}

/* Actions on a connection that is there. */
static void act(const char *action, struct connection *c, char *rest)
{
    char piece[4096];
    if (strcmp(action, "send") == 0) {
        send_all(c, rest, decode(rest));
    } else if (strcmp(action, "drip") == 0) {
        for (size_t i = 0, size = decode(rest); i < size; i++)
            send_all(c, rest + i, 1);
    } else if (strcmp(action, "file") == 0) {
        send_file(c, rest);
    } else if (strcmp(action, "shut") == 0) {
        shutdown(c->fd, SHUT_WR);
    } else if (strcmp(action, "take") == 0) {
        long long until = c->received + atoll(rest);
        while (c->received < until)
            if (receive(c, piece, 1) <= 0)
                end_of(c, "connection closed");
    } else if (strcmp(action, "read") == 0) {
        widen(c);
        if (receive_file(c, rest, 0) < 0)
            end_of(c, "connection reset");
    } else if (strcmp(action, "head") == 0) {
        if (receive_file(c, rest, 1) <= 0)
            end_of(c, "connection closed before an empty line");
    } else if (strcmp(action, "end") == 0) {
        receive_file(c, *rest ? rest : "/dev/null", 0);
    } else if (strcmp(action, "quiet") == 0) {
        check_quiet(c);
    } else if (strcmp(action, "taken") == 0) {
        wait_until_taken(c);
    } else if (strcmp(action, "reset") == 0 || strcmp(action, "close") == 0) {
        hang_up(c, *action == 'r');
    } else {
        end(WRONG_SCRIPT, "no such action: %s", action);
    }
}

static void play(char *line)
{
    char *action = line;
    char *name = line + strcspn(line, " ");
    if (*name)
        *name++ = '\0';
    char *rest = name + strcspn(name, " ");
    extend_deadline();
    if (strcmp(action, "port") == 0) {
        snprintf(port, sizeof port, "%s", name);
    } else if (strcmp(action, "listen") == 0) {
        start_listening(name);
    } else if (strcmp(action, "pause") == 0) {
        poll(NULL, 0, atoi(name));
    } else {
        if (*rest)
            *rest++ = '\0';
        if (strcmp(action, "resize") == 0)
            resize(rest, atoll(name));
        else if (strcmp(action, "open") == 0)
            open_connection(name, rest, 0);
        else if (strcmp(action, "narrow") == 0)
            open_connection(name, rest, 1);
        else if (strcmp(action, "accept") == 0)
            accept_connection(name);
        else if (strcmp(action, "times") == 0)
            repeat(atoi(name), rest);
        else
            act(action, find(name), rest);
    }
}

int main(int argc, char **argv)
{
    static char line[SCRIPT_LINE_MAX];
    if (argc > 1)
        allowed_ms = atoll(argv[1]);
    if (argc > 2 || allowed_ms <= 0) {
        fprintf(stderr, "usage: wire [milliseconds] < script\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    last_deadline = fair_ms() + IN_ALL * allowed_ms;
    while (fgets(line, sizeof line, stdin)) {
        line_number++;
        line[strcspn(line, "\n")] = '\0';
        if (*line && *line != '#')
            play(line);
    }
    return 0;
}
