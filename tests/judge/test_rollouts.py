"""What the rollouts of a run say of its reward, and what is said of files that hold none."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from rewardlang import cli, driver
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.findings import run
from rewardlang.findings.trained import Trained
from rewardlang.judge import rollouts
from rewardlang.judge.rollouts import BadRollouts, read
from rewardlang.judge.rollouts_rules import Run, strictest, watch
from rewardlang.training.rollouts import Rollout, Scorer, Where
from rewardlang.training.watch import training_records, write_lines
from rewardlang_runtime import Scenario
from rewardlang_runtime.traces import parse_traces, score_trace

BASE = Path(__file__).parents[1] / "diagnostics" / "base"
READ = "called getTicket{ok, args.id == params.id}"
CLOSED = 'final.tickets[params.id]?.state == "closed"'
REWARD = f"""\
reward:
  parts:
    - {{id: read, weight: 2, check: '{READ}'}}
    - {{id: closed, weight: 1, check: '{CLOSED}'}}
    - {{id: both, weight: 1, check: '{READ} and {CLOSED}'}}
"""
Policy = Callable[[Rollout], str]
"""Makes calls and gives the answer."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario with a step on the way, the aim, and the check that asks for both."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    text = (BASE / "close.yaml").read_text(encoding="utf-8")
    head, _, rest = text.partition("reward:\n")
    path = folder / "close.yaml"
    path.write_text(head + REWARD + rest[rest.index("oracle:") :], encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def compiled(path: Path) -> Scenario:
    return driver.load(path)


def line(
    reward: float, *parts: float, step: int | None = 1, seed: int = 0, **more: Any
) -> dict[str, Any]:
    """A rollout as far as it counts; parts are read, closed and both."""
    scores = dict(zip(("read", "closed", "both"), parts, strict=True))
    numbered = {} if step is None else {"step": step}
    return {"scenario": "desk.close", **numbered, "seed": seed, "reward": reward,
            "parts": scores, **more}  # fmt: skip


NOTHING, LOOKED, EARLY, ALL = (0, 0, 0, 0), (0.5, 1, 0, 0), (0.25, 0, 1, 0), (1, 1, 1, 1)
Kind = tuple[float, ...]


def steps(*groups: Sequence[Kind], tasks: int = 8) -> list[dict[str, Any]]:
    """A step for each group, in which as many tasks have such a group."""
    return [
        line(*kind, step=step, seed=seed)
        for step, group in enumerate(groups, 1)
        for seed in range(tasks)
        for kind in group
    ]


def held_out(phase: str, *kinds: Kind, decoding: str = "sampled") -> list[dict[str, Any]]:
    """An evaluation on forty tasks, the kinds in turns."""
    return [
        line(*kinds[seed % len(kinds)], step=None, seed=seed, split="eval", phase=phase,
             decoding=decoding)
        for seed in range(40)
    ]  # fmt: skip


def judged(path: Path, folder: Path, rows: Sequence[dict[str, Any]]) -> list[Diagnostic]:
    """What is said of the rollouts, in a run folder with files as training writes them."""
    (folder / "transcripts").mkdir(exist_ok=True)
    for phase in rollouts.PHASES:
        mine = [row for row in rows if row.get("phase", "training") == phase]
        write_lines(folder / "transcripts" / f"{phase}.jsonl", mine)
    return list(Trained(folder).findings([path])[path].diagnostics)


def codes(found: Sequence[Diagnostic]) -> list[str]:
    return [each.code.id for each in found]


MIXED = (NOTHING, LOOKED, EARLY, ALL)
BETTER = (LOOKED, EARLY, ALL, ALL)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(steps(MIXED, BETTER, BETTER), [], id="a run that learns"),
        pytest.param(steps(MIXED, BETTER, *[(ALL, ALL)] * 30), [], id="a run that has learned"),
        pytest.param(
            steps(MIXED, *[(LOOKED, LOOKED), (EARLY, EARLY)] * 5), ["G806"], id="no spread"
        ),
        pytest.param(
            steps(MIXED, *[(LOOKED, LOOKED), (EARLY, EARLY)] * 2), [], id="spread in one of five"
        ),
        pytest.param(steps(*[(ALL, ALL, ALL, ALL, ALL)] * 2), ["G806", "G807", *["G808"] * 3],
                     id="saturated"),
        pytest.param(steps(*[(NOTHING, NOTHING)] * 4), ["G806", "G807"], id="hopeless"),
        pytest.param(
            steps(MIXED, MIXED, (NOTHING, NOTHING), (NOTHING, NOTHING)), ["G807"], id="collapsed"
        ),
        pytest.param(steps((NOTHING, LOOKED), (LOOKED, ALL)), ["G808"], id="closed with both"),
        pytest.param(steps((NOTHING, EARLY), (EARLY, EARLY, NOTHING)), ["G808"] * 2, id="unread"),
        pytest.param(
            steps((NOTHING, NOTHING, ALL, EARLY), (LOOKED, LOOKED, LOOKED, EARLY)), ["G809"],
            id="paid for looking",
        ),
        pytest.param(
            [*steps(MIXED, BETTER), *held_out("baseline", *MIXED),
             *held_out("trained", NOTHING, LOOKED)],
            ["G809"], id="worse on held-out tasks",
        ),
        pytest.param(
            [*steps(MIXED, BETTER), *held_out("baseline", *MIXED), *held_out("trained", *BETTER),
             *held_out("baseline", ALL, decoding="greedy"),
             *held_out("trained", *MIXED, decoding="greedy")],
            ["G809"], id="worse on held-out tasks, greedy",
        ),
        pytest.param(
            [*steps(BETTER, MIXED), *held_out("baseline", *BETTER), *held_out("trained", *MIXED)],
            [], id="everything falls",
        ),
        pytest.param(
            [*steps(MIXED, BETTER), *held_out("baseline", *MIXED)], [], id="not yet evaluated"
        ),
        pytest.param([*steps(*[(ALL, ALL)] * 10), line(*NOTHING, step=10)], ["G806", "G807"],
                     id="one odd rollout, in which all parts are lost together"),
        pytest.param(steps(MIXED, tasks=4), ["M904"], id="too few rollouts"),
        pytest.param(steps(MIXED), ["M904"], id="too few groups"),
        pytest.param(
            [line(*kind, step=None, seed=seed) for seed in range(20) for kind in MIXED], [],
            id="no steps",
        ),
        pytest.param(
            [line(*MIXED[seed % 4], seed=seed) for seed in range(40)], ["M904"], id="no groups"
        ),
    ],
)  # fmt: skip
def test_findings(
    path: Path, tmp_path: Path, rows: list[dict[str, Any]], expected: list[str]
) -> None:
    found = judged(path, tmp_path, rows)
    assert codes(found) == expected, [each.message for each in found]


