"""Regular expressions: H519, P703, and what is known of their structure."""

from __future__ import annotations

import random
import re

import pytest
from diagnostics.page_examples import BASE, spliced
from patience import ends
from resolve.desk import check, linted, summary

from rewardlang import driver
from rewardlang.syntax.backtracking import why_slow
from rewardlang.syntax.regex import held, parse, shortest

DESK = (BASE / "apis" / "desk.yaml").read_text(encoding="utf-8")
NOTE = '(final.tickets[params.id]?.note ?? "")'


def found(expression, code):
    return [place for id_, place in summary(linted(check(expression))) if id_ == code]


@pytest.mark.parametrize(
    ("pattern", "reported"),
    [
        ("", True),
        ("x*", True),
        ("(done)?", True),
        (r"\d", True),
        (r"1", True),
        (r"ok", True),
        (r"^.+$", True),
        (r"^.*$", True),
        (r"^[A-Z]", True),
        (r"[a-z]{3}", True),
        (r"\S+", True),
        (r"\bok\b", False),
        (r"^ok$", False),
        (r"^$", False),
        (r"^\d+$", False),
        (r"fuse", False),
        (r"\bPAY-\d+\b", False),
        (r"^\d{4}-\d{2}-\d{2}$", False),
        (r"(?i)replaced|repaired", False),
    ],
)
def test_loose_patterns(pattern, reported):
    assert bool(found(f'{NOTE} matches r"{pattern}"', "H519")) == reported


@pytest.mark.parametrize(
    ("expression", "reported"),
    [
        ('not answer matches r"\\d"', False),
        ('initial.tickets[params.id]!.title matches r"\\d"', False),
        ('called closeTicket{ok, args.id == params.id, (args?.note ?? "") matches r"\\d"}', True),
        ('final.tickets.values().any(t => t.state matches r"open|waiting|closed")', True),
        ('final.tickets.values().any(t => t.state matches r"open|waiting")', False),
        ('final.tickets.values().none(t => t.title matches r"\\d")', False),
    ],
)
def test_where_a_loose_pattern_pays(expression, reported):
    assert bool(found(expression, "H519")) == reported


SLOW = [
    r"(a+)+$", r"a*a*a*b", r"(a|a)*b", r"(\w+\s?)*$", r"(.*)*x", r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"(a{1,5})+$", r"(x+x+)+y", r"\s*\s*$", r"(a|b|ab)*c", r"([a-z]+)*\d", r"(?:\d*|[0-4]*)*z",
]  # fmt: skip
QUICK = [
    r"^\d{4}-\d{2}-\d{2}$", r"^(\w+\s)*$", r"([a-z]+,)*[a-z]+$", r"\d+\.?\d*", r"\w+@\w+\.\w+",
    r"^\s+|\s+$", r"^(?:[A-Z][a-z]+ ?)+$", r"(a|b)*c", r"(ab|ac)+d", r"a*b*c*", r"a*a*", r"a+",
]  # fmt: skip


@pytest.mark.parametrize("pattern", SLOW)
def test_slow_patterns(pattern):
    assert why_slow(pattern) is not None


@pytest.mark.parametrize("pattern", QUICK)
def test_quick_patterns(pattern):
    assert why_slow(pattern) is None


def test_a_slow_pattern_is_reported_where_it_stands():
    assert found(f'{NOTE} matches r"(a+)+$"', "P703") == [f'{NOTE} matches r"(a+)+$"']


def test_looking_at_a_pattern_ends():
    hostile = [r"(?:\w{0,9}\W{0,9}){0,9}$", "(" * 40 + "a" + "*)" * 40, "(a|b)" * 900, r"(a?){900}"]
    with ends():
        for pattern in hostile:
            why_slow(pattern)


ALPHABET = "ab1 -"
ATOMS = ["a", "b", "[ab]", r"\d", r"\w", ".", " ", "[^a]", "a?", "b*", r"(?:a|b1)", "-+"]


def test_the_shortest_match_is_never_longer_than_a_match():
    rng = random.Random(7)
    checked = 0
    for _ in range(2000):
        pattern = "".join(rng.choice(ATOMS) for _ in range(rng.randint(1, 5)))
        node = parse(pattern)
        assert node is not None
        text = "".join(rng.choice(ALPHABET) for _ in range(6))
        match = re.search(pattern, text)
        if match is not None:
            checked += 1
            assert shortest(node) <= len(match.group())
    assert checked > 500


@pytest.mark.parametrize(
    ("pattern", "length", "sides"),
    [
        (r"^ab$", 2, (True, True)),
        (r"^ab", 2, (True, False)),
        (r"ab$|cd$", 2, (False, True)),
        (r"\bab\b", 2, (True, True)),
        (r"(^a)b", 2, (True, False)),
        (r"(?i)^(?P<x>a{3,5})\z", 3, (True, True)),
        (r"[[:alpha:]_]{2}", 2, (False, False)),
        (r"a{,3}", 5, (False, False)),
        (r"\x41\x{42}\.", 3, (False, False)),
    ],
)
def test_structure(pattern, length, sides):
    node = parse(pattern)
    assert node is not None
    assert shortest(node) == length
    assert (held(node, 0), held(node, -1)) == sides


@pytest.mark.parametrize("pattern", [r"\p{L}+", r"a(", r"[z", r"*a", r"\Qa\E", r"a{1001}"])
def test_what_is_not_taken_apart(pattern):
    assert parse(pattern) is None


API = """
schemas:
  User:
    type: object
    required: [id, name]
    additionalProperties: false
    properties:
      id: {type: string, pattern: %s}
      name: {type: string}
  Ticket:
    type: object
    required: [id]
    properties: {id: {type: string}, default: {const: {pattern: '(a)\\\\1'}}}
tables:
  users: {row: User, key: id}
  tickets: {row: Ticket, key: id}
references: []
workflows: {}
operations:
  getUser:
    http: GET /users/{id}
    doc: Reads a user.
    request: {path: {id: {type: string, pattern: %s}}}
    let: {odd: "args.id matches r'%s'"}
    errors: [{when: odd, status: 400, body: {message: Odd.}}]
    response: {status: 200, body: {id: "{args.id}"}}
"""
PLAIN = "'^a+$'"


@pytest.mark.parametrize(
    ("schema", "request_", "inside", "expected"),
    [
        (PLAIN, PLAIN, "^a+$", []),
        ("'^(a+)+$'", PLAIN, "^a+$", [("P703", "'^(a+)+$'")]),
        (PLAIN, "'^(a+)+$'", "^a+$", [("P703", "'^(a+)+$'")]),
        (PLAIN, PLAIN, "^(a+)+$", [("P703", "args.id matches r'^(a+)+$'")]),
        ("'(a)\\1'", PLAIN, "^a+$", [("P704", "'(a)\\1'")]),
        (PLAIN, "'(?=a)b'", "^a+$", [("P704", "'(?=a)b'")]),
    ],
)
def test_patterns_of_an_api(tmp_path, schema, request_, inside, expected):
    path = tmp_path / "desk.yaml"
    path.write_text(spliced(DESK, API % (schema, request_, inside)), encoding="utf-8")
    found = [d for d in driver.check(path).diagnostics if d.code.id != "Y009"]
    assert summary(found) == expected
