"""Signatures: those of the runtime are read, odd ones refused."""

from __future__ import annotations

import inspect

import pytest

from rewardlang.resolve.results import REFINEMENTS
from rewardlang.resolve.signatures import MACROS, all_signatures, functions, methods
from rewardlang.types.notation import BadSignature, signature
from rewardlang.types.types import Any, List, Nullable, Number, Object, String, Var
from rewardlang_runtime.builtins import BUILTINS


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_every_builtin_has_a_signature_that_is_its_functions(name):
    found = all_signatures()[name]
    assert found.name == name
    assert found.method is BUILTINS[name].method
    parameters = inspect.signature(BUILTINS[name].function).parameters.values()
    positional = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert [p.name for p in found.params] == [p.name for p in positional]
    for declared, actual in zip(found.params, positional, strict=True):
        if declared.optional:
            assert actual.default == declared.default or actual.default is None
        else:
            assert actual.default is inspect.Parameter.empty
    variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    assert (found.rest is not None) is variadic


def test_refinements_are_of_builtins():
    assert set(REFINEMENTS) <= set(BUILTINS)


def test_macros_are_no_builtins():
    assert not set(MACROS) & set(BUILTINS)
    assert sorted([*functions(), *methods()]) == sorted(BUILTINS)


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("str", String()),
        ("str?", Nullable(String())),
        ("str<adf>", String("adf")),
        ("str<date-time>", String("date-time")),
        ("int", Number(True)),
        ("unit", Number(False, 0.0, 1.0)),
        ("list[T]", List(Var("T"))),
        ("list[map[any]?]", List(Nullable(Object({}, Any())))),
        ("any?", Any()),
        ("list", List(Any())),
    ],
)
def test_types(text, type_):
    assert signature(f"f() -> {text}").result == type_


def test_a_signature():
    found = signature('f(self: list[T], n: int = 3, mark: str = "x", *rest: T) -> T?')
    assert found.method
    assert [(p.name, p.optional, p.default) for p in found.params] == [
        ("self", False, None), ("n", True, 3), ("mark", True, "x"),
    ]  # fmt: skip
    assert found.rest is not None
    assert found.rest.type == Var("T")
    assert found.result == Nullable(Var("T"))


@pytest.mark.parametrize(
    "text",
    ["", "f", "f(", "f()", "f() ->", "f() -> strr", "f(a) -> str", "f(a: str b: str) -> str",
     "f() -> str str", "f(a: str = b) -> str", "f() -> list[", "f() -> str; x"],
)  # fmt: skip
def test_what_is_no_signature(text):
    with pytest.raises(BadSignature):
        signature(text)
