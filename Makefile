# vdpad: `make demo` shows it, `make test` proves it; both install what they need. CONTRIBUTING.md says more.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
# Where systemd looks for units; Debian 12's helpers look only in /lib/systemd/system.
UNITDIR ?= $(PREFIX)/lib/systemd/system
# Every release build has the same flags, so that none rebuilds what another has built. lld comes with Swift; the
# system's linker warns about functions that Foundation brings along.
RELEASE := swift build -c release --static-swift-stdlib -Xswiftc -use-ld=lld
DEBUG := swift build -Xswiftc -use-ld=lld
PROGRAMS := vdpad vdpactl
# Manual pages and completions, written by what was built.
SHARE := .build/share
MANUAL_DATE = $(shell LC_ALL=C date -u -d "@$${SOURCE_DATE_EPOCH:-$$(date +%s)}" '+%B %-d, %Y')
SCRIPTS := .ci/run $(filter-out Scripts/allowed-imports,$(wildcard Scripts/*)) Benchmarks/common Benchmarks/groups Benchmarks/run \
	Tests/check-install Tests/check-package Tests/in-throwaway-root Tests/run Tests/sanitize Tests/fuzz Tests/Kernel/boot-guest Tests/Kernel/build-kernel

.PHONY: help setup build programs demo api test bench fuzz sanitize check format install deb clean

help:
	@echo 'make setup     install the missing packages (Debian 12; as root or with sudo)'
	@echo 'make build     build vdpad and vdpactl for release'
	@echo 'make demo      build, and walk through the main job on the simulated host'
	@echo 'make api       write what is generated: the files in api/, the output in README.md'
	@echo 'make test      run the tests and print a table of their tiers'
	@echo 'make sanitize  run the unit and service tests under ThreadSanitizer and AddressSanitizer'
	@echo 'make fuzz      run each fuzzer for FUZZ_SECONDS (60)'
	@echo 'make bench     measure speed, memory, start and allocations, next to what other servers reach'
	@echo 'make check     format, direction of imports, forbidden constructs, syntax of the scripts'
	@echo 'make format    format the Swift sources'
	@echo 'make install   install what was built, units and manual pages below $$DESTDIR$$PREFIX (default: /usr/local)'
	@echo 'make deb       build the Debian package; the last line names it'
	@echo 'make clean     remove what was built here; the cache of the test kernel stays'

setup:
	Scripts/setup test

build:
	@Scripts/setup build
	@for program in $(PROGRAMS) write-manual; do $(RELEASE) --product "$$program"; done
	@folder=$$($(RELEASE) --show-bin-path); \
	rm -rf "$(SHARE)"; mkdir -p "$(SHARE)/man" "$(SHARE)/completions"; \
	"$$folder/write-manual" "$(SHARE)/man" "$(MANUAL_DATE)"; \
	for shell in bash zsh fish; do \
	    "$$folder/vdpactl" --generate-completion-script "$$shell" | sed '1{/^#!/d}' > "$(SHARE)/completions/vdpactl.$$shell"; \
	done

demo: build
	@Scripts/with-simulated-daemon "$$($(RELEASE) --show-bin-path)" Scripts/demo

# Where the programs of the release build are.
programs:
	@$(RELEASE) --show-bin-path

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

# Does not build, so that root needs no Swift. A configuration that is there is kept.
install:
	@folder=.build/release; \
	for file in $(PROGRAMS:%="$$folder/%") $(SHARE)/man/vdpactl.1 $(SHARE)/completions/vdpactl.fish; do \
	    [ -e "$$file" ] || { echo "install: $$file is missing: run 'make build' first" >&2; exit 1; }; \
	done; \
	place() { install -D -m "$$1" "$$2" "$(DESTDIR)$$3"; }; \
	for program in $(PROGRAMS); do place 755 "$$folder/$$program" "$(PREFIX)/bin/$$program"; done; \
	for page in man/* $(SHARE)/man/*; do place 644 "$$page" "$(PREFIX)/share/man/man$${page##*.}/$${page##*/}"; done; \
	place 644 $(SHARE)/completions/vdpactl.bash "$(PREFIX)/share/bash-completion/completions/vdpactl"; \
	place 644 $(SHARE)/completions/vdpactl.zsh "$(PREFIX)/share/zsh/site-functions/_vdpactl"; \
	place 644 $(SHARE)/completions/vdpactl.fish "$(PREFIX)/share/fish/vendor_completions.d/vdpactl.fish"; \
	for unit in systemd/*.service systemd/*.socket; do \
	    place 644 "$$unit" "$(UNITDIR)/$${unit##*/}"; \
	    sed -i 's#/usr/bin/vdpad#$(PREFIX)/bin/vdpad#' "$(DESTDIR)$(UNITDIR)/$${unit##*/}"; \
	done; \
	place 644 systemd/vdpad.sysusers "$(PREFIX)/lib/sysusers.d/vdpad.conf"; \
	place 644 systemd/vdpad.tmpfiles "$(PREFIX)/lib/tmpfiles.d/vdpad.conf"; \
	place 644 systemd/vdpad-modules.conf "$(PREFIX)/lib/modules-load.d/vdpad-modules.conf"; \
	[ -e "$(DESTDIR)/etc/vdpad/vdpad.json" ] || place 644 systemd/vdpad.json /etc/vdpad/vdpad.json

# Packs the release build; the version is that of debian/changelog.
deb:
	@Scripts/setup package
	@rm -rf .build/deb; mkdir -p .build/deb
	@debian/rules clean >&2
	@DEB_BUILD_OPTIONS="noautodbgsym $${DEB_BUILD_OPTIONS:-}" debian/rules binary >&2
	@lintian --fail-on error .build/deb/vdpad_*.deb >&2
	@ls "$$PWD"/.build/deb/vdpad_*.deb

clean:
	rm -rf .build .build-*
