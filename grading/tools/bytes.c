/* bytes.c - prints pseudo-random bytes, the same for the same seed.
 * usage: bytes COUNT SEED */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_SIZE = 4096 };

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bytes COUNT SEED\n");
        return 2;
    }
    long long count = atoll(argv[1]);
    uint64_t state = strtoull(argv[2], NULL, 10) * 2 + 1;
    while (count > 0) {
        unsigned char block[BLOCK_SIZE];
        size_t size = count < BLOCK_SIZE ? (size_t)count : BLOCK_SIZE;
        for (size_t i = 0; i < size; i++) {
            /* a linear congruential generator; Knuth's MMIX numbers */
            state = state * 6364136223846793005u + 1442695040888963407u;
            block[i] = (unsigned char)(state >> 56);
        }
        fwrite(block, 1, size, stdout);
        count -= (long long)size;
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
