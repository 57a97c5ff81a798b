/* fuzz.h - what the targets of libFuzzer share. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* libFuzzer's own name, which no header of its declares */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As assert, but no option of the compiler takes it away. */
static void hold(int truth, const char *words)
{
    if (truth)
        return;
    fprintf(stderr, "does not hold: %s\n", words);
    abort();
}

#endif
