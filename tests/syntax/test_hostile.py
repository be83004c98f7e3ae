"""Files that are broken or hostile end in diagnostics, and in nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import ends
from syntax.files_on_disk import API, SCENARIO, WORLD

from rewardlang.diagnostics.formats import to_json
from rewardlang.diagnostics.render import render_all
from rewardlang.syntax.load import read_api, read_scenario, read_world

READ = {"scenario": read_scenario, "api": read_api, "world": read_world}

_PARTS = "  parts:\n" + "    - {id: 1, weigth: x, chek: 3}\n" * 7_000
_MANY = "{properties: {" + ", ".join(f"p{i}: {{$ref: x}}" for i in range(9_000)) + "}}"
_LETS = "let:\n" + "".join(f"  l{i}: %s\n" for i in range(20_000))

FILES = {
    "binary": bytes(range(256)) * 1_000,
    "nul": b"a: \0",
    "utf-16": "a: 1".encode("utf-16"),
    "latin-1": "a: \xe9".encode("latin-1"),
    "50,000 brackets": "[" * 50_000,
    "50,000 braces": "{" * 50_000,
    "50,000 dashes": "- " * 50_000,
    "a million brackets": "[" * 999_000,
    "quotes": '"' * 999_000,
    "percent signs": "%" * 999_000,
    "question marks": "? " * 400_000,
    "colons": ": " * 400_000,
    "exclamation marks": "!" * 999_000,
    "tabs": "\t" * 999_000,
    "line breaks": "\n" * 999_000,
    "10 MB": "a: " + "x" * 10_000_000,
    "one long word": "a: " + "x" * 990_000,
    "a long key": "x" * 990_000 + ": 1",
    "many items": "- a\n" * 240_000,
    "many keys": "".join(f"k{i}: 1\n" for i in range(80_000)),
    "many unknown keys": "".join(f"k{i}: 1\n" for i in range(24_000)),
    "duplicate keys": "a: 1\n" * 190_000,
    "anchors": "- &a x\n" * 140_000,
    "an alias bomb": "a: &a [1]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(1_000)),
    "tags": "- !a x\n" * 140_000,
    "documents": "--- a\n" * 1_000,
    "a long number": "a: " + "9" * 900_000,
    "a long exponent": "a: 1e" + "9" * 900_000,
    "hidden characters": '"\u202e": "' + "\u202e" * 100_000 + '"',
    "errors in one line": "{" + "k: [a b, 1], " * 70_000 + "}",
    "many lets": SCENARIO + _LETS % (("a",) * 20_000),
    "many wrong lets": SCENARIO + _LETS % (("a b",) * 20_000),
    "long lets": SCENARIO + "let:\n" + "".join(f"  l{i}: {'a + ' * 400}a\n" for i in range(500)),
    "a long expression": SCENARIO.replace("count(any) > 3", "x" * 100_000),
    "a deep expression": SCENARIO.replace("count(any) > 3", "(" * 50_000),
    "many holes": SCENARIO.replace("Close {id}.", "{a}" * 200_000),
    "many wrong holes": SCENARIO.replace("Close {id}.", "{a b}" * 150_000),
    "many braces": SCENARIO.replace("Close {id}.", "}" * 899_999),
    "many escapes": SCENARIO.replace("Close {id}.", "\\u00e9{x}" * 80_000),
    "wrong parts": SCENARIO.replace("  parts:\n", _PARTS),
    "deep data": SCENARIO.replace("[done]", "[" * 60 + "]" * 60),
    "traps": SCENARIO.replace("[done]", "[" + "no," * 49_000 + "]"),
    "confusables": SCENARIO.replace("[done]", "[" + "\u0430b," * 49_000 + "]"),
    "schemas that refer in a circle": API.replace(
        "  NewTicket:", '  A: {$ref: "#/schemas/B"}\n  B: {$ref: "#/schemas/A"}\n  NewTicket:'
    ).replace("#/schemas/NewTicket", "#/schemas/A"),
    "many schemas": API.replace(
        "schemas:\n", "schemas:\n" + "".join(f'  s{i}: {{$ref: "#/schemas/s{i + 1}"}}\n'
                                             for i in range(10_000))),
    "many wrong schemas": API.replace(
        "schemas:\n", "schemas:\n" + "".join(f"  s{i}: {{type: x}}\n" for i in range(10_000))),
    "a schema of many properties": API.replace("  NewTicket:", f"  A: {_MANY}\n  NewTicket:"),
    "a path of holes": API.replace(
        "/tickets/{id}", "/" + "".join(f"{{a{i}}}" for i in range(90_000))),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_hostile_files(name, tmp_path):
    content = FILES[name]
    path = tmp_path / "x.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    api = isinstance(content, str) and content.startswith(API[:20])
    with ends():
        _, diagnostics = (read_api if api else read_scenario)(path)
        text = render_all(diagnostics).plain
        for diagnostic in diagnostics:
            to_json(diagnostic)
    if name not in ("deep data",):
        assert diagnostics
    assert len(diagnostics) <= 201
    assert text.isprintable() or not (set(text) - {"\n"}) & {chr(c) for c in range(32)}


TEXTS = {"scenario": SCENARIO, "api": API, "world": WORLD}
PIECES = st.sampled_from([
    "", " ", "\n", "  ", "\t", ":", ": ", "- ", "{", "}", "[", "]", ",", '"', "'", "&a ", "*a",
    "#", " # ", "|", ">", "?", "%", "@", "`", "null", "1", "1e999", "-", "true", "{{", "}}", "\\",
    "!t ", "\\u12", "not ", "called ", "a.b", "(", ")", "=>", "=", "\u202e", "\u0430", "x: 1",
    "when: a", "rewardlang: 2", "__class__", "---\n", "é", "😀",
])  # fmt: skip


@settings(max_examples=250)
@given(
    st.sampled_from(sorted(TEXTS)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), PIECES), min_size=1, max_size=4),
)
def test_mutated_files(tmp_path_factory, kind, edits):
    """Pieces cut out and put in anywhere: there is an answer, and places lie in the file."""
    text = TEXTS[kind]
    for where, length, piece in edits:
        at = int(where * len(text))
        text = text[:at] + piece + text[at + length :]
    path = tmp_path_factory.getbasetemp() / "mutated.yaml"
    path.write_text(text, encoding="utf-8")
    made, diagnostics = READ[kind](path)
    assert made is not None or diagnostics
    render_all(diagnostics)
    for diagnostic in diagnostics:
        for label in (diagnostic.label, *diagnostic.others):
            assert 0 <= label.span.start <= label.span.end <= len(label.span.source.text)
        if diagnostic.fix is not None:
            assert diagnostic.fix.replacement != diagnostic.fix.span.text
