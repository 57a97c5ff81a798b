# config.mk - how everything here is compiled, in one place.

CC = cc
CFLAGS = -std=gnu11 -O2 -g -Wall -Wextra
CFLAGS_EXTRA =	# for one run, as in: make phase1 CFLAGS_EXTRA=-Werror
LDLIBS = -pthread
