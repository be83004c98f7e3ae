"""A larger embedded model on all scenarios, on one GPU, in one call of at most eight minutes.

Run: python benchmarks/gpu/train.py OUT [--smoke]

Everything is made from nothing and nothing is fetched: demonstrations, tokenizer, a network of
about 60 million parameters (Qwen3's architecture), warm start, GRPO, and an evaluation on held-out
tasks before and after. OUT gets result.json, and the run's summary, metrics and report. README.md
says what the machine must have. `--smoke` is the same on a CPU with a model of no use, to see that
it runs; its result says so.
"""

from __future__ import annotations

import os

# Before anything is imported that would look for a network.
os.environ["HF_HUB_OFFLINE"] = "1"

import argparse
import json
import shutil
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "runtime")]  # a checkout is enough, nothing is installed

from rewardlang.training.run import train  # noqa: E402  # after the path is set
from rewardlang.training.settings import TinyModel, TrainSettings, WarmStart  # noqa: E402
from rewardlang.training.watch import read_lines  # noqa: E402  # after the path is set

NAMES = (
    "jira_get_issue", "jira_create_issue", "jira_add_labels", "jira_transition_issue",
    "confluence_create_page", "confluence_read_page",
)  # fmt: skip


def settings(scenarios: tuple[str, ...], folder: Path, smoke: bool) -> TrainSettings:
    """What the run is told; about seven minutes on one H100-class GPU are allowed for."""
    if smoke:
        return TrainSettings(
            scenarios,
            output=str(folder),
            device="cpu",
            steps=2,
            prompts=len(scenarios),
            generations=2,
            eval_tasks=len(scenarios),
            max_turn_tokens=32,
            tiny=TinyModel(hidden=64, layers=2, heads=2, context=4096),
            warm_start=WarmStart(clean_steps=20, mixed_steps=5, batch=6),
        )
    return TrainSettings(
        scenarios,
        output=str(folder),
        device="cuda",
        steps=60,
        minutes=3.5,
        prompts=48,
        generations=8,
        accumulation=4,
        eval_tasks=64 * len(scenarios),
        save_every=1000,
        learning_rate=1e-4,
        tiny=TinyModel(hidden=768, layers=8, heads=12, vocabulary=2048, context=4096),
        warm_start=WarmStart(clean_steps=250, mixed_steps=120, batch=36, learning_rate=5e-4),
    )


def result(folder: Path, wall_s: float, smoke: bool) -> dict[str, Any]:
    """What is reported: rewards before and after, tokens per second, where the time went."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    rows = read_lines(folder / "metrics.jsonl")
    seconds = {
        name: round(sum(row["seconds"][name] or 0.0 for row in rows), 2)
        for name in ("step", "rollout", "generate", "reward")
    }
    tokens = sum(row["generated_tokens"] for row in rows)
    return {
        "smoke": smoke,
        "wall_s": round(wall_s, 1),
        "device": summary["device"],
        "parameters": summary["warm_start"]["parameters"],
        "steps": summary["steps"],
        "baseline": summary["baseline"],
        "trained": summary["trained"],
        "phases_s": summary["seconds"],
        "grpo_s": {
            **seconds,
            "learning": round(seconds["step"] - seconds["rollout"], 2),
        },
        "generated_tokens": tokens,
        "generated_tokens_per_s": round(tokens / max(seconds["generate"], 1e-9)),
        "episodes_per_s": round(
            len(rows)
            * summary["settings"]["prompts"]
            * summary["settings"]["generations"]
            / max(seconds["rollout"], 1e-9),
            1,
        ),
        "warm_start": summary["warm_start"],
        "versions": summary["versions"],
        "settings": summary["settings"],
    }


def main() -> int:
    began = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="the folder that gets the results")
    parser.add_argument("--smoke", action="store_true", help="tiny, on a CPU, about a minute")
    parser.add_argument("--scenarios", type=Path, nargs="+", help="other scenario files")
    chosen = parser.parse_args()
    files = chosen.scenarios or [ROOT / "scenarios" / f"{name}.yaml" for name in NAMES]
    chosen.out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "run"
        train(settings(tuple(map(str, files)), folder, chosen.smoke))
        report = result(folder, time.perf_counter() - began, chosen.smoke)
        text = json.dumps(report, indent=2, ensure_ascii=False)
        (chosen.out / "result.json").write_text(text + "\n", encoding="utf-8")
        for name in ("summary.json", "metrics.jsonl", "report.html"):
            shutil.copy(folder / name, chosen.out / name)
    before, after = report["baseline"], report["trained"]
    print(f"{'scenario':<28} before          after")
    for name, score in before["scenarios"].items():
        last = after["scenarios"][name]
        print(f"{name:<28} {score['mean']:.3f} ± {score['standard_error']:.3f}   "
              f"{last['mean']:.3f} ± {last['standard_error']:.3f}")  # fmt: skip
    print(f"{'all':<28} {before['mean']:.3f} ± {before['standard_error']:.3f}   "
          f"{after['mean']:.3f} ± {after['standard_error']:.3f}")  # fmt: skip
    print(f"{report['wall_s']} s; {report['generated_tokens_per_s']} tokens/s generated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
