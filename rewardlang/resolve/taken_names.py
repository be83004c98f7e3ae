"""Names of a scenario that hide others, or that two things have."""

from __future__ import annotations

from collections.abc import Sequence

from rewardlang.diagnostics import codes
from rewardlang.resolve.apis import ResolvedApi
from rewardlang.resolve.report import Report
from rewardlang.resolve.signatures import MACROS, functions
from rewardlang.syntax.files import ScenarioFile

RESERVED = ("params", "expect", "initial", "final", "delta", "answer")


def check_names(file: ScenarioFile, apis: Sequence[ResolvedApi], report: Report) -> None:
    """Lets, parameters and APIs have names of their own."""
    owners: dict[str, str] = dict.fromkeys(RESERVED, "a value of every scenario")
    owners.update(dict.fromkeys((*functions(), *MACROS, "one_of"), "a function"))
    for each in apis:
        owners[each.view.name] = "an API"
    for kind, bindings in (("a let", file.lets), ("a parameter", file.params)):
        for identifier, _ in bindings:
            owner = owners.get(identifier.name)
            if owner is not None and not (kind == "a parameter" and owner == "a function"):
                report.add(
                    codes.NAME_TAKEN,
                    f"the name `{identifier.name}` is taken",
                    identifier.span,
                    f"{owner} is called so",
                    help="choose another name; none may hide another",
                )
            owners[identifier.name] = kind
    seen: dict[str, int] = {}
    ids = [*(g.id for g in file.gates), *(p.id for p in file.parts)]
    for identifier in (*ids, *(p.id for p in file.penalties)):
        if identifier.name in seen:
            report.add(
                codes.NAME_TAKEN,
                f"two parts of the reward are called `{identifier.name}`",
                identifier.span,
                "again here",
            )
        seen[identifier.name] = 1


def check_operations(file: ScenarioFile, apis: Sequence[ResolvedApi], report: Report) -> None:
    """No two APIs of a scenario have an operation of one name."""
    owners: dict[str, str] = {}
    for each, use in zip(apis, file.use, strict=False):
        for name in each.view.operations:
            if name in owners:
                report.add(
                    codes.NAME_TAKEN,
                    f"both `{owners[name]}` and `{each.view.name}` have an operation `{name}`",
                    use.span,
                    "cannot be used together",
                )
            owners[name] = each.view.name
