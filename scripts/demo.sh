#!/bin/sh
# `make demo`: the shipped scripts at the demo seed of the pretend Lofty, each with its exit code.
# Ends with 1 when an exit code is not the expected one, or when what it is to show did not come up.
#   demo.sh BIN
set -u
cd "$(dirname "$0")/.." || exit 2
bin=${1:-build/loftyrun}
seen=$(mktemp) || exit 2
trap 'rm -f "$seen"' EXIT
failed=0

# show EXPECTED SCRIPT ARGUMENT...: the command line, what it prints, the exit code.
show() {
  expected=$1
  shift
  printf '\n$ loftyrun --sandbox=demo %s\n' "$*"
  { "$bin" --sandbox=demo "$@" 2>&1 </dev/null; echo "(exit code $?)"; } | tee -a "$seen"
  tail -n 1 "$seen" | grep -qx "(exit code $expected)" || {
    echo "demo: expected exit code $expected" >&2
    failed=1
  }
}

show 0 scripts/reports/daily_brief.lua --hours 72
show 0 scripts/tasks/finish_overdue.lua
show 0 scripts/leads/reengage_stale.lua
# No room: the first says so and what to type, the second does as it was told.
show 1 scripts/webhooks/subscribe.lua https://hooks.example.com/lofty lead_info task
show 0 scripts/webhooks/subscribe.lua --replace old-crm.example.com https://hooks.example.com/lofty lead_info task

for code in TASK_IS_SMARTPLAN WEBHOOK_EXCEED_LIMIT; do
  grep -q "$code" "$seen" || {
    echo "demo: $code did not come up" >&2
    failed=1
  }
done
exit $failed
