"""What files made to harm cost: the checking of each against that of the largest shipped scenario.

Both in processor time of one process, and warm. The files are those of the tests, which ask only
that each of them ends. Run: python benchmarks/hostile.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from time import process_time

from rewardlang import driver

ROOT = Path(__file__).parent.parent
MOST_S = 2.0
_ROUNDS = 5
_SHOWN = 8


def checked(path: Path) -> float:
    """Seconds of a processor that checking a file takes."""
    start = process_time()
    driver.check(path)
    return process_time() - start


def main() -> int:
    """Check all, print the dearest; 1 when one is dearer than promised."""
    sys.path.insert(0, str(ROOT / "tests"))
    from cli.test_hostile import CASES
    from syntax.test_hostile import FILES

    shipped = max((ROOT / "scenarios").glob("*.yaml"), key=lambda path: path.stat().st_size)
    checked(shipped)
    usual = median(checked(shipped) for _ in range(_ROUNDS))
    took: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hostile.yaml"
        for name, text in {**FILES, **CASES}.items():
            path.write_bytes(
                text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
            )
            took[name] = checked(path)
    print(f"{shipped.name}: {usual * 1e3:.0f} ms of processor time")
    for name in sorted(took, key=lambda name: -took[name])[:_SHOWN]:
        print(f"{name:28} {took[name]:5.2f} s  {took[name] / usual:6.1f} times")
    return int(max(took.values()) > MOST_S)


if __name__ == "__main__":
    sys.exit(main())
