"""Training with defaults, from nothing, for seeds 0, 1 and 2; prints and records what came of it.

Run: python benchmarks/training.py [--seeds 0 1 2] [--scenario FILE] [--json FILE] [--runs DIR]

Each seed is a process of its own, `rewardlang train`, and its time is the wall clock of that
process: start, imports, warm start, both evaluations and the report included.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SCENARIO = Path(__file__).parent.parent / "scenarios" / "confluence_create_page.yaml"
BASELINE = (0.3, 0.6)
REACHED = 0.95
SECONDS = 360


def run(scenario: Path, seed: int, folder: Path, options: list[str]) -> dict[str, Any]:
    """One training run; its summary in a line."""
    command = [
        sys.executable, "-m", "rewardlang", "train", str(scenario), "--seed", str(seed),
        "--output", str(folder), *options,
    ]  # fmt: skip
    began = time.perf_counter()
    subprocess.run(command, check=True)
    seconds = time.perf_counter() - began
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    steps = (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    before, after = summary["baseline"], summary["trained"]
    return {
        "seed": seed,
        "baseline": before["mean"],
        "baseline_error": before["standard_error"],
        "baseline_greedy": before["greedy"]["mean"],
        "trained": after["mean"],
        "trained_error": after["standard_error"],
        "trained_greedy": after["greedy"]["mean"],
        "tasks": after["tasks"],
        "wall_s": round(seconds, 1),
        "phases_s": summary["seconds"],
        "reward_by_step": [round(json.loads(line)["reward"], 4) for line in steps],
        "met": BASELINE[0] <= before["mean"] <= BASELINE[1]
        and after["mean"] >= REACHED
        and seconds < SECONDS,
    }


def line(row: dict[str, Any]) -> str:
    """A row for people."""
    return (
        f"{row['seed']:>4}  {row['baseline']:.3f} ± {row['baseline_error']:.3f}"
        f" ({row['baseline_greedy']:.3f})   {row['trained']:.3f} ± {row['trained_error']:.3f}"
        f" ({row['trained_greedy']:.3f})   {row['wall_s']:>6.1f} s   "
        f"{'met' if row['met'] else 'NOT met'}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", type=Path, default=SCENARIO)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--json", type=Path, help="where to write the rows")
    parser.add_argument("--runs", type=Path, help="keep the run folders here")
    parser.add_argument(
        "options", nargs="*", help="further options of `rewardlang train`, after --"
    )
    chosen = parser.parse_args()
    with TemporaryDirectory() as scratch:
        runs = chosen.runs or Path(scratch)
        rows = [
            run(chosen.scenario, seed, runs / f"seed-{seed}", chosen.options)
            for seed in chosen.seeds
        ]
    print(f"\n{chosen.scenario.stem}: held-out reward, sampled (greedy)")
    print("seed  before                  after                   wall       target")
    for row in rows:
        print(line(row))
    print(
        f"target: from {BASELINE[0]} to {BASELINE[1]} up to {REACHED} in under {SECONDS} s, "
        "two cores, nothing else running"
    )
    if chosen.json is not None:
        machine = {
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        }
        result = {"machine": machine, "scenario": chosen.scenario.name, "runs": rows}
        chosen.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0 if all(row["met"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
