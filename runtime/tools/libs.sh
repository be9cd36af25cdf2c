#!/bin/sh
# What the compiler needs to find the libraries, whatever this system calls them.
#
#   libs.sh cflags | libs     flags for compiling, for linking
#   libs.sh missing           the libraries that are not there, one word each; nothing when all are
#   libs.sh luacheck          the folder of luacheck's modules, which are compiled in; fails when there is none
#
# A new library is one line in `candidates`, one word in `all`, and one row in install-deps.sh.
set -u
all="lua lua-cjson libcurl libmicrohttpd gnutls sqlite3"

# candidates LIBRARY: its pkg-config names, the first that exists is taken.
candidates() {
  case $1 in
    lua) echo "lua5.4 lua-5.4 lua54 lua" ;;
    lua-cjson) echo "lua5.4-cjson lua-5.4-cjson lua54-cjson" ;;
    *) echo "$1" ;;
  esac
}

# found LIBRARY: the pkg-config name it has here; fails when there is none.
found() {
  for name in $(candidates "$1"); do
    case $name in
      lua) pkg-config --exists "lua >= 5.4 lua < 5.5" 2>/dev/null || continue ;;
      *) pkg-config --exists "$name" 2>/dev/null || continue ;;
    esac
    echo "$name"
    return 0
  done
  return 1
}

# cjson_module: lua-cjson as a plain Lua module, for the systems that ship it without a .pc file.
# Where modules are ordinary shared objects (not on macOS) it can be linked by its path.
cjson_module() {
  lua=$(found lua) || return 1
  for dir in "$(pkg-config --variable=INSTALL_CMOD "$lua")" \
    /usr/lib64/lua/5.4 /usr/lib/lua/5.4 /usr/local/lib/lua/5.4; do
    if [ -f "$dir/cjson.so" ]; then
      echo "$dir/cjson.so"
      return 0
    fi
  done
  return 1
}

# luacheck_folder: of its modules in Lua, whichever release of Lua the system has them for.
luacheck_folder() {
  lua=$(found lua) || return 1
  for root in "$(pkg-config --variable=INSTALL_LMOD "$lua")" /usr/share/lua/5.4 /usr/share/lua/5.3 \
    /usr/share/lua/5.2 /usr/share/lua/5.1 /usr/local/share/lua/5.4 \
    "$(command -v brew >/dev/null && brew --prefix luacheck 2>/dev/null)"/libexec/share/lua/5.*; do
    if [ -f "$root/luacheck/stages/linearize.lua" ]; then
      echo "$root/luacheck"
      return 0
    fi
  done
  return 1
}

# flags OPTION: pkg-config's answer for every library together.
flags() {
  names=
  extra=
  for library in $all; do
    if name=$(found "$library"); then
      names="$names $name"
    elif [ "$library" = lua-cjson ] && module=$(cjson_module); then
      extra=$module
    fi
  done
  [ "$1" = --libs ] && [ -n "$extra" ] && printf '%s ' "$extra"
  # shellcheck disable=SC2086 # names are words
  [ -z "$names" ] || pkg-config "$1" $names
}

case ${1-} in
  cflags) flags --cflags ;;
  libs) flags --libs ;;
  luacheck) luacheck_folder ;;
  missing)
    for library in $all; do
      found "$library" >/dev/null && continue
      [ "$library" = lua-cjson ] && cjson_module >/dev/null && continue
      echo "$library"
    done
    luacheck_folder >/dev/null || echo luacheck
    ;;
  *)
    echo "usage: libs.sh cflags|libs|missing|luacheck" >&2
    exit 2
    ;;
esac
