#!/usr/bin/env bash
# The GPU trials on a second Vulkan driver: SwiftShader, which Debian's package `chromium` brings, in software as lavapipe
# but with another compiler. Then once more, for the trials named below, under the Khronos validation layer that lies beside
# it: a message of the layer is a failure.
#
#   tests/swiftshader.sh            all trials: minutes, as they take on any software device
#   tests/swiftshader.sh NAME       those whose names contain NAME
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=/usr/lib/chromium
if [[ ! -e $folder/vk_swiftshader_icd.json || ! -e $folder/libVkLayer_khronos_validation.so ]]; then
    root=()
    [[ "$(id -u)" == 0 ]] || root=(sudo)
    "${root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends chromium libvulkan1 >/dev/null
fi

# That driver alone, so that each trial runs once.
export VK_DRIVER_FILES=$folder/vk_swiftshader_icd.json VK_ICD_FILENAMES=$folder/vk_swiftshader_icd.json
export BASINS_REQUIRE_GPU=1

log=$(mktemp)
work=$(mktemp -d)
trap 'rm -rf "$log" "$work"' EXIT
status=0

cargo test --test gpu --no-fail-fast -- ${1:+"$1"} 2>&1 | tee "$log" || status=$?
if ! grep -q SwiftShader "$log"; then
    echo "tests/swiftshader.sh: no trial ran on SwiftShader" >&2
    exit 1
fi

# The layer says what the program does wrong in Vulkan's eyes, on whatever driver. It is slow: every form and the loss of a
# device, but not each setting. One message is left out: naga gives structs in variables the layout of those in buffers,
# which Vulkan allows from SPIR-V 1.4 on no more (gfx-rs/wgpu issue 7696); wgpu leaves it out as well.
checks=(words:: orders:: stages:: loss:: forms::)
(($# == 0)) || checks=("$1")
echo "== under the validation layer: ${checks[*]}"
cat >"$work/VkLayer_khronos_validation.json" <<JSON
{
  "file_format_version": "1.1.0",
  "layer": {
    "name": "VK_LAYER_KHRONOS_validation",
    "type": "GLOBAL",
    "library_path": "$folder/libVkLayer_khronos_validation.so",
    "api_version": "1.3.0",
    "implementation_version": "1",
    "description": "validation"
  }
}
JSON
cat >"$work/vk_layer_settings.txt" <<TEXT
khronos_validation.debug_action = VK_DBG_LAYER_ACTION_LOG_MSG
khronos_validation.log_filename = stdout
khronos_validation.report_flags = error,warn,info
khronos_validation.message_id_filter = VUID-StandaloneSpirv-None-10684
TEXT
: >"$log"
for check in "${checks[@]}"; do
    VK_LAYER_PATH=$work VK_LAYER_SETTINGS_PATH=$work VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation \
        cargo test --test gpu --no-fail-fast -- "$check" >>"$log" 2>&1 || status=$?
done
grep -E '^test |panicked' "$log" || true
# It says that it is there: else no message would mean nothing.
if ! grep -q CURRENT-VALIDATION-ENABLED "$log"; then
    echo "tests/swiftshader.sh: the validation layer was not loaded" >&2
    exit 1
fi
messages=$(grep -cE 'Validation (Error|Warning)' "$log" || true)
echo "== messages of the validation layer: $messages"
if ((messages > 0)); then
    grep -E -A4 'Validation (Error|Warning)' "$log" | head -40
    status=1
fi
exit "$status"
