"""The import of the two official documents: files, and whether they are clean.

Run: python benchmarks/import.py [FOLDER]; FOLDER has the documents, ../shared/specs by default.
Promised: both to files, lint-clean, in under 60 s on two cores and 1 GB of memory.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from rewardlang import driver
from rewardlang.importer import folder, importing
from rewardlang.openapi import read

DOCUMENTS = ("confluence-v2.openapi.json", "jira-v3.openapi.json")
MOST_S = 60.0
MOST_MB = 1024


def main() -> int:
    """Import, check, print; 1 when something is not as promised."""
    specs = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("../shared/specs")
    missing = [name for name in DOCUMENTS if not (specs / name).is_file()]
    if missing:
        print(f"skipped: {', '.join(missing)} not in {specs}")
        return 0
    total = 0.0
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary)
        for name in DOCUMENTS:
            start = time.process_time()
            document, _ = read(specs / name)
            assert document is not None
            made = importing.make(document, importing.name_of(name))
            folder.write(out, importing.name_of(name), made, folder.Lock())
            took = time.process_time() - start
            total += took
            shown = ", ".join(f"{number} {kind}" for kind, number in made.kinds.items())
            print(f"{name}: {len(made.drafts)} operations ({shown})")
            print(f"  {len(made.files)} files, {took:.1f} s of processor time")
        start = time.process_time()
        findings = 0
        for path in sorted(out.rglob("*.yaml")):
            found = driver.check(path).diagnostics
            findings += len(found)
            for diagnostic in found[:3]:
                print(f"  {path.name}: {diagnostic.code.id} {diagnostic.message}")
        checked = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"checked: {findings} findings, {checked:.1f} s of processor time")
    print(f"together {total + checked:.1f} s of processor time, {memory:.0f} MB")
    failed = findings > 0 or total + checked > MOST_S or memory > MOST_MB
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
