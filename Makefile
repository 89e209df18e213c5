# vdpad: `make demo` shows it, `make test` proves it; both install what they need. CONTRIBUTING.md says more.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
# Every release build has the same flags, so that none rebuilds what another has built. lld comes with Swift; the
# system's linker warns about functions that Foundation brings along.
RELEASE := swift build -c release --static-swift-stdlib -Xswiftc -use-ld=lld
DEBUG := swift build -Xswiftc -use-ld=lld
PROGRAMS := vdpad vdpactl
SCRIPTS := .ci/run $(filter-out Scripts/allowed-imports,$(wildcard Scripts/*)) Benchmarks/common Benchmarks/groups Benchmarks/run \
	Tests/run Tests/sanitize Tests/fuzz Tests/Kernel/boot-guest Tests/Kernel/build-kernel

.PHONY: help setup build demo api test bench fuzz sanitize check format install clean

help:
	@echo 'make setup     install the missing packages (Debian 12; as root or with sudo)'
	@echo 'make build     build vdpad and vdpactl for release'
	@echo 'make demo      build, and walk through the main job on the simulated host'
	@echo 'make api       write what is generated: the files in api/, the output in README.md'
	@echo 'make test      run every tier of tests and print a table'
	@echo 'make sanitize  run the unit and service tests under ThreadSanitizer and AddressSanitizer'
	@echo 'make fuzz      run each fuzzer for FUZZ_SECONDS (60)'
	@echo 'make bench     measure speed, memory, start and allocations, next to what other servers reach'
	@echo 'make check     format, direction of imports, forbidden constructs, syntax of the scripts'
	@echo 'make format    format the Swift sources'
	@echo 'make install   install the programs below $$DESTDIR$$PREFIX (default: /usr/local)'
	@echo 'make clean     remove what was built here; the cache of the test kernel stays'

setup:
	Scripts/setup test

build:
	@Scripts/setup build
	@for program in $(PROGRAMS); do $(RELEASE) --product "$$program"; done

demo: build
	@Scripts/with-simulated-daemon "$$($(RELEASE) --show-bin-path)" Scripts/demo

# What is generated is checked in; the unit tier fails when it is stale.
api:
	@Scripts/setup test
	@$(DEBUG)
	@folder=$$($(DEBUG) --show-bin-path); \
	Scripts/with-simulated-daemon "$$folder" Scripts/check-api --update; \
	Scripts/with-simulated-daemon "$$folder" Scripts/check-readme --update

test:
	@Scripts/setup test
	@Tests/run

sanitize:
	@Scripts/setup build
	@Tests/sanitize

fuzz:
	@Scripts/setup build
	@Tests/fuzz

bench: build
	@Benchmarks/run "$$($(RELEASE) --show-bin-path)"
	@echo
	@Benchmarks/groups "$$($(RELEASE) --show-bin-path)"

check:
	swift format lint --strict -r Package.swift Sources Tests
	Scripts/check-sources
	@for script in $(SCRIPTS); do bash -n "$$script"; done

format:
	swift format -i -r Package.swift Sources Tests

# Does not build, so that root need not.
install:
	@folder=$$($(RELEASE) --show-bin-path); \
	for program in $(PROGRAMS); do \
	    [ -x "$$folder/$$program" ] || { echo "install: $$folder/$$program is missing: run 'make build' first" >&2; exit 1; }; \
	    install -D -m 755 "$$folder/$$program" "$(DESTDIR)$(PREFIX)/bin/$$program"; \
	done

clean:
	rm -rf .build .build-*
