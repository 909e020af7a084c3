# Every target is one step of tools/ and works on its own, from a plain clone, with Python 3.11 or newer.
# Nothing is installed outside this folder.

.DEFAULT_GOAL := help
RUN := sh tools/python.sh -m tools

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

.PHONY: rehearse
rehearse: ## run a sequence against a local Azure: SCENARIO=name VARS=file WORLD=file VERBOSE=1, and more in docs/rehearsal.md
	@$(RUN) rehearse $(if $(SCENARIO),--scenario "$(SCENARIO)") $(if $(VARS),--variables "$(VARS)") $(if $(WORLD),--world "$(WORLD)") $(if $(LATENCY),--latency "$(LATENCY)") \
	  $(if $(INVENTORY),--inventory "$(INVENTORY)") $(if $(HOSTS),--hosts "$(HOSTS)") $(if $(CHECK),--check) $(if $(TEARDOWN),--teardown) $(if $(EXPECT),--expect "$(EXPECT)") $(if $(VERBOSE),--verbose)

.PHONY: test
test: ## every check below, two at a time, and a summary
	@$(RUN) test

STEPS := environment format generate lint unit unit-oldest rehearse-oldest rehearse-newest commands-oldest commands-newest
STEPS += conformance conformance-azure conformance-peer ansible-lint docs build sanity molecule worlds mutations changelog bench clean
.PHONY: $(STEPS)
environment: ## make or renew .venv, with the tools for development
format: ## repair style, as far as ruff can
generate: ## write what roles have in common from tools/role_variables.yml, and lists of modules
lint: ## ruff, mypy --strict, and whether generate has nothing to write
unit: ## unit tests on the newest Azure packages, with coverage
unit-oldest: ## unit tests of plugins/ on the oldest supported packages
rehearse-oldest: ## every sequence as a process on the oldest supported ansible-core
rehearse-newest: ## every sequence as a process on the newest ansible-core
commands-oldest: ## every documented command, from the archive, on the oldest supported ansible-core
commands-newest: ## every documented command, from the archive, on the newest ansible-core
conformance: ## the Azure SDKs and the Azure CLI, unmodified, against the local Azure
conformance-azure: ## the local Azure beside a real subscription that you name; on demand, says what it needs
conformance-peer: ## azure.azcollection likewise; on demand, not part of test
ansible-lint: ## roles, playbooks and examples, profile production
docs: ## documentation of plugins and roles, and the changelog
build: ## the collection's archive, as Galaxy judges it, what it holds and its size
sanity: ## ansible-test sanity, nothing ignored
molecule: ## the scenarios of extensions/molecule
worlds: ## random half-made worlds: HALF_MADE_WORLDS=1000 STORMS=600 a role; on demand, 75 and 15 are in unit
mutations: ## deeds taken out one at a time, whose tests must fail: MUTATIONS=R-BKP-14,R-ASR-02; on demand
changelog: ## write CHANGELOG.rst from changelogs/fragments and the plugins
bench: ## measure against the budgets and azure.azcollection
clean: ## remove everything these targets made
$(STEPS):
	@$(RUN) $@
