#!/usr/bin/env bash
# Kills a run, a sweep and a map a hundred times each, and compares what they go on to with what was never killed.
# Takes some minutes; the suite does the same with a few kills.
set -euo pipefail
cd "$(dirname "$0")/.."
KILLS=${KILLS:-100} cargo test --test suite -- kept::a_killed --nocapture