def test_what_is_said(path: Path, tmp_path: Path) -> None:
    rows = [*steps(MIXED, BETTER), *held_out("baseline", *MIXED), *held_out("trained", LOOKED)]
    (found,) = judged(path, tmp_path, rows)
    assert found.message == (
        "the training reward rises from 0.44 to 0.69, while the share of full rewards of held-out "
        "tasks falls from 0.25 to 0.00"
    )
    assert found.label.text == "on 40 held-out tasks, sampled"
    (found,) = judged(path, tmp_path, steps((NOTHING, LOOKED), (LOOKED, ALL)))
    assert found.message == (
        "`both` and `closed` go together in 32 rollouts, with a correlation of 1.000"
    )
    assert found.label.span.text.startswith("{id: both")
    assert [other.span.text[:11] for other in found.others] == ["{id: closed"]


def test_the_check_that_asks_for_everything(path: Path, tmp_path: Path) -> None:
    def of(*groups: Sequence[Kind]) -> str | None:
        mine = read(written(tmp_path, steps(*groups)))["desk.close"]
        part = strictest(Run(driver.judgeable_of(path), mine, mine.groups()))
        return None if part is None else part.id

    assert of(MIXED, BETTER) == "both"
    assert of(((0.75, 1, 1, 0), NOTHING), (EARLY, LOOKED)) is None
    assert of((NOTHING, EARLY), (EARLY, EARLY)) is None


def test_rollouts_of_another_reward(path: Path, tmp_path: Path) -> None:
    rows = [{**row, "parts": {"read": 1, "shut": 0}} for row in steps(MIXED, BETTER)]
    (found,) = judged(path, tmp_path, rows)
    assert found.code.id == "M904"
    assert "`read`, `shut`" in found.message


def written(folder: Path, rows: Sequence[dict[str, Any]], name: str = "rollouts.jsonl") -> Path:
    path = folder / name
    write_lines(path, rows)
    return path


# ---- as training writes them ----


def close_unread(rollout: Rollout) -> str:
    rollout.call("closeTicket", {"id": rollout._env.params["id"]})
    return "Closed."


def look(rollout: Rollout) -> str:
    rollout.call("getTicket", {"id": rollout._env.params["id"]})
    return "Seen."


def work(rollout: Rollout) -> str:
    look(rollout)
    return close_unread(rollout)


def idle(rollout: Rollout) -> str:
    return "Done."


