"""The canonical layout: what changes, what never does, and that doing it twice changes nothing."""

from __future__ import annotations

import random
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlang.source import Source, Span
from rewardlang.syntax.canonical import canonical, not_formatted
from rewardlang.syntax.comments import comments
from rewardlang.syntax.layout import CannotLayOut, lay_out, same
from rewardlang.syntax.load import kind_of, read_api, read_scenario, read_world
from rewardlang.syntax.yaml_events import read_yaml
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, Sequence_

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for folder in ("scenarios", "examples", "tests/sound", "tests/diagnostics/base", "benchmarks")
    for path in (ROOT / folder).rglob("*.yaml")
    if ".conform" not in path.suffixes
)
READ = {"scenario": read_scenario, "api": read_api, "world": read_world}

MESSY = """\
# head


rewardlang:   1
scenario: a.b   # name
use: [ jira,confluence ]
params:
    key:  'one_of(["a"])'

    two: {a:  1,   "b":2, c: [ 1,2 ], d: {  }}
# above prompt
prompt:
- one two
   three

   four
-  'x'
reward:

      parts:

      -   id: a
          weight:   1
          check: >-   # folded
              called x{ok}
                or y


              and z
          # deeper
      # item comment


      - {id: b,   # in brackets
         weight: 2}
  # two
oracle:
- getIssue: {issueIdOrKey: "{key}"}   # c1
  bind: found
- - a
  -  b
empty:
last: |
     one
       two
# end


"""

NEAT = """\
# head

rewardlang: 1
scenario: a.b  # name
use: [jira, confluence]
params:
  key: 'one_of(["a"])'

  two: {a: 1, "b": 2, c: [1, 2], d: {}}
# above prompt
prompt:
  - one two
    three

    four
  - 'x'
reward:
  parts:
    - id: a
      weight: 1
      check: >-  # folded
        called x{ok}
          or y


        and z
      # deeper
    # item comment

    - {id: b,   # in brackets
       weight: 2}
# two
oracle:
  - getIssue: {issueIdOrKey: "{key}"}  # c1
    bind: found
  - - a
    - b
empty:
last: |
  one
    two
# end
"""


def test_what_changes() -> None:
    assert lay_out(MESSY) == NEAT
    assert lay_out(NEAT) == NEAT


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("called x{ok,args.a==1}", "called x{ok, args.a == 1}"),
        ("a==1   and not(b)", None),  # the printer would drop brackets: they are the author's
        ("a == 'x'", None),
        ("'[1,2].all(x=>x>0)'", "'[1, 2].all(x => x > 0)'"),
        ("f( {a:1} )", None),  # `: ` would end the plain value
        ("'a==\"b  c\"'", "'a == \"b  c\"'"),
        ("1 if a else  2", "1 if a else 2"),
    ],
)
def test_spaces_in_expressions(before: str, after: str | None) -> None:
    text = (
        "rewardlang: 1\nscenario: a.b\ntitle: t\nuse: [jira]\nworld: w\nprompt: p\n"
        "reward:\n  parts:\n    - id: a\n      weight: 1\n      check: {}\n"
    )
    assert canonical(text.format(before), "scenario") == text.format(after or before)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_stay(end: str) -> None:
    text = (ROOT / "examples/jira_assign.yaml").read_text(encoding="utf-8")
    wide = text.replace("limits: {", "limits:  { ").replace("\n", end)
    assert wide != text
    assert canonical(wide, "scenario") == text.replace("\n", end)


@pytest.mark.parametrize(
    "text",
    ["", "x", "a: [", "a: 1\na: 2\n", "a: &b 1\n", "? a\n: b\n", '"a\n b": 1\n',
     "a: |2\n   x\n", "a:  # c\n  1\n", "-\n  # c\n  a: 1\n", "a: |+\n  x\n\n\nb: 1\n"],
)  # fmt: skip
def test_what_is_left_alone(text: str) -> None:
    with pytest.raises(CannotLayOut):
        lay_out(text)


