"""Every broken scenario of the corpus is caught where it is broken; the sound ones are quiet."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import corpus
import pytest
import yaml

from rewardlang.findings.run import Options, lint

CASES = {case.name: case for case in corpus.cases()}
BROKEN = [name for name, case in CASES.items() if case.code is not None]
SOUND = [name for name, case in CASES.items() if case.code is None]


@pytest.fixture(scope="module")
def told():
    """What the linter says of each, from one run over all of them."""
    return {each.case.name: each for each in corpus.outcomes(list(CASES.values()))}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_caught_and_nothing_else_is_said(name, told):
    assert not list(corpus.misses([told[name]]))


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_is_quiet(name, told):
    assert not list(corpus.misses([told[name]]))


def test_there_is_enough_of_each():
    families = Counter(CASES[name].code[0] for name in BROKEN)
    assert len(BROKEN) >= 80
    assert len(SOUND) >= 40
    assert all(families[family] >= 10 for family in "DSNHEPG"), families


def test_the_page_records_what_is_measured(told):
    page = (corpus.HERE.parent / "docs" / "corpus.md").read_text(encoding="utf-8")
    assert "\n".join(corpus.table(list(told.values()))) in page


# ---- what a file must say of itself ----

HEAD = "# Broken: something.\n"
BODY = "rewardlang: 1\nscenario: a.b\nreward:\n  parts: []\n"


@pytest.mark.parametrize(
    ("folder", "head", "reason"),
    [
        ("H", HEAD, "no `# expect:` line"),
        ("H", HEAD + "# expect: H501 at reward\n", "no `# expect:` line"),
        ("H", HEAD + "# expect: H501 at `# Broken`\n", "no line has"),
        ("H", HEAD + "# expect: D201 at `reward:`\n", "another folder"),
        ("H", HEAD + "# expect: nothing\n# also: H501\n", "nothing besides"),
    ],
)
def test_an_expectation_that_cannot_be_held(folder, head, reason, tmp_path):
    path = tmp_path / folder / "case.yaml"
    path.parent.mkdir()
    path.write_text(head + BODY, encoding="utf-8")
    with pytest.raises(ValueError, match=reason):
        corpus.read(path)


def test_the_place_is_looked_for_below_the_comment(tmp_path):
    path = tmp_path / "H" / "case.yaml"
    path.parent.mkdir()
    path.write_text(
        HEAD + "# expect: H501 at `parts:`\n# also: H502, N405\n" + BODY, encoding="utf-8"
    )
    case = corpus.read(path)
    assert case.place == (path, 7)
    assert case.also == {"H502", "N405"}


def test_figures_count_findings_by_their_own_family():
    cases = corpus.cases("H")
    case = next(case for case in cases if case.code is not None)
    sound = next(case for case in cases if case.code is None)
    found = [corpus.Outcome(case, False, (), ()), corpus.Outcome(sound, False, (), ())]
    figures = corpus.figures(found, "H")
    assert figures["H"] == corpus.Figures(1, 0, 0, 0)
    assert figures["all"].recall == 0
    assert figures["all"].precision == 1


# ---- one mistake in a scenario that comes along ----

ROOT = corpus.HERE.parent
EDITS = yaml.safe_load((corpus.BROKEN / "edits.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def edited(tmp_path_factory):
    """The codes that are reported for each edit; judged is what linting alone does not find."""
    folder, paths = tmp_path_factory.mktemp("edits"), {}
    for number, entry in enumerate(EDITS):
        text = (ROOT / entry["of"]).read_text(encoding="utf-8")
        for before, after in entry["edits"]:
            assert before in text, f"{entry['of']} does not have {before!r}"
            text = text.replace(before, after)
        path = folder / f"{number}.yaml"
        path.write_text(text, encoding="utf-8")
        paths[path.as_posix()] = number
    found = {number: set() for number in paths.values()}
    for static in (True, False):
        left = [Path(p) for p, n in paths.items() if EDITS[n]["expect"] not in found[n]]
        for finding in lint(left, Options(static=static)).findings:
            found[paths[finding.file]].add(finding.diagnostic.code.id)
    return found


@pytest.mark.parametrize("number", range(len(EDITS)), ids=[entry["why"] for entry in EDITS])
def test_a_mistake_in_a_good_scenario(number, edited):
    assert EDITS[number]["expect"] in edited[number]
