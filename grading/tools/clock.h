/* clock.h - the time that has passed, and what of it counts. */
#ifndef CLOCK_H
#define CLOCK_H

#include <time.h>

enum { FAIR_STEP_MS = 20 };

/* Return microseconds on a clock that never jumps. */
static inline long long now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Return milliseconds since the first call, for deadlines on a busy machine:
 * while that has no time for the program that waits, it may have none for the
 * one that is waited for. So of the time between two calls, what is over
 * FAIR_STEP_MS counts only a quarter; call it every FAIR_STEP_MS / 2. */
static inline long long fair_ms(void)
{
    static long long before = -1, total;
    long long now = now_us() / 1000;
    long long passed = before < 0 ? 0 : now - before;
    if (passed > FAIR_STEP_MS)
        passed = FAIR_STEP_MS + (passed - FAIR_STEP_MS) / 4;
    total += passed;
    before = now;
    return total;
}

#endif
