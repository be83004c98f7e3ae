"""Rules about operations: that they can succeed, and that they leave sound worlds behind."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlang import model, tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Evidence, Label
from rewardlang.interpret import Context, holds, named
from rewardlang.judge.draft import Draft, judges
from rewardlang.judge.search.explore import Found
from rewardlang.judge.search.task import Task
from rewardlang.judge.search.worlds import Broken, broken_worlds, deletions
from rewardlang.walk import everything, mentioned

_HELP = "leave the operation out of `tools`, or make a world in which it can succeed"
_ROWS = 300
_WORLDS = 20
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
    others = ()
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
def refused_and_done(draft: Draft) -> Iterator[Diagnostic]:
    """A call that is refused must leave the world as it was."""
    said: set[str] = set()
    for task in draft.explored:
        if task.found is None:
            continue
        space = task.found.space
        for name, outcomes in space.outcomes.items():
            if outcomes.mutated is None or name in said:
                continue
            said.add(name)
            call = space.calls[outcomes.mutated]
            operation = draft.bench.scenario.operations[name]
            yield Diagnostic(
                codes.ERROR_MUTATES,
                f"`{name}` answers {call.status} and changes the world all the same",
                Label(
                    operation.span, "its effects are made, and its status says that they are not"
                ),
                help="answer a success with a status below 400, or refuse by an error rule",
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
        tried = _on_every_row(task, found, operation)
        if tried is not None:
            rows, worlds = tried
            yield Diagnostic(
                codes.DEAD_OPERATION,
                f"`{name}` is refused for every row that it can be about",
                Label(operation.span, f"tried on {rows} rows, in {worlds} of the worlds reached"),
                help=_HELP,
            )


def _always(
    scenario: model.Scenario, operation: model.Operation, found: Found
) -> model.ErrorRule | None:
    """An error rule that holds whatever the arguments are, for as long as the episode lasts."""
    lets = named(operation.lets)
    written = {
        effect.place.table or effect.place.counter
        for name in scenario.tools
        for effect in scenario.operations[name].effects
    }
    world = found.space.loaded(0)
    actor = world["users"].get(scenario.actor) if "users" in world else None
    roots = {
        "state": world, "args": {}, "now": scenario.world.clock_start,
        "actor": actor, "counters": world.counters,
    }  # fmt: skip
    context = Context(roots=roots, lets=lets, apis={api.name: api for api in scenario.apis})
    for rule in operation.errors:
        exprs = [rule.when, *(lets[name].value for name in mentioned([rule.when], lets))]
        parts = [part for expr in exprs for part in everything(expr)]
        read = {part.name for part in parts if isinstance(part, tree.TableRef)}
        late = any(
            isinstance(part, tree.RootRef) and part.name in ("args", "now", "counters")
            for part in parts
        ) or any(isinstance(part, tree.Search) for part in parts)
        if not late and not read & written and holds(rule.when, context):
            return rule
    return None


def _on_every_row(task: Task, found: Found, operation: model.Operation) -> tuple[int, int] | None:
    """How many rows in how many worlds refuse an operation whose one argument names a row; None
    when one of them does not, or when it takes more than that."""
    ground = task.grounds[operation.name]
    required = [parameter.name for parameter in operation.parameters if parameter.required]
    keyed = [(table, path) for table, path in ground.keyed if list(path) == required]
    if len(keyed) != 1 or len(operation.parameters) != 1:
        return None
    table, (name,) = keyed[0]
    worlds = list(dict.fromkeys(node[0] for node in found.nodes))[:_WORLDS]
    for world in worlds:
        keys = list(found.space.loaded(world)[table].keys())
        if len(keys) > _ROWS:
            return None
        for place, key in enumerate(keys, 1):
            # Numbers below 0 are of no action that the search knows.
            _, call = found.space.run(world, -place, (operation.name, {name: key}))
            if found.space.calls[call].ok:
                return None
    return len(found.space.loaded(0)[table]), len(worlds)
