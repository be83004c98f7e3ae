"""Fixes: put in until nothing changes, and never at the price of a file that does not parse."""

from __future__ import annotations

from pathlib import Path

import pytest
from findings.small import CLOSED, codes, desk

from rewardlang import driver
from rewardlang.data import Overlay
from rewardlang.findings import fixes
from rewardlang.findings.run import Options

OPTIONS = Options(use_cache=False)


def mended(path: Path, *, unsafe: bool = False, options: Options = OPTIONS) -> str:
    found = list(fixes.mend([path], options, unsafe=unsafe))
    return found[0].after if found else path.read_text(encoding="utf-8")


def test_safe_and_unsafe(tmp_path: Path) -> None:
    # Y006 is safe to mend, T104 and Y005 say what was probably meant.
    text = f"""\
expect: {{country: no}}
reward:
  parts:
    - {{id: closed, weight: 1, check: {CLOSED}}}
    - {{id: named, weight: 1, check: expect.country == answer or "opne" == "x"}}
"""
    path = desk(tmp_path, text.replace('closed"', 'clsoed"'))
    safe = mended(path)
    assert 'country: "no"' in safe
    assert "clsoed" in safe
    unsafe = mended(path, unsafe=True)
    assert "clsoed" not in unsafe
    assert 'country: "no"' in unsafe


def test_one_round_after_the_other(tmp_path: Path) -> None:
    text = f"reward:\n  parts:\n    - {{id: closed, wieght: 1, chekc: {CLOSED}}}\n"
    path = desk(tmp_path, text.replace("state", "staet"))
    after = mended(path, unsafe=True)
    path.write_text(after)
    assert codes(path) == [], after


def test_only_what_is_wanted(tmp_path: Path) -> None:
    path = desk(
        tmp_path,
        f"expect: {{a: no}}\nreward:\n  parts:\n    - {{id: a, weight: 1, check: {CLOSED}}}\n",
    )
    assert "a: no" in mended(path, options=Options(ignore=("Y006",), use_cache=False))
    assert 'a: "no"' in mended(path)


def test_nothing_on_disk_changes_until_it_is_written(tmp_path: Path) -> None:
    path = desk(
        tmp_path,
        f"expect:  {{a: no}}\nreward:\n  parts:\n    - {{id: a, weight: 1, check: {CLOSED}}}\n",
    )
    before = path.read_bytes()
    (made,) = fixes.mend([path], OPTIONS, unsafe=False)
    assert path.read_bytes() == before
    assert made.diff.startswith(f"--- a/{path.as_posix()}\n+++ b/")
    assert "-expect:  {a: no}\n" in made.diff
    assert '+expect: {a: "no"}\n' in made.diff, "the layout is mended with it"
    made.write()
    assert list(fixes.mend([path], OPTIONS, unsafe=False)) == []


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_marks_stay(tmp_path: Path, end: str, mark: str) -> None:
    path = desk(
        tmp_path,
        f"expect: {{a: no}}\nreward:\n  parts:\n    - {{id: a, weight: 1, check: {CLOSED}}}\n",
    )
    path.write_bytes((mark + path.read_text().replace("\n", end)).encode())
    (made,) = fixes.mend([path], OPTIONS, unsafe=False)
    made.write()
    raw = path.read_bytes().decode()
    assert raw.startswith(mark)
    assert raw.count("\r\n") == (raw.count("\n") if end == "\r\n" else 0)
    assert '"no"' in raw


def test_a_fix_that_breaks_the_file_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rewardlang.diagnostics import codes as table
    from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label

    path = desk(
        tmp_path,
        f"expect: {{a: no}}\nreward:\n  parts:\n    - {{id: a, weight: 1, check: {CLOSED}}}\n",
    )
    real = driver.check

    def check(name: Path, files: Overlay) -> driver.Checked:
        checked = real(name, files)
        if checked.scenario is None:
            return checked
        span = checked.scenario.parts[0].span
        bad = Diagnostic(table.UNUSED, "m", Label(span), fix=Fix(span, "{[", safe=True))
        return driver.Checked(checked.path, (bad, *checked.diagnostics), checked.scenario)

    monkeypatch.setattr(driver, "check", check)
    after = mended(path)
    assert "{[" not in after
    assert 'a: "no"' in after, "the others are taken all the same"


def test_fixes_that_undo_each_other_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rewardlang.diagnostics import codes as table
    from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label

    path = desk(tmp_path, f"reward:\n  parts:\n    - {{id: a, weight: 1, check: {CLOSED}}}\n")
    real = driver.check

    def check(name: Path, files: Overlay) -> driver.Checked:
        checked = real(name, files)
        assert checked.scenario is not None
        span = checked.scenario.parts[0].weight_span
        assert span is not None
        fix = Fix(span, "2" if span.text == "1" else "1", safe=True)
        found = Diagnostic(table.UNUSED, "m", Label(span), fix=fix)
        return driver.Checked(checked.path, (found,), checked.scenario)

    monkeypatch.setattr(driver, "check", check)
    assert "weight: 2" in mended(path)


def test_a_file_that_cannot_be_read_is_left_to_linting(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe")
    assert (
        list(fixes.mend([tmp_path / "bad.yaml", tmp_path / "none.yaml"], OPTIONS, unsafe=True))
        == []
    )
