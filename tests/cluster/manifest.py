"""Validates the manifest, and runs what its pods would: manifest.py MANIFEST FOLDER SHARDS COMMAND...

No cluster is needed, and none is imitated beyond what a container is given: command, arguments and variables.
"""

import copy
import os
import subprocess
import sys

import kubernetes_validate
import yaml

# From the first that knows all fields to the newest known.
VERSIONS = ["1.29", "1.31", "1.33", kubernetes_validate.latest_version()]
basins = os.environ["BASINS"]


def is_valid(document, version):
    try:
        kubernetes_validate.validate(document, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return str(error).splitlines()[0]
    return None


def run(container, folder, environment):
    """As the kubelet does: $(NAME) stands for a variable, the volume is mounted, the image has the program."""
    words = container["command"] + container.get("args", [])
    for name, value in environment.items():
        words = [word.replace(f"$({name})", value) for word in words]
    words = [word.replace("/results", folder).replace("basins merge", f"{basins} merge") for word in words]
    words = [basins if word == "basins" else word for word in words]
    subprocess.run(words, check=True, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)


def main():
    manifest, folder, shards, *command = sys.argv[1:]
    with open(manifest) as file:
        job, merge = yaml.safe_load_all(file)
    for version in VERSIONS:
        for document in (job, merge):
            problem = is_valid(document, version)
            if problem:
                sys.exit(f"FAILED: {document['metadata']['name']} is no manifest of {version}: {problem}")
    print("  valid by the schemas of", ", ".join(VERSIONS))

    for change in ({"completion": 64}, {"parallelism": "16"}, {"completionMode": 7}):
        wrong = copy.deepcopy(job)
        wrong["spec"].update(change)
        problem = is_valid(wrong, VERSIONS[-1])
        if problem is None:
            sys.exit(f"FAILED: {change} passes")
        print(f"  found: {problem[:100]}")

    container = job["spec"]["template"]["spec"]["containers"][0]
    given = {entry["name"]: entry["value"] for entry in container["env"]}
    if given["JOB_COMPLETIONS"] != str(job["spec"]["completions"]):
        sys.exit("FAILED: the pods are told another number of shards than there are")
    container["command"] = ["basins", *command]
    for index in range(int(shards)):
        # The controller adds the index; the number of shards is less here.
        run(container, folder, {"JOB_COMPLETION_INDEX": str(index), "JOB_COMPLETIONS": shards})
    # Pods count from 0, the other engines' shards from 1.
    for index in reversed(range(int(shards))):
        os.rename(f"{folder}/parts/{index}", f"{folder}/parts/{index + 1}")
    run(merge["spec"]["template"]["spec"]["containers"][0], folder, {})


if __name__ == "__main__":
    main()
