/* webserver.c - a web server that serves each client in a thread of its own.
 * usage: webserver [port [root]] */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"
#include "net.h"

/* Return a socket that listens at address, or -1 with errno set: then the
 * program ends, and with it the socket. */
static int make_listener(const struct sockaddr *address, socklen_t length)
{
    /* Fill in start: make a TCP socket (socket), allow its port to be used
     * again at once (setsockopt, SO_REUSEADDR), give it the address (bind), and
     * let clients queue for it (listen). */
    int on = 1;
    int listener = socket(address->sa_family, SOCK_STREAM, 0);
    if (listener < 0)
        return -1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, address, length) < 0)
        return -1;
    return listen(listener, SOMAXCONN) < 0 ? -1 : listener;
    /* Fill in stub
    return net_todo(__FILE__, __func__, address, length);
    Fill in end */
}

/* Receive the head of a request and take it apart. Return 0, the status that
 * tells the client what is wrong with it, or -1. */
static int receive_request(int client, struct http_request *request)
{
    /* Fill in start: until http_head_complete, receive (recv) into
     * request->head, behind the request->used bytes that are there: one recv
     * may bring only a part. Before each, have net_wait see to the deadline.
     * At the end leave the rest to http_parse. */
    while (!http_head_complete(request)) {
        int status = net_wait(client, request->deadline);
        if (status != 0)
            return status;
        ssize_t n = recv(client, request->head + request->used,
            sizeof request->head - request->used, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        request->used += (size_t)n;
    }
    return http_parse(request);
    /* Fill in stub
    return net_todo(__FILE__, __func__, client, request);
    Fill in end */
}

/* Log the answer, and send its status line and header lines; the body has this
 * type and size. Return 0, or -1 when the connection is gone. */
static int send_header(int client, struct http_request *request, int status,
    const char *type, off_t size)
{
    http_log(request, status);
    /* Fill in start: write into one buffer (snprintf) the status line, with the
     * words of http_reason; the lines Content-Type and Content-Length; those of
     * http_lines; an empty line. Each ends in CR LF. Send it with net_send. */
    char header[HTTP_LINES_SIZE + 256];
    int length = snprintf(header, sizeof header,
        "HTTP/1.1 %d %s\r\n"
        "Content-Type: %s\r\n"
        "Content-Length: %lld\r\n"
        "%s\r\n",
        status, http_reason(status), type, (long long)size,
        http_lines(request, status));
    return net_send(client, header, (size_t)length);
    /* Fill in stub
    return net_todo(__FILE__, __func__, client, request, status, type, size);
    Fill in end */
}

/* Open the file that path names below the root. Return 0 with its descriptor in
 * *file and its length in *size, or the status that says why not. */
static int open_file(const char *path, int *file, off_t *size)
{
    /* Fill in start: open it with http_open, which stays below the root. If
     * that fails, http_status tells which status goes with errno. */
    *file = http_open(path, size);
    return *file < 0 ? http_status(errno) : 0;
    /* Fill in stub
    net_todo(__FILE__, __func__, path, file, size);
    return 501;
    Fill in end */
}

/* Send size bytes of file, or as many as can be had and sent. */
static void send_file(int client, int file, off_t size)
{
    /* Fill in start: read a piece (read) and send what came (net_send), until
     * size bytes are sent: never more, even if the file grows meanwhile, and
     * without an endless loop if it shrinks. */
    char piece[8 * 1024];
    size -= net_send_large(client, file, size); /* the rest is for the loop */
    while (size > 0) {
        size_t want = size < (off_t)sizeof piece ? (size_t)size : sizeof piece;
        ssize_t n = read(file, piece, want);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || net_send(client, piece, (size_t)n) < 0)
            return;
        size -= n;
    }
    /* Fill in stub
    net_todo(__FILE__, __func__, client, file, size);
    Fill in end */
}

/* Answer with a page that says what status means, 404 for example. */
static void send_error(int client, struct http_request *request, int status)
{
    char page[1024] = "";
    /* Fill in start: write a short HTML page with the status and the words of
     * http_reason into page (snprintf, which cuts what does not fit). */
    snprintf(page, sizeof page, "<!DOCTYPE html>\n<h1>%d %s</h1>\n", status,
        http_reason(status));
    /* Fill in stub
    net_todo(__FILE__, __func__);
    Fill in end */
    size_t size = strlen(page);
    if (send_header(client, request, status, "text/html", (off_t)size) == 0 &&
        !request->no_body)
        net_send(client, page, size);
}

/* Answer one request, whatever it is, and close the connection. */
static void handle_client(int client)
{
    struct http_request *request = http_begin();
    off_t size;
    int file;

    int status = receive_request(client, request);
    if (status == 0)
        status = open_file(request->path, &file, &size);
    if (status > 0)
        send_error(client, request, status);
    if (status == 0) {
        const char *type = http_type(request->path);
        if (send_header(client, request, 200, type, size) == 0 &&
            !request->no_body)
            send_file(client, file, size);
        close(file);
    }
    /* Fill in start: say that nothing follows (net_hang_up; request->more says
     * whether the client may still be sending), then close its socket (close).
     */
    net_hang_up(client, request->more);
    close(client);
    /* Fill in stub
    net_todo(__FILE__, "close in handle_client", client);
    Fill in end */
    free(request);
}

/* What a thread does: handle the client whose socket argument points to. */
static void *client_thread(void *argument)
{
    int client = *(int *)argument;
    /* Fill in start: free the memory that start_thread has put the socket into,
     * and have the system take back what the thread uses when it ends, since
     * nobody waits for it (pthread_detach of pthread_self). */
    free(argument);
    pthread_detach(pthread_self());
    /* Fill in stub
    net_todo(__FILE__, __func__);
    Fill in end */
    handle_client(client);
    net_leave();
    return NULL;
}

/* Have a new thread handle client. Return 0, or -1 if there can be none. */
static int start_thread(int client)
{
    /* Fill in start: put the socket into memory of its own (malloc): main's
     * variable holds the next client's soon. Start client_thread with that
     * memory as its argument (pthread_create). */
    pthread_t thread;
    int *argument = malloc(sizeof *argument);
    if (!argument)
        return -1;
    *argument = client;
    if (pthread_create(&thread, NULL, client_thread, argument) != 0) {
        free(argument);
        return -1;
    }
    return 0;
    /* Fill in stub
    return net_todo(__FILE__, __func__, client, client_thread);
    Fill in end */
}

/* Have a thread handle client, as soon as there can be one. When the program
 * stops before, none does. */
static void hand_over(int client)
{
    net_enter(); /* not in the thread, which may run late */
    while (start_thread(client) < 0) {
        if (net_stopping()) {
            net_leave();
            return;
        }
        net_pause(); /* until a thread has ended */
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_storage any;
    socklen_t length = net_any(&any, net_options(argc, argv));
    int listener = make_listener((struct sockaddr *)&any, length);
    if (listener < 0)
        err(1, "cannot listen");
    net_ready(listener);
    for (;;) {
        /* Fill in start: wait for the next client (accept). */
        int client = accept(listener, NULL, NULL);
        /* Fill in stub
        int client = net_todo(__FILE__, "accept in main");
        Fill in end */
        if (client >= 0)
            hand_over(client);
        else if (!net_accept_again())
            break;
    }
    net_finish();
    return net_stopping() ? 0 : 1;
}
