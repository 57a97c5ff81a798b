/* client.c - get one file from a web server and print the whole response.
 * usage: client server_host server_port filename */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"
#include "net.h"

enum {
    TARGET_MAX = 64 * 1024, /* bytes of the request's target */
    HOST_MAX = 1024,        /* bytes of the Host line's value */
};

/* Return a socket that is connected to port of host, or -1 with errno set. */
static int connect_to(const char *host, const char *port)
{
    /* Fill in start: ask for the host's addresses (getaddrinfo, SOCK_STREAM);
     * errno cannot tell why there are none, so end with gai_strerror's words.
     * For one address after the other make a socket (socket), bound its waiting
     * (net_limit) and connect it (connect). Keep the first that succeeds. */
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    int server = -1;
    int error = getaddrinfo(host, port, &hints, &list);
    if (error != 0)
        errx(1, "%s: %s", host, gai_strerror(error));
    for (struct addrinfo *a = list; a; a = a->ai_next) {
        server = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (server >= 0 && net_limit(server) == 0 &&
            (connect(server, a->ai_addr, a->ai_addrlen) == 0 ||
                net_connected(server) == 0))
            break;
        error = errno;
        if (server >= 0)
            close(server);
        server = -1;
    }
    freeaddrinfo(list);
    errno = error;
    return server;
    /* Fill in stub
    return net_todo(__FILE__, __func__, host, port);
    Fill in end */
}

/* Ask server for target. Return 0, or -1 with errno set. */
static int send_request(int server, const char *target, const char *host)
{
    /* Fill in start: write into one buffer (snprintf) the request line, a GET
     * of target by HTTP/1.1; the lines Host and "Connection: close"; an empty
     * line. Each ends in CR LF. Send it (send): one send may take only a part,
     * so go on behind that. */
    char request[TARGET_MAX + HOST_MAX + 64];
    int length = snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\n"
        "Host: %s\r\n"
        "Connection: close\r\n"
        "\r\n",
        target, host);
    for (int sent = 0; sent < length;) {
        ssize_t n = send(server, request + sent, (size_t)(length - sent), 0);
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0)
            sent += (int)n;
    }
    return 0;
    /* Fill in stub
    return net_todo(__FILE__, __func__, server, target, host);
    Fill in end */
}

/* Print the response as it arrives. Return 0 at its end or when the connection
 * ends, -1 with errno set when receiving or printing fails. */
static int receive_response(int server, struct http_response *response)
{
    /* Fill in start: until the response is complete or invalid, receive a piece
     * (recv) and print (net_print) as many of its bytes as http_follow finds to
     * belong to the response. When nothing more comes, leave the loop. */
    char piece[64 * 1024];
    while (!response->complete && !response->invalid) {
        ssize_t n = recv(server, piece, sizeof piece, 0);
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (net_print(piece, http_follow(response, piece, (size_t)n)) < 0)
            return -1;
    }
    return 0;
    /* Fill in stub
    return net_todo(__FILE__, __func__, server, response);
    Fill in end */
}

/* End the program: doing what has failed, and errno says why. */
static void fail(const char *doing)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINPROGRESS)
        errno = ETIMEDOUT;
    err(1, "%s", doing);
}

int main(int argc, char **argv)
{
    char target[TARGET_MAX], host[HOST_MAX];
    struct http_response response = {0};

    if (fcntl(STDOUT_FILENO, F_GETFD) < 0)
        err(1, "stdout"); /* else the response would have nowhere to go */
    net_standard_files();
    signal(SIGPIPE, SIG_IGN);
    if (argc != 4 || net_port(argv[2]) <= 0) {
        fprintf(
            stderr, "usage: %s server_host server_port filename\n", argv[0]);
        return 2;
    }
    if (http_host(argv[1], argv[2], host, sizeof host) < 0)
        errx(2, "this is no server_host: %s", argv[1]);
    if (http_target(argv[3], target, sizeof target) < 0)
        errx(2, "this filename is too long");
    int server = connect_to(argv[1], argv[2]);
    if (server < 0)
        fail("cannot connect");
    if (send_request(server, target, host) < 0)
        warn("cannot send the request"); /* yet there may be an answer */
    if (receive_response(server, &response) < 0)
        fail("cannot receive and print the response");
    close(server);
    if (response.invalid)
        errx(1, "what came is no HTTP response");
    if (http_end(&response) < 0)
        errx(1, "the response was cut short");
    return 0;
}
