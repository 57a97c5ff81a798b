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

/* The types of the two headers are alike in all but their names here. A program
 * may have functions of its own with these names: so ours are weak. */
#define C11(name, parameters, call)                                            \
    __attribute__((weak)) int name parameters                                  \
    {                                                                          \
        return status(call);                                                   \
    }

static int status(int error)
{
    return error == 0           ? thrd_success
           : error == EBUSY     ? thrd_busy
           : error == ETIMEDOUT ? thrd_timedout
           : error == ENOMEM    ? thrd_nomem
                                : thrd_error;
}

struct start {
    thrd_start_t function;
    void *argument;
};

static void *start_thread(void *argument)
{
    struct start start = *(struct start *)argument;
    free(argument);
    return (void *)(intptr_t)start.function(start.argument);
}

static int create(pthread_t *thread, thrd_start_t function, void *argument)
{
    struct start *start = malloc(sizeof *start);
    if (!start)
        return ENOMEM;
    *start = (struct start){function, argument};
    int error = pthread_create(thread, NULL, start_thread, start);
    if (error != 0)
        free(start);
    return error;
}

static int join(pthread_t thread, int *result)
{
    void *value = NULL;
    int error = pthread_join(thread, &value);
    if (result)
        *result = (int)(intptr_t)value;
    return error;
}

static int init(pthread_mutex_t *mutex, int type)
{
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    if (type & mtx_recursive)
        pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    int error = pthread_mutex_init(mutex, &kind);
    pthread_mutexattr_destroy(&kind);
    return error;
}

C11(thrd_create, (thrd_t * t, thrd_start_t f, void *argument),
    create((pthread_t *)t, f, argument))
C11(thrd_join, (thrd_t t, int *result), join((pthread_t)t, result))
C11(thrd_detach, (thrd_t t), pthread_detach((pthread_t)t))
C11(mtx_init, (mtx_t * m, int type), init((pthread_mutex_t *)m, type))
C11(mtx_lock, (mtx_t * m), pthread_mutex_lock((pthread_mutex_t *)m))
C11(mtx_trylock, (mtx_t * m), pthread_mutex_trylock((pthread_mutex_t *)m))
C11(mtx_timedlock, (mtx_t * m, const struct timespec *until),
    pthread_mutex_timedlock((pthread_mutex_t *)m, until))
C11(mtx_unlock, (mtx_t * m), pthread_mutex_unlock((pthread_mutex_t *)m))
C11(cnd_init, (cnd_t * c), pthread_cond_init((pthread_cond_t *)c, NULL))
C11(cnd_signal, (cnd_t * c), pthread_cond_signal((pthread_cond_t *)c))
C11(cnd_broadcast, (cnd_t * c), pthread_cond_broadcast((pthread_cond_t *)c))
C11(cnd_wait, (cnd_t * c, mtx_t *m),
    pthread_cond_wait((pthread_cond_t *)c, (pthread_mutex_t *)m))
C11(cnd_timedwait, (cnd_t * c, mtx_t *m, const struct timespec *until),
    pthread_cond_timedwait((pthread_cond_t *)c, (pthread_mutex_t *)m, until))

__attribute__((weak)) _Noreturn void thrd_exit(int result)
{
    pthread_exit((void *)(intptr_t)result);
}

__attribute__((weak)) void mtx_destroy(mtx_t *m)
{
    pthread_mutex_destroy((pthread_mutex_t *)m);
}

__attribute__((weak)) void cnd_destroy(cnd_t *c)
{
    pthread_cond_destroy((pthread_cond_t *)c);
}

__attribute__((weak)) void call_once(once_flag *flag, void (*function)(void))
{
    pthread_once((pthread_once_t *)flag, function);
}
#endif
#endif
