"""The import of the two official documents: files, and whether they are clean.

Run: python benchmarks/import.py [FOLDER] [--judge]; FOLDER has the documents, else ../shared/specs.
Promised: both to files, lint-clean, in under 60 s on two cores and 1 GB of memory; with --judge, a
scenario derived for each operation and all of them judged in full in under 15 minutes on two cores.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from rewardlang import driver
from rewardlang.derive import coverage
from rewardlang.importer import folder, importing
from rewardlang.openapi import read

DOCUMENTS = ("confluence-v2.openapi.json", "jira-v3.openapi.json")
MOST_S = 60.0
MOST_MB = 1024
MOST_JUDGED_S = 900.0


def main() -> int:
    """Import, check, print; 1 when something is not as promised."""
    given = [argument for argument in sys.argv[1:] if argument != "--judge"]
    specs = Path(given[0]) if given else Path("../shared/specs")
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
            read_s = time.process_time() - start
            made = importing.make(document, importing.name_of(name))
            folder.write(out, importing.name_of(name), made, folder.Lock())
            took = time.process_time() - start
            total += took
            shown = ", ".join(f"{number} {kind}" for kind, number in made.kinds.items())
            print(f"{name}: {len(made.drafts)} operations ({shown})")
            print(
                f"  {len(made.files)} files, {took:.1f} s of processor time; {read_s:.1f} to read"
            )
        start = time.process_time()
        findings = 0
        for path in sorted(out.rglob("*.yaml")):
            found = driver.check(path).diagnostics
            findings += len(found)
            for diagnostic in found[:3]:
                print(f"  {path.name}: {diagnostic.code.id} {diagnostic.message}")
        checked = time.process_time() - start
        judged = _judged(out) if "--judge" in sys.argv else True
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"checked: {findings} findings, {checked:.1f} s of processor time")
    print(f"together {total + checked:.1f} s of processor time, {memory:.0f} MB")
    failed = findings > 0 or total + checked > MOST_S or memory > MOST_MB
    return 1 if failed or not judged else 0


def _judged(out: Path) -> bool:
    """Derive scenarios, judge them, say how many are clean; whether that kept to its time."""
    apis = sorted((out / "apis").glob("*.yaml"))
    start = time.process_time()
    made = coverage.groups(apis, out / "derived")
    derived = time.process_time() - start
    before = _all_processes_s()
    coverage.judged(made, out / "derived")
    took = _all_processes_s() - before
    operations = sum(group.operations for group in made)
    scenarios, clean = sum(g.derived for g in made), sum(g.clean for g in made)
    print(f"derived: {scenarios} of {operations} operations, {derived:.1f} s of processor time")
    print(f"judged: {clean} clean ({clean / operations:.1%}), {took:.0f} s of processor time")
    return took <= 2 * MOST_JUDGED_S


def _all_processes_s() -> float:
    """Processor time of this process and of those that it has ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


if __name__ == "__main__":
    sys.exit(main())
