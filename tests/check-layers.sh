#!/bin/sh
# The rules of the project's layers that a machine can check. One line per violation: FILE:LINE: RULE.
# Imports only go down: main -> cmd -> host -> bind -> core. Exit code 1 when a rule is broken.
set -u
cd "$(dirname "$0")/.." || exit 2

# Every file that is, or is about to be, part of the project.
files=$(git ls-files -co --exclude-standard 2>/dev/null | while read -r f; do [ -f "$f" ] && echo "$f"; done)
[ -n "$files" ] || files=$(find . -name .git -prune -o -path ./build -prune -o -type f -print | sed 's,^\./,,')
text=$(echo "$files" | grep -E '\.(c|h|lua|sh|py|md|case|yml)$|^(Makefile|\.ci/run|\.luacheckrc|\.clang-tidy|\.gitignore)$')
c_files=$(echo "$text" | grep -E '^runtime/.*\.[ch]$')
lua_files=$(echo "$text" | grep -E '\.lua$')

# Comments and the insides of strings are left out before code is looked at, line numbers stay.
# shellcheck disable=SC2016,SC2086 # awk programs; file names have no blanks
c_rules() {
  awk -v commands="$1" '
    function layer(dir) { return index("core bind host cmd main", dir) }
    function bad(rule) { print FILENAME ":" FNR ": " rule; broken = 1 }
    FNR == 1 {
      in_comment = 0
      n = split(FILENAME, part, "/")
      dir = n > 2 ? part[2] : "main"
      stem = part[n]; sub(/\.[ch]$/, "", stem)
    }
    length($0) > 100 { bad("longer than 100 columns") }
    /^ *# *include/ {
      name = $0; gsub(/^[^"<]*["<]|[">].*$/, "", name)
      if (dir == "core" && name ~ /^(lua|lauxlib|lualib)/) bad("core knows no Lua: " name)
      if ($0 ~ /"/) {
        sub(/^\.\.\//, "", name)
        if (split(name, piece, "/") == 2 && layer(piece[1]) > layer(dir)) bad(dir " includes upwards: " name)
        target = name; sub(/^cmd\//, "", target); sub(/\.h$/, "", target)
        if (dir == "cmd" && name !~ /^(core|bind|host)\// && target != stem && (target in command) && (stem in command))
          bad("one command reaches into another: " name)
      }
      next
    }
    {
      code = $0
      gsub(/\\./, "", code); gsub(/"[^"]*"/, "\"\"", code)
      if (in_comment) { if (!sub(/^.*\*\//, "", code)) next; in_comment = 0 }
      while (match(code, /\/\*/)) {
        rest = substr(code, RSTART); code = substr(code, 1, RSTART - 1)
        if (sub(/^\/\*[^*]*\*+([^\/*][^*]*\*+)*\//, "", rest)) code = code rest
        else in_comment = 1
      }
      sub(/\/\/.*/, "", code)
    }
    dir == "bind" && code ~ /(^|[^A-Za-z0-9_])(v?f?printf|f?puts|f?putc|putchar|fwrite|perror|exit|_exit|_Exit|abort)[ \t]*\(/ {
      bad("bind neither prints nor exits")
    }
    dir == "bind" && code ~ /(^|[^A-Za-z0-9_])(stdout|stderr)([^A-Za-z0-9_]|$)/ { bad("bind neither prints nor exits") }
    dir == "cmd" && (stem in command) {
      while (match(code, /(^|[^A-Za-z0-9_])command_[a-z]+/)) {
        name = substr(code, RSTART, RLENGTH); sub(/^.*command_/, "", name)
        if (name != stem && (name in command)) bad("one command reaches into another: command_" name)
        code = substr(code, RSTART + RLENGTH)
      }
    }
    code ~ /sqlite3_/ && FILENAME !~ /^runtime\/core\/store(_[a-z]+)?\.[ch]$/ { bad("sqlite3_ belongs into core/store*.c") }
    BEGIN {
      while ((getline line < commands) > 0) command[line] = 1
    }
    END { exit broken }
  ' $c_files
}

# shellcheck disable=SC2016,SC2086
lua_rules() {
  awk '
    function bad(rule) { print FILENAME ":" FNR ": " rule; broken = 1 }
    FNR == 1 && FILENAME ~ /^(stdlib|scripts|runtime\/sandbox)\// && $0 !~ /^(--|#!)/ { bad("no leading comment that says what the file is for") }
    /^[ \t]*--/ { next }
    match($0, /require *\(? *"[^"]+"/) {
      name = substr($0, RSTART, RLENGTH); gsub(/^[^"]*"|"$/, "", name)
      if (FILENAME ~ /^stdlib\// && name ~ /^sandbox/) bad("stdlib reaches up: " name)
      if (FILENAME ~ /^runtime\/sandbox\// && name !~ /^(sandbox|native\.(json|text|clock|digest)|lofty\.(catalogue|operations))/)
        bad("the sandbox shares data with the library, and nothing else: " name)
      if (FILENAME ~ /^scripts\// && name !~ /^(lofty|lofty\.(args|chores|csv|lead_csv|spelling|test)|cjson|cjson\.safe)$/) bad("scripts use what every script may: " name)
    }
    END { exit broken }
  ' $lua_files
}

# What goes for every text file.
# shellcheck disable=SC2016,SC2086
text_rules() {
  awk '
    function bad(rule) { print FILENAME ":" FNR ": " rule; broken = 1 }
    function too_long() {
      if (most && lines > most) { print previous ":" lines ": longer than " most " lines, cut it in two"; broken = 1 }
    }
    FNR == 1 {
      too_long()
      previous = FILENAME
      most = FILENAME ~ /\.c$/ ? 550 : FILENAME ~ /\.lua$/ ? 350 : 0
      # Tables of data are as long as what they tell.
      if (FILENAME ~ /^stdlib\/lofty\/(operations|replies)\// || FILENAME == "runtime/tools/api/overrides.lua") most = 0
    }
    { lines = FNR }
    /\t/ && FILENAME !~ /^Makefile$|\.case$/ { bad("a tab") }
    /[ \t]$/ && FILENAME !~ /\.case$/ { bad("blanks at the end of the line") }
    /(^|[^A-Za-z0-9_.$}])[\/](work|home|root)[\/]/ { bad("a path of one machine") }
    END { too_long(); exit broken }
  ' $text
}

commands=$(mktemp) || exit 2
trap 'rm -f "$commands"' EXIT
grep -lE '^const struct command command_' runtime/cmd/*.c 2>/dev/null | sed 's,.*/,,; s,\.c$,,' > "$commands"
status=0
[ -z "$c_files" ] || c_rules "$commands" || status=1
[ -z "$lua_files" ] || lua_rules || status=1
text_rules || status=1
exit $status
