#!/bin/sh
# The static half of `make check`. Every step runs, also after one that failed.
#   check.sh COMPILER FLAG...    as the build compiles, for clang-tidy to read the sources the same way
set -u
cd "$(dirname "$0")/.." || exit 2
status=0
shift # the compiler's own name

# step NAME COMMAND...: runs it, says how it went.
step() {
  name=$1
  shift
  if "$@"; then
    echo "ok $name"
  else
    echo "FAIL $name"
    status=1
  fi
}

tidy() {
  # clang does not know gcc's warning options; they have been seen to already.
  flags=$(for flag; do case $flag in -W*) ;; *) printf '%s ' "$flag" ;; esac; done)
  # One process a file, two at a time. What it says about warnings in others' headers is left out.
  # shellcheck disable=SC2086 # flags are words
  find runtime -name '*.c' | sort | xargs -P "$(getconf _NPROCESSORS_ONLN)" -I '{}' \
    sh -c 'file=$1; shift; out=$(clang-tidy --quiet "$file" -- "$@" 2>/dev/null) || { printf "%s\n" "$out"; exit 1; }' \
    tidy '{}' $flags
}

lua_check() {
  # shellcheck disable=SC2046 # file names have no blanks here
  luacheck --quiet --no-color $(find stdlib scripts runtime/sandbox runtime/templates tests -name '*.lua')
}

# What shells are given must be theirs to read.
completions() {
  for shell in bash zsh fish; do
    command -v "$shell" >/dev/null || continue
    build/loftyrun completion "$shell" | "$shell" -n /dev/stdin || return 1
  done
}

step layers sh tests/check-layers.sh
step luacheck lua_check
step completions completions
if command -v clang-tidy >/dev/null; then
  step clang-tidy tidy "$@"
else
  echo "skip clang-tidy: not on this machine"
fi
exit $status
