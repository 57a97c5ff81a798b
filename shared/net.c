/* net.c - what the system's socket calls leave to the program. */
#include "net.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/sendfile.h>
#endif
#if defined __linux__ && defined __has_include
#if __has_include(<linux/sockios.h>)
#include <linux/sockios.h>
#endif
#endif

long long net_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int net_timeout(void)
{
    const char *text = getenv("HTTP_TIMEOUT_MS");
    long value = text ? strtol(text, NULL, 10) : 0;
    return value > 0 && value < NET_TIMEOUT_MS ? (int)value : NET_TIMEOUT_MS;
}

int net_port(const char *text)
{
    int port = 0;
    if (*text == '\0')
        return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return -1;
        port = port * 10 + (*text - '0');
        if (port > 65535)
            return -1;
    }
    return port;
}

socklen_t net_any(struct sockaddr_storage *address, int port)
{
    int only = 0;
    socklen_t length = sizeof only;
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    int both =
        probe >= 0 &&
        getsockopt(probe, IPPROTO_IPV6, IPV6_V6ONLY, &only, &length) == 0 &&
        !only;
    if (probe >= 0)
        close(probe);
    memset(address, 0, sizeof *address);
    if (both) {
        struct sockaddr_in6 *any = (struct sockaddr_in6 *)address;
        any->sin6_family = AF_INET6;
        any->sin6_port = htons((in_port_t)port);
        any->sin6_addr = in6addr_any;
        return sizeof *any;
    }
    struct sockaddr_in *any = (struct sockaddr_in *)address;
    any->sin_family = AF_INET;
    any->sin_port = htons((in_port_t)port);
    any->sin_addr.s_addr = htonl(INADDR_ANY);
    return sizeof *any;
}

/* Wait for events on fd. Return those that came, 0 at the deadline, -1 with
 * errno set. */
static int wait_for(int fd, short events, long long deadline)
{
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = events};
        long long left = deadline - net_clock();
        int n = poll(&wait, 1, left > 0 ? (int)left : 0);
        if (n > 0)
            return wait.revents;
        if (n == 0 && left <= 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return -1;
    }
}

int net_wait(int client, long long deadline)
{
    int events = wait_for(client, POLLIN, deadline);
    if (events < 0)
        return -1;
    return events == 0 ? 408 : 0;
}

/* Throw away what has come from fd. Return 1 if something had, 0 if nothing has
 * yet, -1 if nothing more will come. */
