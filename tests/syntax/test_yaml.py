"""YAML as we read it: the core schema's scalars, places of collections, another loader."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from rewardlang.source import Source
from rewardlang.syntax import yaml_events
from rewardlang.syntax.yaml_events import read_yaml
from rewardlang.syntax.yaml_nodes import plain
from rewardlang.syntax.yaml_scalars import NotJson, resolve, trap


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("nil", "nil"),
        ("true", True), ("True", True), ("FALSE", False), ("yes", "yes"), ("on", "on"),
        ("0", 0), ("-7", -7), ("+7", 7), ("010", 10), ("0o17", 15), ("0x1F", 31), ("1_0", "1_0"),
        ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("-1.5e-3", -0.0015), ("1e3", 1000.0),
        ("1.10", 1.1), ("12:30", "12:30"), ("2026-03-02", "2026-03-02"), ("-", "-"), ("+", "+"),
        (".", "."), ("1.2.3", "1.2.3"), ("0b11", "0b11"), ("1e", "1e"), ("-1-", "-1-"),
        ("9223372036854775807", 2**63 - 1), ("tru", "tru"), ("\u0661", "\u0661"),
    ],
)  # fmt: skip
def test_plain_scalars(text, value):
    got = resolve(text)
    assert (type(got), got) == (type(value), value)


@pytest.mark.parametrize(
    "text", [".inf", "-.INF", ".nan", "1e999", "9223372036854775808", "9" * 5000, "0x" + "f" * 17]
)
def test_numbers_that_json_cannot_hold(text):
    with pytest.raises(NotJson):
        resolve(text)


@given(st.text(st.sampled_from("0123456789+-.eExob_:tTruefalsn~ "), min_size=1, max_size=8))
@example(".0E0")
@example("+.5")
@example("1._0")
@example(".1_0")
@example("+0x26")
@example("0b11")
def test_no_trap_is_missed(text):
    """Where PyYAML, which reads YAML 1.1, finds another value, there is a warning."""
    if text != text.strip() or ": " in text or text[-1] == ":" or text[0] in "-:" or " -" in text:
        return  # no plain scalar by itself
    try:
        theirs, ours = yaml.safe_load(text), resolve(text)
    except (yaml.YAMLError, NotJson, ValueError):
        return
    if isinstance(theirs, dict):
        return
    if (type(theirs), theirs) != (type(ours), ours):
        assert trap(text) is not None, (text, theirs, ours)


@given(st.text(st.sampled_from("0123456789+-.eExo_:yesnoff"), min_size=1, max_size=8))
def test_what_a_warning_proposes_is_read_the_same_by_all(text):
    found = trap(text)
    if found is None:
        return
    try:
        ours = resolve(text)
    except NotJson:
        return
    read = []
    root = read_yaml(Source("t", f"[{found[1]}]"), read)
    assert not read
    assert plain(root) == [ours] == yaml.safe_load(f"[{found[1]}]")


def read(text):
    out = []
    root = read_yaml(Source("t.yaml", text), out)
    assert not out
    return root


def test_spans_of_collections():
    root = read("a:\n  - b\n  - {c: 1}   # comment\n\n\nd: |\n  e\n\n\nf: ''\n")
    assert root.span.text == root.span.source.text[: root.span.end]
    assert root.span.text.endswith("f: ''")
    a, d, f = (value for _, value in root.pairs)
    assert a.span.text == "- b\n  - {c: 1}"
    assert a.items[1].span.text == "{c: 1}"
    assert d.span.text == "|\n  e"
    assert (d.value, f.value, f.span.text) == ("e\n", "", "''")


YAML_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner,
                                                                max_size=4),
    max_leaves=12,
)  # fmt: skip


def dotted(value):
    """A float as YAML 1.1 writes it: with a dot before the exponent."""
    digits, e, power = repr(value).partition("e")
    return digits + (".0" if e and "." not in digits else "") + e + power


@given(YAML_VALUES, st.booleans())
def test_json_is_yaml_and_reads_the_same(value, flow):
    """Whatever PyYAML writes with every text quoted is read back as it was."""

    class Quoting(yaml.SafeDumper):
        def ignore_aliases(self, data):
            return True

    Quoting.add_representer(str, lambda d, v: d.represent_scalar("tag:yaml.org,2002:str", v,
                                                                 style='"'))  # fmt: skip
    Quoting.add_representer(float, lambda d, v: d.represent_scalar("tag:yaml.org,2002:float",
                                                                   dotted(v)))  # fmt: skip
    text = yaml.dump({"k": value}, Dumper=Quoting, default_flow_style=flow)
    assert plain(read(text)) == {"k": value}


def test_without_the_c_parser(monkeypatch):
    """PyYAML may come without libyaml; everything is then slower and otherwise the same."""
    texts = ["a: [1, {b: 'c'}]\nd: |\n  x\n", "a: 1\na: 2\n", "a: &x 1\n", "a: [f(b, c]\n",
             "a: 'x\n", "- !t x\n", "{{a}}: 1\n", "- - -\n" + "[" * 100]  # fmt: skip

    def results():
        found = []
        for text in texts:
            out = []
            root = read_yaml(Source("t", text), out)
            found.append((plain(root) if root else None, [(d.code.id, d.label.span.start)
                                                          for d in out]))  # fmt: skip
        return found

    with_c = results()
    monkeypatch.setattr(yaml_events, "LOADER", yaml.SafeLoader)
    without = results()
    assert [r[0] for r in without] == [r[0] for r in with_c]
    assert [[c for c, _ in r[1]] for r in without] == [[c for c, _ in r[1]] for r in with_c]
