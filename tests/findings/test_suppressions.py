"""Suppression comments: what they cover, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from findings.small import CLOSED, codes, desk, lint
from patience import ends

from rewardlang import driver
from rewardlang.diagnostics.suppress import is_hard
from rewardlang.source import Source
from rewardlang.syntax.comments import comments
from rewardlang.syntax.yaml_events import read_yaml

FIRST = f"    - {{id: closed, weight: 1, check: {CLOSED}}}\n"
SECOND = f"    - {{id: done, weight: 1, check: {CLOSED}}}"


@pytest.mark.parametrize(
    ("above", "beside", "found"),
    [
        ("", "", ["D206"]),
        ("# rewardlang: ignore[D206] why", "", []),
        ("", "  # rewardlang: ignore[D206] why", []),
        ("# rewardlang: ignore[D206] why\n    # and a word more", "", []),
        ("# a word # rewardlang: ignore[D206] why", "", []),
        ("# rewardlang: ignore[D201, D206] why", "", ["M901"]),
        ("# rewardlang: ignore[D201] why", "", ["M901", "D206"]),
        ("# rewardlang: ignore[T101] why", "", ["M901", "D206"]),
        ("# rewardlang: ignore[D206]", "", ["M902"]),
        ("# rewardlang: ignore why", "", ["M902", "D206"]),
        ("# rewardlang: ignore[] why", "", ["M902", "D206"]),
        ("# rewardlang: ignroe[D206] why", "", ["M902", "D206"]),
        ("# rewardlang: ignore[D260] why", "", ["M903", "D206"]),
        ("# rewardlang: ignore[duplicate-part] why", "", ["M903", "D206"]),
        ("# rewardlang: 1", "", ["D206"]),
        ("# rewardlang: rocks", "", ["D206"]),
        ("# rewardlang: ignore-file[D206] why", "", []),
    ],
)
def test_what_a_comment_covers(tmp_path: Path, above: str, beside: str, found: list[str]) -> None:
    above = f"    {above}\n" if above else ""
    path = desk(tmp_path, f"reward:\n  parts:\n{FIRST}{above}{SECOND}{beside}\n")
    assert sorted(codes(path)) == sorted(found)


def test_a_comment_of_another_line_covers_nothing(tmp_path: Path) -> None:
    comment = "  # rewardlang: ignore[D206] why\n"
    path = desk(tmp_path, f"reward:\n  parts:\n{FIRST.rstrip()}{comment}{SECOND}\n")
    assert sorted(codes(path)) == ["D206", "M901"]


def test_a_value_of_several_lines_is_covered_whole(tmp_path: Path) -> None:
    tall = """\
reward:
  parts:
    - id: closed
      weight: 1
      # rewardlang: ignore[D201] it is here to be told so
      check: >-
        final.tickets[params.id]?.state == "closed"
        and count(any) >= 0
"""
    assert codes(desk(tmp_path, tall)) == []
    assert codes(desk(tmp_path, tall.replace("D201", "D202"))) == ["M901", "D201"]


def test_a_suppressed_error_lets_the_scenario_be_compiled(tmp_path: Path) -> None:
    text = f"""\
reward:
  parts:
    - {{id: closed, weight: 1, check: {CLOSED}}}
    - {{id: any, weight: 1, check: count(any) >= 0}}
"""
    assert driver.check(desk(tmp_path, text)).scenario is None
    calm = text.replace(">= 0}", ">= 0}  # rewardlang: ignore[D201] for the test")
    checked = driver.check(desk(tmp_path, calm))
    assert checked.ok
    assert checked.scenario is not None


@pytest.mark.parametrize("code", ["T101", "Y001", "N401", "D209"])
def test_no_program_no_suppression(tmp_path: Path, code: str) -> None:
    broken = {
        "T101": "check: nothing == 1", "Y001": "check: 1 ==", "N401": "score: count(any) * 1.0",
        "D209": "check: true == false",
    }[code]  # fmt: skip
    weight = -1 if code == "D209" else 1
    line = f"    - {{id: closed, weight: {weight}, {broken}}}"
    path = desk(tmp_path, f"reward:\n  parts:\n{line}  # rewardlang: ignore[{code}] please\n")
    assert code in codes(path)


def test_in_an_api_and_unused_there_is_not_told(tmp_path: Path) -> None:
    path = desk(tmp_path)
    api = tmp_path / "apis" / "desk.yaml"
    api.write_text("# rewardlang: ignore-file[D206] not of this file\n" + api.read_text())
    assert codes(path) == ["D206"], "it speaks of findings in its own file"
    assert codes(path, api) == ["D206"]


def test_the_compiler_s_own_errors_are_those_that_no_lint_reports() -> None:
    from rewardlang import lint as lints
    from rewardlang.diagnostics.codes import CODES
    from rewardlang.findings.judged import rules

    reported = {code.id for found, _ in lints.LINTS for code in found} | set(rules())
    hard = {code.id for code in CODES.values() if is_hard(code)}
    # These two are lints, and without them a reward may leave [0, 1].
    assert hard & reported <= {"N401", "D209"}


def test_comments_are_not_in_values() -> None:
    text = (
        '# one\na: "x # no"  # two\nb: |  # three\n  x # no\n  # no\n# four\n'
        "c: 'it''s # no' # five\nd: [a, # six\n  'b # no']\ne: x#no\nf: >-\n  # no\n  x\n# seven\n"
    )
    source = Source("f.yaml", text)
    root = read_yaml(source, [])
    assert root is not None
    found = [comment.span.text for comment in comments(source, root)]
    assert found == [f"# {n}" for n in ["one", "two", "three", "four", "five", "six", "seven"]]


def test_what_is_unused_can_be_taken_out(tmp_path: Path) -> None:
    from rewardlang.findings import fixes, run

    text = f"reward:\n  parts:\n    # rewardlang: ignore[D201] why\n{FIRST}"
    path = desk(tmp_path, text + "  # rewardlang: ignore[D202] why\n")
    found = [f.diagnostic.fix for f in lint(path)]
    assert all(fix is not None and fix.safe for fix in found)
    (mended,) = fixes.mend([path], run.Options(use_cache=False), unsafe=False)
    assert "ignore" not in mended.after
    assert mended.after == desk(tmp_path, f"reward:\n  parts:\n{FIRST}").read_text()


@pytest.mark.parametrize("line", ["# rewardlang: ignore[D201] x\n", "# rewardlang: ignore\n"])
def test_many_suppressions_are_cut_short_aloud(tmp_path: Path, line: str) -> None:
    path = desk(tmp_path, f"reward:\n  parts:\n{line * 20_000}{FIRST}")
    with ends():
        found = lint(path)
    assert len(found) <= 501
    assert any("may name 500 codes" in each.diagnostic.message for each in found)
