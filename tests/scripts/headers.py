#!/usr/bin/env python3
"""Every shipped script's header says what its --help says: each option, and all the parts a reader looks for."""
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PARTS = ("Usage", "Calls", "Again", "Ends")


def mistakes(path):
    """What is wrong with one header."""
    with open(path, encoding="utf-8") as source:
        header = re.match(r"#!/usr/bin/env loftyrun\n((?:--.*\n)+)", source.read())
    if not header:
        return ["has no header below its first line"]
    header = header.group(1)
    text = subprocess.run(["loftyrun", path, "--help"], capture_output=True, text=True, check=True).stdout
    documented = set(re.findall(r"^--   (--[a-z-]+)", header, re.M))
    accepted = set(re.findall(r"^  (--[a-z-]+)", text, re.M))
    found = [f"{option} is in one of header and --help only" for option in sorted(documented ^ accepted)]
    return found + [f"has no {part}" for part in PARTS if not re.search(rf"^-- {part}  ", header, re.M)]


scripts = [path for path in sorted(glob.glob(ROOT + "/scripts/*/*.lua")) if not path.endswith("_test.lua")]
for script in scripts:
    for mistake in mistakes(script):
        print(f"{os.path.relpath(script, ROOT)}: {mistake}")
sys.exit(0 if len(scripts) >= 4 else "no scripts found")
