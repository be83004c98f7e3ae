"""What the rollouts of a run say of its reward, and what is said of files that hold none."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from judge.rollout_lines import (
    ALL,
    BETTER,
    EARLY,
    LOOKED,
    MIXED,
    NOTHING,
    Kind,
    codes,
    held_out,
    line,
    paid_twice,
    steps,
    written,
)

from rewardlang import driver
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.findings.trained import Trained
from rewardlang.judge import rollouts
from rewardlang.judge.rollouts import BadRollouts, read
from rewardlang.judge.rollouts_rules import Run, strictest
from rewardlang.training.watch import write_lines


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return paid_twice(tmp_path_factory.mktemp("desk"))


def judged(path: Path, folder: Path, rows: Sequence[dict[str, Any]]) -> list[Diagnostic]:
    """What is said of the rollouts, in a run folder with files as training writes them."""
    (folder / "transcripts").mkdir(exist_ok=True)
    for phase in rollouts.PHASES:
        mine = [row for row in rows if row.get("phase", "training") == phase]
        write_lines(folder / "transcripts" / f"{phase}.jsonl", mine)
    return list(Trained(folder).findings([path])[path].diagnostics)


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
