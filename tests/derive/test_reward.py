"""Rewards derived from oracles: those of the scenarios that come along, without theirs."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rewardlang import cli, data, driver, model
from rewardlang.cli.derive import command
from rewardlang.derive.insert import stripped
from rewardlang.derive.reward import derived
from rewardlang.judge.bench import Bench
from rewardlang.judge.budget import Budget
from rewardlang.judge.draft import Draft
from rewardlang.judge.oracle import climb, play_oracle
from rewardlang.judge.own_tests import play_tests
from rewardlang.judge.probes import probe
from rewardlang.judge.tasks import choose_tasks
from rewardlang.judge.trace_mutants import mutate_traces

SHIPPED = sorted(path.stem for path in data.scenarios().glob("*.yaml"))


def shipped(name: str, folder: Path) -> Path:
    """A copy of a scenario that comes along."""
    path = folder / f"{name}.yaml"
    path.write_text((data.scenarios() / f"{name}.yaml").read_text())
    return path


def bare(name: str, folder: Path) -> Path:
    """A copy of a scenario without its reward and its tests."""
    path = shipped(name, folder)
    path.write_text(stripped(path.read_text(), "tests", "reward"))
    return path


def run(*arguments: object) -> Result:
    """What the command says and does."""
    return CliRunner().invoke(command, ["reward", *map(str, arguments)], catch_exceptions=False)


def main(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of the whole command line."""
    with pytest.raises(SystemExit) as ended:
        cli.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, said.out, said.err


def typed(path: Path) -> model.Scenario:
    """A scenario of which no lint has anything to say."""
    checked = driver.check(path)
    assert [f"{d.code.id}: {d.message}" for d in checked.diagnostics] == []
    assert checked.scenario is not None
    return checked.scenario


def bench(scenario: model.Scenario, split: str = "train") -> Bench:
    """The scenario, ready to be played."""
    return Bench(scenario, driver.build(scenario), split)


def judged(scenario: model.Scenario) -> Draft:
    """The cheap sections of the judge."""
    draft = Draft(bench(scenario), Budget())
    for section in (choose_tasks, play_oracle, climb, probe, play_tests):
        section(draft)
    return draft


@pytest.mark.parametrize("name", SHIPPED)
def test_another_reward_for_a_shipped_scenario(name: str, tmp_path: Path) -> None:
    path = shipped(name, tmp_path)
    by_hand = typed(path)
    result = run(path, "--replace", "--write")
    assert result.exit_code == 0, result.output
    scenario = typed(path)
    for split in ("train", "eval"):
        playing = bench(scenario, split)
        seeds = playing.tasks(40, 100)
        assert {playing.oracle(seed).reward for seed in seeds} == {1.0}
        assert {playing.play(seed, ()).reward for seed in seeds} == {0.0}
    draft = judged(scenario)
    cheats = ("idle", "claim", "boast", "echo", "prompt", "refused", "invented")
    low = [tried for tried in draft.probes if tried.group in cheats]
    assert low
    assert [(t.name, t.reward) for t in (*draft.probes, *draft.tests) if not t.as_expected] == []
    agrees(by_hand, scenario)


def agrees(by_hand: model.Scenario, scenario: model.Scenario) -> None:
    """The derived reward pays what the one by hand pays well, and little for what that pays little,
    for the oracle changed in every way that the judge knows."""
    draft = judged(by_hand)
    mutate_traces(draft)
    other = bench(scenario)
    pairs = []
    for tried in (*draft.ladder, *draft.probes, *draft.tests, *draft.trace_mutants):
        if tried.group != "frozen":  # its world does not do what the calls say
            again = other.again(tried.played, tried.played.sent, tried.played.answer)
            pairs.append((tried.reward, again.reward, tried.name))
    assert len(pairs) > 200
    assert [pair for pair in pairs if pair[0] <= 0.35 and pair[1] > 0.5] == []
    assert [pair for pair in pairs if pair[0] == 1.0 and pair[1] < 0.9] == []
    assert [pair for pair in pairs if pair[0] == 0.0 and pair[1] > 0.1] == []
    apart = [(a, b) for n, a in enumerate(pairs) for b in pairs[:n] if abs(a[0] - b[0]) > 0.1]
    same = [(a[0] - b[0]) * (a[1] - b[1]) >= 0 for a, b in apart]
    assert sum(same) / len(same) > 0.95


def test_it_is_printed_and_the_file_stays(tmp_path: Path) -> None:
    path = bare("jira_add_labels", tmp_path)
    before = path.read_text()
    result = run(path)
    assert "    - id: nothing_else\n" in result.output
    assert path.read_text() == before


def test_comments_stay(tmp_path: Path) -> None:
    path = bare("jira_add_labels", tmp_path)
    run(path, "--write")
    assert "# The summary must say which issue of the project is meant" in path.read_text()


def test_twice_is_the_same(tmp_path: Path) -> None:
    path = bare("jira_transition_issue", tmp_path)
    first = run(path).output
    run(path, "--write")
    run(path, "--write", "--replace")
    assert run(path, "--replace").output.splitlines()[-40:] == first.splitlines()[-40:]


def test_it_reads_as_if_by_hand(tmp_path: Path) -> None:
    path = shipped("jira_transition_issue", tmp_path)
    text = derived(path, replace=True).text
    lines = text[text.index("\nreward:") : text.index("\noracle:")].splitlines()
    assert max(map(len, lines)) <= 110
    assert [line for line in lines if line.strip().startswith("- id:")] == [
        f"    - id: {name}"
        for name in (
            "nothing_else", "changed_status_stays", "looked_up_transitions", "aimed_transition",
            "asked_transition", "aimed_comment", "asked_body", "changed_status", "created_comment",
            "done", "guessed", "invented", "refused", "repeated", "needless",
        )
    ]  # fmt: skip


