"""What the judge says of a file, kept so that nothing of the judge is imported to read it again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardlang import driver, kept
from rewardlang.cache import Cache, sha256
from rewardlang.diagnostics.diagnostic import Code, Diagnostic
from rewardlang.frozen import frozen

if TYPE_CHECKING:
    from rewardlang.judge.judgement import Judgement

_KIND = "found"


@frozen
class Judged:
    """Findings of the judge.

    Attributes:
        undecided: Codes on which it did not decide.
        items: Where the gates, parts and penalties stand.
    """

    scenario: str
    diagnostics: tuple[Diagnostic, ...]
    undecided: frozenset[str]
    items: tuple[tuple[int, int], ...]

    def beside(self, static: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
        """Its findings, but for what the static rules say of the same gate, part or penalty."""
        said = {(id, self._item(d)) for d in static for id in (d.code.id, _SHOWN_BY.get(d.code.id))}
        for each in self.diagnostics:
            item = self._item(each)
            if item is None or (each.code.id, item) not in said:
                yield each

    def _item(self, diagnostic: Diagnostic) -> tuple[int, int] | None:
        at = diagnostic.label.span.start
        return next((item for item in self.items if item[0] <= at < item[1]), None)


_SHOWN_BY = {"S307": "H512"}
"""What the judge sees of a mistake that a static rule has found already, as another code."""

Job = tuple[Path, str, dict[str, float], bool]
"""A file, what its linting depended on, the budget, whether to use the cache."""


def judged(job: Job) -> Judged:
    """The judge's findings on a file without errors."""
    from rewardlang.judge.budget import Budget
    from rewardlang.judge.files import judge_file

    path, content, chosen, use_cache = job
    budget = Budget(**chosen)  # type: ignore[arg-type]  # the settings have checked the types
    found = of_judgement(path, judge_file(path, use_cache=use_cache, budget=budget))
    if use_cache and not budget.spent:
        entry = {
            **kept.to_plain(found.diagnostics),
            "scenario": found.scenario,
            "undecided": sorted(found.undecided),
            "items": found.items,
        }
        Cache().write(_KIND, _key(content, chosen), json.dumps(entry).encode())
    return found


def of_judgement(path: Path, judgement: Judgement) -> Judged:
    """The findings of a judgement of a file."""
    undecided = frozenset(code for each in judgement.undecided for code in each.codes)
    return Judged(judgement.scenario, judgement.diagnostics, undecided, _items(path))


def _items(path: Path) -> tuple[tuple[int, int], ...]:
    scenario = driver.check(path).judgeable
    assert scenario is not None, "it was just judged"
    spans = [gate.span for gate in scenario.gates]
    spans += [part.span for part in scenario.parts]
    spans += [penalty.span for penalty in scenario.penalties]
    return tuple((span.start, span.end) for span in spans)


def kept_judgement(linted: driver.Linted, chosen: Mapping[str, float]) -> Judged | None:
    """The same from the cache, when it is there."""
    body = Cache().read(_KIND, _key(linted.content, chosen))
    if body is None:
        return None
    entry: dict[str, Any] = json.loads(body)
    return Judged(
        entry["scenario"],
        tuple(kept.from_plain(entry)),
        frozenset(entry["undecided"]),
        tuple((start, end) for start, end in entry["items"]),
    )


def _key(content: str, chosen: Mapping[str, float]) -> str:
    # What is decided depends on whether there is a solver.
    solver = find_spec("z3") is not None
    return sha256(f"{content} {sorted(chosen.items())} {solver}".encode())


@cache
def rules() -> dict[str, Code]:
    """The codes that the judge reports."""
    from rewardlang.judge import draft, run

    assert run.SECTIONS  # importing it has entered the rules
    return {code.id: code for codes, _ in draft.RULES for code in codes}
