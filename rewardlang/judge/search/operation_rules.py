"""Rules about operations: that they can succeed, wholly, and leave sound worlds behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlang import model, tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Evidence, Label
from rewardlang.effects import Place
from rewardlang.interpret import Context, holds, named
from rewardlang.judge.draft import Draft, judges
from rewardlang.judge.search.explore import Found
from rewardlang.judge.search.space import Action
from rewardlang.judge.search.task import Task
from rewardlang.judge.search.worlds import Broken, broken_worlds, deletions
from rewardlang.walk import everything, mentioned

_HELP = "leave the operation out of `tools`, or make a world in which it can succeed"
_ROWS = 300
_CODES = {
    "schema": codes.RESPONSE_SCHEMA,
    "key": codes.INVARIANT_BROKEN,
    "reference": codes.INVARIANT_BROKEN,
}


@judges(codes.RESPONSE_SCHEMA, codes.INVARIANT_BROKEN)
def unsound_worlds(draft: Draft) -> Iterator[Diagnostic]:
    """What an operation writes must satisfy the schemas, the keys and the `references`."""
    scenario = draft.bench.scenario
    said: dict[tuple[str, str, str], None] = {}
    for task in draft.explored:
        if task.found is None:
            continue
        offered = [scenario.operations[name] for name in scenario.tools]
        start = task.found.space.base.world
        more = deletions(offered, task.grounds, scenario.apis, start)
        for broken in broken_worlds(task.found, scenario.apis, more):
            name = broken.trace[-1][0]
            about = ".".join(broken.reference.path) if broken.reference else broken.kind
            if (name, broken.table, about) not in said:
                said[name, broken.table, about] = None
                yield _unsound(draft, task, broken, scenario.operations[name])


def _unsound(draft: Draft, task: Task, broken: Broken, operation: model.Operation) -> Diagnostic:
    trace = broken.trace
    played = draft.attempt(task.seed, "the search", lambda: draft.bench.play(task.seed, trace))
    others: tuple[Label, ...] = ()
    if broken.reference is not None:
        others = (Label(broken.reference.span, "what no longer holds"),)
    return Diagnostic(
        _CODES[broken.kind],
        f"`{operation.name}` {broken.what}",
        Label(operation.span, "after this operation"),
        others,
        help="refuse such a request by an error rule, or mend by an effect what it breaks",
        evidence=() if played is None else (Evidence("a call that breaks the world", played.line),),
    )


@judges(codes.ERROR_MUTATES)
def failed_and_done(draft: Draft) -> Iterator[Diagnostic]:
    """An operation must not fail once its effects are made."""
    said: set[str] = set()
    for task in draft.explored:
        if task.found is None:
            continue
        for name, outcomes in task.found.space.outcomes.items():
            if outcomes.mutated is None or name in said:
                continue
            said.add(name)
            world, action = outcomes.mutated
            nodes = task.found.nodes
            before = next(number for number, node in enumerate(nodes) if node[0] == world)
            trace = (*task.found.trace(before), task.found.actions[action])
            yield _half_done(draft, task, trace, outcomes.faults[0])


def _half_done(draft: Draft, task: Task, trace: tuple[Action, ...], fault: str) -> Diagnostic:
    operation = draft.bench.scenario.operations[trace[-1][0]]
    body = operation.body
    played = draft.attempt(task.seed, "the search", lambda: draft.bench.play(task.seed, trace))
    return Diagnostic(
        codes.ERROR_MUTATES,
        f"`{operation.name}` makes its effects and then fails: {fault}",
        Label(operation.span if body is None else body.span, "fails after the effects"),
        help="refuse by an error rule what the response cannot say, or let it allow for that",
        evidence=() if played is None else (Evidence("the call that fails", played.line),),
    )


@judges(codes.DEAD_OPERATION)
def dead_operations(draft: Draft) -> Iterator[Diagnostic]:
    """An operation that is offered must be able to succeed somewhere."""
    scenario = draft.bench.scenario
    alive = {call.op for tried in draft.everything() for call in tried.played.calls if call.ok}
    explored = [(task, task.found) for task in draft.explored if task.found is not None]
    for _, found in explored:
        alive.update(name for name, outcomes in found.space.outcomes.items() if outcomes.ok)
    if not explored:
        return
    task, found = explored[0]
    for name in scenario.tools:
        if name in alive:
            continue
        operation = scenario.operations[name]
        rule = _always(scenario, operation, found)
        if rule is not None:
            yield Diagnostic(
                codes.DEAD_OPERATION,
                f"`{name}` is refused whatever its arguments are",
                Label(rule.when.span, "true in this world, and no operation offered changes that"),
                help=_HELP,
            )
            continue
        rows = _on_every_row(scenario, task, found, operation)
        if rows is not None:
            yield Diagnostic(
                codes.DEAD_OPERATION,
                f"`{name}` is refused for every row that it can be about",
                Label(operation.span, f"tried on all {rows}, and no other operation changes them"),
                help=_HELP,
            )


def _always(
    scenario: model.Scenario, operation: model.Operation, found: Found
) -> model.ErrorRule | None:
    """An error rule that holds whatever the arguments are, for as long as the episode lasts."""
    lets = named(operation.lets)
    world = found.space.loaded(0)
    actor = world["users"].get(scenario.actor) if "users" in world else None
    roots = {
        "state": world, "args": {}, "now": scenario.world.clock_start,
        "actor": actor, "counters": world.counters,
    }  # fmt: skip
    context = Context(roots=roots, lets=lets, apis={api.name: api for api in scenario.apis})
    for rule in operation.errors:
        parts = _parts(rule, lets)
        late = any(
            isinstance(part, tree.RootRef) and part.name in ("args", "now", "counters")
            for part in parts
        )
        if not late and not _changes(scenario, parts) and holds(rule.when, context):
            return rule
    return None


def _parts(rule: model.ErrorRule, lets: Mapping[str, tree.LetDef]) -> list[tree.Expr]:
    """All expressions that decide whether a rule holds."""
    exprs = [rule.when, *(lets[name].value for name in mentioned([rule.when], lets))]
    return [part for expr in exprs for part in everything(expr)]


def _changes(
    scenario: model.Scenario, parts: list[tree.Expr], but: model.Operation | None = None
) -> bool:
    """Whether an operation that is offered, `but` one, writes what these expressions read."""
    if any(isinstance(part, tree.Search) for part in parts):
        return True
    tables = {part.name for part in parts if isinstance(part, tree.TableRef)}
    fields = {part.name for part in parts if isinstance(part, tree.Get)}
    return any(
        effect.place.table in tables and (not effect.place.path or _touches(effect.place, fields))
        for name in scenario.tools
        for effect in scenario.operations[name].effects
        if but is None or name != but.name
    )


def _touches(place: Place, fields: set[str]) -> bool:
    """Whether one of these fields lies on the way to what is written, or may."""
    return any(not isinstance(step, str) or step in fields for step in place.path)


def _on_every_row(
    scenario: model.Scenario, task: Task, found: Found, operation: model.Operation
) -> int | None:
    """How many rows refuse an operation whose one argument names a row, in a world that no other
    operation changes for it; None when that is not so."""
    ground = task.grounds[operation.name]
    names = [parameter.name for parameter in operation.parameters]
    keyed = [table for table, path in ground.keyed if list(path) == names]
    parts = [part for rule in operation.errors for part in _parts(rule, named(operation.lets))]
    if len(keyed) != 1 or _changes(scenario, parts, but=operation):
        return None
    keys = list(found.space.loaded(0)[keyed[0]].keys())
    if len(keys) > _ROWS:
        return None
    for place, key in enumerate(keys, 1):
        # Numbers below 0 are of no action that the search knows.
        _, call = found.space.run(0, -place, (operation.name, {names[0]: key}))
        if found.space.calls[call].ok:
            return None
    return len(keys)
