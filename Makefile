# Every way to build, run and test the store. Each target only calls swift or a script, so that whoever
# prefers to type the commands can read them here, and CI needs nothing but these targets.

.DEFAULT_GOAL := help
# Every target here is a name, not a file.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' $(MAKEFILE_LIST))

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what the store needs to build and run
	@scripts/setup.sh

test-setup: ## install what the tests and the style check need as well
	@scripts/setup.sh --test

build: setup ## build for development (.build/debug/bookstore)
	swift build

release: setup ## build for use (.build/release/bookstore)
	@scripts/build_release.sh

run: ## set up, build for use and start the whole store; Ctrl-C stops it
	@scripts/run.sh

demo: setup release ## open a shop with thousands of books and four weeks of sales, to look at; Ctrl-C removes it
	@.build/release/bookstore demo

run-replicated: ## the same with two servers of each tier over three PostgreSQL servers, to break and watch
	@scripts/run_replicated.sh

# The system tests start .build/debug/bookstore. `swift build --build-tests` links the executables of the
# package too, and a build step of its own shows a compile error as such, not as a failed test run.
test: test-setup ## build and run the tests of every target and of the running store
	swift build --build-tests
	swift test --skip-build --no-parallel --skip SimulationTests --skip DiskTests
	@python3 -B Tests/Proxies/test_proxies.py

# About five minutes on two cores: scripts/proof.py says which parts it has.
proof: test-setup ## try to break the store's promises: simulation, planted bugs, disk faults, power cuts, crash test
	swift build --build-tests
	@scripts/proof.py short

# `make chaos SEED=n` repeats the crash test's faults of an earlier run.
chaos: test-setup release ## the same in about an hour, with the release build; report in docs/chaos-report.md
	swift build --build-tests
	@scripts/proof.py long $(if $(SEED),--seed $(SEED))

# `make chaos-replicas SEED=n` repeats the faults of an earlier run.
chaos-replicas: test-setup release ## the crash test of replicas over PostgreSQL, long; report in docs/chaos-replicas-report.md
	.build/release/bookstore chaos --replicas --buys 200000 --faults 500 --clients 32 --seconds 3600 \
		--report docs/chaos-replicas-report.md $(if $(SEED),--seed $(SEED))

relevance: test-setup ## ask find for known books, also mistyped; prints how high they stand
	swift build --build-tests
	swift test --skip-build --no-parallel --filter RelevanceTests

simulation: ## run the store simulated with 50,000 seeds; BOOKSTORE_SEED=n repeats one with its trace
	swift build --build-tests
	BOOKSTORE_SEED_COUNT=$${BOOKSTORE_SEED_COUNT:-50000} swift test --skip-build --no-parallel --filter SimulationTests

disk-faults: test-setup ## every disk fault and every power cut of a run, half an hour
	swift build --build-tests
	BOOKSTORE_LONG_TESTS=1 swift test --skip-build --no-parallel --filter DiskTests

test-browser: build ## the shop and the desk in a real browser (headless Chromium)
	@scripts/setup.sh --browser
	cd Tests/Browser && ../../.build/browser-venv/bin/python -B -m pytest -q -p no:cacheprovider $(BROWSER_TESTS)

test-browser-short: ## the same without its repetitions in other colours and sizes
	@$(MAKE) test-browser BROWSER_TESTS="-k 'not dark and not (barriers and phone)'"

screenshots: build ## take the pictures of docs/shop.md again
	@scripts/setup.sh --browser
	.build/browser-venv/bin/python -B Tests/Browser/screenshots.py

check-api: test-setup ## check the running tiers against their own descriptions (OpenAPI)
	swift build --product bookstore
	python3 -B scripts/check_api.py .build/debug/bookstore .build/api-venv/bin/schemathesis

acceptance: build ## run acceptance tests 1-4 against a store of their own
	.build/debug/bookstore acceptance

