# SPDX-License-Identifier: GPL-3.0-or-later
# Shared steps of packaging/run and packaging/test. Sourced, never run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=release
[ -z "${CI:-}" ] || preset=ci
build="$root/build/$preset"
export SIGNALBOX_ENV_DIR="${SIGNALBOX_ENV_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/signalbox/env}"
export LC_ALL="${LC_ALL:-C.UTF-8}"
# What one checkout has compiled, another takes from ccache.
export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1
log="$root/build/packaging.log"
mkdir -p "$root/build"
: >"$log"

say() { printf '\n== %s\n' "$*"; }

# fail WHAT REMEDY: one message, what was printed last, what to do.
fail() {
    printf '\nFAILED: %s\n' "$1" >&2
    tail -n 25 "$log" >&2 || true
    printf 'Remedy: %s\n' "$2" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "installing packages needs root" "run this command as root, or install sudo"
    fi
}

# install_packages LIST...: only what is missing, so that a second call does nothing.
install_packages() {
    local wanted missing=()
    wanted=$(cat "$@" | grep -v '^#')
    for package in $wanted; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] \
            || missing+=("$package")
    done
    if [ ${#missing[@]} = 0 ]; then
        say "Debian packages: all there"
        return
    fi
    say "Debian packages: installing ${missing[*]}"
    as_root apt-get update -qq >>"$log" 2>&1 \
        || fail "apt-get update failed" "check the network and /etc/apt/sources.list"
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >>"$log" 2>&1 \
        || fail "apt-get could not install the packages" "run 'apt-get -f install' and try again"
}

# configure PRESET: into build/PRESET, compiling through ccache where there is one.
configure() {
    ! command -v ccache >/dev/null || export CMAKE_CXX_COMPILER_LAUNCHER=ccache
    cmake -S "$root" --preset "$1" >>"$log" 2>&1 || fail "configuring preset '$1' failed" "see $log"
}

# build_targets TARGET...: configures once, then builds what changed.
build_targets() {
    say "Building with preset '$preset' in ${build#"$root"/}"
    [ -f "$build/build.ninja" ] || configure "$preset"
    cmake --build "$build" --target "$@" >>"$log" 2>&1 \
        || fail "the build failed" "see $log; 'rm -r $build' starts afresh"
}

make_environment() {
    say "Python environment: $SIGNALBOX_ENV_DIR"
    "$build/bin/signalboxctl" env create --quiet >>"$log" 2>&1 \
        || fail "the Python environment could not be made" \
            "check the network, then run '$build/bin/signalboxctl env create'"
}
