"""What a reward compares with: what the policy set itself, its own word, an answer given away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.interpret import Context, Failure, evaluate, named
from rewardlang.lint.claims import Claim, claims
from rewardlang.lint.expressions import source_of
from rewardlang.lint.fingerprint import Fingerprints
from rewardlang.lint.idle import UNKNOWN, Idle
from rewardlang.lint.registry import lint
from rewardlang.lint.sources import Sources, reads, through
from rewardlang.model import Scenario
from rewardlang.source import Span
from rewardlang.types.types import String
from rewardlang.walk import below
from rewardlang_runtime.values import ScenarioFault

_COMPARING = frozenset({
    "says", "edit_sim", "token_f1", "f1", "precision", "recall", "jaccard", "lcs_ratio",
    "subset_score", "matches_subset", "contains", "contains_all", "contains_text", "starts_with",
    "ends_with",
})  # fmt: skip
"""Functions that hold their first argument against their second."""

_WRAPPERS = frozenset({"fold", "str", "lower", "upper", "strip", "number", "to_int", "numbers"})
"""Functions that leave a value what it is, in another form."""

_SHORTEST = 4
"""Characters: a shorter answer stands in a text by chance."""


def _pairs(claim: Claim) -> Iterator[tuple[tree.Expr, tree.Expr]]:
    """The two sides of an atom that compares."""
    expr = claim.expr
    match expr:
        case tree.Compare(op="==") if claim.sign > 0:
            yield expr.left, expr.right
        case tree.Compare(op="!=") if claim.sign < 0:
            yield expr.left, expr.right
        case tree.In() if claim.sign == (-1 if expr.negated else 1):
            yield expr.item, expr.container
        case tree.Builtin() if claim.sign > 0 and expr.name in _COMPARING:
            yield expr.args[0], expr.args[1]
        case _:
            return


# ---- H515 ----


@lint(codes.AGENT_REFERENCE)
def agent_controls_reference(scenario: Scenario) -> Iterator[Diagnostic]:
    """What a policy sent is compared with what it brought about: whatever it sends is right."""
    sources = Sources({let.name: let for let in scenario.lets})
    blamed: list[Span] = []
    for claim in claims(scenario):
        for left, right in _pairs(claim):
            for reference, other in ((right, left), (left, right)):
                if sources.of(reference) != {"args"} or sources.of(other) not in _EITHER:
                    continue
                if claim.expr.span in blamed or _pinned(scenario, reference):
                    continue
                blamed.append(claim.expr.span)
                yield Diagnostic(
                    codes.AGENT_REFERENCE,
                    "the policy chooses what it is compared with",
                    Label(reference.span, "what the policy sent"),
                    (Label(other.span, "follows from what the policy sent, too"),),
                    "compare with what the task asks for: `params`, `expect` or `initial`",
                )
                break


_EITHER = (frozenset({"final"}), frozenset({"answer"}), frozenset({"final", "answer"}))
"""What calls made of the world, or the policy's own words."""


def _pinned(scenario: Scenario, reference: tree.Expr) -> bool:
    """Whether the calls that the reference is taken from are held to arguments of the task."""
    lets = {let.name: let for let in scenario.lets}
    wanted = list(_arguments(reference))
    for node in through([reference], lets):
        if isinstance(node, tree.TraceValue):
            for match in node.match.alternatives:
                condition = [] if match.condition is None else [match.condition]
                asked = [name for each in condition for name in _arguments(each)]
                if any(name in asked for name in wanted) and reads(condition, lets) & _TASK:
                    return True
    return False


_TASK = frozenset({"params", "expect", "initial"})


def _arguments(expr: tree.Expr) -> Iterator[str]:
    """The arguments of calls that `expr` reads, but not those by which it selects calls."""
    pending = [expr]
    while pending:
        node = pending.pop()
        if isinstance(node, tree.Get) and isinstance(node.object, tree.CallField):
            if node.object.name == "args":
                yield node.name
        elif not isinstance(node, tree.TraceValue):
            pending.extend(below(node))


# ---- H516 ----

_WORLD = frozenset({"final", "initial", "delta", "trace", "args", "response", "error"})


@lint(codes.SELF_REPORT)
def self_report_only(scenario: Scenario) -> Iterator[Diagnostic]:
    """Saying that it is done is cheaper than doing it."""
    lets = {let.name: let for let in scenario.lets}
    if any(gate.otherwise < 1 and _demands(gate.require, lets) for gate in scenario.gates):
        return
    for part in scenario.parts:
        expr = part.score if part.check is None else part.check
        if expr is None:
            continue
        looks = reads([expr], lets)
        if "answer" not in looks or looks & _WORLD or _drawn_from_world(scenario, expr, lets):
            continue
        yield Diagnostic(
            codes.SELF_REPORT,
            f"the part `{part.id}` takes the policy's word for it",
            Label(expr.span, "reads nothing but the answer"),
            help="look at what was done: `final`, `delta` or the trace; or ask for a value of the "
            "world that had to be looked up",
        )


def _demands(gate: tree.Expr, lets: Mapping[str, tree.LetDef]) -> bool:
    """Whether a gate fails when nothing was done, as far as can be known."""
    value = Idle(lets).value(gate)
    if value is UNKNOWN:
        return bool(reads([gate], lets) & {"final", "delta", "trace"})
    return value is not True


