"""Shaders of a folder compiled by the WebGPU of a headless Chromium: tint.sh.

A page fetches the shaders from here, compiles them and sends back what the compiler said.
"""

import http.server
import json
import subprocess
import sys
import threading
from pathlib import Path

# Seconds for all of it: pipelines of written-out kernels take some each.
LIMIT = 900
# Pipelines are made of these, the smallest network's and one that invocations share: the rest differ in their rules,
# and in how long they take.
PIPELINES = ("task_xor_layers_2_3_1.wgsl", "fused_train_task_parity_8_layers_8_16_1.wgsl")
WRONG = "@compute @workgroup_size(1) fn train() { let x = 1.0 + 1u; }"

PAGE = """<!doctype html><script>
async function compiled(device, name, source, pipelines) {
  const module = device.createShaderModule({code: source});
  const said = (await module.getCompilationInfo()).messages.map(one => `${one.type} ${one.lineNum}: ${one.message}`);
  if (pipelines && !said.length) {
    for (const [, entryPoint] of source.matchAll(/@compute[^{]*?fn (\\w+)/g)) {
      device.pushErrorScope("validation");
      try {
        await device.createComputePipelineAsync({layout: "auto", compute: {module, entryPoint}});
      } catch (error) { said.push(`${entryPoint}: ${error.message}`); }
      const error = await device.popErrorScope();
      if (error) said.push(`${entryPoint}: ${error.message}`);
    }
  }
  return {name, said};
}
async function all() {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return {adapter: null, shaders: []};
  const limits = {};
  for (const name in adapter.limits) limits[name] = adapter.limits[name];
  const device = await adapter.requestDevice({requiredLimits: limits, requiredFeatures: [...adapter.features]});
  const shaders = [];
  for (const {name, source, pipelines} of await (await fetch("/shaders")).json())
    shaders.push(await compiled(device, name, source, pipelines));
  const {vendor, architecture, description} = adapter.info;
  return {adapter: [vendor, architecture, description].filter(Boolean).join(" "), shaders};
}
all().catch(error => ({adapter: null, error: `${error}`, shaders: []}))
  .then(said => fetch("/done", {method: "POST", body: JSON.stringify(said)}));
</script>"""


def serve(shaders):
    """A server of the page and the shaders; what comes back, and a flag that it did."""
    said, done = {}, threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def reply(self, kind, body):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            if self.path == "/shaders":
                self.reply("application/json", json.dumps(shaders).encode())
            else:
                self.reply("text/html", PAGE.encode())

        def do_POST(self):
            said.update(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.reply("text/plain", b"")
            done.set()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, said, done


def main(folder, profile):
    files = sorted(Path(folder).glob("*.wgsl"))
    if len(files) < 50:
        sys.exit(f"only {len(files)} shaders")
    shaders = [
        {
            "name": file.name,
            "source": file.read_text(),
            "pipelines": any(part in file.name for part in PIPELINES),
        }
        for file in files
    ]
    shaders.append({"name": "wrong", "source": WRONG, "pipelines": False})
    server, said, done = serve(shaders)
    browser = subprocess.Popen(
        ["chromium", "--headless", "--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader",
         "--disable-gpu-watchdog", f"--user-data-dir={profile}", f"http://127.0.0.1:{server.server_address[1]}/"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    try:
        if not done.wait(LIMIT):
            sys.exit(f"no answer within {LIMIT} s")
    finally:
        browser.terminate()
        _, errors = browser.communicate(timeout=30)
    if not said["adapter"]:
        sys.exit(f"Chromium has no WebGPU adapter here: {said.get('error', '')}\n{errors[-2000:]}")
    found = {one["name"]: one["said"] for one in said["shaders"]}
    if not found.pop("wrong", []):
        sys.exit("a shader that is wrong compiles without a message")
    if len(found) != len(files):
        sys.exit(f"{len(found)} of {len(files)} shaders were compiled")
    wrong = {name: lines for name, lines in found.items() if lines}
    for name, lines in wrong.items():
        print(name, *lines, sep="\n    ")
    pipelines = sum(shader["pipelines"] for shader in shaders)
    print(f"Tint on {said['adapter']}: {len(found)} shaders, {pipelines} pipelines, messages of {len(wrong)}")
    sys.exit(1 if wrong else 0)


main(*sys.argv[1:])
