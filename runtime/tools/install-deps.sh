#!/bin/sh
# Installs what is missing, through the system's package manager. Says and does nothing when all is there.
#
#   install-deps.sh [build] [test] [check]      what for; build when nothing is given
set -u
tools=$(dirname "$0")

say() { echo "deps: $*" >&2; }

# The packages by manager; commas join several, "-" means that the manager has none.
# needed   apt-get                dnf                 pacman         apk                brew
table="
cc         gcc,libc6-dev          gcc,glibc-devel     gcc            build-base         gcc
make       make                   make                make           make               make
pkg-config pkg-config             pkgconf-pkg-config  pkgconf        pkgconf            pkgconf
lua        liblua5.4-dev          lua-devel           lua54          lua5.4-dev         lua@5.4
lua-cjson  lua-cjson-dev          lua-cjson           lua54-cjson    lua5.4-cjson       -
libcurl    libcurl4-openssl-dev   libcurl-devel       curl           curl-dev           curl
libmicrohttpd libmicrohttpd-dev   libmicrohttpd-devel libmicrohttpd  libmicrohttpd-dev  libmicrohttpd
gnutls     libgnutls28-dev        gnutls-devel        gnutls         gnutls-dev         gnutls
sqlite3    libsqlite3-dev         sqlite-devel        sqlite         sqlite-dev         sqlite
roots      ca-certificates        ca-certificates     ca-certificates ca-certificates   ca-certificates
tzdata     tzdata                 tzdata              tzdata         tzdata             -
python3    python3                python3             python         python3            python3
openssl    openssl                openssl             openssl        openssl            openssl
readline   libreadline-dev        readline            readline       readline           readline
tmux       tmux                   tmux                tmux           tmux               tmux
croniter   python3-croniter       -                   -              -                  -
prometheus python3-prometheus-client -             -              -                  -
luacheck   lua-check              luacheck            luacheck       luacheck           luacheck
"

# A compiler without the C library's headers cannot compile: ask it to, instead of looking for its name.
compiles() {
  echo '#include <stdio.h>' | "${CC:-cc}" -x c -fsyntax-only - >/dev/null 2>&1
}

# The prompt loads it when it starts (runtime/core/readline_library.c); nothing is linked.
has_readline() {
  for folder in /lib /lib64 /usr/lib /usr/lib64 /lib/*-linux-* /usr/lib/*-linux-* /opt/homebrew/opt/readline/lib \
    /usr/local/opt/readline/lib; do
    if [ -e "$folder/libreadline.so.8" ] || [ -e "$folder/libreadline.8.dylib" ]; then return 0; fi
  done
  return 1
}

# missing GROUP: which of the table's first column this machine lacks.
missing() {
  case $1 in
    build)
      compiles || echo cc
      command -v make >/dev/null || command -v gmake >/dev/null || echo make
      command -v pkg-config >/dev/null || echo pkg-config
      sh "$tools/libs.sh" missing
      ;;
    test)
      [ -e "${TZDIR:-/usr/share/zoneinfo}/America/Los_Angeles" ] || echo tzdata # time zones by name
      command -v python3 >/dev/null || echo python3
      command -v openssl >/dev/null || echo openssl # makes the certificates of a test
      command -v tmux >/dev/null || echo tmux       # types at the prompt
      has_readline || echo readline                 # what the prompt reads with, once it is started
      ;;
    check) command -v luacheck >/dev/null || echo luacheck ;;
    *)
      say "unknown group '$1' (build, test, check)"
      exit 2
      ;;
  esac
}

# wished GROUP: what Debian has, and without which one comparison is skipped. Its absence stops nothing.
wished() {
  [ "$1" = test ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || return 0
  [ -d /usr/lib/python3/dist-packages/croniter ] || python3 -c 'import croniter' 2>/dev/null || echo croniter
  [ -d /usr/lib/python3/dist-packages/prometheus_client ] || python3 -c 'import prometheus_client' 2>/dev/null || echo prometheus
}

wanted=$(for group in "${@:-build}"; do missing "$group"; done) || exit 2
extra=$(for group in "${@:-build}"; do wished "$group"; done)
[ -n "$wanted$extra" ] || exit 0

manager=
column=1
for name in apt-get dnf pacman apk brew; do
  column=$((column + 1))
  if command -v "$name" >/dev/null; then
    manager=$name
    break
  fi
done
if [ -z "$manager" ]; then
  say "found none of apt-get, dnf, pacman, apk and brew. Please install by hand:" $wanted
  exit 1
fi

# names_of ITEM: what the manager calls it.
names_of() {
  echo "$table" | awk -v item="$1" -v column="$column" '$1 == item { print $column }'
}

# With a package manager at work anyway, the roots of trust for TLS come along.
[ "$manager" = brew ] || [ -z "$wanted" ] || wanted="$wanted roots"
packages=
for item in $wanted; do
  names=$(names_of "$item")
  if [ "$names" = - ]; then
    say "$manager has no package for $item. Please install it by hand, for Lua 5.4, and run this again."
    exit 1
  fi
  packages="$packages $(echo "$names" | tr , ' ')"
done

root=
if [ "$(id -u)" != 0 ] && [ "$manager" != brew ]; then
  if ! command -v sudo >/dev/null; then
    say "neither root nor sudo. Please have these installed with $manager:$packages"
    exit 1
  fi
  root=sudo
fi

# Fresh machines install their updates about now: wait for the lock. sudo asks on the terminal itself.
apt() {
  $root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@" </dev/null
}

# A fresh machine has no package lists, an old one has lists that name files long gone: fetch
# them when they turn out to be of no use, and only then.
apt_install() {
  if apt -s install --no-install-recommends "$@" >/dev/null 2>&1 &&
    apt install -y --no-install-recommends "$@"; then
    return 0
  fi
  apt update && apt install -y --no-install-recommends "$@"
}

# shellcheck disable=SC2086 # packages are words
install_packages() {
  case $manager in
    apt-get) apt_install $packages ;;
    dnf) $root dnf -y install $packages ;;
    pacman) $root pacman -S --needed --noconfirm $packages ;;
    apk) $root apk add $packages ;;
    brew) brew install $packages ;;
  esac
}

# Hundreds of lines that are of interest only when it goes wrong.
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
if [ -n "$wanted" ]; then
  say "installing with $manager, this may take a minute:$packages"
  install_packages >"$log" 2>&1 || {
    cat "$log" >&2
    say "$manager could not install them. Please install by hand:$packages"
    exit 1
  }
fi

# No list is fetched for what is only wished for: without network that would take long, every time.
for item in $extra; do
  names=$(names_of "$item")
  if apt -s install --no-install-recommends "$names" >/dev/null 2>&1; then
    say "installing with $manager: $names"
    apt install -y --no-install-recommends "$names" >"$log" 2>&1 || say "$manager could not install $names; doing without"
  fi
done

left=$(for group in "${@:-build}"; do missing "$group"; done)
[ -z "$left" ] || {
  say "$manager installed its packages, and still not found:" $left
  exit 1
}
