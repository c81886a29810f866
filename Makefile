# Two commands do everything on a fresh machine: `make demo` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := demo
PYTHON := .venv/bin/python

.PHONY: demo tour test check bench set-up set-up-test lock package clean

demo: set-up            ## install what is missing, then open the demonstration treasury
	@$(PYTHON) -m treasury_desktop demo

tour: set-up            ## drive the whole job without a display, screenshots into build/tour
	@$(PYTHON) -m treasury_desktop demo --tour build/tour

test: set-up-test       ## install what is missing, then everything that has to hold
	@packaging/check.sh

bench: set-up-test      ## measure against named peers, into build/benchmarks.json
	@packaging/with_keyring.sh $(PYTHON) -m tests.benchmarks

set-up:
	@packaging/set_up.sh runtime

set-up-test:
	@packaging/set_up.sh test

lock:                   ## pin requirements anew
	@packaging/lock.sh

package: set-up-test    ## a folder that starts without Python
	@packaging/build_folder.sh

clean:
	rm -rf build .venv packaging/node/node_modules