static int discard(int fd)
{
    char unwanted[4096];
    ssize_t n = recv(fd, unwanted, sizeof unwanted, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return 0;
    return n > 0 ? 1 : -1;
}

/* Wait until client takes bytes again, or so long that another try is due. A
 * client that sends all before it reads would wait for us as we wait for it, so
 * what it sends is thrown away. */
static void wait_to_send(int client, long long deadline)
{
    /* poll wants much room before it reports any: a slow reader shows only in
     * another send */
    long long next_try = net_clock() + net_timeout() / 10;
    short events = POLLOUT | POLLIN;
    if (deadline > next_try)
        deadline = next_try;
    while (net_clock() < deadline) {
        int ready = wait_for(client, events, deadline);
        if (ready < 0)
            return;
        if (ready & POLLIN && events & POLLIN && discard(client) < 0)
            events = POLLOUT; /* it has closed its side */
        else if (ready & ~POLLIN)
            return;
    }
}

/* Sending has failed. Return whether to try again, after a wait if client takes
 * nothing: but only until *deadline, which is set if it is 0. */
static int send_again(int client, long long *deadline)
{
    if (errno == EINTR)
        return 1;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
        return 0;
    if (*deadline == 0)
        *deadline = net_clock() + net_timeout();
    else if (net_clock() >= *deadline)
        return 0;
    wait_to_send(client, *deadline);
    return 1;
}

/* Nothing more is worth waiting for. Return -1, errno as it is. */
static int give_up(int client)
{
    int error = errno;
    shutdown(client, SHUT_RDWR);
    errno = error;
    return -1;
}

int net_send(int client, const void *data, size_t size)
{
    const char *next = data;
    long long deadline = 0; /* none yet: the client takes what it is sent */
    int flags = MSG_DONTWAIT;
#ifdef MSG_MORE /* Linux; elsewhere a small answer is three packets */
    flags |= MSG_MORE;
#endif
    while (size > 0) {
        ssize_t n = send(client, next, size, flags);
        if (n >= 0) {
            next += n;
            size -= (size_t)n;
            deadline = 0;
        } else if (!send_again(client, &deadline)) {
            return give_up(client);
        }
    }
    return 0;
}

off_t net_send_large(int client, int file, off_t size)
{
    off_t sent = 0;
#ifdef __linux__
    long long deadline = 0;
    if (size < NET_LARGE || fcntl(client, F_SETFL, O_NONBLOCK) < 0)
        return 0;
    while (sent < size) {
        ssize_t n = sendfile(client, file, NULL, (size_t)(size - sent));
        if (n > 0) {
            sent += n;
            deadline = 0;
        } else if (n == 0 || errno == EINVAL || errno == ENOSYS) {
            break; /* it has become shorter, or cannot be sent so */
        } else if (!send_again(client, &deadline)) {
            give_up(client);
            break;
        }
    }
    fcntl(client, F_SETFL, 0);
#else
    (void)client;
    (void)file;
    (void)size;
#endif
    return sent;
}

/* Return how many bytes the system holds back because client does not take
 * them, 0 where it does not tell. */
static int unsent(int client)
{
    int bytes = 0;
#ifdef SIOCOUTQNSD /* Linux */
    if (ioctl(client, SIOCOUTQNSD, &bytes) < 0)
        return 0;
#else
    (void)client;
#endif
    return bytes > 1 ? bytes : 0; /* one may be the end itself, the FIN */
}

/* Return how long, in milliseconds, to stay with a client that is not to get
 * more, after so many bytes were held back: as long as it may be silent if
 * there are some, else as long as it may take to stop sending. */
static int patience(int held)
{
    int ms = net_timeout();
    return held > 0 || ms < NET_LINGER_MS ? ms : NET_LINGER_MS;
}

void net_hang_up(int client, int more)
{
    shutdown(client, SHUT_WR); /* first: it also sends what net_send held */
    int held = unsent(client);
    long long end = net_clock() + patience(held);
    for (;;) {
        int came = discard(client);
        more = more || came > 0;
        long long now = net_clock();
        if (came < 0 || (held == 0 && !more) || now >= end)
            return;
        long long until = held > 0 ? now + NET_PAUSE_MS : end;
        if (wait_for(client, POLLIN, until) < 0)
            return;
        int left = held > 0 ? unsent(client) : 0;
        if (left < held)
            end = net_clock() + patience(left);
        held = left;
    }
}

int net_limit(int socket)
{
    int ms = net_timeout();
    struct timeval limit = {ms / 1000, (suseconds_t)(ms % 1000) * 1000};
    if (setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) ||
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit))
        return -1;
    return 0;
}

int net_connected(int socket)
{
    int error = errno;
    socklen_t length = sizeof error;
    if (error == EINTR &&
        wait_for(socket, POLLOUT, net_clock() + net_timeout()) > 0)
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length);
    errno = error;
    return error == 0 ? 0 : -1;
}

