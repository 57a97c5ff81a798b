# phase.mk - builds the one program of a phase: all .c files of its folder, with
# what they use of shared/. The folder's Makefile sets PROGRAM.

include ../shared/config.mk

SHARED = ../shared/http.c ../shared/net.c
LIBRARY = ../shared/libshared.a
HEADERS = $(wildcard *.h) $(wildcard ../shared/*.h)
COMPILE = $(CC) $(CFLAGS) $(CFLAGS_EXTRA) -I../shared

# What was compiled in another way is compiled again.
FLAGS = ../shared/flags
QUOTED = '$(subst ','\'',$(COMPILE))'
$(shell echo $(QUOTED) | cmp -s - $(FLAGS) || echo $(QUOTED) >$(FLAGS))

# The helper is linked as a library, so that a program with functions of its own
# by the same names is linked as well.
$(PROGRAM): $(wildcard *.c) $(LIBRARY) $(HEADERS) $(FLAGS)
	$(COMPILE) -o $@ $(filter %.c,$^) $(LIBRARY) $(LDLIBS)

$(LIBRARY): $(SHARED) $(wildcard ../shared/*.h) $(FLAGS)
	$(COMPILE) -c -o ../shared/http.o ../shared/http.c
	$(COMPILE) -c -o ../shared/net.o ../shared/net.c
	$(AR) rcs $@ ../shared/http.o ../shared/net.o

# Removes what was built.
clean:
	$(RM) $(PROGRAM) $(LIBRARY) ../shared/*.o $(FLAGS)

.PHONY: clean
