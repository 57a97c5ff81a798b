# config.mk - how everything here is compiled, in one place.

# The compiler is make's own, cc; another one is given as in: make CC=clang

# gnu11 so that a student's includes give what manual pages say they give, and files
# of over 2 GB on 32-bit systems too.
CFLAGS = -std=gnu11 -D_FILE_OFFSET_BITS=64 -O2 -g -Wall -Wextra

# For one run, as in: make CFLAGS_EXTRA=-fsanitize=address
CFLAGS_EXTRA ?=

# Threads, for phase 2.
LDLIBS = -pthread
