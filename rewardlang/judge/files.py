"""The judgement of a file; from the cache when nothing that it depends on has changed."""

from __future__ import annotations

from dataclasses import Field, fields, is_dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from rewardlang import driver, kept
from rewardlang.judge.budget import Budget
from rewardlang.judge.judgement import Judgement
from rewardlang.judge.run import judge


def judge_file(
    path: str | Path, *, use_cache: bool = True, budget: Budget | None = None
) -> Judgement:
    """The judgement of a scenario file that the compiler takes.

    Raises:
        CheckFailed: The file has errors that nothing can suppress.
        NoScenario: It holds an API or a world.
    """
    path, budget = Path(path), budget or Budget()
    # What is decided depends on the counts of the budget and on whether there is a solver.
    salt = f"{budget.counts} z3={find_spec('z3') is not None}"
    known = kept.Kept("judge", path, use_cache=use_cache, salt=salt)
    entry = known.read()
    if entry is not None:
        return from_plain(entry)
    scenario = driver.judgeable_of(path, known.files)
    judgement = judge(scenario, driver.build(scenario), budget)
    if not budget.spent:  # what the clock cut short may come out whole next time
        known.write(to_plain(judgement))
    return judgement


def to_plain(judgement: Judgement) -> dict[str, Any]:
    """A judgement as plain data."""
    plain = {f.name: _plain(getattr(judgement, f.name)) for f in _kept_fields()}
    return {**plain, "diagnostics": kept.to_plain(judgement.diagnostics)}


def from_plain(plain: dict[str, Any]) -> Judgement:
    """The judgement of `to_plain`."""
    hints = get_type_hints(Judgement)
    kept_fields = {f.name: _value(hints[f.name], plain[f.name]) for f in _kept_fields()}
    return Judgement(**kept_fields, diagnostics=tuple(kept.from_plain(plain["diagnostics"])))


def _kept_fields() -> list[Field[Any]]:
    return [field for field in fields(Judgement) if field.name != "diagnostics"]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return [_plain(item) for item in value] if type(value) is tuple else value


def _value(hint: Any, plain: Any) -> Any:
    """The value of a field with the type `hint`: tuples and dataclasses as they were."""
    if plain is None:
        return None
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], item) for item in plain)
    inner = [arg for arg in get_args(hint) if is_dataclass(arg)]
    kind = inner[0] if inner else hint
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{f.name: _value(hints[f.name], plain[f.name]) for f in fields(kind)})
    return plain
