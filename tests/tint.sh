#!/usr/bin/env bash
# The composed shaders by a second compiler of WGSL: Tint, that of Chromium, headless and on its software adapter. Every
# shader of `benches/shaders.json` becomes a module, those of two networks pipelines too, one for each entry point; a
# message of any kind is a failure, and so is a wrong shader without one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v chromium >/dev/null || ! command -v python3 >/dev/null; then
    root=()
    [[ "$(id -u)" == 0 ]] || root=(sudo)
    "${root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends chromium python3 >/dev/null
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/shaders"
BASINS_SHADERS="$work/shaders" cargo test --quiet --test gpu -- --ignored --exact portable::write_shaders
python3 tests/tint.py "$work/shaders" "$work/profile"
