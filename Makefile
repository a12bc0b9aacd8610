# What can be made is listed by `make help`. Everything works from a bare clone.
.DEFAULT_GOAL := help
.PHONY: help build release install uninstall test unit programs property e2e lint demo data bench clean

TARGET ?=
SIGN ?=
PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export PATH
node := node_modules/.bin/node --disable-warning=ExperimentalWarning
modules := node_modules/.package-lock.json
sources := $(shell find cmd src scripts/build -type f) package.json tsconfig.json
executable := dist/$(if $(TARGET),$(TARGET)/)docker-verify$(if $(findstring win,$(filter win%,$(TARGET))),.exe)
plugins := $(or $(DOCKER_CONFIG),$(HOME)/.docker)/cli-plugins
manual := $(or $(XDG_DATA_HOME),$(HOME)/.local/share)/man/man1

help: ## this list
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: $(executable) ## dist/docker-verify; for another platform TARGET=linux-arm64, darwin-arm64, …

release: $(modules) ## dist/release: all platforms, packages, checksums, signatures; SIGN="--key FILE", SIGN=--unsigned
	$(node) scripts/release/release.ts $(SIGN)

install: $(executable) ## put the plugin into Docker's plugin folder, and its manual where man looks
	install -d "$(plugins)"
	install -m 755 $(executable) "$(plugins)/docker-verify"
	$(node) scripts/manual.ts "$(manual)"

uninstall: ## take the plugin out again
	rm -f "$(plugins)/docker-verify" "$(manual)"/docker-verify.1 "$(manual)"/docker-verify-*.1

test: $(modules) ## everything: types, lint, unit tests, build, end-to-end tests
	$(node) scripts/test/all.ts

unit: $(modules) ## unit tests: what to run after every change
	vitest run --config scripts/lint/vitest.config.ts --project unit

programs: $(modules) ## unit tests of scripts, and those that start git, shells and the like
	vitest run --config scripts/lint/vitest.config.ts --project programs

property: $(modules) ## unit tests that are long by intent: generated cases, comparisons with other programs
	vitest run --config scripts/lint/vitest.config.ts --project property

e2e: $(executable) ## end-to-end tests, on a real Docker engine, registries and cosign
	vitest run --config scripts/lint/vitest.config.ts --project 'e2e*'

lint: $(modules) ## types, format, code, rooms, unused
	$(node) scripts/test/all.ts lint

demo: $(executable) ## an allowed and a refused build, on real parts
	scripts/demo

data: $(modules) ## what is known of images that others publish, fetched anew (src/advice/data)
	$(node) scripts/data/collect.ts

bench: $(executable) ## the figures
	scripts/bench

clean: ## all that was made, but for node_modules
	[ ! -d build/lab ] || scripts/lab/down
	rm -rf build dist reports coverage

$(executable): $(sources) $(modules)
	$(node) scripts/build/build.ts $(TARGET)

$(modules): package-lock.json
	scripts/build/node-modules.sh
