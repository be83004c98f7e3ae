"""The table of codes, and the suggestions of what a name was meant to be."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Code
from rewardlang.diagnostics.spelling import suggest


def test_the_table():
    in_module = [v for v in vars(codes).values() if isinstance(v, Code)]
    assert {c.id for c in in_module} == set(codes.CODES)
    names = [c.name for c in codes.CODES.values()]
    assert len(set(names)) == len(names)
    for id, code in codes.CODES.items():
        assert code.id == id
        assert re.fullmatch(r"[A-Z]\d{3}", id)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.name)
        assert not code.summary.endswith(".")
        # A sentence that goes on; a name may begin it.
        assert code.summary[0].islower() or code.summary.startswith(("YAML", "`"))


@pytest.mark.parametrize(
    ("name", "candidates", "meant"),
    [
        ("creatIssue", ["createIssue", "deleteIssue"], "createIssue"),
        ("createissue", ["createIssue"], "createIssue"),
        ("isuse", ["issue", "issues"], "issue"),
        ("summry", ["summary", "status"], "summary"),
        ("issueCreate", ["createIssue", "getIssue"], "createIssue"),
        ("display_name", ["displayName"], "displayName"),
        ("Done", ["done", "Dome"], "done"),
        ("Dnoe", ["To Do", "In Progress", "Done"], "Done"),
        ("x", ["y", "z"], None),
        ("ab", ["xy", "zz"], None),
        ("colour", ["limits", "title"], None),
        ("a", [], None),
        ("same", ["same"], None),
        ("q" * 5000, ["q" * 4999], None),
    ],
)
def test_suggestions(name, candidates, meant):
    assert suggest(name, candidates) == meant


@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=6))
def test_a_suggestion_is_another_candidate(name, candidates):
    meant = suggest(name, candidates)
    assert meant is None or (meant in candidates and meant != name)


@given(st.text("abcdefghij", min_size=4, max_size=20), st.data())
def test_one_slip_is_always_understood(name, data):
    at = data.draw(st.integers(0, len(name) - 2))
    slip = data.draw(st.sampled_from([
        name[:at] + name[at + 1 :], name[:at] + "x" + name[at:],
        name[:at] + "x" + name[at + 1 :], name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    ]))  # fmt: skip
    if slip != name:
        assert suggest(slip, ["zzzzzzzzzzzz", name]) == name
