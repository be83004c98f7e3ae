"""Shipped files, spoiled at random: diagnostics, soon, and never a traceback."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from patience import ends

from rewardlang import driver, model, policies
from rewardlang.diagnostics.formats import to_json
from rewardlang.diagnostics.render import render
from rewardlang_runtime import Environment, ScenarioFault

ROOT = Path(__file__).parents[2] / "scenarios"
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in ROOT.rglob("*.yaml")
    if ".conform" not in path.suffixes
)
USER = {"apis/confluence.yaml": "confluence_read_page.yaml",
        "worlds/acme_wiki.yaml": "confluence_read_page.yaml"}  # fmt: skip
EXAMPLES = int(os.environ.get("MUTATIONS", "60"))
"""How many spoiled files; set MUTATIONS for a longer search."""

VALUES = ["null", "true", "-1", "0", "1e400", "[]", "{}", '""', "x", "'{'", "[[[]]]", "{a: {b: c}}",
          "'a and'", "'{key'", "'called'", "2026-03-02", "0x1F", "~", "'__class__'"]  # fmt: skip
WORDS = ["and", "is null", "!", "?.", "??", "(", ")", "}", "{{", "=>", "delta", "any", "answer",
         "[0]", "within 3", "before", " #", ": ", "params", "initial", "not", '"', "'"]  # fmt: skip


# Each takes a file and three numbers, and reads them as it likes: cases stay short, and shrink.


def flip_byte(data: bytes, a: int, b: int, c: int) -> bytes:
    at = a % len(data)
    return data[:at] + bytes([c % 256]) + data[at + 1 :]


def cut_off(data: bytes, a: int, b: int, c: int) -> bytes:
    return data[: 1 + a % len(data)]


def swap_lines(data: bytes, a: int, b: int, c: int) -> bytes:
    lines = data.split(b"\n")
    a, b = a % len(lines), b % len(lines)
    lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def drop_line(data: bytes, a: int, b: int, c: int) -> bytes:
    lines = data.split(b"\n")
    del lines[a % len(lines)]
    return b"\n".join(lines) or b"\n"


def repeat_line(data: bytes, a: int, b: int, c: int) -> bytes:
    lines = data.split(b"\n")
    at = a % len(lines)
    return b"\n".join([*lines[:at], lines[at], *lines[at:]])


def indent_line(data: bytes, a: int, b: int, c: int) -> bytes:
    lines = data.split(b"\n")
    at = a % len(lines)
    lines[at] = b"  " + lines[at] if b % 2 else lines[at].removeprefix(b"  ")
    return b"\n".join(lines)


def swap_type(data: bytes, a: int, b: int, c: int) -> bytes:
    """The value of some key becomes one of another type."""
    places = list(re.finditer(rb": +([^\s,{}\[\]][^\n,{}\[\]]*)", data))
    if not places:
        return data
    place = places[a % len(places)]
    return data[: place.start(1)] + VALUES[b % len(VALUES)].encode() + data[place.end(1) :]


def insert_word(data: bytes, a: int, b: int, c: int) -> bytes:
    at = a % (len(data) + 1)
    return data[:at] + WORDS[b % len(WORDS)].encode() + data[at:]


def swap_names(data: bytes, a: int, b: int, c: int) -> bytes:
    """Two identifiers change places."""
    names = list(re.finditer(rb"[A-Za-z_][A-Za-z_0-9]{2,}", data))
    if len(names) < 2:
        return data
    one, other = sorted((a % len(names), b % len(names)))
    if one == other:
        return data
    first, second = names[one], names[other]
    return (data[: first.start()] + second[0] + data[first.end() : second.start()]
            + first[0] + data[second.end() :])  # fmt: skip


ACCIDENTS = {f.__name__: f for f in (flip_byte, cut_off, swap_lines, drop_line, repeat_line,
                                     indent_line, swap_type, insert_word, swap_names)}  # fmt: skip
NUMBERS = st.integers(0, 1_000_000)
CASES = st.lists(
    st.tuples(st.sampled_from(sorted(ACCIDENTS)), NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=4
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped files, to be spoiled one at a time; which are sound."""
    folder = tmp_path_factory.mktemp("spoiled") / "scenarios"
    shutil.copytree(ROOT, folder)
    assert driver.check(folder / "jira_get_issue.yaml").ok
    return folder


def play(scenario: model.Scenario) -> None:
    """What passes the compiler runs, with a policy at random; only its own word it may break."""
    environment = Environment(driver.build(scenario))
    try:
        environment.reset(seed=1)
        policies.play(environment, policies.random(environment, 1))
        detail = environment.detail()
    except ScenarioFault:
        return
    assert 0.0 <= detail.reward <= 1.0


@settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow],
    # No `explain`: it traces every line, which takes long.
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@example(
    "jira_create_issue.yaml", [("swap_type", 342700, 185092, 0), ("swap_names", 780748, 42947, 0)]
)
@example("apis/jira.yaml", [("repeat_line", 996758, 0, 0), ("insert_word", 249003, 917200, 0)])
@given(name=st.sampled_from(FILES), accidents=CASES)
def test_spoiled_files(copy: Path, name: str, accidents: list[tuple[str, int, int, int]]) -> None:
    data = (ROOT / name).read_bytes()
    for kind, a, b, c in accidents:
        data = ACCIDENTS[kind](data, a, b, c)
    path = copy / name
    path.write_bytes(data)
    # An API or a world is looked at by itself and through a scenario that uses it.
    subjects = [name]
    if name.startswith(("apis/", "worlds/")):
        subjects.append(USER.get(name, "jira_get_issue.yaml"))
    try:
        for subject in subjects:
            with ends():
                checked = driver.check(copy / subject)
            assert checked.ok == (not any(d.code.level == "error" for d in checked.diagnostics))
            for diagnostic in checked.diagnostics:
                assert render(diagnostic).plain
                assert to_json(diagnostic)
                assert diagnostic.message
            if checked.scenario is not None:
                play(checked.scenario)
    finally:
        shutil.copyfile(ROOT / name, path)
