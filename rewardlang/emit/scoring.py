"""The functions that score an episode: at once, in detail, and call by call."""

from __future__ import annotations

import ast

from rewardlang import model, tree
from rewardlang.emit import nodes
from rewardlang.emit.episode import EpisodeFunction, Strata, formulas_of
from rewardlang.emit.places import place_of, put
from rewardlang.emit.pool import Pool
from rewardlang.emit.reward import (
    components,
    emit_detail,
    emit_looked_up,
    emit_scalar,
    is_table,
)
from rewardlang.emit.stages import Stages
from rewardlang.emit.trace import Formula
from rewardlang.emit.walrus import prune
from rewardlang.source import Span
from rewardlang.walk import below, everything


class Scoring:
    """Makes the functions of one scenario. All see the same formulas in the same slots."""

    def __init__(self, scenario: model.Scenario, pool: Pool, stages: Stages, span: Span) -> None:
        self.scenario = scenario
        self.pool = pool
        self.stages = stages
        self.span = span
        formulas = formulas_of(components(scenario), stages)
        self.strata = Strata(formulas, stages)
        self.online = len(self.strata.passes) <= 1 and all(map(self._decides_at_once, formulas))

    def _decides_at_once(self, formula: Formula) -> bool:
        """Whether its patterns read nothing but the call and what is known at reset."""
        late = (tree.DeltaRows, tree.ChangedOnly, tree.Formula, tree.TraceValue)
        for inner in below(formula):
            for part in everything(inner):
                if isinstance(part, late):
                    return False
                if isinstance(part, tree.RootRef) and part.name in ("final", "answer"):
                    return False
                if isinstance(part, tree.LetRef) and self.stages.of_let(part.name) == "episode":
                    return False
        return True

    def functions(self) -> list[Function]:
        """`reward` and `detail`; and `start`, `step` and `finish` when each call can be scored."""
        found = [self._whole("reward"), self._whole("detail")]
        if self.online:
            found += [self._step(), self._finish()]
        return found

    def _whole(self, name: str) -> Function:
        low = EpisodeFunction(self.pool, self.stages)
        low.passes(self.strata, self.span)
        if is_table(self.scenario):
            emit_looked_up(low, self.scenario, self.span, detail=name == "detail")
        else:
            emit = emit_scalar if name == "reward" else emit_detail
            emit(low, self.scenario, self.span)
        return Function(name, ["e"], low, self.span)

    # ---- call by call: the same slots, in a list ----

    def _formulas(self) -> list[Formula]:
        return self.strata.passes[0] if self.strata.passes else []

    def _step(self) -> Function:
        low = EpisodeFunction(self.pool, self.stages)
        watch = low.watch(self._formulas())
        places = {slot: i for i, slot in enumerate(watch.slots)}
        in_state = _InState(places)
        for statement in low.loop_body(watch, self.span):
            low.block.append(in_state.visit(statement))
        return Function("step", ["state", "c", "index", "e"], low, self.span)

    def _finish(self) -> Function:
        low = EpisodeFunction(self.pool, self.stages)
        watch = low.watch(self._formulas())
        if watch.slots:
            target = nodes.stored_tuple(list(watch.slots))
            low.put(nodes.assign(target, nodes.name("state")), self.span)
        if is_table(self.scenario):
            emit_looked_up(low, self.scenario, self.span, detail=True)
        else:
            emit_detail(low, self.scenario, self.span)
        return Function("finish", ["state", "e"], low, self.span)

    def start(self) -> ast.FunctionDef:
        """`start`: the slots before the first call."""
        low = EpisodeFunction(self.pool, self.stages)
        slots = list(low.watch(self._formulas()).slots.values())
        node = nodes.function("start", [], [nodes.return_(nodes.list_(slots))])
        put(node, place_of(self.span))
        return node


class Function:
    """A function that is lowered; its head is made once all values of earlier stages are known."""

    def __init__(self, name: str, params: list[str], low: EpisodeFunction, span: Span) -> None:
        self.name = name
        self.params = params
        self.low = low
        self.span = span

    def define(self) -> ast.FunctionDef:
        """The function's definition."""
        body = prune([*self.low.preamble(), *self.low.block]) or [ast.Pass()]
        node = nodes.function(self.name, self.params, body)
        put(node, place_of(self.span))
        return node


class _InState(ast.NodeTransformer):
    """Slots as places in the list `state` instead of locals."""

    def __init__(self, places: dict[str, int]) -> None:
        self.places = places

    def visit_Name(self, node: ast.Name) -> ast.expr:
        place = self.places.get(node.id)
        if place is None:
            return node
        state = ast.Subscript(nodes.name("state"), nodes.const(place), node.ctx)
        return ast.fix_missing_locations(ast.copy_location(state, node))
