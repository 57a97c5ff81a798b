/* stamp.c - copies its input, and puts in front of each line how many
 * milliseconds after the start of this program it began to come, and a blank.
 * usage: stamp <FILE */
#include <stdio.h>
#include <time.h>

static long long now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (long long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int main(void)
{
    long long start = now_ms();
    int c, before = '\n';
    while ((c = getchar()) != EOF) {
        if (before == '\n')
            printf("%lld ", now_ms() - start);
        putchar(c);
        before = c;
    }
    return fflush(stdout) != 0;
}