def test_what_only_the_old_reward_read_is_left_out(tmp_path: Path) -> None:
    path = shipped("jira_create_issue", tmp_path)
    text = path.read_text()
    for before, after in (
        ("\nlet:\n", "\nlet:\n  spare: 1\n"),
        ("  made: delta", "  seen_once: called myself{ok}\n  made: delta"),
        ("  penalties:\n", "  penalties:\n    - {id: x, when: seen_once, factor: 1}\n"),
    ):
        assert text.count(before) == 1
        text = text.replace(before, after)
    path.write_text(text)
    result = run(path, "--replace", "--write")
    assert result.exit_code == 0
    assert "left out, as nothing else reads them: `goal`, `seen_once`" in result.stderr
    assert "what 3 tests expected of parts is left out" in result.stderr
    after = path.read_text()
    assert "  spare: 1\n" in after  # nothing read it before
    assert "seen_once" not in after


MORE = Path(__file__).parents[1]
"""Scenarios of other tests: what their oracles do is told, and nothing is found in the reward."""


@pytest.mark.parametrize(
    "name",
    [
        "calendar_invite", "deploy_notes", "desk_delete", "jira_comment", "jira_unassign",
        "mail_labels", "shop_recall",
    ],
)  # fmt: skip
def test_other_kinds_of_change(name: str, tmp_path: Path) -> None:
    """A list that grows, a text put together from a response, a row deleted, a comment, a field
    emptied, a list emptied, one row of many."""
    source = MORE / "sound" / f"{name}.yaml"
    for kind in ("apis", "worlds"):
        (tmp_path / kind).symlink_to(MORE / kind)
    path = tmp_path / source.name
    path.write_text(source.read_text())
    assert run(path, "--replace", "--write").exit_code == 0
    draft = judged(typed(path))
    mutate_traces(draft)
    assert {tried.reward for tried in draft.oracle} == {1.0}
    frozen = [tried for tried in draft.trace_mutants if not tried.as_expected]
    assert [(tried.name, tried.reward) for tried in frozen] == []


def test_what_nothing_says_is_told(tmp_path: Path) -> None:
    for kind in ("apis", "worlds"):
        (tmp_path / kind).symlink_to(MORE / kind)
    path = tmp_path / "claims.yaml"
    path.write_text((MORE / "sound/claims_refuse.yaml").read_text())
    result = run(path, "--replace")
    assert "nothing known says what `decideClaim` should change; name it" in result.stderr
    wanted = '  wanted: \'"refused" if above else "approved"\'\n'
    path.write_text(path.read_text().replace("  now: final", wanted + "  now: final"))
    result = run(path, "--replace")
    assert result.stderr == ""
    assert "now?.state == wanted" in result.output


SMALL = """\
rewardlang: 1
scenario: small.task
title: A task
use: [jira]
world: acme
actor: 5b10a0c1
tools: [getIssue, addComment]

params:
  key: one_of(["PAY-51", "PAY-52"])

prompt: Look at {key}.

limits: {calls: 4}

"""
LOOK = 'oracle:\n  - getIssue: {issueIdOrKey: "{key}"}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SMALL, "there is no `oracle:`; write the calls that solve the task"),
        (SMALL + LOOK.replace("{key}", "NO-1"), "`getIssue` is refused, with 404, in the task"),
        (SMALL + "oracle:\n  - answer: Done.\n", "name what it changes, or what it answers, with"),
        (SMALL + LOOK + "reward: {parts: [{id: a, weight: 1, check: 'true'}]}\n", "--replace"),
        (SMALL.replace("one_of", "none_of") + LOOK, "none_of"),
        (SMALL.replace("use: [jira]", "use: [jura]") + LOOK, "jura"),
        (SMALL + LOOK + "unknown: 1\n", "unknown"),
        (SMALL + "oracle: [\n", "Y0"),
        ("{rewardlang: 1, scenario: a.b}", "Y0"),
        ("- 1\n", "Y0"),
        ("", "Y0"),
        ("rewardlang: 1\napi: x\n", "holds an API or a world"),
    ],
)
def test_what_is_said_of_a_file_that_gets_none(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(text)
    status, out, err = main(capsys, "derive", "reward", path)
    assert status in (1, 2), (status, out, err)
    assert said in err, err
    assert path.read_text() == text
    one_line = [line for line in err.splitlines() if line.startswith("error")]
    assert one_line, err


@pytest.mark.parametrize("what", ["absent", "folder", "latin"])
def test_a_file_that_cannot_be_read(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.yaml"
    if what == "folder":
        path.mkdir()
    elif what == "latin":
        path.write_bytes(b"rewardlang: 1\n# caf\xe9\n")
    status, _, err = main(capsys, "derive", "reward", path)
    assert status in (1, 2)
    assert "Traceback" not in err
    assert "error" in err.lower()


def test_a_file_cut_anywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = (data.scenarios() / "jira_get_issue.yaml").read_text()
    path = tmp_path / "cut.yaml"
    for place in range(40, len(whole), len(whole) // 8):
        path.write_text(whole[:place])
        status, out, err = main(capsys, "derive", "reward", path, "--replace")
        assert status in (0, 1, 2), (place, out, err)
        path.write_text(whole[:place] + whole[place + 9 :])
        status, out, err = main(capsys, "derive", "reward", path, "--replace")
        assert status in (0, 1, 2), (place, out, err)