def _drawn_from_world(scenario: Scenario, expr: tree.Expr, lets: Mapping[str, tree.LetDef]) -> bool:
    """Whether a parameter that `expr` mentions is drawn from the world, and no prompt names it."""
    told = _params_of([text for text in (scenario.system, *scenario.prompts) if text], lets)
    for param in scenario.params:
        if param.name in _params_of([expr], lets) and param.name not in told:
            return True
    return False


def _params_of(exprs: list[tree.Expr], lets: Mapping[str, tree.LetDef]) -> set[str]:
    return {
        node.name
        for node in through(exprs, lets)
        if isinstance(node, tree.Get)
        and isinstance(node.object, tree.RootRef)
        and node.object.name == "params"
    }


# ---- H517 ----


@lint(codes.ANSWER_IN_PROMPT)
def answer_in_prompt(scenario: Scenario) -> Iterator[Diagnostic]:
    """An answer that the prompt gives away is copied, not looked up."""
    lets = {let.name: let for let in scenario.lets}
    prints = Fingerprints(lets)
    given: dict[str, tree.Expr] = {}
    for text in (scenario.system, *scenario.prompts):
        for part in () if text is None else _holes(text):
            given.setdefault(prints.of(_bare(part, lets)), part)
    blamed: list[Span] = []
    for truth in _truths(scenario, lets):
        if truth.span in blamed:
            continue
        shown = given.get(prints.of(_bare(truth, lets)))
        found = None if shown is None else shown.span
        where = "the prompt gives it away"
        if found is None:
            found, where = _quoted(scenario, truth, lets)
        if found is not None:
            blamed.append(truth.span)
            yield Diagnostic(
                codes.ANSWER_IN_PROMPT,
                "the policy is told the answer that it should look up",
                Label(found, where),
                (Label(truth.span, "what the answer is compared with"),),
                "name what is asked about by something else, such as its key",
            )


def _truths(scenario: Scenario, lets: Mapping[str, tree.LetDef]) -> Iterator[tree.Expr]:
    """The values of the world at reset that the answer is held against, where it is asked for what
    it says: beside a change of the world it only confirms what was done."""
    sources = Sources(lets)
    for claim in claims(scenario):
        if claim.sign <= 0:
            continue
        truths: list[tree.Expr] = []
        for left, right in _pairs(claim):
            for said, truth in ((left, right), (right, left)):
                if "answer" not in sources.of(said) or "answer" in sources.of(truth):
                    continue
                branches = _branches(truth, lets)
                truths += (branch for branch in branches if "initial" in sources.of(branch))
        # Asked last, as it looks through all that is beside the claim.
        if truths and not any(_asks_for_change(each, lets) for each in claim.beside):
            yield from truths


def _branches(expr: tree.Expr, lets: Mapping[str, tree.LetDef]) -> Iterator[tree.Expr]:
    """What a value may be: which question is asked may decide which value is right."""
    bare = _bare(expr, lets)
    if isinstance(bare, tree.If):
        yield from _branches(bare.then, lets)
        yield from _branches(bare.other, lets)
    else:
        yield expr


def _asks_for_change(condition: tree.Expr, lets: Mapping[str, tree.LetDef]) -> bool:
    looks = reads([condition], lets) & {"final", "delta"}
    return bool(looks) and _demands(condition, lets)


def _holes(text: tree.Expr) -> Iterator[tree.Expr]:
    if isinstance(text, tree.Text):
        for part in text.parts:
            if not isinstance(part, str):
                yield part
    elif not isinstance(text, tree.Const):
        yield text


def _bare(expr: tree.Expr, lets: Mapping[str, tree.LetDef]) -> tree.Expr:
    """`expr` without what only changes its form."""
    while True:
        expr = source_of(expr, lets)
        match expr:
            case tree.Builtin() if expr.name in _WRAPPERS:
                expr = expr.args[0]
            case tree.MakeList(items=(only,)):
                expr = only
            case _:
                return expr


def _quoted(
    scenario: Scenario, truth: tree.Expr, lets: Mapping[str, tree.LetDef]
) -> tuple[Span | None, str]:
    """Where a text that is the same on every draw stands word for word."""
    type_ = truth.type
    if not isinstance(type_, String) or type_.enum is not None:
        return None, ""
    if reads([truth], lets) & {"params"}:
        return None, ""
    roots = {"expect": scenario.expect, "initial": scenario.world.rows}
    try:
        value = evaluate(truth, Context(roots=roots, lets=named(scenario.lets)))
    except (Failure, ScenarioFault):
        return None, ""
    if not isinstance(value, str) or len(value) < _SHORTEST:
        return None, ""
    wanted = value.casefold()
    for text in (scenario.system, *scenario.prompts):
        if text is not None and wanted in _words(text).casefold():
            return text.span, "the prompt gives it away"
    for name in scenario.tools:
        operation = scenario.operations[name]
        if wanted in operation.doc.casefold():
            return operation.span, "the description of this tool gives it away"
    return None, ""


def _words(text: tree.Expr) -> str:
    """What a template says in every draw."""
    if isinstance(text, tree.Text):
        return "\n".join(part for part in text.parts if isinstance(part, str))
    return text.value if isinstance(text, tree.Const) and isinstance(text.value, str) else ""
