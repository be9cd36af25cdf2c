#!/bin/sh
# Runs every measurement: run.sh BIN BUILD. Each prints its own lines, and finds the program in $BIN.
#   bench_*.c    a program of its own, built into BUILD/tests/bench
#   *_bench.lua  run by loftyrun itself
#   *_bench.py
set -u
BIN=$1 build=$2
export BIN
here=$(dirname "$0")
status=0
for path in "$build"/tests/bench/bench_* "$here"/*_bench.lua "$here"/*_bench.py; do
  [ -f "$path" ] || continue
  echo "== $(basename "$path")"
  case $path in
    *.lua) "$BIN" "$path" ;;
    *.py) python3 "$path" ;;
    *) "$path" ;;
  esac || status=1
done
exit $status
