"""What importing the runtime and a module costs, and what it leaves alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LATER = (
    "jsonschema_rs", "rapidfuzz", "re2", "random", "hashlib", "rewardlang", "yaml", "lark",
    "jsonschema", "torch", "trl", "rewardlang_runtime.environment",
)  # fmt: skip
RUN = Path(__file__).parents[1]
CODE = """
import sys, time
start = time.perf_counter()
import tracker
elapsed = time.perf_counter() - start
# ru_maxrss would start from the parent's; VmHWM is this program's own.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(elapsed * 1000, int(peak.split()[1]) / 1024)
print(*sorted(set(sys.modules) & set(sys.argv[1:])))
"""


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="reads Linux's /proc")
def test_import_is_light() -> None:
    milliseconds, mebibytes, loaded = [], 0.0, ""
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", CODE, *LATER], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONPATH": str(RUN)},
        )  # fmt: skip
        numbers, loaded = done.stdout.splitlines()
        milliseconds.append(float(numbers.split()[0]))
        mebibytes = float(numbers.split()[1])
    assert loaded == "", "imported for nothing"
    assert min(milliseconds) < 120, "twice the budget: machines differ, a regression does not"
    assert mebibytes < 40
