"""What a task calls the values that its oracle uses: parameters, lets, and fields of these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang import tree
from rewardlang.derive.common import literal
from rewardlang.derive.typed import Read, member, quoted, read
from rewardlang.frozen import frozen
from rewardlang.interpret import Failure, context_of, evaluate
from rewardlang.judge.bench import Bench, Played
from rewardlang.judge.leaves import at
from rewardlang.walk import everything
from rewardlang_runtime.values import ScenarioFault


@frozen
class Source:
    """An expression that says a value in each of the tasks that were played."""

    text: str
    values: tuple[Any, ...]


class Vocabulary:
    """What is said of the values in the oracle's episodes."""

    def __init__(self, bench: Bench, played: Sequence[Played]) -> None:
        self.bench = bench
        self.scenario = bench.scenario
        self.played = played
        self.sources = list(self._sources())
        self.sources += list(self._composed())

    def _sources(self) -> Iterator[Source]:
        for param in self.scenario.params:
            values = tuple(p.episode.params[param.name] for p in self.played)
            yield from _inside(Source(f"params.{param.name}", values))
        for let in self.scenario.lets:
            if let.value.facts.stage != "setup":
                continue
            values = tuple(self._value(let.value, p) for p in self.played)
            if all(
                value is None or isinstance(value, str | int | float | list) for value in values
            ):
                yield Source(let.name, values)
            elif all(isinstance(value, dict) for value in values):
                row = Read(let.name, let.value.type, False)
                for path in paths(values[0]):
                    found = read(row, path, self.expand)
                    inner = tuple(at(value, path) for value in values)
                    if found is not None and all(isinstance(v, str | int) for v in inner):
                        yield Source(found.text, inner)

    def _composed(self) -> Iterator[Source]:
        """Texts of the oracle that are put together from parameters and lets."""
        known = {source.text.removeprefix("params."): source for source in self.sources}
        for step in self.scenario.oracle:
            for node in everything(step.args):
                if not isinstance(node, tree.Text):
                    continue
                names = [p if isinstance(p, str) else p.span.text.strip("{}") for p in node.parts]
                holes = [
                    None if isinstance(part, str) else known.get(name)
                    for part, name in zip(node.parts, names, strict=True)
                ]
                if any(
                    h is None
                    for h, p in zip(holes, node.parts, strict=True)
                    if not isinstance(p, str)
                ):
                    continue
                texts = [
                    quoted(n) if h is None else h.text for h, n in zip(holes, names, strict=True)
                ]
                values = tuple(
                    "".join(
                        n if h is None else str(h.values[at])
                        for h, n in zip(holes, names, strict=True)
                    )
                    for at in range(len(self.played))
                )
                yield Source(" + ".join(texts), values)

    def expand(self, type_: Any) -> Any:
        return self.scenario.apis[0].types.expand(type_)

    def _value(self, expr: Any, played: Played) -> Any:
        try:
            return evaluate(expr, context_of(self.scenario, played.episode))
        except (Failure, ScenarioFault, KeyError):
            return None

    def said(self, values: Sequence[Any]) -> str | None:
        """The expression of a value in all episodes; None when nothing known says it."""
        for source in self.sources:
            if None not in source.values and all(
                _same(a, b) for a, b in zip(source.values, values, strict=True)
            ):
                return source.text
        first = values[0]
        plain = isinstance(first, str | int | float | bool) and all(v == first for v in values)
        return literal(first) if plain else None


def _inside(source: Source) -> Iterator[Source]:
    """A source, and the fields of what it says when that is an object."""
    if all(isinstance(value, dict) for value in source.values):
        for name in source.values[0]:
            inner = tuple(value.get(name) for value in source.values)
            yield from _inside(Source(source.text + member(str(name)), inner))
    else:
        yield source


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return a == b or (isinstance(a, str | int) and isinstance(b, str | int) and str(a) == str(b))


def paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where an object has values that can be said: scalars, and lists of them."""
    if isinstance(value, dict) and len(path) < 4:
        for name, inner in value.items():
            yield from paths(inner, (*path, name))
    elif path and not (isinstance(value, list) and any(isinstance(i, dict) for i in value)):
        yield path
