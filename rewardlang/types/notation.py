"""Signatures of builtins, from their text in the runtime's table: `f(x: number) -> number`."""

from __future__ import annotations

import json
import re
from functools import cache

from rewardlang.frozen import frozen
from rewardlang.types.types import (
    Any,
    Bool,
    List,
    Null,
    Nullable,
    Number,
    Object,
    String,
    Type,
    Var,
)

_TOKEN = re.compile(
    r"""\s*(?:(?P<name>[A-Za-z_]\w*)|(?P<value>-?\d+(?:\.\d+)?|"[^"]*")|(?P<mark>->|-|[\[\](){}<>:,=*?]))"""
)

_SIMPLE: dict[str, Type] = {
    "null": Null(),
    "bool": Bool(),
    "int": Number(integer=True),
    "number": Number(),
    "unit": Number(low=0.0, high=1.0),
    "str": String(),
    "any": Any(),
    "object": Object({}, Any()),
}


class BadSignature(ValueError):
    """A signature in the runtime's table that cannot be read: our own mistake, never the user's."""


@frozen
class Parameter:
    """A parameter; `default` matters only when it is `optional`."""

    name: str
    type: Type
    optional: bool = False
    default: object = None


@frozen
class Signature:
    """A builtin as the checker sees it; `rest` takes any number of further arguments."""

    name: str
    params: tuple[Parameter, ...]
    rest: Parameter | None
    result: Type
    text: str

    @property
    def method(self) -> bool:
        """Whether it is called as `x.name(...)`, x being the first argument."""
        return bool(self.params) and self.params[0].name == "self"


@cache
def signature(text: str) -> Signature:
    """Parse `name(a: T, b: U = default, *rest: V) -> W`."""
    return _Reader(text).signature()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[str] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None:
                raise BadSignature(f"{text!r}: cannot read {text[at:]!r}")
            self.tokens.append(match.group().strip())
            at = match.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str | None = None) -> str:
        token = self.peek()
        if not token or (expected is not None and token != expected):
            raise BadSignature(f"{self.text!r}: expected {expected or 'more'}, found {token!r}")
        self.at += 1
        return token

    def end(self) -> None:
        if self.peek():
            raise BadSignature(f"{self.text!r}: {self.peek()!r} is too much")

    def signature(self) -> Signature:
        name = self.take()
        self.take("(")
        params: list[Parameter] = []
        rest: Parameter | None = None
        while self.peek() != ")":
            star = self.peek() == "*"
            if star:
                self.take("*")
            found = self.parameter()
            if star:
                rest = found
            else:
                params.append(found)
            if self.peek() != ")":
                self.take(",")
        self.take(")")
        self.take("->")
        result = self.type()
        self.end()
        return Signature(name, tuple(params), rest, result, self.text)

    def parameter(self) -> Parameter:
        name = self.take()
        self.take(":")
        type_ = self.type()
        if self.peek() != "=":
            return Parameter(name, type_)
        self.take("=")
        token = self.take()
        if token == "[":
            self.take("]")
            return Parameter(name, type_, True, [])
        if token == "{":
            self.take("}")
            return Parameter(name, type_, True, {})
        words = {"True": "true", "False": "false", "None": "null"}
        try:
            return Parameter(name, type_, True, json.loads(words.get(token, token)))
        except json.JSONDecodeError as error:
            raise BadSignature(f"{self.text!r}: default {token!r}") from error

    def type(self) -> Type:
        name = self.take()
        found: Type
        if name in ("list", "map"):
            inner: Type = Any()
            if self.peek() == "[":
                self.take("[")
                inner = self.type()
                self.take("]")
            found = List(inner) if name == "list" else Object({}, inner)
        elif name == "str" and self.peek() == "<":
            self.take("<")
            words = [self.take()]
            while self.peek() != ">":
                words.append(self.take())
            self.take(">")
            found = String(format="".join(words))
        elif name in _SIMPLE:
            found = _SIMPLE[name]
        elif len(name) == 1 and name.isupper():
            found = Var(name)
        else:
            raise BadSignature(f"{self.text!r}: no type {name!r}")
        if self.peek() == "?":
            self.take("?")
            found = found if isinstance(found, Any) else Nullable(found)
        return found
