/* fair.h - a clock for deadlines on a busy machine. While the machine has no
 * time for the program that waits, it may have none for the one that is waited
 * for: so of the time between two looks, what is over FAIR_STEP_MS counts only
 * a quarter. */
#ifndef FAIR_H
#define FAIR_H

#include <time.h>

enum { FAIR_STEP_MS = 20 };

/* Return milliseconds since the first call; look at it at least every
 * FAIR_STEP_MS / 2. */
static long long fair_ms(void)
{
    static long long before = -1, total;
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    long long now = (long long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
    long long passed = before < 0 ? 0 : now - before;
    if (passed > FAIR_STEP_MS)
        passed = FAIR_STEP_MS + (passed - FAIR_STEP_MS) / 4;
    total += passed;
    before = now;
    return total;
}

#endif