bench: setup release ## the evaluation on a release build; writes bench/results and docs/benchmarks.md
	.build/release/bookstore bench --html bench/results/evaluation.html --json bench/results/evaluation.json \
		--markdown docs/benchmarks.md

static: setup ## build dist/bookstore, which needs no Swift on the machine where it runs
	scripts/build_static.sh

image: static ## pack dist/bookstore as the container image my-book-store
	docker build --tag my-book-store --target prebuilt .

local-test: image ## run acceptance tests 1-4 in containers on this machine
	scripts/run_local_test.sh --image my-book-store

distributed-test: static ## run test 5 in the lab, a cloud on this machine (deploy/lab; needs root)
	@scripts/setup.sh --lab
	deploy/lab/test.sh

distributed-replicas: static ## the same with two hosts for each tier over PostgreSQL on three more
	@scripts/setup.sh --lab
	deploy/lab/test.sh replicas

# `make distributed-faults TESTS=tests.test_store` runs some of them.
distributed-faults: static ## deploy and sell in the lab under faults, about half an hour
	@scripts/setup.sh --lab
	deploy/lab/test.sh faults $(TESTS)

manual: static ## write the manual pages into dist/man
	scripts/build_manual.sh

install: manual ## install the store with systemd units and manual pages (as root)
	scripts/install.sh

deb: manual ## build a Debian package in dist
	scripts/build_deb.sh

# ROUNDS and SECONDS make it shorter or longer: 5 rounds of 5 s a cell take about 10 minutes.
bench-peers: release ## measure the store beside Flask, Go, nginx and PostgreSQL; table in docs/peers.md
	@scripts/setup.sh --bench
	@python3 -B bench/peers/run.py --rounds $(or $(ROUNDS),5) --seconds $(or $(SECONDS),5)

bench-replicated: release ## measure the store on PostgreSQL, with replicas and losses; table in docs/replicas.md
	@scripts/setup.sh --bench
	@python3 -B bench/peers/replicated.py --rounds $(or $(ROUNDS),3) --seconds $(or $(SECONDS),4)

bench-limits: release ## measure big topics, idle connections, a million books and overload; table in docs/limits.md
	@scripts/setup.sh --bench
	@python3 -B bench/peers/limits.py --rounds $(or $(ROUNDS),3) --seconds $(or $(SECONDS),4)

bench-cores: release ## measure how the store grows from one core to two; table in docs/cores.md
	@scripts/setup.sh --bench
	@python3 -B bench/peers/cores.py --rounds $(or $(ROUNDS),3) --seconds $(or $(SECONDS),4)

bench-orders: release ## measure orders of several books beside PostgreSQL, and the checkout page; table in docs/orders.md
	@scripts/setup.sh --bench
	@python3 -B bench/peers/orders.py --rounds $(or $(ROUNDS),3) --seconds $(or $(SECONDS),4)

find-times: release ## measure how long find takes among a million books
	@python3 -B scripts/find_times.py .build/release/bookstore

# Instructions do not depend on what else the machine does; a count belongs to one compiler and one libc.
bench-check: setup ## count the instructions of the hot pieces and compare them with bench/micro/baseline.json
	@scripts/setup.sh --bench
	@python3 -B scripts/bench_check.py

bench-baseline: setup ## count them and store what is counted as the new baseline
	@scripts/setup.sh --bench
	@python3 -B scripts/bench_check.py --renew

check: test-setup ## check style, layering and shell scripts
	@PYTHONPATH=scripts python3 -B -m unittest discover --quiet --start-directory Tests/Scripts
	@python3 -B scripts/check.py

# WALK=branch counts as well what a branch changed that did the work of a measure.
house: ## measure how easily the store can be changed
	@python3 -B scripts/house.py $(addprefix --walk ,$(WALK))

fmt: ## format all Swift code in place
	swift format --in-place --parallel --recursive Package.swift Sources Tests bench/micro/Package.swift \
		bench/micro/Sources bench/micro/Benchmarks

clean: ## delete what was built (never output/ or data/)
	swift package clean
