# class.mk - grades the submissions whose numbers are in the file todo, as many at
# a time as -j says. `run` calls this in RESULTS/.class.

TODO := $(shell cat todo)

all: $(TODO)

$(TODO):
	@exec "$$ONE" $@

.PHONY: all $(TODO)
