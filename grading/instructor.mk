# instructor.mk - what only an instructor's kit has; the Makefile includes this
# file when it is there.

# The last phase that the handout has, as in: make handout PHASE=1
PHASE = 3

handout: ## make the student kit: build/handout/, .tar.gz and .zip
	@handout/build $(PHASE)

class: ## grade all in SUBMISSIONS=dir, JOBS=n at a time, into RESULTS=dir
	@grading/class/run

test: ## test the kit itself: the reference solutions, the tests, the tools
	@grading/selftest/run

staircase: ## fill the starter in step by step, and print the scores
	@grading/selftest/staircase

format: ## lay out all C files as .clang-format says
	clang-format -i */*.[ch] grading/*/*.c

.PHONY: handout class test staircase format
