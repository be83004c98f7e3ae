"""The YAML of a scenario, already of the right shape, to a ScenarioFile."""

from __future__ import annotations

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.syntax.fault_items import read_faults, read_tools
from rewardlang.syntax.files import (
    BoundsItem,
    CallItem,
    GateItem,
    LimitsItem,
    PartItem,
    PenaltyItem,
    ScenarioFile,
    TestItem,
)
from rewardlang.syntax.nodes import Template
from rewardlang.syntax.reader import (
    Reader,
    as_identifier,
    as_mapping,
    as_scalar,
    items,
    number_of,
    pairs,
    text_of,
    whole_of,
)
from rewardlang.syntax.world_file import read_inline_world
from rewardlang.syntax.yaml_nodes import Mapping_, Sequence_, YamlNode

CALLS, OBSERVATION, ANSWER = 10, 4000, 2000
"""The limits that hold when a scenario sets none; documented in its JSON Schema."""


def read(root: Mapping_, reader: Reader) -> ScenarioFile:
    """The scenario that a document holds."""
    name = as_identifier(root.get("scenario"))
    world, actor, tools = root.get("world"), root.get("actor"), root.get("tools")
    reward = as_mapping(root.get("reward"))
    oracle, oracle_answer = _oracle(items(root.get("oracle")), reader)
    expect, holdout, system = root.get("expect"), root.get("holdout"), root.get("system")
    faults = None if (node := root.get("faults")) is None else as_mapping(node)
    return ScenarioFile(
        source=reader.source,
        name=name,
        title=text_of(root.get("title")),
        use=tuple(as_scalar(i) for i in items(root.get("use"))),
        world=(
            read_inline_world(world, name, root, reader)
            if isinstance(world, Mapping_)
            else as_scalar(world)
        ),
        actor=as_scalar(actor) if actor else None,
        tools=tuple(as_scalar(i) for i in items(tools)) if tools else None,
        params=reader.bindings(root.get("params")),
        assume=tuple(reader.expression(i) for i in items(root.get("assume"))),
        holdout=reader.expression(holdout) if holdout else None,
        system=reader.template(system) if system else None,
        prompts=_prompts(root.get("prompt"), reader),
        limits=_limits(root, reader),
        expect=as_mapping(expect) if expect else None,
        lets=reader.bindings(root.get("let")),
        gates=tuple(_gate(as_mapping(i), reader) for i in items(reward.get("gates"))),
        parts=tuple(_part(as_mapping(i), reader) for i in items(reward.get("parts"))),
        penalties=tuple(_penalty(as_mapping(i), reader) for i in items(reward.get("penalties"))),
        oracle=oracle,
        oracle_answer=oracle_answer,
        tests=tuple(_test(as_mapping(i), reader) for i in items(root.get("tests"))),
        span=root.span,
        faults=() if faults is None else read_faults(faults.get("responses"), reader),
        offered=None if faults is None else read_tools(faults.get("tools")),
    )


def _prompts(node: YamlNode | None, reader: Reader) -> tuple[Template, ...]:
    written = node.items if isinstance(node, Sequence_) else (as_scalar(node),)
    read = [reader.template(n) or Template(n.span, ("",)) for n in written]
    return tuple(read)


def _limits(root: Mapping_, reader: Reader) -> LimitsItem:
    node = root.get("limits")
    if node is None:
        return LimitsItem(CALLS, OBSERVATION, ANSWER, root.pairs[0][0].span)
    limits = as_mapping(node)
    return LimitsItem(
        whole_of(limits.get("calls"), CALLS),
        whole_of(limits.get("observation"), OBSERVATION),
        whole_of(limits.get("answer"), ANSWER),
        limits.span,
    )


def _gate(node: Mapping_, reader: Reader) -> GateItem:
    require, otherwise = node.get("require"), node.get("otherwise")
    assert require is not None
    made = reader.expression(require)
    return GateItem(as_identifier(node.get("id")), made, number_of(otherwise), node.span)


def _part(node: Mapping_, reader: Reader) -> PartItem:
    weight, check, score = as_scalar(node.get("weight")), node.get("check"), node.get("score")
    return PartItem(
        as_identifier(node.get("id")),
        number_of(weight),
        weight.span,
        reader.expression(check) if check else None,
        reader.expression(score) if score else None,
        node.span,
    )


def _penalty(node: Mapping_, reader: Reader) -> PenaltyItem:
    when, factor = node.get("when"), node.get("factor")
    assert factor is not None
    return PenaltyItem(
        as_identifier(node.get("id")),
        reader.expression(when) if when else None,
        reader.expression(factor),
        node.span,
    )


def _oracle(
    steps: tuple[YamlNode, ...], reader: Reader
) -> tuple[tuple[CallItem, ...], Template | None]:
    calls: list[CallItem] = []
    answer: Template | None = None
    for number, step in enumerate(steps):
        mapping = as_mapping(step)
        said = mapping.get("answer")
        if said is None:
            call = _call(mapping, reader)
            calls += [call] if call is not None else []
            continue
        answer = reader.template(said)
        if len(mapping.pairs) > 1 or number < len(steps) - 1:
            place = next(k for k, _ in mapping.pairs if k.value == "answer")
            message = "the answer ends the oracle, and is an item of its own"
            label = Label(place.span, "something else comes with it or after it")
            help = "let it be the last item: `- answer: ...`"
            reader.out.append(Diagnostic(codes.WRONG_SHAPE, message, label, help=help))
    return tuple(calls), answer


def _call(node: Mapping_, reader: Reader) -> CallItem | None:
    bind = node.get("bind")
    called = [(k, v) for k, v in node.pairs if k.value != "bind"]
    if len(called) != 1:
        place = called[1][0].span if called else node.pairs[0][0].span
        message = "an item is one call: an operation with its arguments, and perhaps `bind`"
        label = "a second operation" if called else "no operation"
        help = (
            "begin each call with a `-` of its own" if called else "name one: `- getIssue: {...}`"
        )
        reader.out.append(Diagnostic(codes.WRONG_SHAPE, message, Label(place, label), help=help))
        return None
    operation, args = called[0]
    name = reader.name(as_scalar(bind)) if bind is not None else None
    return CallItem(as_identifier(operation), reader.object(args), name, node.span)


def _test(node: Mapping_, reader: Reader) -> TestItem:
    calls, answer, params = node.get("calls"), node.get("answer"), node.get("params")
    reward = node.get("reward")
    assert reward is not None
    made = None
    if calls is not None:
        read = [_call(as_mapping(i), reader) for i in items(calls)]
        made = tuple(c for c in read if c is not None)
    return TestItem(
        name=as_scalar(node.get("name")),
        calls=made,
        answer=reader.template(answer) if answer else None,
        params=as_mapping(params) if params else None,
        seed=whole_of(node.get("seed")),
        reward=_bounds(reward, reader),
        parts=tuple((as_identifier(k), _bounds(v, reader)) for k, v in pairs(node.get("parts"))),
        span=node.span,
    )


def _bounds(node: YamlNode, reader: Reader) -> BoundsItem:
    if not isinstance(node, Mapping_):
        exactly = number_of(node)
        return BoundsItem(exactly, exactly, node.span)
    low, high = number_of(node.get("min"), 0.0), number_of(node.get("max"), 1.0)
    if low > high:
        reader.report(codes.WRONG_SHAPE, "`min` is greater than `max`", node.span, "nothing fits",
                      help="exchange them")  # fmt: skip
    return BoundsItem(low, high, node.span)
