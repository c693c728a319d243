# narrowgate. `make demo` and `make test` set up everything they need; `make help` lists the targets.
.PHONY: help setup tools nextpnr demo test test-long lint format bench build docs clean
.DEFAULT_GOAL := help

SOURCES := $(shell find src -name '*.ts')
INSTALLED := node_modules/.package-lock.json # npm writes it last
BUILT := dist/.built

help:
	@echo 'make demo       compare accumulator widths on one network: build, verify, synthesise, report'
	@echo 'make test       lint, build and all tests; the last line is "N passed, M failed"'
	@echo 'make test-long  the heavy checks in test/long/, with place and route: downloads nextpnr, 220 MB unpacked'
	@echo 'make build      compile src/ to dist/          make lint    check format, style and types'
	@echo 'make bench      measurements                   make format  format all sources'
	@echo 'make docs       write docs/errors.md           make clean   remove dist/ and out/'

demo: tools build
	@sh scripts/demo.sh

test: setup tools
	@node scripts/test.mjs

test-long: tools build nextpnr
	npx vitest run --config vitest.long.config.ts

lint: setup
	npm run --silent lint

format: setup
	npm run --silent format

bench: tools build
	node scripts/bench.mjs

build: $(BUILT)

docs: build
	node scripts/errors-page.mjs

clean:
	rm -rf dist out coverage

# Node packages, exactly as package-lock.json says.
setup: $(INSTALLED)

# Place and route: an optional package, which npm ci leaves out. Not needed again when it is there or is named.
NEXTPNR := $(shell sed -n 's/.*"@yowasp\/nextpnr-ice40": "\(.*\)".*/\1/p' package.json)
nextpnr: setup
	@test -n "$$NARROWGATE_NEXTPNR" || test -d node_modules/@yowasp/nextpnr-ice40 || \
		npm install --no-save --save-dev @yowasp/nextpnr-ice40@$(NEXTPNR)

# Node itself, the simulators, and the C++ compiler that Verilator needs.
tools:
	@sh scripts/check-node.sh
	@sh scripts/install-tools.sh

$(INSTALLED): package-lock.json
	@sh scripts/check-node.sh
	npm ci
	@touch $@

$(BUILT): $(SOURCES) tsconfig.json tsconfig.build.json package.json $(INSTALLED)
	npm run --silent build
	@touch $@