int net_print(const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(STDOUT_FILENO, data, size);
        if (n >= 0) {
            data += n;
            size -= (size_t)n;
        } else if (errno == EAGAIN) { /* another program made it so */
            wait_for(STDOUT_FILENO, POLLOUT, net_clock() + NET_PAUSE_MS);
        } else if (errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

void net_standard_files(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int net_options(int argc, char **argv)
{
    net_standard_files();
    int port = net_port(argc > 1 ? argv[1] : "6789");
    int wrong = argc > 3 || port < 0;
    if (!wrong && argc > 2 && chdir(argv[2]) < 0) {
        warn("%s", argv[2]);
        wrong = 1;
    }
    if (wrong) {
        fprintf(stderr, "usage: %s [port [root]]\n", argv[0]);
        exit(2);
    }
    return port;
}

/* Return the port at which listener listens, or -1 with errno set. */
static int local_port(int listener)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(listener, (struct sockaddr *)&address, &length) < 0)
        return -1;
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

/* Give threads a small stack. The C library keeps at most 40 MB of stacks for
 * the threads to come: of the usual ones, of 8 MB, only five, and those of all
 * other threads are mapped and unmapped again and again. Not under gcc's thread
 * sanitizer, which takes more than that of each stack for itself. */
static void limit_stacks(void)
{
#if defined __linux__ && !defined __SANITIZE_THREAD__
    /* as in pthread.h, which has it for _GNU_SOURCE alone */
    extern int pthread_setattr_default_np(const pthread_attr_t *);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, NET_STACK_SIZE);
    pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
#endif
}

static volatile sig_atomic_t stopping;
static int stop_listener, stop_substitute;
static pthread_t stop_thread;

/* The answers under way took longer than a program that stops may wait. */
static void stop_now(int signal_number)
{
    (void)signal_number;
    _exit(stopping ? 0 : 1);
}

/* Put a socket on which accept fails in the listener's place: unlike a flag,
 * that cannot come between the accepting thread's look at it and its accept. */
static void stop(int signal_number)
{
    int saved = errno;
    if (!pthread_equal(pthread_self(), stop_thread)) {
        pthread_kill(stop_thread, signal_number);
    } else if (!stopping) {
        stopping = 1;
        dup2(stop_substitute, stop_listener);
        alarm(NET_STOP_S);
    }
    errno = saved;
}

void net_ready(int listener)
{
    limit_stacks();
    struct sigaction action = {.sa_handler = stop};
    stop_thread = pthread_self();
    stop_listener = listener;
    stop_substitute = socket(AF_UNIX, SOCK_STREAM, 0);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGALRM, stop_now);
    signal(SIGPIPE, SIG_IGN);
    int port = local_port(listener);
    if (port < 0)
        err(1, "descriptor %d, which is to be the listener", listener);
    printf("Listening on port %d\n", port);
    fflush(stdout);
}

int net_stopping(void)
{
    return stopping;
}

int net_accept_again(void)
{
    if (stopping)
        return 0;
    switch (errno) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        net_pause();
        return 1;
    case ENOSYS: /* net_todo: stay, so that listening can be tried alone */
        poll(NULL, 0, -1);
        return !stopping;
    case EBADF:
    case EFAULT:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP:
        warn("accept");
        return 0;
    default: /* a client that is gone already, or a signal */
        return 1;
    }
}

void net_pause(void)
{
    poll(NULL, 0, NET_PAUSE_MS);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;
static int answers;

void net_enter(void)
{
    pthread_mutex_lock(&lock);
    answers++;
    pthread_mutex_unlock(&lock);
}

void net_leave(void)
{
    pthread_mutex_lock(&lock);
    if (--answers == 0)
        pthread_cond_signal(&answered);
    pthread_mutex_unlock(&lock);
}

void net_finish(void)
{
    if (!stopping)
        alarm(NET_STOP_S);
    pthread_mutex_lock(&lock);
    while (answers > 0) /* not for ever: see stop_now */
        pthread_cond_wait(&answered, &lock);
    pthread_mutex_unlock(&lock);
}

int net_todo(const char *file, const char *function, ...)
{
    static const char *said[16];
    size_t i = 0;
    pthread_mutex_lock(&lock);
    while (i < sizeof said / sizeof said[0] && said[i] &&
           strcmp(said[i], function) != 0)
        i++;
    if (i < sizeof said / sizeof said[0] && !said[i]) {
        said[i] = function;
        fprintf(stderr, "%s: %s is not filled in yet\n", file, function);
    }
    pthread_mutex_unlock(&lock);
    errno = ENOSYS;
    return -1;
}
