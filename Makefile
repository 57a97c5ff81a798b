# Makefile - builds and grades the three programs of the lab. `make help` prints
# the targets with the words behind their ##.

all: phase1 phase2 phase3 ## build all three programs

phase1: library ## build the single-threaded server, phase1/webserver
	$(MAKE) -C phase1

phase2: library ## build the threaded server, phase2/webserver
	$(MAKE) -C phase2

phase3: library ## build the client, phase3/client
	$(MAKE) -C phase3

# What the phases share is built before them, so that `make -j` builds it once.
library:
	$(MAKE) -C phase1 ../shared/libshared.a

grade: ## build and grade all phases, 100 points
	@grading/grade .

grade1: ## build and grade phase 1, 40 points
	@grading/grade -p 1 .

grade2: ## build and grade phase 2, 30 points
	@grading/grade -p 2 .

grade3: ## build and grade phase 3, 30 points
	@grading/grade -p 3 .

clean: ## remove what was built
	$(MAKE) -C phase1 clean
	$(MAKE) -C phase2 clean
	$(MAKE) -C phase3 clean
	rm -rf build

help: ## print this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' \
		$(MAKEFILE_LIST)

# An instructor's kit has more targets.
-include grading/instructor.mk

.PHONY: all phase1 phase2 phase3 library grade grade1 grade2 grade3 clean help
