"""Reports: every section, every number as the judgement has it, nothing that a file can break."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from judge.desk import variant
from report.pages import read

from rewardlang.judge.files import judge_file
from rewardlang.judge.judgement import Judgement
from rewardlang.report import kinds
from rewardlang.report.facts import Facts
from rewardlang.report.gather import gather
from rewardlang.report.html import page
from rewardlang.report.signal import flat_share
from rewardlang.report.verdict import number

ROOT = Path(__file__).parents[2]
SATURATED = ROOT / "examples" / "saturated_transition.yaml"
HEADINGS = [
    "The task",
    "What earns what",
    "The ladder from 0 to 1",
    "Probes",
    "Changed traces",
    "Changes of the reward itself",
    "What can be reached",
    "Signal for GRPO",
    "What was not decided",
    "Findings",
    "Reviewed",
]
WEAK = """\
reward:
  parts:
    - {id: looked, weight: 1, check: read}
    - {id: closed, weight: 3, check: 'final.tickets[params.id]?.state == "closed"'}
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return variant(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def judgement(base: Path) -> Judgement:
    return judge_file(base)


@pytest.fixture(scope="module")
def facts(base: Path) -> Facts:
    return gather(base)


def test_every_section_is_there_and_nothing_is_loaded(facts: Facts) -> None:
    shown = read(page(facts))
    assert [h for h in shown.headings if h in HEADINGS] == HEADINGS
    assert all(shown.text[heading].strip() for heading in HEADINGS)
    assert facts.verdict in shown.text[""]
    used = {tag for tag, _ in shown.elements}
    assert not used & {"script", "img", "link", "iframe", "object", "form", "a"}
    names = {name for _, attributes in shown.elements for name in attributes}
    assert not any(name in ("src", "href", "style") or name.startswith("on") for name in names)
    assert "url(" not in page(facts)
    assert "@import" not in page(facts)


def test_what_earns_what(facts: Facts) -> None:
    shown = read(page(facts))
    closed = shown.row("What earns what", "closed")
    lines = (Path(facts.path)).read_text().splitlines()
    line = 1 + next(i for i, text in enumerate(lines) if "{id: closed" in text)
    assert f"part, line {line}" in closed[0]
    assert "38%" in closed[1]  # 3 of 8
    assert 'now?.state == "closed" and fold(now?.note ?? "") == fold(params.note)' in closed[2]
    assert "else at most 0.2" in shown.row("What earns what", "nothing_else")[1]
    assert sum(item.share or 0 for item in facts.items) == pytest.approx(1)
    assert [let.id for let in facts.lets] == ["ticket", "now", "others", "read"]
    assert [draw.seed for draw in facts.task.draws] == [0, 1, 2]
    for draw in facts.task.draws:
        assert draw.params["id"] in draw.prompt
        assert draw.prompt in shown.text["The task"]


def test_the_ladder(facts: Facts, judgement: Judgement) -> None:
    assert [rung.reward for rung in facts.ladder] == [each.reward for each in judgement.ladder]
    shown = read(page(facts)).rows["The ladder from 0 to 1"][1:]
    assert [row[1] for row in shown] == [number(each.reward) for each in judgement.ladder]
    assert [row[0] for row in shown] == ["nothing", "1. getTicket", "2. closeTicket", "the answer"]
    assert facts.ladder[1].moved == ("part `looked` 0 to 1",)
    assert sum(rung.rise for rung in facts.ladder) == pytest.approx(1)


def test_every_probe_is_there(facts: Facts, judgement: Judgement) -> None:
    shown = [o for family in facts.probes for group in family.groups for o in group.outcomes]
    assert sorted(map(repr, shown)) == sorted(map(repr, judgement.probes))
    idle = read(page(facts)).row("Probes", "nothing at all")
    assert idle[1:4] == ["0.00"] * 3
    for family in facts.probes:
        for group in family.groups:
            for seed, seen in zip(facts.seeds, group.by_seed, strict=True):
                mine = [o.reward for o in group.outcomes if o.seed == seed]
                assert seen is not None
                assert (seen.low, seen.high, seen.count) == (min(mine), max(mine), len(mine))


def test_mutants_and_search(facts: Facts, judgement: Judgement) -> None:
    played = sum(group.rewards.count for group in facts.trace_mutants)
    assert played == len(judgement.trace_mutants)
    found = facts.reward_mutants
    assert found.score == judgement.mutation_score
    assert found.told_apart + len(found.survivors) + len(found.equivalents) == len(
        judgement.reward_mutants
    )
    html = page(facts)
    for each in judgement.searched:
        assert f"{each.states:,} states, {each.expansions:,} expansions" in html
    assert facts.levels == judgement.levels
    strip = html[html.index('class="strip"') :].split("</svg>")[0]
    assert strip.count("<rect") == len(judgement.levels)


def test_every_probe_and_mutant_has_words() -> None:
    known = {*kinds.CHEATS, *kinds.WRONG, *kinds.BLIND, *kinds.HONEST, *kinds.MUTANTS}
    for path in (SATURATED, ROOT / "scenarios" / "jira_get_issue.yaml"):
        judged = judge_file(path)
        assert {o.group for o in (*judged.probes, *judged.trace_mutants)} <= known


def test_a_saturated_reward() -> None:
    facts = gather(SATURATED)
    assert not facts.sound
    saturated = next(found for found in facts.findings if found.code == "G807")
    shown = read(page(facts))
    assert saturated.evidence
    assert saturated.message in shown.text["Findings"].replace("`", "")
    assert shown.row("Probes", "the oracle of another task")[-1] == "6 of 6 not"
    assert shown.count("p", "bad") == 1  # the verdict
    assert {o.as_expected for o in facts.worst} == {False}
    assert len({o.group for o in facts.worst[:4]}) == 4


def test_what_nothing_pins(tmp_path: Path) -> None:
    facts = gather(variant(tmp_path, WEAK))
    survivors = facts.reward_mutants.survivors
    shown = read(page(facts)).text["Changes of the reward itself"]
    assert (facts.reward_mutants.score or 0) < 1 or not survivors
    for each in survivors:
        assert each.pin.replace("`", "") in shown
        assert f"{each.path}:{each.line}" in shown
    assert facts.verdict != "No findings."


def test_what_is_silenced_is_said(tmp_path: Path) -> None:
    path = variant(tmp_path, WEAK)
    loud = gather(path)
    codes = sorted({found.code for found in loud.findings if found.level != "note"})
    assert codes
    text = path.read_text(encoding="utf-8")
    path.write_text(f"# rewardlang: ignore-file[{', '.join(codes)}] for a test\n{text}")
    quiet = gather(path)
    assert not quiet.sound
    assert {gone.code for gone in quiet.silenced} == set(codes)
    assert "silenced" in quiet.verdict
    assert "for a test" in read(page(quiet)).text["Findings"]


def test_a_search_cut_short_is_not_decided(tmp_path: Path) -> None:
    path = variant(tmp_path)
    assert gather(path).left_open == ()
    (tmp_path / "rewardlang.toml").write_text("[lint]\nbudget = {expansions = 200}\n")
    facts = gather(path)
    assert any(what == "search" for what, _, _ in facts.left_open)
    assert "cut short" in read(page(facts)).text["What was not decided"]


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    evil = "</pre></td><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;`<b>`"
    quoted = json.dumps(evil)
    path = variant(
        tmp_path,
        f"title: {quoted}\n",
        f"system: {quoted}\n",
        f"tests: [{{name: {quoted}, calls: [], answer: {quoted}, reward: 0}}]\n",
    )
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Fixed on site", evil.replace("'", "")), encoding="utf-8")
    facts = gather(path)
    shown = read(page(facts))
    assert not {tag for tag, _ in shown.elements} & {"script", "img"}
    assert "Fixed on site" not in page(facts)
    assert evil in shown.text[""]
    assert evil in shown.text["The task"]
    assert "<script>alert(1)</script>" in shown.text["Tests of the file"]


def test_no_character_hides_or_reorders(tmp_path: Path) -> None:
    path = variant(tmp_path, 'title: "pays \\u202e0.5\\u200b \\x07"\n')
    assert "pays \ufffd0.5\ufffd \ufffd" in read(page(gather(path))).text[""]


@pytest.mark.parametrize(("rate", "size"), [(0.05, 4), (0.5, 4), (0.8, 8)])
def test_the_share_of_flat_groups(rate: float, size: int) -> None:
    groups = product((True, False), repeat=size)
    flat = (group for group in groups if len(set(group)) == 1)
    chance = sum(rate ** sum(g) * (1 - rate) ** (size - sum(g)) for g in flat)
    assert flat_share(rate, size) == pytest.approx(chance)
    # With failures of two kinds, groups are flat less often.
    shares = (rate, 0.7 * (1 - rate), 0.3 * (1 - rate))
    assert sum(share**size for share in shares) < flat_share(rate, size)
