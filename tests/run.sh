#!/usr/bin/env bash
# Runs every test, those on GPUs included: where no Vulkan device is found, a software one is installed first.
#
#   tests/run.sh            all tests
#   tests/run.sh NAME...    those whose names contain NAME, as `cargo test` takes it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Whether the system's Vulkan loader has a driver to load.
has_vulkan() {
    [[ "$(uname -s)" == Linux ]] || return 0 # Metal and DirectX come with the system
    # No `grep -q`: it would end the pipe early, and pipefail would call that a failure.
    PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep 'libvulkan\.so\.1' >/dev/null || return 1
    local folder
    for folder in /usr/share/vulkan/icd.d /usr/local/share/vulkan/icd.d /etc/vulkan/icd.d \
        "${XDG_DATA_HOME:-$HOME/.local/share}/vulkan/icd.d"; do
        compgen -G "$folder/*.json" >/dev/null && return 0
    done
    [[ -n "${VK_ICD_FILENAMES:-}${VK_DRIVER_FILES:-}" ]]
}

install_vulkan() {
    if ! command -v apt-get >/dev/null; then
        echo "tests/run.sh: no Vulkan device is found. Install your distribution's Vulkan loader and a driver for the" >&2
        echo "GPU, or Mesa's software driver (lavapipe): vulkan-loader mesa-vulkan-drivers on Fedora," >&2
        echo "vulkan-icd-loader vulkan-swrast on Arch, mesa-vulkan-swrast on Alpine." >&2
        exit 1
    fi
    echo "tests/run.sh: no Vulkan device is found; installing Mesa's software one" >&2
    install libvulkan1 mesa-vulkan-drivers
}

# Debian's packages.
install() {
    local root=()
    [[ "$(id -u)" == 0 ]] || root=(sudo)
    "${root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

has_vulkan || install_vulkan

# The Python tests make an environment of their own, for which Debian's Python alone is not enough.
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    install python3 python3-venv
fi

# From here on a machine without a GPU adapter, or without Python, is a failure and no excuse.
export BASINS_REQUIRE_GPU=1 BASINS_REQUIRE_PYTHON=1
export RUSTC_WORKSPACE_WRAPPER="$PWD/tests/rustc.sh"
status=0
# Both packages in one command: so they share one build of the library, and of what it stands on.
packages=(-p basins -p basins-python)
if (($# == 0)); then
    which=(--tests)
else
    # Python's tests go by names of their own.
    which=(--lib --test suite --test gpu)
fi
cargo test --no-fail-fast "${packages[@]}" "${which[@]}" -- "$@" || status=$?
cargo test --no-fail-fast "${packages[@]}" --doc -- "$@" || status=$?
exit "$status"