def bare(value: Any) -> Any:
    """A tree of a file without its places."""
    if isinstance(value, Span | Source):
        return None
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, Mapping_):
        return [(key.value, bare(item)) for key, item in value.pairs]
    if isinstance(value, Sequence_):
        return [bare(item) for item in value.items]
    if is_dataclass(value):
        return type(value), [bare(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple | list):
        return [bare(item) for item in value]
    return value


def read(path: Path) -> Any:
    made, problems = READ[kind_of(path)](path)
    assert made is not None, problems
    return bare(made)


def spoilt(text: str, seed: int) -> str:
    """The same file with other spaces: deeper levels, blank lines, spaces at the end and inside."""
    rng = random.Random(seed)
    root = read_yaml(Source("", text), [])
    assert root is not None
    inside = set()  # lines on which a value goes on, whose spaces may count
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Scalar) or node.span.text[:1] in ("{", "["):
            inside |= set(range(node.span.begin.line + 1, node.span.finish.line + 1))
        if isinstance(node, Sequence_):
            stack += node.items
        elif isinstance(node, Mapping_):
            stack += [item for pair in node.pairs for item in pair]
    factor = rng.choice([1, 2, 3])
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        depth = len(line) - len(line.lstrip(" "))
        body = line[depth:]
        if number not in inside and body.startswith("- "):
            # What follows a dash stands as deep as the lines under it.
            body = "-" + " " * (2 * factor - 1) + body[2:]
        line = " " * (depth * factor) + body
        if number not in inside:
            if rng.random() < 0.1:
                lines += [""] * rng.randint(1, 3)
            line = re.sub(
                r"^( *(?:- +)?[A-Za-z_]+:) (?=[^|>#])", r"\1" + " " * rng.randint(1, 3), line
            )
            if line.strip() and not line.rstrip().endswith(("|", ">-", ">", "|-")):
                line += " " * rng.randint(0, 2)
        lines.append(line)
    return "\n".join(lines)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_shipped_files_keep_their_meaning(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    kind = kind_of(path)
    neat = canonical(text, kind)
    assert canonical(neat, kind) == neat
    before = read(path)
    (tmp_path / "neat.yaml").write_text(neat, encoding="utf-8")
    assert read(tmp_path / "neat.yaml") == before
    said = [c.span.text for c in notes(text)]
    for seed in range(3):
        wild = spoilt(text, seed)
        try:
            made = canonical(wild, kind)
        except CannotLayOut:
            pytest.fail("a file that only has other spaces is laid out")
        assert canonical(made, kind) == made
        assert [c.span.text for c in notes(made)] == said
        (tmp_path / "wild.yaml").write_text(made, encoding="utf-8")
        assert read(tmp_path / "wild.yaml") == before


def notes(text: str) -> list[Any]:
    source = Source("", text)
    root = read_yaml(source, [])
    assert root is not None
    return list(comments(source, root))


def test_shipped_files_are_in_their_canonical_layout() -> None:
    for path in FILES:
        source = Source(path.as_posix(), path.read_text(encoding="utf-8"))
        found = not_formatted(source, kind_of(path))
        assert found is None, path


WORDS = st.text("ab c#:-'\"{}[],|>é", max_size=8)
VALUES = st.recursive(
    st.one_of(WORDS, st.integers(-5, 5), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abcd"), inner, max_size=3)
    ),
    max_leaves=12,
)


def written(value: Any, draw: Any, depth: int = 0, flow: bool = False) -> str:
    """A YAML text of a value, in styles that are drawn; block collections begin on a new line."""
    pad = " " * depth
    if isinstance(value, dict | list) and value and not flow and draw(st.booleans()):
        step = draw(st.integers(1, 4))
        pairs = value.items() if isinstance(value, dict) else [(None, item) for item in value]
        lines = []
        for key, item in pairs:
            if draw(st.integers(0, 5)) == 0:
                lines.append(" " * draw(st.integers(0, depth + 4)) + "# note")
            if draw(st.integers(0, 5)) == 0:
                lines.append("")
            head = f"{pad}-" if key is None else f"{pad}{key}:"
            lines.append(head + written(item, draw, depth + step))
        return "\n" + "\n".join(lines)
    if isinstance(value, dict):
        inner = ", ".join(f"{k}: {written(v, draw, 0, True).strip()}" for k, v in value.items())
        return " {" + " " * draw(st.integers(0, 1)) + inner + "}"
    if isinstance(value, list):
        return " [" + ",  ".join(written(v, draw, 0, True).strip() for v in value) + " ]"
    if isinstance(value, str):
        quoted = "'" + value.replace("'", "''") + "'"
        end = "" if flow or draw(st.booleans()) else "   # behind"
        return f"  {quoted}{end}"
    return {None: " null", True: " true", False: " false"}.get(value, f" {value}")


@given(st.dictionaries(st.sampled_from("wxyz"), VALUES, min_size=1, max_size=4), st.data())
def test_any_document_keeps_its_values_and_comments(value: dict[str, Any], data: Any) -> None:
    text = written(value, data.draw).lstrip("\n") + "\n"
    if read_yaml(Source("", text), []) is None:
        return  # a comment that is no comment there, or the like
    left = ""
    try:
        made = lay_out(text)
    except CannotLayOut as error:
        left, made = str(error), text
    # It may refuse what it does not know, but it never was about to break something.
    assert "risk" not in left, text
    assert same(text, made)
    assert left or lay_out(made) == made
