#!/bin/sh
# Install through apt what is missing of Verilator, Icarus Verilog, g++ and make; do nothing when all are there.
# A tool that an environment variable names (docs/command-line.md) counts as there.

packages=
# need PACKAGE VARIABLE_VALUE PROGRAM...: ask for the package unless the variable is set or a program is found.
need() {
    package=$1
    named=$2
    shift 2
    [ -n "$named" ] && return
    for program in "$@"; do
        command -v "$program" >/dev/null 2>&1 && return
    done
    packages="$packages $package"
}
need verilator "$NARROWGATE_VERILATOR" verilator
need iverilog "$NARROWGATE_IVERILOG" iverilog
need g++ "$NARROWGATE_CXX" g++ c++ clang++
need make "$NARROWGATE_MAKE" make gmake

[ -z "$packages" ] && exit 0

stop() {
    echo "missing:$packages" >&2
    echo "  $1" >&2
    exit 3
}

command -v apt-get >/dev/null 2>&1 ||
    stop "there is no apt-get here; install these with the package manager of your system and start again"
if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
else
    stop "neither root nor sudo; ask an administrator to run: apt-get install -y$packages"
fi

echo "installing$packages (Debian packages)"
# A list that cannot be refreshed may still be good enough: the installation decides.
$as_root apt-get update -q || echo "apt-get update failed; trying with the present package lists" >&2
# shellcheck disable=SC2086 # one argument per package
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages ||
    stop "apt-get could not install them; its messages are above"
