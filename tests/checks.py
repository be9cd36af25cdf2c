"""What a test program in Python says: a line for each test, its details indented, and how many as its last line."""
import sys

MOST = 3000  # characters of the details

results = {"passed": 0, "failed": 0}


def check(name, fine, detail=""):
    """One test; returns whether it is fine. Of long details the end is shown, where an error stands."""
    print(("ok " if fine else "FAIL ") + name, flush=True)
    if not fine and detail != "":
        print("  " + str(detail)[-MOST:].replace("\n", "\n  "), flush=True)
    results["passed" if fine else "failed"] += 1
    return fine


def finish():
    """Ends the program; one without any test has failed."""
    print(f"{results['passed']} passed, {results['failed']} failed")
    sys.exit(1 if results["failed"] or not results["passed"] else 0)
