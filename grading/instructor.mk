# instructor.mk - what only an instructor's kit has; the Makefile includes this
# file when it is there.

# The last phase that the handout has, and what is made for the platforms, as in:
# make handout PHASE=1
PHASE = 3

handout: ## make the student kit: build/handout/, .tar.gz and .zip
	@handout/build $(PHASE)

class: ## grade all in SUBMISSIONS=dir, JOBS=n at a time, into RESULTS=dir
	@grading/class/run

test: ## test the kit itself: the reference solutions, the tests, the tools
	@grading/selftest/run

wrong: ## grade all wrong programs; make test grades some of them
	@grading/selftest/wrong

fuzz: ## have libFuzzer try requests and paths for 10 minutes each
	@grading/selftest/fuzz

endure: ## send a million requests to each server: does it stay as it was?
	@grading/selftest/endure

fresh: ## do what the READMEs say on a minimal Debian, which root makes for that
	@grading/selftest/fresh-machine

staircase: ## fill the starter in step by step, and print the scores
	@grading/selftest/staircase

gradescope: ## make build/gradescope.zip; VISIBILITY=hidden for private tests
	@grading/platforms/build gradescope $(PHASE)

autolab: ## make build/autolab/: autograde.tar and autograde-Makefile
	@grading/platforms/build autolab $(PHASE)

classroom50: ## make build/classroom50/, the autograder of an assignment
	@grading/platforms/build classroom50 $(PHASE)

actions: ## make build/actions/, for GitHub Actions in students' repositories
	@grading/platforms/build actions $(PHASE)

prairielearn: ## make build/prairielearn/, a question that is graded outside
	@grading/platforms/build prairielearn $(PHASE)

vpl: ## make build/vpl/: vpl_run.sh and vpl_evaluate.sh for Moodle
	@grading/platforms/build vpl $(PHASE)

csv: ## print a table of RESULTS/*/results.json, for a gradebook
	@grading/platforms/csv "$(or $(RESULTS),build/results)"

similarity: ## look for what is alike in the submissions in SUBMISSIONS=folder
	@grading/platforms/similarity "$(SUBMISSIONS)"

bench: phase1 phase2 ## compare the servers with those installed: build/bench.svg
	@grading/bench

format: ## lay out all C files as .clang-format says
	clang-format -i */*.[ch] grading/*/*.c

.PHONY: handout class test wrong fuzz endure fresh staircase gradescope autolab \
	classroom50 actions prairielearn vpl csv similarity bench format
