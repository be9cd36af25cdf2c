# `make` builds build/loftyrun, `make help` lists the rest.
# Variables: CC CFLAGS LDFLAGS, PREFIX DESTDIR for install, BUILD (where things are built),
# BIN (the program that is tested), WERROR= (for compilers that warn about something new).

BUILD   = build
BIN     = $(BUILD)/loftyrun
PREFIX  = /usr/local
DESTDIR =
CFLAGS ?= -O2 -g
WERROR  = -Werror
HARDEN  = $(if $(filter-out -O0,$(filter -O%,$(CFLAGS))),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2) -fstack-protector-strong -fPIE
ASAN    = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

WARNINGS = -Wall -Wextra $(WERROR) -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wundef \
           -Wno-missing-field-initializers
COMPILE  = $(CC) -std=c11 -D_GNU_SOURCE -Iruntime -I$(BUILD) $(WARNINGS) $(HARDEN) $(LIB_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LINK     = $(CC) $(CFLAGS) $(if $(HARDEN),-pie -Wl$(,)-z$(,)relro$(,)-z$(,)now) $(LDFLAGS)

SOURCES := $(wildcard runtime/*.c runtime/cmd/*.c runtime/bind/*.c runtime/host/*.c runtime/core/*.c)
LUA     := $(shell find stdlib runtime/sandbox -name '*.lua' 2>/dev/null | LC_ALL=C sort)
TEXTS   := $(shell find runtime/templates scripts -name '*.lua' 2>/dev/null | LC_ALL=C sort)
OBJECTS  = $(SOURCES:%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/embedded.o $(BUILD)/obj/texts.o
TESTS    = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/c/test_*.c))
BENCHES  = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/bench_*.c))

# Asked when first needed and once: `make deps` must work where there is no pkg-config yet.
LIB_CFLAGS = $(eval LIB_CFLAGS := $$(shell sh runtime/tools/libs.sh cflags))$(LIB_CFLAGS)
LIBS       = $(eval LIBS := $$(shell sh runtime/tools/libs.sh libs))$(LIBS)
LUACHECK   = $(eval LUACHECK := $$(shell sh runtime/tools/libs.sh luacheck))$(LUACHECK)
# Its parser, and what of it finds the variable that a name stands for.
PARSER     = $(patsubst %,$(LUACHECK)/%.lua,decoder lexer parser stages/linearize unicode unicode_printability_boundaries utils)
JOBS       = $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
SUBMAKE    = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(JOBS))
, := ,

ifeq ($(V),)
say = @echo '  $(1)  $(2)';
endif

# Writes $(2) to the file $(1) when it holds something else, so that a change rebuilds what depends on it.
remember = @mkdir -p $(@D); echo '$(subst ','\'',$(2))' | cmp -s - $(1) || echo '$(subst ','\'',$(2))' > $(1)

.PHONY: all docs api conformance deps demo test terminal check asan valgrind browser bench install clean help FORCE test-programs bench-programs
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BUILD)/loftyrun ## build build/loftyrun (the default)

deps: ## install the libraries and tools that are missing
	@sh runtime/tools/install-deps.sh build test check

demo: ## run the shipped scripts against the pretend Lofty; installs what is missing
	@sh runtime/tools/install-deps.sh build
	@$(SUBMAKE) all
	@sh scripts/demo.sh $(BIN)

test: ## build and run every test; installs what is missing
	@sh runtime/tools/install-deps.sh build test
	@$(SUBMAKE) all test-programs
	@python3 tests/run.py --bin $(BIN) --build $(BUILD)

check: ## warnings of gcc and clang, luacheck, clang-tidy, the layer rules
	@sh runtime/tools/install-deps.sh build test check
	@$(SUBMAKE) all test-programs bench-programs
	@if command -v clang >/dev/null; then $(SUBMAKE) BUILD=build/clang CC=clang all test-programs bench-programs; fi
	@sh tests/check.sh $(COMPILE)

terminal: all ## drive the prompt through a real terminal (tmux) and compare its screens
	@sh runtime/tools/install-deps.sh build test
	@python3 tests/run.py --bin $(BIN) --build $(BUILD) terminal

asan: ## run every test under AddressSanitizer and UBSan
	@sh runtime/tools/install-deps.sh build test
	@$(SUBMAKE) BUILD=build/asan HARDEN= CFLAGS='-O1 -g $(ASAN)' all test-programs
	@python3 tests/run.py --bin build/asan/loftyrun --build build/asan --sanitized

valgrind: all ## run a selection of the command line cases under valgrind
	@if command -v valgrind >/dev/null; then python3 tests/cli/run.py --bin $(BIN) --valgrind --sample 24; \
	  else echo "skip: no valgrind on this machine"; fi

browser: all ## look at the status page in headless Chromium; pictures go to build/browser
	@python3 tests/browser/status.py $(BIN) $(BUILD)/browser

bench: all bench-programs ## run the measurements in tests/bench
	@sh tests/bench/run.sh $(BIN) $(BUILD)

api: all ## generate the operations from Lofty's description: make api SPEC=openapi.json
	@test -n "$(SPEC)" || { echo "make api SPEC=FILE: the OpenAPI description of Lofty's API" >&2; exit 2; }
	@$(BUILD)/loftyrun runtime/tools/api/generate.lua "$(SPEC)"
	@$(SUBMAKE) all

conformance: all ## prove every operation against Lofty's description: make conformance SPEC=openapi.json
	@test -n "$(SPEC)" || { echo "make conformance SPEC=FILE: the OpenAPI description of Lofty's API" >&2; exit 2; }
	@status=0; python3 tests/openapi/rows.py --bin $(BIN) --spec "$(SPEC)" || status=1; \
	  python3 tests/openapi/conform.py --bin $(BIN) --spec "$(SPEC)" || status=1; exit $$status

docs: all ## write the reference manual to build/docs, as Markdown and as man pages
	@$(BUILD)/loftyrun runtime/tools/docs/generate.lua $(BUILD)/docs $(BUILD)/loftyrun
	@echo "$(BUILD)/docs: markdown/ and man/"

# Where bash, zsh and fish look for completions.
COMPLETIONS = bash:bash-completion/completions/loftyrun zsh:zsh/site-functions/_loftyrun \
              fish:fish/vendor_completions.d/loftyrun.fish

install: docs ## copy the program, scripts, man pages and completions to $(DESTDIR)$(PREFIX)
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/share/loftyrun/scripts'
	install -m 755 $(BUILD)/loftyrun '$(DESTDIR)$(PREFIX)/bin/loftyrun'
	cp -R scripts/*/ '$(DESTDIR)$(PREFIX)/share/loftyrun/scripts/'
	cp -R $(BUILD)/docs/man '$(DESTDIR)$(PREFIX)/share/'
	for each in $(COMPLETIONS); do \
	  file='$(DESTDIR)$(PREFIX)/share/'$${each#*:} && install -d "$${file%/*}" && \
	  $(BUILD)/loftyrun completion $${each%%:*} > "$$file" && chmod 644 "$$file" || exit 1; \
	done

clean: ## remove what was built
	rm -rf build

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

test-programs: $(TESTS)
bench-programs: $(BENCHES) $(BUILD)/tests/bench/minimal

$(BUILD)/loftyrun: $(OBJECTS) $(BUILD)/sources.list
	$(call say,LINK,$@) $(LINK) -o $@ $(OBJECTS) $(LIBS)

$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(filter-out $(BUILD)/obj/runtime/main.o,$(OBJECTS))
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(LINK) -o $@ $^ $(LIBS)

# With libcurl alone: what else is linked costs at every start.
$(BUILD)/tests/bench/minimal: $(BUILD)/obj/tests/bench/minimal.o
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(LINK) -o $@ $^ $$(pkg-config --libs libcurl)

$(BUILD)/obj/embedded.o $(BUILD)/obj/texts.o: $(BUILD)/obj/%.o: $(BUILD)/%.c $(BUILD)/flags
	$(call say,CC  ,$<) $(COMPILE) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC  ,$<) $(COMPILE) -MMD -MP -c -o $@ $<

# Lists of files are prerequisites of their own: a file that goes away changes nothing else.
$(BUILD)/embedded.c: $(BUILD)/embed $(BUILD)/embedded.list $(LUA) $(BUILD)/flags
	$(call say,LUA ,$@) $(BUILD)/embed $(LUA) $(PARSER) > $@

$(BUILD)/texts.c: $(BUILD)/embed $(BUILD)/texts.list $(TEXTS)
	$(call say,LUA ,$@) $(BUILD)/embed --texts $(TEXTS) > $@

$(BUILD)/embed: runtime/tools/embed.c
	@mkdir -p $(@D)
	$(call say,CC  ,$<) $(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) $(LIB_CFLAGS) -O1 -o $@ $< $(LIBS)

$(BUILD)/embedded.list: FORCE
	$(call remember,$@,$(LUA) $(PARSER))

$(BUILD)/texts.list: FORCE
	$(call remember,$@,$(TEXTS))

$(BUILD)/sources.list: FORCE
	$(call remember,$@,$(SOURCES))

$(BUILD)/flags: FORCE
	@missing=$$(sh runtime/tools/libs.sh missing) && test -z "$$missing" || \
	  { echo "These libraries are missing: $$missing. make deps installs them." >&2; exit 1; }
	$(call remember,$@,$(COMPILE) $(LINK) $(LIBS))

-include $(wildcard $(BUILD)/obj/*.d $(BUILD)/obj/*/*.d $(BUILD)/obj/*/*/*.d)
