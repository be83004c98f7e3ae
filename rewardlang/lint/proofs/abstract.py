"""Typed conditions as formulas over tests of values and properties of the trace.

What cannot be taken apart is one test of truth, of a value known by its key. All of it admits at
least what the interpreter does: what is impossible here is impossible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rewardlang import tree
from rewardlang.lint.normal import normal
from rewardlang.lint.proofs.machines import COMPARE, Counter, Ordered, Scope, Total
from rewardlang.lint.proofs.terms import All, Atom, Either, Literal, Term, negated, truth
from rewardlang.lint.proofs.values import (
    NULL,
    TRUTH,
    Among,
    Domain,
    Order,
    Outside,
    Search,
    Test,
    domain,
    text,
)
from rewardlang.model import Scenario
from rewardlang.resolve.keys import call_field_key, get_key, key, let_key
from rewardlang.types.types import Bool, Number

_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_AT_LEAST_ONE = (">=", 1)
_BOUNDS: Mapping[str, tuple[str, int | None]] = {
    "called": _AT_LEAST_ONE, "never": ("==", 0), "once": ("==", 1), "exactly": ("==", None),
    "at_least": (">=", None), "at_most": ("<=", None),
}  # fmt: skip
KIND, STATUS, OP, FAULT = (
    call_field_key("None", name) for name in ("kind", "status", "op", "fault")
)

MOST_LITERALS = 500

Sum = tuple[dict[str | Counter, float], float]
"""Coefficients of unknown numbers, and a constant."""


class Abstraction:
    """The formulas of one scenario's conditions.

    Attributes:
        patterns: Patterns that formulas mention, by their names (normal forms).
        domains: What the types of values admit, by path.
        integers: Paths of whole numbers.
        harmless: Paths whose tests hold or not however little is done: known at reset, or that
            nothing changed besides.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._lets = {let.name: let.value for let in scenario.lets}
        # What is known by an id is kept along, so that the id stays its own.
        self._known: dict[int, tuple[tree.Expr, Term]] = {}
        self._sizes: dict[int, int] = {}
        self._sums: dict[str, Sum] = {}
        self._names: dict[int, tuple[tree.Match, str]] = {}
        self.patterns: dict[str, tree.Match] = {}
        self.domains: dict[str, Domain] = {}
        self.integers: dict[str, bool] = {}
        self.harmless: dict[str, bool] = {}

    def formula(self, expr: tree.Expr) -> Term:
        """What must be so for a condition to hold.

        One of more than MOST_LITERALS, as lets that read lets twice make, is not taken apart.
        """
        known = self._known.get(id(expr))
        if known is None:
            term = self._formula(expr)
            size = 1 if isinstance(term, Literal) else sum(map(self._size, term.items))
            if size > MOST_LITERALS:
                term, size = Literal(self._opaque(normal(expr), expr)), 1
            self._sizes[id(term)] = size
            known = self._known[id(expr)] = (expr, term)
        return known[1]

    def _size(self, term: Term) -> int:
        """The number of literals; of parts that are formulas themselves it is known."""
        known = self._sizes.get(id(term))
        if known is None:
            known = 1 if isinstance(term, Literal) else sum(map(self._size, term.items))
        return known

    def _formula(self, expr: tree.Expr) -> Term:
        match expr:
            case tree.And():
                return All(tuple(map(self.formula, expr.items)))
            case tree.Or():
                return Either(tuple(map(self.formula, expr.items)))
            case tree.Not():
                return negated(self.formula(expr.item))
            case tree.If():
                test = self.formula(expr.test)
                then, other = self.formula(expr.then), self.formula(expr.other)
                return Either((All((test, then)), All((negated(test), other))))
            case tree.Const():
                return truth(expr.value is True)
            case tree.LetRef() if expr.name in self._lets:
                return self.formula(self._lets[expr.name])
            case tree.Formula():
                return self._of_trace(expr)
            case tree.Compare():
                return self._compare(expr)
            case tree.In():
                return self._membership(expr)
            case tree.IsNull():
                return self._null(expr)
            case tree.Matches():
                return self._test(expr.text, Search(expr.pattern), _doubtful(expr.text))
            case tree.CallField(call=None, name="ok"):
                return Literal(Atom(KIND, Among(('"ok"',))))
            case tree.Macro(kind="none") if not expr.facts.can_fail:
                return Literal(self._opaque(normal(replace(expr, kind="any")), expr), False)
            case tree.ChangedOnly():
                found = self._opaque(normal(expr), expr)
                self.harmless[found.path] = True
                return Literal(found)
            case tree.Get() | tree.At() | tree.CallField() | tree.Local():
                return self._test(expr, TRUTH, _doubtful(expr))
            case _:
                return Literal(self._opaque(normal(expr), expr))

    def _opaque(self, name: str, expr: tree.Expr) -> Atom:
        self.domains[name] = domain(Bool(), True)
        if expr.facts.stage == "setup":
            self.harmless[name] = True
        return Atom(name, TRUTH)

    # ---- values ----

    def path(self, expr: tree.Expr) -> str:
        """The key of a value; lets that only name a way to it are looked through."""
        match expr:
            case tree.Present():
                return self.path(expr.object)
            case tree.Get():
                return get_key(self.path(expr.object), expr.name)
            case tree.LetRef() if isinstance(
                self._lets.get(expr.name),
                tree.Get | tree.At | tree.Row | tree.Present | tree.LetRef | tree.TraceValue,
            ):
                return self.path(self._lets[expr.name])
            case tree.LetRef():
                return let_key(expr.name)
            case _:
                return key(expr)

    def _test(self, value: tree.Expr, test: Test, may_fail: bool) -> Term:
        path = self.path(value)
        within = domain(value.type, not _doubtful(value))
        if value.facts.stage == "setup":
            self.harmless[path] = True
        known = self.domains.get(path)
        self.domains[path] = within if known is None else known.join(within)
        return Literal(Atom(path, test, may_fail))

    def _null(self, expr: tree.IsNull) -> Term:
        value = expr.object
        if isinstance(value, tree.LetRef) and isinstance(
            self._lets.get(value.name), tree.TraceValue
        ):
            value = self._lets[value.name]
        if isinstance(value, tree.TraceValue) and value.kind in ("first", "last"):
            none = Total(((self._counter(value.match, value.window), 1),), "==", 0)
            return Literal(none, not expr.negated)
        may_fail = _doubtful(value)
        test: Test = Outside(NULL.values) if expr.negated and may_fail else NULL
        found = self._test(value, test, may_fail)
        return negated(found) if expr.negated and not may_fail else found

    def _membership(self, expr: tree.In) -> Term:
        if not isinstance(expr.container, tree.Const) or not isinstance(expr.container.value, list):
            return Literal(self._opaque(normal(expr), expr))
        return self._among(
            expr.item, tuple(map(text, expr.container.value)), expr.negated, _doubtful(expr.item)
        )

    def _among(self, value: tree.Expr, values: tuple[str, ...], but: bool, may_fail: bool) -> Term:
        if but and may_fail:
            return self._test(value, Outside(values), may_fail)
        found = self._test(value, Among(values), may_fail)
        return negated(found) if but else found

    def _compare(self, expr: tree.Compare) -> Term:
        left, right, op = expr.left, expr.right, expr.op
        if isinstance(left, tree.Const) and not isinstance(right, tree.Const):
            # For mypy: an operator for an operator.
            left, right, op = right, left, _MIRRORED[op]  # type: ignore[assignment]
        may_fail = expr.facts.can_fail or _doubtful(left) or _doubtful(right)
        total = self._difference(left, right)
        if total is not None:
            return self._sum(total, op, may_fail)
        if isinstance(right, tree.Const) and not isinstance(left, tree.Const):
            if op in ("==", "!="):
                return self._among(left, (text(right.value),), op == "!=", may_fail)
            if isinstance(right.value, str):
                return self._test(left, Order(op, right.value), may_fail)
        if not may_fail and op in ("!=", ">=", ">"):
            # One form of each pair of opposites, so that they are seen to be opposites.
            if op == ">":
                return Literal(self._opaque(_pair("<", self.path(right), self.path(left)), expr))
            same = _NEGATED[op]
            return Literal(
                self._opaque(_pair(same, self.path(left), self.path(right)), expr), False
            )
        if not may_fail and op == "<=":
            return Literal(self._opaque(_pair("<", self.path(right), self.path(left)), expr), False)
        return Literal(self._opaque(_pair(op, self.path(left), self.path(right)), expr))

    # ---- numbers ----

    def _difference(self, left: tree.Expr, right: tree.Expr) -> Sum | None:
        """`left - right` as a sum, when both sides are numbers."""
        if not isinstance(left.type, Number) or not isinstance(right.type, Number):
            return None
        a, b = self._terms(left), self._terms(right)
        unknowns = dict(a[0])
        for name, k in b[0].items():
            unknowns[name] = unknowns.get(name, 0) - k
        return {name: k for name, k in unknowns.items() if k}, a[1] - b[1]

    def _terms(self, expr: tree.Expr) -> Sum:
        match expr:
            case tree.Const(value=int() | float() as value):
                return {}, value
            case tree.Negate():
                return _scaled(self._terms(expr.item), -1)
            case tree.Arithmetic(op="+" | "-"):
                a, b = self._terms(expr.left), self._terms(expr.right)
                b = b if expr.op == "+" else _scaled(b, -1)
                found = dict(a[0])
                for name, k in b[0].items():
                    found[name] = found.get(name, 0) + k
                return found, a[1] + b[1]
            case tree.Arithmetic(op="*"):
                a, b = self._terms(expr.left), self._terms(expr.right)
                if not a[0]:
                    return _scaled(b, a[1])
                if not b[0]:
                    return _scaled(a, b[1])
            case tree.TraceValue(kind="count"):
                return {self._counter(expr.match, expr.window): 1}, 0
            case tree.Builtin(name="size", args=(tree.TraceValue(kind="calls") as calls,)):
                return {self._counter(calls.match, calls.window): 1}, 0
            case tree.LetRef() if (
                isinstance(
                    self._lets.get(expr.name), tree.Arithmetic | tree.TraceValue | tree.Negate
                )
                and not self._lets[expr.name].facts.can_fail
            ):
                if expr.name not in self._sums:
                    self._sums[expr.name] = self._terms(self._lets[expr.name])
                return self._sums[expr.name]
        path = self.path(expr)
        within = domain(expr.type, not _doubtful(expr))
        known = self.domains.get(path)
        self.domains[path] = within if known is None else known.join(within)
        self.integers[path] = within.integer and self.integers.get(path, True)
        return {path: 1}, 0

    def _sum(self, total: Sum, op: str, may_fail: bool) -> Term:
        """`sum op 0`, with the first coefficient made 1."""
        unknowns, constant = total
        if not unknowns:
            return truth(bool(COMPARE[op](constant, 0)))
        names = sorted(unknowns, key=str)
        first = unknowns[names[0]]
        if first < 0:
            op = _MIRRORED[op]
        bound = -constant / first + 0.0
        scaled = {name: unknowns[name] / first for name in names}
        counters = tuple((n, k) for n, k in scaled.items() if isinstance(n, Counter))
        if len(counters) == len(scaled):
            return Literal(Total(counters, op, bound))
        parts = tuple((n if isinstance(n, str) else self.name_of(n), k) for n, k in scaled.items())
        if len(parts) == 1:
            path = parts[0][0]
        else:
            path = "sum " + " + ".join(f"{k:g} {n}" for n, k in parts)
            whole = all(self.integers.get(n, True) and k.is_integer() for n, k in parts)
            self.domains[path] = Domain("number", may_fail, whole)
            self.integers[path] = whole
        many = parts if len(parts) > 1 else ()
        test: Test = Order(op, bound)
        if op in ("==", "!="):
            test = Among((text(bound),))
            if op == "!=" and may_fail:
                return Literal(Atom(path, Outside(test.values), True, many))
        return Literal(Atom(path, test, may_fail, many), op != "!=")

    def name_of(self, counter: Counter) -> str:
        """The name of a counter among unknown numbers."""
        name = f"count {counter}"
        self.integers[name] = True
        return name

    # ---- the trace ----

    def pattern(self, match: tree.Match) -> str:
        """The name of a pattern."""
        known = self._names.get(id(match))
        if known is None:
            known = self._names[id(match)] = (match, normal(match))
            self.patterns.setdefault(known[1], match)
        return known[1]

    def _counter(self, match: tree.Match, window: tree.Window | None) -> Counter:
        if window is None:
            return Counter(self.pattern(match))
        closes = None if window.closes is None else self.pattern(window.closes)
        scope = Scope(window.kind, self.pattern(window.opens), closes)
        return Counter(self.pattern(match), scope)

    def _of_trace(self, expr: tree.Formula) -> Term:
        if expr.kind in _BOUNDS:
            op, bound = _BOUNDS[expr.kind]
            number = expr.count if bound is None else bound
            counter = self._counter(expr.matches[0], expr.window)
            return Literal(Total(((counter, 1),), op, number or 0))
        names = tuple(map(self.pattern, expr.matches))
        kind = expr.kind
        assert kind in ("only", "preceded_by", "followed_by", "seq")
        return Literal(Ordered(kind, names, expr.within))


def _doubtful(expr: tree.Expr) -> bool:
    return expr.facts.can_fail or expr.facts.uncertain


def _scaled(total: Sum, by: float) -> Sum:
    return {name: k * by for name, k in total[0].items()}, total[1] * by


def _pair(op: str, left: str, right: str) -> str:
    if op in ("==", "!="):
        left, right = sorted((left, right))
    return f"({left} {op} {right})"


def conjuncts(exprs: Sequence[tree.Expr]) -> list[tree.Expr]:
    """The conditions that must hold for all of `exprs` to hold, `and` taken apart."""
    flat: list[tree.Expr] = []
    for expr in exprs:
        flat.extend(conjuncts(expr.items) if isinstance(expr, tree.And) else [expr])
    return flat
