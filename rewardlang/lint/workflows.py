"""Workflows: statuses that nothing leads to, and moves of which the order of a list decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.effects import Effect
from rewardlang.graphs import components
from rewardlang.lint.expressions import conditions_and_scores, every_expression
from rewardlang.lint.fingerprint import Fingerprints
from rewardlang.lint.registry import api_lint, lint
from rewardlang.lint.sources import Sources, through
from rewardlang.model import Api, Operation, Scenario, Workflow
from rewardlang.resolve.keys import key
from rewardlang.walk import everything

# ---- E605 ----


@lint(codes.UNREACHABLE_STATUS)
def unreachable_status(scenario: Scenario) -> Iterator[Diagnostic]:
    """A status that no row can come to, or that none can leave where all others can be left."""
    for api in scenario.apis:
        for field, workflows in _by_field(api).items():
            there, written = _rows_in(scenario, field), _written(api, field)
            if there is not None and written is not None:
                yield from _without_way_in(workflows, [*there, *written])
            if written is not None:
                yield from _without_way_out(scenario, workflows)


def _by_field(api: Api) -> dict[str, list[Workflow]]:
    found: dict[str, list[Workflow]] = {}
    for workflow in api.workflows.values():
        found.setdefault(workflow.of, []).append(workflow)
    return found


def _rows_in(scenario: Scenario, field: str) -> list[str] | None:
    """The statuses of the rows at reset; None when a row has none that can be read."""
    table, *path = field.split(".")
    found: list[str] = []
    for row in scenario.world.rows.get(table, {}).values():
        value: object = row
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if not isinstance(value, str):
            return None
        found.append(value)
    return found


def _written(api: Api, field: str) -> list[str] | None:
    """The texts out of which operations make the status without asking the workflow; None when
    one of them takes it from its arguments."""
    table, *path = field.split(".")
    found: list[str] = []
    for operation in api.operations.values():
        lets = {let.name: let for let in operation.lets}
        sources = Sources(lets)
        for effect in operation.effects:
            if effect.place.table != table or effect.value is None:
                continue
            if any(not isinstance(step, str) for step in effect.place.path):
                return None
            if tuple(path[: len(effect.place.path)]) != effect.place.path:
                continue
            written = _at(effect.value, path[len(effect.place.path) :])
            nodes = list(through([written], lets))
            if any(isinstance(node, tree.Transition) for node in nodes):
                continue
            if "args" in sources.of(written):
                return None
            texts = [node.value for node in nodes if isinstance(node, tree.Const)]
            found.extend(text for text in texts if isinstance(text, str))
    return found


def _at(value: tree.Expr, path: Sequence[str]) -> tree.Expr:
    """The expression at a path of an object, as far as the object is written out."""
    for name in path:
        inner = dict(value.pairs).get(name) if isinstance(value, tree.MakeObject) else None
        if inner is None:
            return value
        value = inner
    return value


def _without_way_in(workflows: Sequence[Workflow], there: Sequence[str]) -> Iterator[Diagnostic]:
    first = workflows[0]
    reached = list(dict.fromkeys([*(w.start for w in workflows), *there]))
    for status in reached:  # grows while it is gone through
        for workflow in workflows:
            for move in workflow.moves:
                if status in move.sources and move.target not in reached:
                    reached.append(move.target)
    named = [*first.statuses]
    for workflow in workflows:
        for move in workflow.moves:
            named.extend((*move.sources, move.target))
    for status in dict.fromkeys(named):
        if status in reached:
            continue
        leaving = [m for w in workflows for m in w.moves if status in m.sources]
        place = first.declared if status in first.statuses else None
        others = tuple(Label(m.span, "leads out of it") for m in leaving)
        where = Label(place or leaving[0].span, f"no row comes to be `{status}`")
        yield Diagnostic(
            codes.UNREACHABLE_STATUS,
            f"no move leads to the status `{status}`",
            where,
            others,
            f"add a transition to `{status}`, or leave the status out",
        )


def _without_way_out(scenario: Scenario, workflows: Sequence[Workflow]) -> Iterator[Diagnostic]:
    """Statuses that end nothing, though nothing leads out of them.

    Most lives end somewhere. Where every other status can be left and come back to, the life has
    no end; a status out of which nothing leads, listed before others, is then a hole in it.
    """
    if len(workflows) != 1:
        return
    workflow = workflows[0]
    graph: dict[str, list[str]] = {status: [] for status in workflow.statuses}
    for move in workflow.moves:
        for source in move.sources:
            graph.setdefault(source, []).append(move.target)
        graph.setdefault(move.target, [])
    sinks = [status for status, after in graph.items() if not after]
    others = [status for status in graph if status not in sinks]
    cyclic = any(len(each) == len(others) > 1 for each in components(graph))
    if len(sinks) != 1 or not cyclic:
        return
    (sink,) = sinks
    order = workflow.statuses or tuple(graph)
    into = [move for move in workflow.moves if move.target == sink]
    if not into or order.index(sink) == len(order) - 1 or _mentions(scenario, sink):
        return
    yield Diagnostic(
        codes.UNREACHABLE_STATUS,
        f"no move leads out of the status `{sink}`",
        Label(into[0].span, "leads there for good"),
        help=f"add a transition out of `{sink}`; a status that is an end stands last in its schema",
    )


def _mentions(scenario: Scenario, text: str) -> bool:
    """Whether an expression of the scenario names the status: it is where something shall go."""
    roots = [*conditions_and_scores(scenario), *every_expression(scenario)]
    for root in roots:
        for node in everything(root):
            if isinstance(node, tree.Const) and key(node).find(f'"{text}"') >= 0:
                return True
    return False


# ---- E606 ----


@api_lint(codes.AMBIGUOUS_RULES)
def nondeterministic_transition(api: Api) -> Iterator[Diagnostic]:
    """Two rules for one request: the order in which they stand decides, and one is never heard."""
    for workflow in api.workflows.values():
        yield from _same_moves(workflow)
    for operation in api.operations.values():
        prints = Fingerprints({let.name: let for let in operation.lets})
        yield from _unheard_errors(operation, prints)
        yield from _overwritten_effects(operation, prints)


def _same_moves(workflow: Workflow) -> Iterator[Diagnostic]:
    for index, move in enumerate(workflow.moves):
        for other in workflow.moves[:index]:
            shared = [source for source in move.sources if source in other.sources]
            if other.name != move.name or not shared:
                continue
            yield Diagnostic(
                codes.AMBIGUOUS_RULES,
                f'two moves named "{move.name}" lead out of `{shared[0]}`',
                Label(move.span, f"to `{move.target}`"),
                (Label(other.span, f"to `{other.target}`"),),
                "give one of them another name, or leave it out",
            )
            break


def _unheard_errors(operation: Operation, prints: Fingerprints) -> Iterator[Diagnostic]:
    """Rules that an earlier rule answers for, whenever they would."""
    earlier: list[tuple[list[str], tree.Expr]] = []
    for rule in operation.errors:
        choices = [[prints.of(item) for item in _items(each)] for each in _choices(rule.when)]
        covering = [_covering(choice, earlier) for choice in choices]
        if all(each is not None for each in covering) and covering[0] is not None:
            yield Diagnostic(
                codes.AMBIGUOUS_RULES,
                "an earlier rule answers every request that this one is about",
                Label(rule.when.span, "never the first to hold"),
                (Label(covering[0].span, "holds whenever the other does"),),
                "leave it out, or put it before the other",
            )
        earlier.extend((choice, rule.when) for choice in choices)


def _covering(choice: list[str], earlier: list[tuple[list[str], tree.Expr]]) -> tree.Expr | None:
    """An earlier condition that asks for no more than `choice` does."""
    for needed, when in earlier:
        if all(item in choice for item in needed):
            return when
    return None


def _choices(expr: tree.Expr) -> Iterator[tree.Expr]:
    for item in expr.items if isinstance(expr, tree.Or) else (expr,):
        yield from _choices(item) if isinstance(item, tree.Or) else (item,)


def _items(expr: tree.Expr) -> Iterator[tree.Expr]:
    for item in expr.items if isinstance(expr, tree.And) else (expr,):
        yield from _items(item) if isinstance(item, tree.And) else (item,)


def _overwritten_effects(operation: Operation, prints: Fingerprints) -> Iterator[Diagnostic]:
    """`set` of one place twice under the same condition: the last one wins."""
    set_before: dict[tuple[str, str], Effect] = {}
    for effect in operation.effects:
        if effect.each is not None or effect.kind != "set" or effect.value is None:
            set_before.clear()
            continue
        place = prints.of(effect.place)
        condition = prints.of(effect.when)
        first = set_before.get((place, condition))
        if first is None and effect.when is None:
            first = next((e for (p, _), e in set_before.items() if p == place), None)
        if first is not None and not _reads_state(effect.value, operation):
            yield Diagnostic(
                codes.AMBIGUOUS_RULES,
                "the same place is set twice, and the last one wins",
                Label(effect.span, "overwrites"),
                (Label(first.span, "what this one has set"),),
                "leave one of them out, or give them conditions that exclude each other",
            )
        set_before[place, condition] = effect


def _reads_state(expr: tree.Expr, operation: Operation) -> bool:
    lets = {let.name: let for let in operation.lets}
    return any(
        isinstance(node, tree.RootRef) and node.name in ("state", "counters")
        for node in through([expr], lets)
    )
