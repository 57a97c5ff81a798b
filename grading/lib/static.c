/* static.c - the C library's functions that keep what they return, or how far
 * they are, in one place for all threads: here so that the thread sanitizer
 * sees them do it, which it does not in the library. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define REPLACES __attribute__((weak)) /* unless the program has its own */

REPLACES char *strtok(char *text, const char *separators)
{
    static char *next;
    char *start = text ? text : next;
    if (start)
        start += strspn(start, separators);
    if (!start || *start == '\0') {
        next = NULL;
        return NULL;
    }
    char *end = start + strcspn(start, separators);
    next = *end ? end + 1 : end;
    *end = '\0';
    return start;
}

static struct tm *keep_time(struct tm value)
{
    static struct tm kept;
    kept = value;
    return &kept;
}

REPLACES struct tm *localtime(const time_t *when)
{
    struct tm value = {0};
    return localtime_r(when, &value) ? keep_time(value) : NULL;
}

REPLACES struct tm *gmtime(const time_t *when)
{
    struct tm value = {0};
    return gmtime_r(when, &value) ? keep_time(value) : NULL;
}

REPLACES char *asctime(const struct tm *when)
{
    static char kept[64];
    char value[sizeof kept] = "";
    if (strftime(value, sizeof value, "%a %b %e %H:%M:%S %Y\n", when) == 0)
        return NULL;
    return memcpy(kept, value, sizeof kept);
}

REPLACES char *ctime(const time_t *when)
{
    struct tm value;
    return localtime_r(when, &value) ? asctime(&value) : NULL;
}

REPLACES char *inet_ntoa(struct in_addr address)
{
    static char kept[INET_ADDRSTRLEN];
    const unsigned char *byte = (const unsigned char *)&address;
    snprintf(
        kept, sizeof kept, "%d.%d.%d.%d", byte[0], byte[1], byte[2], byte[3]);
    return kept;
}
