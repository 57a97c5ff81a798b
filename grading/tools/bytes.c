/* bytes.c - prints pseudo-random bytes, the same for the same seed.
 * usage: bytes COUNT SEED */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_LENGTH = 512 };

/* Return the next number of the sequence (Steele, Lea, Flood: SplitMix64). */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bytes COUNT SEED\n");
        return 2;
    }
    long long count = atoll(argv[1]);
    uint64_t state = strtoull(argv[2], NULL, 10);
    while (count > 0) {
        uint64_t block[BLOCK_LENGTH];
        for (int i = 0; i < BLOCK_LENGTH; i++)
            block[i] = next(&state);
        long long size =
            count < (long long)sizeof block ? count : (long long)sizeof block;
        fwrite(block, 1, (size_t)size, stdout);
        count -= size;
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
