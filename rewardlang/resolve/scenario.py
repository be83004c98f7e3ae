"""A scenario file to its typed model: the whole of `resolve`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from rewardlang import model, tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.resolve.apis import USERS, ResolvedApi, resolve_api
from rewardlang.resolve.budget import check_costs
from rewardlang.resolve.chain_errors import shown
from rewardlang.resolve.conditions import condition, number
from rewardlang.resolve.faults import resolve_faults
from rewardlang.resolve.infer import infer, shape_of
from rewardlang.resolve.infer_shapes import infer_text
from rewardlang.resolve.lets import bind_lets
from rewardlang.resolve.offered import perturbed
from rewardlang.resolve.oracle import infer_oracle, infer_tests
from rewardlang.resolve.report import Report
from rewardlang.resolve.scope import (
    ApiSpace,
    ApiView,
    Binding,
    DeltaSpace,
    ParamName,
    RootName,
    Scope,
    is_error,
)
from rewardlang.resolve.shared import shared_world
from rewardlang.resolve.stages import at_reset
from rewardlang.resolve.taken_names import check_names, check_operations
from rewardlang.resolve.world import merged_tables
from rewardlang.source import Span
from rewardlang.syntax import nodes
from rewardlang.syntax.files import ApiFile, ScenarioFile, WorldFile
from rewardlang.syntax.yaml_nodes import Mapping_, YamlNode, plain
from rewardlang.types.json_schema import Schemas
from rewardlang.types.relations import may_be_null
from rewardlang.types.types import (
    Any,
    Delta,
    List,
    Object,
    Property,
    State,
    String,
    Table,
    Type,
)
from rewardlang.types.words import describe


def resolve(
    scenario: ScenarioFile,
    apis: Sequence[ApiFile],
    world: WorldFile,
    typed: list[tree.Expr] | None = None,
) -> tuple[model.Scenario | None, list[Diagnostic]]:
    """The typed model of a scenario, or None when there are errors, and what was found.

    `apis` are those that the scenario uses, `world` is its own or the one that it names; `typed`
    as in `Report`.
    """
    report = Report(typed=typed)
    resolved = [resolve_api(file) for file in apis]
    for each in resolved:
        report.diagnostics.extend(each.diagnostics)
    if any(each.api is None for each in resolved):
        return None, report.diagnostics
    found = _Resolver(scenario, resolved, world, report).resolve()
    return found, report.diagnostics


class _Resolver:
    """One scenario on its way from file to model."""

    def __init__(
        self,
        file: ScenarioFile,
        apis: Sequence[ResolvedApi],
        world: WorldFile,
        report: Report,
    ) -> None:
        self.file = file
        self.apis = apis
        self.world_file = world
        self.report = report
        self.schemas = Schemas()
        for each in apis:
            self.schemas.adopt(each.schemas)
        self.tables = merged_tables(apis, file.use, report)
        self.expect = {} if file.expect is None else _plain_object(file.expect)

    def resolve(self) -> model.Scenario | None:
        """Everything in order: world, parameters, lets, reward, oracle, tests."""
        file = self.file
        world = shared_world(self.world_file, self.apis, self.tables, self.schemas, self.report)
        check_operations(file, self.apis, self.report)
        check_names(file, self.apis, self.report)
        base = self._scope()
        params, base = self._params(base)
        scope, lets = bind_lets(file.lets, base)
        assume = tuple(
            at_reset(condition(node, scope, "an assumption"), "`assume`", scope)
            for node in file.assume
            if node is not None
        )
        holdout = None
        if file.holdout is not None:
            holdout = at_reset(condition(file.holdout, scope, "`holdout`"), "`holdout`", scope)
        gates, parts, penalties = self._reward(scope)
        texts = self._with_bare_params(scope)
        system = None
        if file.system is not None:
            system = at_reset(infer_text(file.system, texts), "the system prompt", texts)
        prompts = tuple(at_reset(infer_text(p, texts), "the prompt", texts) for p in file.prompts)
        tools = self._tools()
        oracle, oracle_answer = infer_oracle(file, tools, texts)
        params_type = base.names["params"]
        assert isinstance(params_type, RootName)
        assert isinstance(params_type.facts.type, Object)
        tests = infer_tests(file, params_type.facts.type, texts)
        actor = self._actor(world)
        if world is None or self._failed() or _unparsed(file):
            return None
        offered = self._offered(tools, oracle)
        apis = [each.api for each in self.apis if each.api is not None]
        faults = resolve_faults(file, apis, offered, world.clock_step_s, self.report)
        told, offered, aliases = perturbed(file.offered, file.name.name, apis, offered, self.report)
        found = model.Scenario(
            name=file.name.name,
            title=file.title,
            source=file.source,
            apis=told,
            world=world,
            actor=actor,
            tools=offered,
            params=params,
            assume=assume,
            holdout=holdout,
            system=system,
            prompts=prompts,
            limits=model.Limits(file.limits.calls, file.limits.observation, file.limits.answer),
            expect=self.expect,
            lets=lets,
            gates=gates,
            parts=parts,
            penalties=penalties,
            oracle=oracle,
            oracle_answer=oracle_answer,
            tests=tests,
            expect_spans={} if file.expect is None else _key_spans(file.expect),
            faults=faults,
            names=aliases,
        )
        check_costs(found, self.schemas.expand, self.report)
        return None if self._failed() else found

    def _failed(self) -> bool:
        return any(d.code.level == "error" for d in self.report.diagnostics)

    # ---- names ----

    def _views(self) -> dict[str, ApiView]:
        return {each.view.name: each.view for each in self.apis}

    def _scope(self) -> Scope:
        """What every expression of the scenario sees, but for parameters and lets."""
        public = {n: t.row for n, t in self.tables.items() if not t.internal}
        state = State(public)
        limit = self.file.limits
        names: dict[str, Binding] = {
            "expect": RootName("expect", tree.Facts(self._expect_type())),
            "initial": RootName("initial", tree.Facts(state)),
            "final": RootName("final", tree.Facts(state, "environment", "episode")),
            "delta": DeltaSpace(Delta(public)),
            "answer": RootName(
                "answer", tree.Facts(String(max_length=limit.answer), "agent", "episode")
            ),
        }
        for each in self.apis:
            names[each.view.name] = ApiSpace(each.view.name)
        return Scope(
            self.schemas,
            self.report,
            names,
            apis=self._views(),
            calls_limit=limit.calls,
            faults=tuple(dict.fromkeys(fault.kind for fault in self.file.faults)),
        )

    def _expect_type(self) -> Type:
        node = self.file.expect
        return Object({}) if node is None else _shape(node)

    def _with_bare_params(self, scope: Scope) -> Scope:
        names = {identifier.name: ParamName() for identifier, _ in self.file.params}
        return scope.naming({n: b for n, b in names.items() if n not in scope.names})

    # ---- parameters ----

    def _params(self, scope: Scope) -> tuple[tuple[model.Param, ...], Scope]:
        """The parameters, each seen by those after it; and the scope that sees all."""
        late = "parameters are drawn before lets are evaluated: write it in place"
        hidden = {identifier.name: late for identifier, _ in self.file.lets}
        known: dict[str, Property] = {}
        found: list[model.Param] = []
        for identifier, node in self.file.params:
            inner = replace(self._seeing(scope, known), hidden=hidden)
            choices = None if node is None else self._choices(node, inner)
            type_: Type = Any() if choices is None else _item(choices, inner)
            known[identifier.name] = Property(type_, True, identifier.span)
            if choices is not None:
                found.append(model.Param(identifier.name, choices, type_, identifier.span))
        return tuple(found), self._seeing(scope, known)

    def _seeing(self, scope: Scope, params: Mapping[str, Property]) -> Scope:
        facts = tree.Facts(Object(dict(params), None, "params"))
        return scope.naming({"params": RootName("params", facts)})

    def _choices(self, node: nodes.Expr, scope: Scope) -> tree.Expr | None:
        """The list of a `one_of(list)`; None when it was reported."""
        call = node if isinstance(node, nodes.Call) else None
        if call is None or not isinstance(call.callee, nodes.Name) or call.callee.name != "one_of":
            self.report.add(
                codes.WRONG_CALL,
                "a parameter is drawn by `one_of(list)`",
                node.span,
                "no `one_of`",
                help=f"write `one_of({shown(node.span)})`",
                candidates=["one_of"],
            )
            return None
        if len(call.args) != 1 or isinstance(call.args[0].value, nodes.Lambda):
            self.report.add(
                codes.WRONG_CALL, "`one_of` takes one list", node.span,
                help="write `one_of([a, b, c])`" if len(call.args) > 1 else None,
            )  # fmt: skip
            return None
        value = call.args[0].value
        assert not isinstance(value, nodes.Lambda)
        choices = at_reset(infer(value, scope), "a parameter", scope)
        if is_error(choices):
            return None
        type_ = scope.expand(choices.type)
        if not isinstance(type_, List):
            help = None
            if isinstance(type_, Table):
                help = f"write `{shown(choices.span)}.keys()`"
            self.report.add(
                codes.WRONG_CALL, "`one_of` takes a list", choices.span, describe(type_), help=help
            )
            return None
        if may_be_null(type_.item):
            self.report.add(
                codes.UNSAFE_ACCESS,
                "a parameter must not be null",
                choices.span,
                describe(type_),
                help="leave the nulls out: `.filter(x => x is not null)`",
            )
            return None
        return choices

    # ---- reward ----

    def _reward(
        self, scope: Scope
    ) -> tuple[tuple[model.Gate, ...], tuple[model.Part, ...], tuple[model.Penalty, ...]]:
        gates: list[model.Gate] = []
        for gate in self.file.gates:
            if gate.require is not None:
                require = condition(gate.require, scope, "a gate")
                gates.append(model.Gate(gate.id.name, require, gate.otherwise, gate.span))
        parts: list[model.Part] = []
        for part in self.file.parts:
            check = score = None
            if part.check is not None:
                check = condition(part.check, scope, "a check")
            elif part.score is not None:
                score = number(part.score, scope, "a score")
            parts.append(
                model.Part(part.id.name, part.weight, check, score, part.span, part.weight_span)
            )
        penalties: list[model.Penalty] = []
        for penalty in self.file.penalties:
            when = None
            if penalty.when is not None:
                when = condition(penalty.when, scope, "`when`")
            if penalty.factor is not None:
                factor = number(penalty.factor, scope, "a factor")
                penalties.append(model.Penalty(penalty.id.name, when, factor, penalty.span))
        return tuple(gates), tuple(parts), tuple(penalties)

    # ---- tools and actor ----

    def _tools(self) -> tuple[str, ...] | None:
        """The operations that `tools` names; None when it is left out."""
        if self.file.tools is None:
            return None
        every = [name for view in self._views().values() for name in view.operations]
        named: dict[str, int] = {}
        for item in self.file.tools:
            glob = str(item.value)
            matching = [name for name in every if fnmatchcase(name, glob)]
            if not matching:
                self.report.unknown("operation", glob, item.span, every, kind="operations")
            for name in matching:
                named[name] = 1
        return tuple(name for name in every if name in named)

    def _offered(
        self, tools: tuple[str, ...] | None, oracle: Sequence[model.OracleStep]
    ) -> tuple[str, ...]:
        if tools is not None:
            return tools
        used = [step.operation for step in oracle]
        return tuple(
            name
            for view in self._views().values()
            for name, operation in view.operations.items()
            if not used or name in used or not operation.writes
        )

    def _actor(self, world: model.World | None) -> str:
        """The key of the user who acts."""
        if world is None:
            return ""
        users = world.rows.get(USERS, {})
        item = self.file.actor
        if item is None:
            return next(iter(users), "")
        key = str(item.value)
        if key not in users:
            self.report.unknown("user", key, item.span, users, kind="users")
        return key


def _unparsed(file: ScenarioFile) -> bool:
    """Whether an expression did not parse, which was reported when the file was read."""
    found: list[object] = [node for _, node in (*file.lets, *file.params)]
    found.extend(file.assume)
    found.extend(gate.require for gate in file.gates)
    found.extend(part.score if part.check is None else part.check for part in file.parts)
    found.extend(penalty.factor for penalty in file.penalties)
    return any(node is None for node in found)


def _item(choices: tree.Expr, scope: Scope) -> Type:
    type_ = scope.expand(choices.type)
    return type_.item if isinstance(type_, List) else Any()


def _plain_object(node: Mapping_) -> dict[str, object]:
    found = plain(node)
    assert isinstance(found, dict)
    return found


def _key_spans(node: Mapping_) -> dict[str, Span]:
    return {str(key.value): key.span for key, _ in node.pairs}


def _shape(node: YamlNode) -> Type:
    """The type of plain data by its shape, with the places of its keys."""
    if isinstance(node, Mapping_):
        properties = {
            str(key.value): Property(_shape(value), True, key.span) for key, value in node.pairs
        }
        return Object(properties)
    return shape_of(plain(node))
