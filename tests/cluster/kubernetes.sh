#!/usr/bin/env bash
# Kubernetes: the manifest against the schemas of several versions; then what its pods would run, run here without one.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder="$WORK/kubernetes"
"$PYTHON" "$here/manifest.py" "$examples/kubernetes.yaml" "$folder" "$SHARDS" $COMMAND
check "$folder"
