/* races.c - functions in place of the C library's, linked with a program for
 * the thread sanitizer, so that it finds a race whenever there is one:
 * - those that keep something in one place for all threads, since it does not
 *   see what the library does there;
 * - those that send, which wait until other threads are about to send too: it
 *   takes what one thread sends before another receives for an order that the
 *   program has made. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* unless the program has its own */
#pragma weak send
#pragma weak write
#pragma weak strtok
#pragma weak localtime
#pragma weak gmtime
#pragma weak asctime
#pragma weak ctime
#pragma weak inet_ntoa

enum { TOGETHER = 8, WAITS = 60, WAIT_MS = 5 };

/* When a thread is to send for the first time: wait for others, not for ever,
 * and without what the sanitizer would take for an order. */
static void meet_others(void)
{
    static int arrived;
    static __thread int has_met;
    if (has_met)
        return;
    has_met = 1;
    int n = __atomic_fetch_add(&arrived, 1, __ATOMIC_RELAXED);
    int all = n - n % TOGETHER + TOGETHER;
    for (int i = 0; i < WAITS; i++) {
        if (__atomic_load_n(&arrived, __ATOMIC_RELAXED) >= all)
            return;
        poll(NULL, 0, WAIT_MS);
    }
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    meet_others();
    return sendto(fd, data, size, flags, NULL, 0);
}

ssize_t write(int fd, const void *data, size_t size)
{
    struct iovec all = {.iov_base = (void *)data, .iov_len = size};
    int type;
    socklen_t length = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0)
        meet_others();
    return writev(fd, &all, 1);
}

char *strtok(char *text, const char *separators)
{
    static char *place_of_strtok;
    char *start = text ? text : place_of_strtok;
    if (start)
        start += strspn(start, separators);
    if (!start || *start == '\0') {
        place_of_strtok = NULL;
        return NULL;
    }
    char *end = start + strcspn(start, separators);
    place_of_strtok = *end ? end + 1 : end;
    *end = '\0';
    return start;
}

static struct tm *keep_time(struct tm value)
{
    static struct tm time_of_localtime_or_gmtime;
    time_of_localtime_or_gmtime = value;
    return &time_of_localtime_or_gmtime;
}

struct tm *localtime(const time_t *when)
{
    struct tm value = {0};
    return localtime_r(when, &value) ? keep_time(value) : NULL;
}

struct tm *gmtime(const time_t *when)
{
    struct tm value = {0};
    return gmtime_r(when, &value) ? keep_time(value) : NULL;
}

char *asctime(const struct tm *when)
{
    static char text_of_asctime_or_ctime[64];
    char value[sizeof text_of_asctime_or_ctime] = "";
    if (strftime(value, sizeof value, "%a %b %e %H:%M:%S %Y\n", when) == 0)
        return NULL;
    return memcpy(
        text_of_asctime_or_ctime, value, sizeof text_of_asctime_or_ctime);
}

char *ctime(const time_t *when)
{
    struct tm value;
    return localtime_r(when, &value) ? asctime(&value) : NULL;
}

char *inet_ntoa(struct in_addr address)
{
    static char text_of_inet_ntoa[INET_ADDRSTRLEN];
    const unsigned char *byte = (const unsigned char *)&address;
    snprintf(text_of_inet_ntoa, sizeof text_of_inet_ntoa, "%d.%d.%d.%d",
        byte[0], byte[1], byte[2], byte[3]);
    return text_of_inet_ntoa;
}
