"""What random expressions are drawn with, whatever they say: choices, variables, macros."""

from __future__ import annotations

import random
from collections.abc import Callable


class Draws:
    """Choices out of one stream, and the variables in sight; each kind of text is a method."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.vars: list[tuple[str, str]] = []
        self.inside = 0
        """How many patterns and lambdas are around: formulas cannot stand there."""

    def make(self, kind: str, depth: int) -> str:
        """An expression of a type."""
        method: Callable[[int], str] = getattr(self, kind)
        return method(depth)

    def pick(self, *choices: str) -> str:
        return self.rng.choice(choices)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def joined(
        self, make: Callable[[int], str], depth: int, *operators: str, count: int = 2
    ) -> str:
        """`(a op b)`, or with a third."""
        text = make(depth)
        for _ in range(count - 1):
            text += f" {self.pick(*operators)} {make(depth)}"
        return f"({text})"

    def new_var(self, kind: str) -> str:
        name = f"v{len(self.vars)}"
        self.vars.append((name, kind))
        return name

    def over(self, source: str, kind: str, result: str, depth: int, macro: str) -> str:
        """`source.macro(v => body)`."""
        if self.chance(0.2):
            index = self.new_var("int")
            name = self.new_var(kind)
            params = f"({index}, {name})"
            count = 2
        else:
            name = params = self.new_var(kind)
            count = 1
        self.inside += 1
        body = self.make(result, depth - 1)
        self.inside -= 1
        del self.vars[-count:]
        return f"{source}.{macro}({params} => {body})"

    def var(self, kind: str) -> str | None:
        found = [name for name, its_kind in self.vars if its_kind == kind]
        return self.rng.choice(found) if found and self.chance(0.5) else None
