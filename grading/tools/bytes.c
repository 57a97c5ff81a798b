/* bytes.c - prints pseudo-random bytes, the same for the same seed.
 * usage: bytes COUNT SEED */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bytes COUNT SEED\n");
        return 2;
    }
    long long count = atoll(argv[1]);
    uint64_t state = strtoull(argv[2], NULL, 10) * 2 + 1;
    while (count-- > 0) {
        /* a linear congruential generator; Knuth's MMIX numbers */
        state = state * 6364136223846793005u + 1442695040888963407u;
        putchar((int)(state >> 56));
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
