"""What starting costs: the import of a compiled module, `--help`, linting an unchanged file.

Run: python benchmarks/startup.py [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from rewardlang import driver

SCENARIO = Path(__file__).parent.parent / "scenarios" / "confluence_create_page.yaml"
ROUNDS = 15

# Printed by the child: seconds of the import, and the peak of its memory in KiB. On Linux the peak
# is the kernel's own for this program: getrusage counts the parent as well until exec.
IMPORT = """
from time import perf_counter
start = perf_counter()
import scenario
end = perf_counter()
try:
    with open("/proc/self/status") as file:
        peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
except OSError:
    import resource, sys
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if sys.platform == "darwin":
        peak /= 1024
print(end - start, peak)
"""


class Row(NamedTuple):
    """One line of the table: a median, the least, and what it must stay under."""

    name: str
    unit: str
    median: float
    least: float
    target: float


def whole(command: list[str], environment: dict[str, str]) -> float:
    """Milliseconds from starting a process to its end."""
    start = perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return (perf_counter() - start) * 1e3


def imported(folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Milliseconds of the import in a fresh process, and the process's peak memory in MiB."""
    command = [sys.executable, "-c", IMPORT]
    out = subprocess.run(
        command, cwd=folder, env=environment, check=True, capture_output=True, text=True
    ).stdout
    seconds, peak = map(float, out.split())
    return seconds * 1e3, peak / 1024


def measure() -> list[Row]:
    program = [sys.executable, "-m", "rewardlang"]
    with tempfile.TemporaryDirectory() as scratch:
        environment = dict(os.environ, REWARDLANG_CACHE=str(Path(scratch) / "cache"))
        module = Path(scratch) / "scenario.py"
        module.write_text(driver.compile_file(SCENARIO).python, encoding="utf-8")
        lint = [*program, "lint", str(SCENARIO)]
        whole(lint, environment)  # fills the cache
        imported(module.parent, environment)  # writes the .pyc
        pairs = [imported(module.parent, environment) for _ in range(ROUNDS)]
        times = {
            "import of a compiled module": ("ms", [t for t, _ in pairs], 60),
            "peak memory of that process": ("MiB", [m for _, m in pairs], 40),
            "rewardlang --help": ("ms", [whole([*program, "--help"], environment)
                                         for _ in range(ROUNDS)], 150),
            "rewardlang lint, one unchanged file": ("ms", [whole(lint, environment)
                                                           for _ in range(ROUNDS)], 300),
        }  # fmt: skip
    return [Row(name, unit, median(v), min(v), top) for name, (unit, v, top) in times.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the rows to this file too")
    arguments = parser.parse_args()
    rows = measure()
    print(f"{'':38} {'median':>9} {'least':>9} {'under':>9}")
    for row in rows:
        print(f"{row.name:38} {row.median:9.1f} {row.least:9.1f} {row.target:9} {row.unit}")
    if arguments.json:
        arguments.json.write_text(json.dumps([row._asdict() for row in rows], indent=2) + "\n")
    sys.exit(any(row.median > row.target for row in rows))


if __name__ == "__main__":
    main()
