# Kulkul. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BIN     := bin/kulkul
ENGINE  := services/embedded/engine
ASSETS  := services/console/assets
BROWSER := services/console/browser
MODULES := $(sort $(dir $(wildcard services/*/go.mod)))
DATA    ?= data
ONCE    ?=
FUZZTIME ?= 30000x

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

$(ENGINE)/node_modules/.package-lock.json: $(ENGINE)/package.json $(ENGINE)/package-lock.json
	npm ci --prefix $(ENGINE) --no-audit --no-fund
	@touch $@

$(ASSETS)/node_modules/.package-lock.json: $(ASSETS)/package.json $(ASSETS)/package-lock.json
	npm ci --prefix $(ASSETS) --no-audit --no-fund
	@touch $@

$(BROWSER)/node_modules/.package-lock.json: $(BROWSER)/package.json $(BROWSER)/package-lock.json
	npm ci --prefix $(BROWSER) --no-audit --no-fund
	@touch $@

.PHONY: engine
engine: $(ENGINE)/node_modules/.package-lock.json ## fetch ClickHouse's engine, by exact version, from npm

.PHONY: assets
assets: $(ASSETS)/node_modules/.package-lock.json ## build the console's scripts and map from npm packages
	npm run --silent --prefix $(ASSETS) build

.PHONY: build
build: engine assets ## build bin/kulkul
	go build -o $(BIN) ./services/cmd/kulkul

.PHONY: demo
demo: build ## the main job on an invented set of feeds; ONCE=1 ends with a checked summary
	$(BIN) up --demo $(if $(ONCE),--once) --config configs

.PHONY: up
up: build ## everything in one process, data in ./data
	$(BIN) up --data $(DATA) --config configs

.PHONY: check
check: build ## validate every file in configs/
	$(BIN) check --config configs

.PHONY: vet
vet: ## go vet in the workspace and in each module alone
	go vet work
	for m in $(MODULES); do (cd $$m && GOWORK=off go vet ./...); done

.PHONY: lint
lint: ## golangci-lint, at the version the tree names
	for m in $(MODULES); do (cd $$m && go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...); done

.PHONY: packages
packages: $(BROWSER)/node_modules/.package-lock.json ## install what the tests need: Debian's packages, the browser's driver
	deploy/packages.sh

.PHONY: fuzz
fuzz: ## what reads other people's bytes; FUZZTIME=5m gives each target that long instead of 30,000 inputs
	.ci/fuzz $(FUZZTIME)

.PHONY: test
test: packages build vet fuzz ## everything, some fuzzing first, race detector on
	$(BIN) check --config configs
	go test -race -timeout 20m -p 2 work

.PHONY: evidence
evidence: packages build ## what takes longer: soaks, big data, fuzzing, figures for docs
	KULKUL_EVIDENCE=1 go test -timeout 6h work

.PHONY: clean
clean: ## remove what was built
	rm -rf bin
