"""Whole runs of a model so small that they take seconds."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from training.conftest import TRACKER, WIKI, short, silent

from rewardlang.training import steps
from rewardlang.training.evaluate import evaluate_model
from rewardlang.training.run import train
from rewardlang.training.settings import EvalSettings, TrainingError, TrainSettings, WarmStart
from rewardlang.training.watch import before_and_after, read_lines


def metrics(folder: Path) -> list[dict[str, Any]]:
    """The lines of metrics, without the times, which never repeat."""
    rows = read_lines(folder / "metrics.jsonl")
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows]


def transcript(folder: Path, phase: str) -> list[dict[str, Any]]:
    return read_lines(folder / "transcripts" / f"{phase}.jsonl")


def test_the_folder_of_a_run(short_run: Path) -> None:
    assert {path.name for path in short_run.iterdir()} >= {
        "config.json", "start", "transcripts", "metrics.jsonl", "checkpoints", "model",
        "summary.json", "report.html",
    }  # fmt: skip
    rows = read_lines(short_run / "metrics.jsonl")
    assert [row["step"] for row in rows] == [1, 2, 3]
    for row in rows:
        assert 0.0 <= row["reward"] <= 1.0
        assert set(row["parts"]) == {"looked", "space", "parent", "title", "heading", "created"}
        assert row["seconds"]["generate"] > 0
        assert row["generated_tokens"] > 0
        assert row["calls"] > 1
    episodes = transcript(short_run, "training")
    assert len(episodes) == 3 * 2 * 4
    means = [sum(e["reward"] for e in episodes if e["step"] == row["step"]) / 8 for row in rows]
    assert means == pytest.approx([row["reward"] for row in rows], abs=1e-5)


def test_the_summary_of_a_run(short_run: Path) -> None:
    summary = json.loads((short_run / "summary.json").read_text())
    assert summary["status"] == "complete"
    assert summary["steps"] == 3
    for phase in ("baseline", "trained"):
        records = [r for r in transcript(short_run, phase) if r["decoding"] == "sampled"]
        result = summary[phase]
        assert result["tasks"] == len(records) == 4
        assert result["mean"] == pytest.approx(sum(r["reward"] for r in records) / 4, abs=1e-6)
        assert result["standard_error"] >= 0
        assert set(result["parts"]) == set(records[0]["parts"])
        assert result["greedy"]["tasks"] == 4
        assert {r["split"] for r in records} == {"eval"}
        assert [r["seed"] for r in records] == [0, 1, 2, 3]
    assert {"load", "warm_start", "baseline", "grpo", "trained"} <= set(summary["seconds"])
    assert summary["versions"]["trl"]
    assert summary["seeds"] == {"run": 0, "held_out": [0, 4]}
    assert summary["warm_start"]["scenarios"]["wiki.create_page"]["clean_reward"] == 1.0


def test_training_never_sees_held_out_tasks(short_run: Path) -> None:
    def tasks(phase: str) -> set[str]:
        return {json.dumps(r["params"], sort_keys=True) for r in transcript(short_run, phase)}

    assert not tasks("training") & tasks("baseline")
    assert tasks("baseline") == tasks("trained")


def test_the_report_stands_alone(short_run: Path) -> None:
    page = (short_run / "report.html").read_text()
    for text in ("wiki.create_page", "by step", "side by side", "<svg", "createPage"):
        assert text in page
    assert "http" not in page.replace("http://www.w3.org", "")
    assert "<script" not in page


def test_a_seed_repeats_a_run(short_run: Path, tmp_path: Path) -> None:
    train(short(output=str(tmp_path / "again")), silent())
    assert metrics(tmp_path / "again") == metrics(short_run)
    for phase in ("baseline", "training", "trained"):
        assert transcript(tmp_path / "again", phase) == transcript(short_run, phase)


def test_a_run_that_was_interrupted_goes_on_as_if_it_had_not(
    short_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "interrupted"
    log = steps.Steps.on_log

    def press(self: Any, args: Any, state: Any, control: Any, **rest: Any) -> None:
        log(self, args, state, control, **rest)
        if state.global_step == 1:
            os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as pressed:
        pressed.setattr(steps.Steps, "on_log", press)
        stopped = train(short(output=str(folder)), silent())
    assert stopped.status == "interrupted"
    assert stopped.baseline is not None
    assert stopped.trained is None
    done = stopped.steps
    assert 1 <= done < 3
    assert (folder / "checkpoints" / f"checkpoint-{done}").is_dir()
    assert "interrupted" in (folder / "report.html").read_text()
    before_and_after(stopped)

    finished = train(TrainSettings((), resume=str(folder)), silent())
    assert finished.status == "complete"
    assert metrics(folder) == metrics(short_run)
    assert transcript(folder, "trained") == transcript(short_run, "trained")

    again = train(TrainSettings((), resume=str(folder)), silent())
    assert again.to_json()["trained"] == finished.to_json()["trained"]
    assert metrics(folder) == metrics(short_run)


def test_two_scenarios_take_turns(tmp_path: Path) -> None:
    settings = short(output=str(tmp_path), scenarios=(WIKI, TRACKER), steps=1, eval_tasks=3)
    summary = train(settings, silent())
    assert summary.scenarios == ("wiki.create_page", "tracker.finish")
    assert summary.trained is not None
    assert {name: s.tasks for name, s in summary.trained.scenarios.items()} == {
        "wiki.create_page": 2, "tracker.finish": 2,
    }  # fmt: skip
    assert {"wiki.create_page/title", "tracker.finish/moved"} <= set(summary.trained.sampled.parts)
    names = [r["scenario"] for r in transcript(tmp_path, "training")]
    assert names.count("wiki.create_page") == names.count("tracker.finish") == 4
    for record in transcript(tmp_path, "baseline"):
        tools = {call["op"] for call in record["calls"] if call["kind"] != "unknown_tool"}
        assert ("getIssue" in tools or "getTransitions" in tools) <= (
            record["scenario"] == "tracker.finish"
        )
    table = before_and_after(summary)
    assert table.row_count == 4


def test_a_run_can_be_evaluated_again(short_run: Path, tmp_path: Path) -> None:
    measured = evaluate_model(
        EvalSettings((), str(short_run), tasks=4, temperature=0.0, output=str(tmp_path)), silent()
    )
    trained = [r for r in transcript(short_run, "trained") if r["decoding"] == "greedy"]
    assert measured.decoding == "greedy"
    assert measured.total.mean == pytest.approx(sum(r["reward"] for r in trained) / 4, abs=1e-6)
    written = json.loads((tmp_path / "summary.json").read_text())
    assert written["total"]["tasks"] == 4
    assert len(read_lines(tmp_path / "transcripts.jsonl")) == 4
    sampled = evaluate_model(EvalSettings((), str(short_run), tasks=2), silent())
    assert sampled.temperature == 0.8


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"generations": 1}, "at least two"),
        ({"prompts": 3, "generations": 3, "accumulation": 2}, "cannot be shared"),
        ({"device": "cuda"}, "no GPU"),
        ({"vllm": "on"}, "vllm"),
        ({"scenarios": (WIKI, WIKI)}, "both wiki.create_page"),
        ({"model": "/no/such/folder"}, "there is no folder /no/such"),
    ],
)
def test_what_cannot_run_says_why(changes: dict[str, Any], why: str, tmp_path: Path) -> None:
    warm = WarmStart(clean_steps=1, mixed_steps=0, batch=8)
    settings = short(**{"warm_start": warm, "output": str(tmp_path / "run"), **changes})
    with pytest.raises(TrainingError, match=why):
        train(settings, silent())
    assert "model" in changes or not (tmp_path / "run").exists()


def test_a_scenario_with_errors_leaves_no_folder(tmp_path: Path) -> None:
    from rewardlang.driver import CheckFailed

    broken = tmp_path / "broken.yaml"
    broken.write_text("rewardlang: 1\nscenario: x\n")
    with pytest.raises(CheckFailed):
        train(short(scenarios=(str(broken),), output=str(tmp_path / "run")), silent())
    assert not (tmp_path / "run").exists()


def test_a_folder_is_not_written_over(short_run: Path) -> None:
    with pytest.raises(TrainingError, match="holds a run already"):
        train(short(output=str(short_run)), silent())
