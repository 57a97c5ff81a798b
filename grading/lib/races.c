/* races.c - functions in place of the C library's, linked with a program for
 * the thread sanitizer, so that it finds a race whenever there is one:
 * - those that keep something in one place for all threads, since it does not
 *   see what the library does there;
 * - those that send, which wait until other threads are about to send too: it
 *   takes what one thread sends before another receives for an order that the
 *   program has made;
 * - those of C11's threads.h, which are to go the way of pthread.h: it knows
 *   nothing of threads and locks that were made otherwise, and crashes. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

#if defined __linux__ && defined __has_include
#if __has_include(<threads.h>)
#include <threads.h>

#pragma weak thrd_create
#pragma weak thrd_join
#pragma weak thrd_detach
#pragma weak thrd_exit
#pragma weak mtx_init
#pragma weak mtx_lock
#pragma weak mtx_trylock
#pragma weak mtx_timedlock
#pragma weak mtx_unlock
#pragma weak mtx_destroy
#pragma weak cnd_init
#pragma weak cnd_signal
#pragma weak cnd_broadcast
#pragma weak cnd_wait
#pragma weak cnd_timedwait
#pragma weak cnd_destroy
#pragma weak call_once

/* The types of the two headers are alike in all but their names here. */

struct start {
    thrd_start_t function;
    void *argument;
};

static int thrd_status(int error)
{
    switch (error) {
    case 0:
        return thrd_success;
    case EBUSY:
        return thrd_busy;
    case ETIMEDOUT:
        return thrd_timedout;
    case ENOMEM:
        return thrd_nomem;
    default:
        return thrd_error;
    }
}

static void *start_thread(void *argument)
{
    struct start start = *(struct start *)argument;
    free(argument);
    return (void *)(intptr_t)start.function(start.argument);
}

int thrd_create(thrd_t *thread, thrd_start_t function, void *argument)
{
    struct start *start = malloc(sizeof *start);
    if (!start)
        return thrd_nomem;
    *start = (struct start){function, argument};
    int error = pthread_create((pthread_t *)thread, NULL, start_thread, start);
    if (error != 0)
        free(start);
    return thrd_status(error);
}

int thrd_join(thrd_t thread, int *result)
{
    void *value = NULL;
    int error = pthread_join((pthread_t)thread, &value);
    if (result)
        *result = (int)(intptr_t)value;
    return thrd_status(error);
}

int thrd_detach(thrd_t thread)
{
    return thrd_status(pthread_detach((pthread_t)thread));
}

_Noreturn void thrd_exit(int result)
{
    pthread_exit((void *)(intptr_t)result);
}

int mtx_init(mtx_t *mutex, int type)
{
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    if (type & mtx_recursive)
        pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    int error = pthread_mutex_init((pthread_mutex_t *)mutex, &kind);
    pthread_mutexattr_destroy(&kind);
    return thrd_status(error);
}

int mtx_lock(mtx_t *mutex)
{
    return thrd_status(pthread_mutex_lock((pthread_mutex_t *)mutex));
}

int mtx_trylock(mtx_t *mutex)
{
    return thrd_status(pthread_mutex_trylock((pthread_mutex_t *)mutex));
}

int mtx_timedlock(mtx_t *mutex, const struct timespec *until)
{
    return thrd_status(
        pthread_mutex_timedlock((pthread_mutex_t *)mutex, until));
}

int mtx_unlock(mtx_t *mutex)
{
    return thrd_status(pthread_mutex_unlock((pthread_mutex_t *)mutex));
}

void mtx_destroy(mtx_t *mutex)
{
    pthread_mutex_destroy((pthread_mutex_t *)mutex);
}

int cnd_init(cnd_t *condition)
{
    return thrd_status(pthread_cond_init((pthread_cond_t *)condition, NULL));
}

int cnd_signal(cnd_t *condition)
{
    return thrd_status(pthread_cond_signal((pthread_cond_t *)condition));
}

int cnd_broadcast(cnd_t *condition)
{
    return thrd_status(pthread_cond_broadcast((pthread_cond_t *)condition));
}

int cnd_wait(cnd_t *condition, mtx_t *mutex)
{
    return thrd_status(pthread_cond_wait(
        (pthread_cond_t *)condition, (pthread_mutex_t *)mutex));
}

int cnd_timedwait(cnd_t *condition, mtx_t *mutex, const struct timespec *until)
{
    return thrd_status(pthread_cond_timedwait(
        (pthread_cond_t *)condition, (pthread_mutex_t *)mutex, until));
}

void cnd_destroy(cnd_t *condition)
{
    pthread_cond_destroy((pthread_cond_t *)condition);
}

void call_once(once_flag *flag, void (*function)(void))
{
    pthread_once((pthread_once_t *)flag, function);
}
#endif
#endif
