"""The table of builtins: signature, cost, documentation and function, declared in one place.

A signature is text in the notation that users read: `name(a: T, b: U = default, *rest: V) -> W`.
Types are `null bool int number unit str str<format> list[T] map[T] any T?` and single capital
letters, which are type variables; `unit` is a number in [0, 1]. Defaults are JSON literals.
A first parameter named `self` makes a method: `xs.contains(x)`; all others are free functions.
The compiler parses signatures; at run time they are never read.

A cost is an expression in primitive steps over `size(parameter)`, joined by `+`, `*` and numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar


class Builtin(NamedTuple):
    """One function of the language.

    `function` takes the parameters by position, the receiver of a method first. It is total and
    pure on JSON values that satisfy the signature, and raises one of `FAILURES` on others.
    """

    name: str
    signature: str
    method: bool
    function: Callable[..., Any]
    doc: str
    cost: str


BUILTINS: dict[str, Builtin] = {}

F = TypeVar("F", bound=Callable[..., Any])


def builtin(signature: str, cost: str = "1") -> Callable[[F], F]:
    """Enter the decorated function into `BUILTINS`, under the name in its signature."""

    def enter(function: F) -> F:
        name, _, rest = signature.partition("(")
        if name in BUILTINS:
            raise ValueError(f"the builtin `{name}` is declared twice")
        BUILTINS[name] = Builtin(
            name=name,
            signature=signature,
            method=rest.startswith("self"),
            function=function,
            doc=function.__doc__ or "",
            cost=cost,
        )
        return function

    return enter
