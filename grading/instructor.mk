# instructor.mk - what only an instructor's kit has; the Makefile includes this
# file when it is there.

test: ## test the kit itself: the reference solutions, the tests, the tools
	@grading/selftest/run

format: ## lay out all C files as .clang-format says
	clang-format -i */*.[ch] grading/*/*.c

.PHONY: test format
