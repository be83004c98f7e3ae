"""Which codes are shown, by option and by setting, and settings that mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from findings.small import TWICE, codes, desk, lint

from rewardlang.diagnostics.codes import CODES
from rewardlang.findings.selection import Selection, split, unknown


@pytest.mark.parametrize(
    ("select", "ignore", "id", "wanted"),
    [
        ("", "", "H501", True),
        ("H", "", "H501", True),
        ("H", "", "D206", False),
        ("H5", "H501", "H501", False),
        ("H5", "H501", "H502", True),
        ("H501", "H", "H501", True),
        ("H501", "H", "H502", False),
        ("H501", "H501", "H501", False),
        ("", "H", "H501", False),
        ("H", "", "T101", True),  # without it mended there is no program
        ("H", "Y", "Y001", True),
        ("H", "T", "T109", False),
        ("D,N4", "", "N405", True),
    ],
)
def test_the_longer_prefix_decides(select: str, ignore: str, id: str, wanted: bool) -> None:
    selection = Selection(split([select]), split([ignore]))
    assert selection.wants(CODES[id]) is wanted


@pytest.mark.parametrize(
    ("prefix", "hint"),
    [
        ("H5", None),
        ("H501", None),
        ("h501", "did you mean `H501`?"),
        ("D260", "did you mean `D206`?"),
        ("duplicate-part", "did you mean `D206`?"),
        ("99", "write a code"),
    ],
)
def test_unknown_prefixes(prefix: str, hint: str | None) -> None:
    said = unknown(prefix)
    assert said == hint or (hint is not None and said is not None and said.startswith(hint))


def test_options_come_before_settings(tmp_path: Path) -> None:
    path = desk(tmp_path)
    assert codes(path) == ["D206"]
    (tmp_path / "rewardlang.toml").write_text('[lint]\nignore = ["D2"]\n')
    assert codes(path) == []
    assert codes(path, ignore=("N",)) == ["D206"]
    assert codes(path, select=("N",)) == []


@pytest.mark.parametrize(
    ("glob", "found"),
    [("close.yaml", []), ("*/close.yaml", []), ("desk/*.yaml", []), ("*/open.yaml", ["D206"])],
)
def test_ignores_for_some_files(tmp_path: Path, glob: str, found: list[str]) -> None:
    (tmp_path / "desk").mkdir()
    path = desk(tmp_path / "desk")
    (tmp_path / "pyproject.toml").write_text(
        f'[tool.rewardlang.lint]\nper-file-ignores = {{"{glob}" = ["D206"]}}\n'
    )
    assert codes(path) == found


def test_the_nearest_settings_count(tmp_path: Path) -> None:
    (tmp_path / "rewardlang.toml").write_text('[lint]\nignore = ["D206"]\n')
    (tmp_path / "in").mkdir()
    path = desk(tmp_path / "in")
    assert codes(path) == []
    (tmp_path / "in" / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    assert codes(path) == [], "a pyproject.toml without settings is passed over"
    (tmp_path / "in" / "rewardlang.toml").write_text("[lint]\n")
    assert codes(path) == ["D206"]


@pytest.mark.parametrize(
    ("text", "place", "said", "help"),
    [
        ('[lint]\nselct = ["D"]\n', (2, 1), "no setting `selct`", "did you mean `select`?"),
        ('[lint]\nselect = "D"\n', (2, 1), "`select` is a list of codes", None),
        ('[lint]\nselect = ["D", "X9"]\n', (2, 17), "no code begins with `X9`", None),
        ('[lint]\nignore = ["D260"]\n', (2, 12), "`D260`", "did you mean `D206`?"),
        ('[lint]\nbaseline = 3\n', (2, 1), "`baseline` is the path", None),
        ("[lint]\nstatic = 1\n", (2, 1), "true or false", None),
        ("[lint]\nbudget = {draws = 0}\n", (2, 11), "`draws` is a whole number above 0", None),
        ("[lint.budget]\nsecond = 3\n", (2, 1), "no setting `second`", "did you mean `seconds`?"),
        ('select = ["D"]\n', (1, 1), "no setting `select`", "in the table `[lint]`"),
        ('[lint.per-file-ignores]\n"a.yaml" = ["ZZ"]\n', (2, 14), "no code begins with `ZZ`", None),
        ("[lint\n", (1, 6), "no TOML", None),
        ("lint = 3\n", (1, 1), "`lint` is a table", None),
    ],
)  # fmt: skip
def test_a_setting_that_means_nothing(
    tmp_path: Path, text: str, place: tuple[int, int], said: str, help: str | None
) -> None:
    path = desk(tmp_path, TWICE.replace("done", "again").split("    - {id: again")[0])
    (tmp_path / "rewardlang.toml").write_text(text)
    (found,) = lint(path)
    assert found.diagnostic.code.id == "M907"
    assert found.diagnostic.label.span.begin == place
    assert said in found.diagnostic.message
    assert help is None or help in (found.diagnostic.help or "")


def test_a_budget_is_handed_on(tmp_path: Path) -> None:
    from rewardlang.findings.settings import Finder

    path = desk(tmp_path)
    (tmp_path / "rewardlang.toml").write_text("[lint]\nbudget = {draws = 2, seconds = 5}\n")
    settings = Finder().settings(path)
    assert settings.budget == {"draws": 2, "seconds": 5.0}
    assert not settings.problems


def test_the_budget_s_names_are_the_judge_s() -> None:
    from dataclasses import fields

    from rewardlang.findings.settings import BUDGET
    from rewardlang.judge.budget import Budget

    assert set(BUDGET) <= {field.name for field in fields(Budget)}
