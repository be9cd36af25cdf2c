"""clock_shift.c as a library for LD_PRELOAD."""
import os
import subprocess

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clock_shift.c")


def build(folder):
    """Makes it in this folder; its path."""
    library = os.path.join(folder, "clock_shift.so")
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    return library