def episodes(scorer: Scorer, scenario: Scenario, plan: Sequence[tuple[str, int, Policy]]) -> Any:
    """Records of episodes, made as the trainer makes them."""
    done = []
    for split, seed, policy in plan:
        rollout = Rollout(scenario)
        rollout.reset(json.dumps([split, seed]))
        done.append((rollout, [{"role": "assistant", "content": policy(rollout)}]))
    scorer([messages for _, messages in done], [rollout for rollout, _ in done])
    return scorer.take()


@pytest.fixture(scope="module")
def hacked(compiled: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that learned to look and to leave it at that."""
    folder = tmp_path_factory.mktemp("runs") / "hacked"
    (folder / "transcripts").mkdir(parents=True)
    scorer = Scorer()
    for phase, policy in (("baseline", work), ("trained", look)):
        records: list[dict[str, Any]] = []
        for decoding in ("sampled", "greedy"):
            scorer.where = Where(phase, decoding)
            records += episodes(scorer, compiled, [("eval", s, policy) for s in range(20)])
        write_lines(folder / "transcripts" / f"{phase}.jsonl", records)
    scorer.where = Where("training", "sampled")
    for step in range(1, 9):
        group = (idle, idle, work, close_unread) if step <= 4 else (look, look, look, idle)
        plan = [("train", seed, policy) for seed in range(4) for policy in group]
        rows = training_records(episodes(scorer, compiled, plan), step)
        write_lines(folder / "transcripts" / "training.jsonl", rows, append=True)
    return folder


def test_a_folder_as_training_writes_it(hacked: Path, path: Path) -> None:
    """Holds the reader against the writer of the run folder."""
    mine = read(hacked)["desk.close"]
    assert mine.names == ("read", "closed", "both")
    assert set(mine.held_out) == {(p, d) for p in ("baseline", "trained")
                                  for d in ("sampled", "greedy")}  # fmt: skip
    assert mine.held_out["trained", "greedy"][0].mean == pytest.approx(0.5)
    assert mine.parts.count == 80 + 8 * 16
    # Two tasks, in which four seeds fall together where their prompts are the same.
    groups = mine.groups()
    assert sum(group.count for group in groups) == 8 * 16
    assert [group.step for group in groups] == sorted(group.step or 0 for group in groups)
    found = [
        each
        for each in watch(driver.judgeable_of(path), mine).diagnostics
        if each.code.id == "G809"
    ]
    assert [each.message for each in found] == [
        "the training reward rises from 0.31 to 0.38, while the reward of held-out tasks falls "
        "from 1.00 to 0.50"
    ]


def test_the_trace_of_a_finding_plays_again(
    hacked: Path, path: Path, compiled: Scenario, tmp_path: Path
) -> None:
    (found,) = [
        d for d in Trained(hacked).findings([path])[path].diagnostics if d.code.id == "G809"
    ]
    (evidence,) = found.evidence
    (trace,) = parse_traces([json.dumps(evidence.line)])
    verdict = score_trace(compiled, trace)
    assert verdict.detail is not None
    assert verdict.detail.reward == evidence.line["reward"] == 0.5


# ---- what holds none ----

GOOD = b'{"seed": 0, "reward": 0.5, "parts": {"closed": 1}}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "holds no rollouts"),
        (b"\n\n", "holds no rollouts"),
        (GOOD + b"{nonsense}\n", "line 2: no JSON"),
        (b"\xff\xfe\n", "line 1: no JSON"),
        (b"[1]\n", "line 1: a rollout is an object"),
        (b'{"seed": 0, "parts": {"closed": 1}}\n', "`reward` is missing; `rewardlang train` and"),
        (b'{"seed": 0, "reward": 0.5}\n', "`parts` is missing"),
        (b'{"seed": 0, "reward": 0.5, "parts": {}}\n', "`parts` is missing"),
        (b'{"seed": 0, "reward": 2, "parts": {"closed": 1}}\n', "`reward` is a number from 0 to 1"),
        (b'{"seed": 0, "reward": 1, "parts": {"closed": true}}\n', "`parts.closed` is a number"),
        (b'{"seed": 0, "reward": 1, "parts": {"closed": null}}\n', "`parts.closed` is a number"),
        (b'{"seed": "0", "reward": 1, "parts": {"closed": 1}}\n', "`seed` is a whole number"),
        (b'{"step": 1.5, "seed": 0, "reward": 1, "parts": {"a": 1}}\n', "`step` is a whole"),
        (b'{"reward": 1, "parts": {"closed": 1}}\n', "`seed` or `params` must say"),
        (GOOD + GOOD.replace(b"closed", b"shut"), "line 2: the parts `shut` are others"),
        (b'{"params": {"a": ' + b"[" * 500 + b"]" * 500 + b'}, "reward": 1, "parts": {"a": 1}}\n',
         "line 1: `params`: Recursion"),
    ],
)  # fmt: skip
def test_broken_lines(text: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "rollouts.jsonl"
    path.write_bytes(text)
    with pytest.raises(BadRollouts) as error:
        read(path)
    assert said in str(error.value)


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "rollouts.jsonl"
    path.write_bytes(GOOD * 3 + GOOD[:20])
    assert read(path)[None].parts.count == 3


def test_a_line_without_end_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollouts, "_LONGEST", 1000)
    path = tmp_path / "rollouts.jsonl"
    path.write_bytes(GOOD + b"x" * 5000)
    with pytest.raises(BadRollouts, match="is no episode"):
        read(path)


@pytest.mark.parametrize("make", ["nothing", "empty folder", "pipe"])
def test_no_such_run(make: str, tmp_path: Path) -> None:
    path = tmp_path / "run"
    if make == "empty folder":
        path.mkdir()
    elif make == "pipe":
        os.mkfifo(path)
    with pytest.raises(BadRollouts, match=r"there is no|no run folder|is no file"):
        Trained(path)


def test_rollouts_of_other_scenarios(path: Path, tmp_path: Path) -> None:
    other = [{**row, "scenario": "desk.open"} for row in steps(MIXED, BETTER)]
    with pytest.raises(BadRollouts, match=r"rollouts of `desk[.]open`, and of no scenario"):
        Trained(written(tmp_path, other)).findings([path])
    both = written(tmp_path, [*other, *steps((NOTHING, NOTHING), (NOTHING, NOTHING))])
    assert codes(Trained(both).findings([path])[path].diagnostics) == ["G806", "G807"]
    nameless = [{k: v for k, v in row.items() if k != "scenario"} for row in other]
    trained = Trained(written(tmp_path, nameless))
    assert trained.findings([path])[path].diagnostics == ()
    with pytest.raises(BadRollouts, match="lint one file alone"):
        trained.findings([path, path])
    assert trained.findings([]) == {}


def test_a_run_of_the_linter(path: Path, tmp_path: Path) -> None:
    """They are found with the others, and a comment silences them."""
    rows = written(tmp_path, steps((NOTHING, NOTHING), (NOTHING, NOTHING)))

    def found() -> set[str]:
        options = run.Options(select=("G",), static=True, use_cache=False, rollouts=rows)
        return {each.diagnostic.code.id for each in run.lint([path], options).findings}

    assert found() == {"G806", "G807"}
    text = path.read_text(encoding="utf-8")
    reason = "    # rewardlang: ignore[G806, G807] -- a first try\n"
    try:
        path.write_text(text.replace("    - {id: read", reason + "    - {id: read"))
        assert found() == set()
    finally:
        path.write_text(text)


@pytest.mark.parametrize(
    ("groups", "unused"),
    [
        ((MIXED,) * 3, {"G806", "G808", "G809"}),
        (((NOTHING, NOTHING),) * 4, {"G808", "G809"}),
        ((MIXED * 2,), {"G808"}),
        (None, set()),
    ],
)  # fmt: skip
def test_a_suppression_that_no_rollout_needs(
    groups: Sequence[Sequence[Kind]] | None, unused: set[str], path: Path, tmp_path: Path
) -> None:
    """It is unused when there are rollouts, enough of them to decide."""
    folder = tmp_path / "desk"
    shutil.copytree(path.parent, folder)
    mine = folder / "close.yaml"
    reason = "    # rewardlang: ignore[G806, G808, G809] -- a first try\n"
    text = mine.read_text(encoding="utf-8")
    mine.write_text(text.replace("    - {id: read", reason + "    - {id: read"))
    rows = None if groups is None else written(tmp_path, steps(*groups))
    options = run.Options(select=("M901",), static=True, use_cache=False, rollouts=rows)
    said = [each.diagnostic.message for each in run.lint([mine], options).findings]
    assert {message[1:5] for message in said} == unused


def test_the_command(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def lint(rollouts: str) -> tuple[Any, str, str]:
        with pytest.raises(SystemExit) as exit:
            cli.main(["lint", "--static", "--no-cache", "--select", "G", str(path),
                      "--rollouts", rollouts])  # fmt: skip
        return (exit.value.code, *capsys.readouterr())

    status, _, said = lint("runs/none")
    assert status == 2
    assert "--rollouts: there is no runs/none; give a run folder" in said
    written(tmp_path, steps((NOTHING, NOTHING), (NOTHING, NOTHING)))
    status, out, _ = lint("rollouts.jsonl")
    assert status == 1
    assert "warning[G806]" in out
    assert "warning[G807]" in out
