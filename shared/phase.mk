# phase.mk - builds the one program of a phase: all .c files of its folder, with
# what they use of shared/. The folder's Makefile sets PROGRAM.

include ../shared/config.mk

SHARED = ../shared/http.c ../shared/net.c
HEADERS = $(wildcard *.h) $(wildcard ../shared/*.h)

# The helper is linked as a library, so that a program with functions of its own
# by the same names is linked as well.
$(PROGRAM): $(wildcard *.c) libshared.a $(HEADERS)
	$(CC) $(CFLAGS) $(CFLAGS_EXTRA) -I. -I../shared -o $@ \
		$(filter %.c,$^) libshared.a $(LDLIBS)

libshared.a: $(SHARED) $(HEADERS)
	$(CC) $(CFLAGS) $(CFLAGS_EXTRA) -I../shared -c $(SHARED)
	$(AR) rcs $@ $(notdir $(SHARED:.c=.o))
	$(RM) $(notdir $(SHARED:.c=.o))

# Removes what was built.
clean:
	$(RM) $(PROGRAM) *.a *.o

.PHONY: clean
