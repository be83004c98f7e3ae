"""Shipped files, spoiled at random: diagnostics within 2 seconds, never a traceback."""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rewardlang import driver
from rewardlang.diagnostics.formats import to_json
from rewardlang.diagnostics.render import render

ROOT = Path(__file__).parents[2] / "scenarios"
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.yaml"))
USER = {"apis/confluence.yaml": "confluence_read_page.yaml",
        "worlds/acme_wiki.yaml": "confluence_read_page.yaml"}  # fmt: skip
LIMIT_S = 2.0
EXAMPLES = int(os.environ.get("MUTATIONS", "60"))
"""How many spoiled files; set MUTATIONS for a longer search."""

VALUES = ["null", "true", "-1", "0", "1e400", "[]", "{}", '""', "x", "'{'", "[[[]]]", "{a: {b: c}}",
          "'a and'", "'{key'", "'called'", "2026-03-02", "0x1F", "~", "'__class__'"]  # fmt: skip
WORDS = ["and", "is null", "!", "?.", "??", "(", ")", "}", "{{", "=>", "delta", "any", "answer",
         "[0]", "within 3", "before", " #", ": ", "params", "initial", "not", '"', "'"]  # fmt: skip


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, bytes]:
    """A shipped file's name and its bytes after one to four accidents."""
    name = draw(st.sampled_from(FILES))
    data = (ROOT / name).read_bytes()
    for _ in range(draw(st.integers(1, 4))):
        accident = draw(st.sampled_from(ACCIDENTS))
        data = accident(draw, data)
    return name, data


def flip_byte(draw: st.DrawFn, data: bytes) -> bytes:
    at = draw(st.integers(0, len(data) - 1))
    return data[:at] + bytes([draw(st.integers(0, 255))]) + data[at + 1 :]


def cut_off(draw: st.DrawFn, data: bytes) -> bytes:
    return data[: draw(st.integers(1, len(data)))]


def swap_lines(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.split(b"\n")
    a, b = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def drop_line(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.split(b"\n")
    del lines[draw(st.integers(0, len(lines) - 1))]
    return b"\n".join(lines) or b"\n"


def repeat_line(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.split(b"\n")
    at = draw(st.integers(0, len(lines) - 1))
    return b"\n".join([*lines[:at], lines[at], *lines[at:]])


def indent_line(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.split(b"\n")
    at = draw(st.integers(0, len(lines) - 1))
    lines[at] = b"  " + lines[at] if draw(st.booleans()) else lines[at].removeprefix(b"  ")
    return b"\n".join(lines)


def swap_type(draw: st.DrawFn, data: bytes) -> bytes:
    """The value of some key becomes one of another type."""
    places = list(re.finditer(rb": +([^\s,{}\[\]][^\n,{}\[\]]*)", data))
    if not places:
        return data
    place = draw(st.sampled_from(places))
    return data[: place.start(1)] + draw(st.sampled_from(VALUES)).encode() + data[place.end(1) :]


def insert_word(draw: st.DrawFn, data: bytes) -> bytes:
    at = draw(st.integers(0, len(data)))
    return data[:at] + draw(st.sampled_from(WORDS)).encode() + data[at:]


def swap_names(draw: st.DrawFn, data: bytes) -> bytes:
    """Two identifiers change places."""
    names = list(re.finditer(rb"[A-Za-z_][A-Za-z_0-9]{2,}", data))
    if len(names) < 2:
        return data
    a, b = sorted(draw(st.lists(st.sampled_from(range(len(names))), min_size=2, max_size=2)))
    if a == b:
        return data
    first, second = names[a], names[b]
    return (data[: first.start()] + second[0] + data[first.end() : second.start()]
            + first[0] + data[second.end() :])  # fmt: skip


ACCIDENTS = [flip_byte, cut_off, swap_lines, drop_line, repeat_line, indent_line, swap_type,
             insert_word, swap_names]  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped files, to be spoiled one at a time; the compiler is imported and warm."""
    folder = tmp_path_factory.mktemp("spoiled") / "scenarios"
    shutil.copytree(ROOT, folder)
    assert driver.check(folder / "jira_get_issue.yaml").ok
    return folder


@settings(
    max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(case=spoiled())
def test_spoiled_files(copy: Path, case: tuple[str, bytes]) -> None:
    name, data = case
    path = copy / name
    path.write_bytes(data)
    # An API or a world is looked at by itself and through a scenario that uses it.
    subjects = [name]
    if name.startswith(("apis/", "worlds/")):
        subjects.append(USER.get(name, "jira_get_issue.yaml"))
    try:
        for subject in subjects:
            start = time.perf_counter()
            checked = driver.check(copy / subject)
            seconds = time.perf_counter() - start
            assert checked.ok == (not any(d.code.level == "error" for d in checked.diagnostics))
            for diagnostic in checked.diagnostics:
                assert render(diagnostic).plain
                assert to_json(diagnostic)
                assert diagnostic.message
            assert seconds < LIMIT_S
    finally:
        shutil.copyfile(ROOT / name, path)
