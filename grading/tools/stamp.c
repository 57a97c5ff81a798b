/* stamp.c - copies its input, and puts in front of each line how many
 * milliseconds after the start of this program it began to come, and a blank.
 * usage: stamp <FILE */
#include <stdio.h>

#include "clock.h"

int main(void)
{
    long long start = now_us();
    int c, before = '\n';
    while ((c = getchar()) != EOF) {
        if (before == '\n')
            printf("%lld ", (now_us() - start) / 1000);
        putchar(c);
        before = c;
    }
    return fflush(stdout) != 0;
}
