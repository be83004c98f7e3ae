"""Generated modules use a short list of Python, whatever the text of a scenario is."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path

import lab
import pytest
import shipped

from rewardlang import emit, model
from rewardlang_runtime import operators
from rewardlang_runtime.builtins import BUILTINS

NODES = {
    "Module", "ImportFrom", "alias", "FunctionDef", "arguments", "arg", "Expr", "Assign",
    "AugAssign", "If", "For", "Try", "ExceptHandler", "Return", "Break", "Pass", "Name",
    "Constant", "Attribute", "Subscript", "Slice", "Call", "keyword", "Tuple", "List", "Dict",
    "Set", "ListComp", "comprehension", "BoolOp", "BinOp", "UnaryOp", "Compare", "IfExp",
    "NamedExpr", "Yield", "Load", "Store", "And", "Or", "Not", "USub", "Add", "Sub", "Mult",
    "Div", "FloorDiv", "Mod", "Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "Is", "IsNot", "In",
    "NotIn",
}  # fmt: skip
FUNCTIONS = {"len", "list", "enumerate", "frozenset"}
ATTRIBUTES = {
    # values
    "get", "keys", "values", "items", "append", "pop", "lower", "upper", "strip", "startswith",
    "endswith", "index",
    # worlds
    "where", "edit", "put", "once", "created", "updated", "deleted", "changed_only", "set_counter",
    "counters", "choice",
    # episodes and calls
    "calls", "params", "setup", "initial", "final", "answer", "reward", "op", "args", "kind",
    "status", "response", "before", "after",
}  # fmt: skip
IMPORTS = {
    "require", "unoffered", "Api", "FAILURES", "Operation", "QueryField", "Scenario", "SearchSpec",
    "TableSpec",
    "builtins", "operators", "search",
}  # fmt: skip
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z|_\Z")


def trespasses(module: ast.Module) -> Iterator[str]:
    """What a module contains and may not."""
    defined = {alias.asname or alias.name for node in module.body
               if isinstance(node, ast.ImportFrom) for alias in node.names}  # fmt: skip
    defined |= {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
    defined |= stored(module)
    for node in ast.walk(module):
        kind = type(node).__name__
        if kind not in NODES:
            yield f"a node {kind}"
        if isinstance(node, ast.ImportFrom):
            if node.module != "rewardlang_runtime" or node.level:
                yield f"an import from {node.module}"
            yield from (f"an import of {a.name}" for a in node.names if a.name not in IMPORTS)
        if isinstance(node, ast.Attribute):
            yield from attribute(node)
        if isinstance(node, ast.Name):
            if not NAME.match(node.id) or "__" in node.id:
                yield f"the name {node.id}"
            if node.id not in defined | FUNCTIONS:
                yield f"the unknown name {node.id}"
        if isinstance(node, ast.FunctionDef) and (node.decorator_list or node.args.defaults):
            yield f"more than a plain function: {node.name}"
    for name in defined - {"_"}:  # which translations and interactive sessions put there
        if hasattr(builtins, name):
            yield f"a builtin with another meaning: {name}"


def stored(module: ast.Module) -> set[str]:
    names = {node.id for node in ast.walk(module)
             if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}  # fmt: skip
    return names | {node.arg for node in ast.walk(module) if isinstance(node, ast.arg)}


def attribute(node: ast.Attribute) -> Iterator[str]:
    owner = node.value.id if isinstance(node.value, ast.Name) else ""
    if owner == "o":
        if node.attr not in operators.__all__:
            yield f"no operator {node.attr}"
    elif owner == "b":
        if node.attr not in BUILTINS and node.attr != "search":
            yield f"no function {node.attr}"
    elif node.attr not in ATTRIBUTES:
        yield f"the attribute {node.attr}"


def test_the_list_catches_something() -> None:
    bad = "from os import system\ndef f(x):\n    return (lambda: x.__class__)()\neval('1')"
    found = list(trespasses(ast.parse(bad)))
    assert len(found) >= 5, found


@pytest.mark.parametrize("path", shipped.FILES, ids=lambda path: path.stem)
def test_shipped_scenarios(path: Path) -> None:
    assert list(trespasses(emit.emit(shipped.typed(path)))) == []


HOSTILE = [
    "'", '"', "'''", '"""', "\\", "\\'", "\n", "\r\n", "\t", "\x00", "\x7f", "\u2028", "\ufeff",
    "{", "}", "{0}", "%s", "#", "\\N{DIGIT ONE}", "\\x41", "'); import os; os.system('true') #",
    '"""); import os #', "__class__", "__import__('os')", "\U0001d4b3☃é", "\U0010ffff", "a" * 5000,
    "\\\n",
]  # fmt: skip


def hostile() -> model.Scenario:
    """A scenario in which every place that takes text takes all of the hostile ones."""
    quoted = [text.replace("{", "{{").replace("}", "}}") for text in HOSTILE]
    lets = {f"t{i}": _literal(text) for i, text in enumerate(HOSTILE) if _writable(text)}
    keys = [text for text in HOSTILE if _writable(text)]
    lets["object"] = "{" + ", ".join(f"{_literal(text)}: {i}" for i, text in enumerate(keys)) + "}"
    lets["found"] = " or ".join(f"t1 == {_literal(text)}" for text in keys)
    return lab.read_well(
        lab.scenario_text(
            lets,
            title=" ".join(HOSTILE[:5]).replace("\n", " "),
            expect={
                "texts": HOSTILE,
                "data": {t: i for i, t in enumerate(HOSTILE) if len(t) < 1000},
            },
            prompt=["x".join(quoted), *quoted],
            system=quoted[0],
            oracle=[{"a": {"k": text, "s": "{params.key}" + text}} for text in quoted],
            parts=[
                {"id": "part", "weight": 1, "check": "answer in expect.texts"},
                {
                    "id": "other",
                    "weight": 1,
                    "check": f"called a{{args?.s == {_literal(keys[0])}}}",
                },
                {"id": "third", "weight": 1, "check": "found or object == expect.data"},
            ],
        )
    )


def _writable(text: str) -> bool:
    return text.isprintable() and len(text) < 100


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_hostile_text_stays_text() -> None:
    scenario = hostile()
    module = emit.emit(scenario)
    assert list(trespasses(module)) == []
    again = ast.parse(emit.source_text(scenario))
    assert list(trespasses(again)) == []
    assert ast.dump(again) == ast.dump(ast.parse(ast.unparse(module)))
    compiled = lab.run_module(scenario)
    episode = lab.episode_of(compiled, {"answer": "\u2028"})
    assert compiled.detail(episode).parts[0] == 1.0
    prompts = [prompt(episode.initial, {"key": "t2"}, episode.setup) for prompt in compiled.prompts]
    assert prompts == ["x".join(HOSTILE), *HOSTILE]
    calls = [
        args["k"] for name, args in compiled.oracle(episode.initial, {"key": "t2"}, ()) if name
    ]
    assert calls == HOSTILE


@pytest.mark.parametrize(
    "name", ["__class__", "__builtins__", "a b", "a;b", "é", "1a", "", "None", "import", "a\n"]
)
def test_names_are_checked_or_prefixed(name: str) -> None:
    """A let, a param or a part of a strange name is rejected, or is a plain name in the module."""
    for text in (
        lab.scenario_text({name: "1"}),
        lab.scenario_text(params={name: "one_of([1])", "key": 'one_of(["t2"])'}),
        lab.scenario_text(parts=[{"id": name, "weight": 1, "check": "called a"}]),
    ):
        scenario, _ = lab.read(text)
        if scenario is not None:
            assert list(trespasses(emit.emit(scenario))) == []
