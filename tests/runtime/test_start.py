"""What importing the runtime and a module costs, and what it leaves alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LATER = {
    "random", "hashlib", "logging", "asyncio", "subprocess", "rewardlang_runtime.environment",
}  # fmt: skip
RUN = Path(__file__).parents[1]
CODE = """
import sys
before = set(sys.modules)
import tracker
# ru_maxrss would start from the parent's; VmHWM is this program's own.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) / 1024)
print(*sorted(set(sys.modules) - before))
"""


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="reads Linux's /proc")
def test_import_is_light() -> None:
    """What it takes is what it imports; benchmarks/startup.py tells the milliseconds."""
    path = os.pathsep.join([str(RUN), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    mebibytes, modules = done.stdout.splitlines()
    loaded = set(modules.split())
    packages = {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names
    assert packages == {"tracker", "rewardlang_runtime", "orjson"}
    assert not loaded & LATER, "imported for nothing"
    assert float(mebibytes) < 40
