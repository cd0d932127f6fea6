#!/usr/bin/env bash
# Runs the conformance suite on aarch64, where vectors are NEON: in qemu, from a Debian sid of its own that has Rust's
# standard library for aarch64 and a cross linker. Not part of tests/run.sh: it takes some 15 CPU-minutes.
#
#   tests/aarch64.sh            every backend's conformance
#   tests/aarch64.sh NAME...    tests of tests/suite whose names contain NAME, as `cargo test` takes it
#
# Needs Linux, root, debootstrap and the network, and 3 GB below target/aarch64, where the system and what was built stay
# for the next time. On a machine that is aarch64 itself it is `cargo test`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

names=("$@")
[[ $# -gt 0 ]] || names=(conformance)
test=(cargo test --no-default-features --test suite)

if [[ "$(uname -m)" == aarch64 ]]; then
    exec "${test[@]}" -- "${names[@]}"
fi

fail() {
    echo "tests/aarch64.sh: $*" >&2
    exit 2
}
[[ "$(uname -s)" == Linux ]] || fail "a Debian is set up in a folder, and that needs Linux"
[[ "$(id -u)" == 0 ]] || fail "setting up a Debian in a folder needs root"
command -v debootstrap >/dev/null || fail "debootstrap is missing (Debian: apt-get install debootstrap)"

place="${CARGO_TARGET_DIR:-target}/aarch64"
mkdir -p "$place"
place="$(cd "$place" && pwd)"
root="$place/debian"
registry="${CARGO_HOME:-$HOME/.cargo}/registry"

# The last step of setting up leaves this mark: what was cut short begins anew.
if [[ ! -e "$root/ready" ]]; then
    echo "== a Debian sid in $root"
    rm -rf "$root"
    debootstrap --variant=minbase sid "$root" http://deb.debian.org/debian >"$place/debootstrap.log" 2>&1 ||
        fail "debootstrap failed: $place/debootstrap.log"
    chroot "$root" /bin/sh -eu >"$place/packages.log" 2>&1 <<'END' || fail "packages are missing: $place/packages.log"
export DEBIAN_FRONTEND=noninteractive
dpkg --add-architecture arm64
# A mirror that lags is good enough.
apt-get update -o Acquire::Check-Valid-Until=false
apt-get install -y --no-install-recommends \
    cargo rustc libstd-rust-dev:arm64 gcc libc6-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
apt-get clean
touch /ready
END
fi

# Crates come from this machine's cargo, with whatever mirror and certificates it is set up for.
echo "== cargo fetch"
cargo fetch --locked --quiet

log="$place/tests.log"
echo "== ${test[*]} -- ${names[*]}, on aarch64"
mkdir -p "$root/src" "$root/build" "$root/cargo/registry"
# Mounts of a namespace of its own end with it, however it ends.
export PLACE="$place" ROOT="$root" REGISTRY="$registry"
unshare --mount --propagation private bash -c '
    mount --bind "$PWD" "$ROOT/src"
    mount --bind "$REGISTRY" "$ROOT/cargo/registry"
    mount -t proc proc "$ROOT/proc"
    exec chroot "$ROOT" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/root CARGO_HOME=/cargo CARGO_TARGET_DIR=/build \
        CARGO_INCREMENTAL=0 CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
        CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc \
        CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu" \
        /bin/sh -c "cd /src && exec \"\$@\"" sh "$@"
' bash "${test[@]}" --offline --target aarch64-unknown-linux-gnu -- "${names[@]}" 2>&1 | tee "$log"

# Passed tests of other vectors alone would say nothing of NEON.
if [[ "${names[*]}" == conformance ]] && ! grep -q '^test conformance::simd_neon::.* ok$' "$log"; then
    fail "no test of NEON has passed"
fi
