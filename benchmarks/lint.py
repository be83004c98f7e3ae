"""What linting costs: many files cold and warm, and the whole judgement of each shipped scenario.

The many files are the shipped scenarios with other names, constants and prompts, each unlike the
others. A judgement is timed by its sections, without the cache. What the search does in a second is
`search.py`'s to say; `--search` adds it.

Run: python benchmarks/lint.py [--files N] [--search] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

SCENARIOS = Path(__file__).parent.parent / "scenarios"
COLD_S, WARM_S, WHOLE_S, EPISODES_S = 20.0, 2.0, 10.0, 2.0
_PLAYED = (
    "play_oracle",
    "climb",
    "probe",
    "repeat",
    "play_tests",
    "mutate_traces",
    "mutate_reward",
)


def varied(text: str, number: int) -> str:
    """A shipped scenario with another name, other ids, weights, constants and prompts."""
    for id in re.findall(r"^    - id: (\w+)$", text, re.MULTILINE):
        text = re.sub(rf"(?<=- id: ){id}$", f"{id}_{number}", text, flags=re.MULTILINE)
        text = re.sub(
            rf"^(    parts: \{{.*)\b{id}(?=: )", rf"\g<1>{id}_{number}", text, flags=re.MULTILINE
        )
    text = re.sub(r"^(scenario: .*)$", rf"\1_{number}", text, flags=re.MULTILINE)
    text = re.sub(r"(?<=weight: )(\d[\d.]*)", lambda m: f"{float(m[1]) + number / 1e4:.4f}", text)
    text = re.sub(r"(?<=floor=)0\.(\d)", lambda m: f"0.{m[1]}{number % 900 + 100}", text)
    return re.sub(r"^(title: .*)$", rf"\1, the way of customer {number}", text, flags=re.MULTILINE)


def many(folder: Path, count: int) -> None:
    """Write `count` files, which find their APIs and worlds beside them."""
    for part in ("apis", "worlds"):
        shutil.copytree(SCENARIOS / part, folder / part)
    shipped = sorted(SCENARIOS.glob("*.yaml"))
    for number in range(count):
        path = shipped[number % len(shipped)]
        text = varied(path.read_text(encoding="utf-8"), number)
        (folder / f"{path.stem}_{number}.yaml").write_text(text, encoding="utf-8")


def linted(folder: Path, cache: Path) -> float:
    """Seconds of `rewardlang lint --static` on a folder, from starting the process to its end."""
    command = [sys.executable, "-m", "rewardlang", "lint", "--static", "--format", "json", "."]
    environment = dict(os.environ, REWARDLANG_CACHE=str(cache))
    start = perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    seconds = perf_counter() - start
    found = json.loads(done.stdout)
    # A variation may well be a worse scenario; one that does not compile would be read too fast.
    errors = [row["message"] for row in found if row["level"] == "error"]
    assert done.returncode in (0, 1), done.stderr
    assert not errors, errors[0]
    return seconds


def judged(path: Path) -> dict[str, float]:
    """Seconds of reading and typing a scenario, and of each section of its judgement."""
    from rewardlang import driver
    from rewardlang.judge import run

    seconds: dict[str, float] = {}

    def timed(section: Callable[[Any], None]) -> Callable[[Any], None]:
        def section_timed(draft: Any) -> None:
            start = perf_counter()
            section(draft)
            seconds[section.__name__] = perf_counter() - start

        section_timed.__name__ = section.__name__
        return section_timed

    start = perf_counter()
    scenario = driver.scenario_of(path)
    seconds["check"] = perf_counter() - start
    sections = run.SECTIONS
    run.SECTIONS = tuple(map(timed, sections))
    try:
        run.judge(scenario, driver.build(scenario))
    finally:
        run.SECTIONS = sections
    seconds["all"] = perf_counter() - start
    return seconds


def main() -> None:
    """Print both tables; the exit status says whether every target was met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=1000, metavar="N")
    parser.add_argument("--search", action="store_true", help="also expansions a second")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "scenarios"
        folder.mkdir()
        many(folder, options.files)
        cold = linted(folder, Path(scratch) / "cache")
        warm = linted(folder, Path(scratch) / "cache")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{options.files:,} files, static rules, {cores} cores")
    print(f"  cold {cold:7.2f} s   under {COLD_S:.0f}\n  warm {warm:7.2f} s   under {WARM_S:.0f}\n")
    good = options.files < 1000 or (cold < COLD_S and warm < WARM_S)
    rows = {path.stem: judged(path) for path in sorted(SCENARIOS.glob("*.yaml"))}
    print(f"{'whole judgement, seconds':28}{'check':>8}{'played':>8}{'search':>8}{'all':>8}")
    for name, seconds in rows.items():
        played = sum(seconds.get(section, 0.0) for section in _PLAYED)
        searched = seconds.get("find_solutions", 0.0) + seconds.get("explore_tasks", 0.0)
        print(f"{name:28}{seconds['check']:8.2f}{played:8.2f}{searched:8.2f}{seconds['all']:8.2f}")
        good = good and played < EPISODES_S and seconds["all"] < WHOLE_S
    print(f"{'under':28}{'':8}{EPISODES_S:8.0f}{'':8}{WHOLE_S:8.0f}")
    figures: dict[str, Any] = {
        "files": options.files,
        "cold_s": cold,
        "warm_s": warm,
        "judge": rows,
    }
    if options.search:
        figures["search"] = searches()
        good = good and all(row["search"] >= 200_000 for row in figures["search"])
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    sys.exit(not good)


def searches() -> list[dict[str, Any]]:
    """What `search.py` measures: expansions a second of each of its scenarios."""
    import search

    rows = [search.measure(name)._asdict() for name in search.SCENARIOS]
    print(f"\n{'expansions a second':28}")
    for row in rows:
        print(f"{row['name']:28}{row['search']:12,.0f}")
    return rows


if __name__ == "__main__":
    main()
