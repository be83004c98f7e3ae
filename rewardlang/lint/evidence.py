"""Calls that are paid for although they do not show what they should: failed ones, on any row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label
from rewardlang.frozen import frozen
from rewardlang.lint.acts import Acts, acts_of
from rewardlang.lint.claims import Claim, claims
from rewardlang.lint.registry import lint
from rewardlang.lint.sources import reads, through
from rewardlang.model import Gate, Part, Scenario
from rewardlang.source import Span

_OUTCOME = frozenset({"ok", "status", "error", "kind", "response", "fault"})


_SAYING = frozenset({"response", "error", "status", "kind", "before", "after", "index", "fault"})
"""Fields that say more of a call than that it was made, so that it is meant as it stands."""


@frozen
class _Existence:
    """A condition that a call of some pattern is there, and the claim that it is of."""

    match: tree.Match
    claim: Claim


@lint(codes.OK_NOT_REQUIRED)
def ok_not_required(scenario: Scenario) -> Iterator[Diagnostic]:
    """A pattern without `ok` matches refused calls, which cost a policy nothing to make."""
    about = _About(scenario)
    blamed: list[Span] = []
    for wanted in _paid(scenario):
        for each in wanted.match.alternatives:
            if each.span in blamed or _fields(each) & _OUTCOME:
                continue
            if about.succeeds(each, wanted.claim):
                continue
            blamed.append(each.span)
            yield Diagnostic(
                codes.OK_NOT_REQUIRED,
                f"a call of `{each.operation or 'any'}` that fails is paid as well",
                Label(each.span, "matches refused calls too"),
                help="write `ok` in the braces; if attempts are to count, say so: "
                "`best(P, c => ...)`",
                fix=_with_ok(each),
            )


def _with_ok(match: tree.OpMatch) -> Fix | None:
    text = match.span.text
    name, brace, rest = text.partition("{")
    if not brace:
        return Fix(match.span, f"{text}{{ok}}")
    inner = rest.strip().removesuffix("}").strip()
    return Fix(match.span, f"{name}{{ok, {inner}}}" if inner else f"{name}{{ok}}")


@lint(codes.TARGET_NOT_BOUND)
def target_not_bound(scenario: Scenario) -> Iterator[Diagnostic]:
    """The right operation on the wrong row is the cheapest way to be paid for nothing."""
    about = _About(scenario)
    blamed: list[Span] = []
    for wanted in _paid(scenario):
        unbound = [each for each in wanted.match.alternatives if about.unbound(each)]
        if len(unbound) < len(wanted.match.alternatives):
            continue
        for each in unbound:
            if each.span in blamed or about.bound_elsewhere(each, wanted.claim):
                continue
            blamed.append(each.span)
            name, table = next(iter(about.acts(each).targets.items()))
            rows = about.rows(table)
            yield Diagnostic(
                codes.TARGET_NOT_BOUND,
                f"`{each.operation}` of any row of `{table}` is paid",
                Label(each.span, f"does not say which of {rows} {table}"),
                help=f"write in the braces which one: `args.{name} == ...`",
            )


@lint(codes.ARGUMENT_ONLY)
def argument_only(scenario: Scenario) -> Iterator[Diagnostic]:
    """What a call asked for is not what is there at the end: a later call may have undone it."""
    about = _About(scenario)
    blamed: list[Span] = []
    for wanted in _paid(scenario):
        if not isinstance(wanted.claim.item, Part):
            continue
        for each in wanted.match.alternatives:
            acts = about.acts(each)
            shown = [name for name in _arguments(each) if name in acts.taken]
            if not shown or each.span in blamed or about.judged(acts.writes):
                continue
            blamed.append(each.span)
            yield Diagnostic(
                codes.ARGUMENT_ONLY,
                f"`args.{shown[0]}` is judged as it was sent, not as it is at the end",
                Label(each.span, f"the final `{acts.writes[0]}` show the same fact"),
                help=f"compare what is in `final.{acts.writes[0]}` or `delta.{acts.writes[0]}`",
            )


# ---- what is paid for being there ----


def _paid(scenario: Scenario) -> Iterator[_Existence]:
    """The calls whose being there raises the reward."""
    for claim in claims(scenario):
        expr = claim.expr
        match expr:
            case tree.Formula(kind="called" | "once" | "exactly" | "at_least" | "seq"):
                wanted = claim.sign > 0 and expr.count != 0
            case tree.Formula(kind="never"):
                wanted = claim.sign < 0
            case tree.Compare():
                counted = _counted(expr)
                if counted is not None and counted[1] == claim.sign:
                    yield _Existence(counted[0], claim)
                continue
            case tree.IsNull(object=tree.TraceValue(kind="first" | "last") as found):
                if claim.sign == (1 if expr.negated else -1):
                    yield _Existence(found.match, claim)
                continue
            case _:
                continue
        if wanted:
            for pattern in expr.matches:
                yield _Existence(pattern, claim)


def _counted(expr: tree.Compare) -> tuple[tree.Match, int] | None:
    """The pattern of `count(P) >= 1` and its like: with 1 when it asks for calls, -1 for none."""
    left, right, op = expr.left, expr.right, expr.op
    if isinstance(left, tree.Const):
        left, right = right, left
        # For mypy: an operator for an operator.
        op = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(op, op)  # type: ignore[assignment]
    if not (isinstance(left, tree.TraceValue) and left.kind == "count"):
        return None
    number = right.value if isinstance(right, tree.Const) else None
    if not isinstance(number, int):
        return None
    if (op, number) in ((">", 0), ("!=", 0)) or (op in (">=", "==") and number > 0):
        return left.match, 1
    return (left.match, -1) if (op, number) in (("==", 0), ("<", 1), ("<=", 0)) else None


def _fields(match: tree.OpMatch) -> frozenset[str]:
    """The fields of the call that the braces mention."""
    if match.condition is None:
        return frozenset()
    return frozenset(
        node.name
        for node in through([match.condition], {})
        if isinstance(node, tree.CallField) and node.call is None
    )


def _arguments(match: tree.OpMatch) -> list[str]:
    """The arguments that the braces mention, by their top-level name."""
    if match.condition is None:
        return []
    return [
        node.name
        for node in through([match.condition], {})
        if isinstance(node, tree.Get)
        and isinstance(node.object, tree.CallField)
        and node.object.name == "args"
    ]


def _whole_arguments(match: tree.OpMatch) -> bool:
    """Whether the braces use `args` other than by a name, so that it may be any of them."""
    if match.condition is None:
        return False
    nodes = list(through([match.condition], {}))
    used = sum(isinstance(node, tree.CallField) and node.name == "args" for node in nodes)
    return used > len(_arguments(match))


class _About:
    """What the rest of a reward says of the calls of one operation."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._lets: Mapping[str, tree.LetDef] = {let.name: let for let in scenario.lets}
        self._operations = scenario.operations
        self._acts: dict[str | None, Acts] = {None: Acts({}, (), ())}

    def acts(self, match: tree.OpMatch) -> Acts:
        """What the operation of a pattern does; nothing when it is any."""
        name = match.operation
        if name not in self._acts:
            assert name is not None
            self._acts[name] = acts_of(self._operations[name])
        return self._acts[name]

    def rows(self, table: str) -> int:
        """Rows of a table at reset."""
        return len(self._scenario.world.rows.get(table, {}))

    def unbound(self, match: tree.OpMatch) -> bool:
        """Whether calls on any of several rows match."""
        targets = self.acts(match).targets
        if not targets or all(self.rows(table) < 2 for table in targets.values()):
            return False
        if _fields(match) & _SAYING:
            return False
        named = _arguments(match)
        return not any(name in named for name in targets) and not _whole_arguments(match)

    def bound_elsewhere(self, match: tree.OpMatch, claim: Claim) -> bool:
        """Whether what must hold beside it says which row is meant."""
        if any(self._names(other, match) for other in claim.beside):
            return True
        return isinstance(claim.item, Gate) and self._a_part_names(match)

    def succeeds(self, match: tree.OpMatch, claim: Claim) -> bool:
        """Whether success is asked for as well: by what must hold beside it or, of an attempt
        with the right arguments, by another part or gate that looks at what it should have done."""
        if any(self._shows(other, match) for other in claim.beside):
            return True
        attempt = isinstance(claim.item, Gate) or bool(_arguments(match))
        return attempt and self.judged(self.acts(match).writes)

    def judged(self, tables: Sequence[str]) -> bool:
        """Whether a gate or a part looks at what these tables hold at the end."""
        scenario = self._scenario
        roots = [gate.require for gate in scenario.gates]
        roots += [e for p in scenario.parts for e in (p.check, p.score) if e is not None]
        return any(self._looks(root, tables) for root in roots)

    def _a_part_names(self, match: tree.OpMatch) -> bool:
        for part in self._scenario.parts:
            for expr in (part.check, part.score):
                if expr is not None and self._names(expr, match):
                    return True
        return False

    def _names(self, expr: tree.Expr, match: tree.OpMatch) -> bool:
        tables = self.acts(match).writes
        for node in through([expr], self._lets):
            if isinstance(node, tree.ChangedOnly):
                if any(p.table in tables and p.key is not None for p in node.paths):
                    return True
            elif any(
                each.operation == match.operation and not self.unbound(each)
                for each in _alternatives(node)
            ):
                return True
        return self._looks(expr, tables)

    def _shows(self, expr: tree.Expr, match: tree.OpMatch) -> bool:
        for node in through([expr], self._lets):
            wanted = isinstance(node, tree.Formula) and node.kind in ("called", "once", "at_least")
            if wanted and any(
                each.operation == match.operation and "ok" in _fields(each)
                for each in _alternatives(node)
            ):
                return True
        return self._looks(expr, self.acts(match).writes)

    def _looks(self, expr: tree.Expr, tables: Sequence[str]) -> bool:
        """Whether `expr` looks at the rows of one of `tables` as they are at the end."""
        for node in through([expr], self._lets):
            if isinstance(node, tree.DeltaRows) and node.table in tables:
                return True
            if (
                isinstance(node, tree.TableRef)
                and node.name in tables
                and "final" in reads([node.world], self._lets)
            ):
                return True
        return False


def _alternatives(node: tree.Expr) -> Iterator[tree.OpMatch]:
    """The patterns of a formula or of a value of the trace; none of anything else."""
    matches: tuple[tree.Match, ...] = ()
    if isinstance(node, tree.Formula):
        matches = node.matches
    elif isinstance(node, tree.TraceValue):
        matches = (node.match,)
    for match in matches:
        yield from match.alternatives
