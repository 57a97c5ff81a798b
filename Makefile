# Makefile - builds and grades the programs of the lab. `make help` prints the
# targets with the words behind their ##.

# A kit that is released phase by phase has not got them all.
PHASES = $(wildcard phase[123])

all: $(PHASES) ## build all programs

phase1: library ## build the single-threaded server, phase1/webserver
	$(MAKE) -C phase1

phase2: library ## build the threaded server, phase2/webserver
	$(MAKE) -C phase2

phase3: library ## build the client, phase3/client
	$(MAKE) -C phase3

# What the phases share is built before them, so that `make -j` builds it once.
library:
	@$(MAKE) --no-print-directory -C phase1 ../shared/libshared.a

carry: ## copy what you filled in in phase 1 to the same places of phase 2
	@mkdir -p build
	awk -f handout/carry.awk phase1/webserver.c phase2/webserver.c \
		>build/carried.c
	mv build/carried.c phase2/webserver.c

grade: ## build and grade all phases; VERBOSE=1 shows all tests
	@grading/grade .

grade1: ## build and grade phase 1, 40 points
	@grading/grade -p 1 .

grade2: ## build and grade phase 2, 30 points
	@grading/grade -p 2 .

grade3: ## build and grade phase 3, 30 points
	@grading/grade -p 3 .

timeline: phase1 phase2 ## draw who waits for whom: build/timeline.svg
	@grading/timeline

clean: ## remove what was built
	@for phase in $(PHASES); do $(MAKE) -C $$phase clean; done
	rm -rf build

help: ## print this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' \
		$(MAKEFILE_LIST)

# An instructor's kit has more targets.
-include grading/instructor.mk

.PHONY: all phase1 phase2 phase3 library carry grade grade1 grade2 grade3 \
	timeline clean help
