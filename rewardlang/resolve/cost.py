"""A static bound on the steps that an expression can take (P701), from the sizes of its data.

A step handles one item of a list or 64 characters of text. Lets count where they are defined,
since each is evaluated at most once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.frozen import frozen
from rewardlang.resolve.extent import ONE, Extent, Sizes, largest, of_value, repeated
from rewardlang.resolve.report import Report
from rewardlang.resolve.signatures import all_signatures
from rewardlang.types.relations import without_null
from rewardlang.types.types import Bool, List, Null, Number, String, Table
from rewardlang_runtime.builtins import BUILTINS
from rewardlang_runtime.values import MAX_STRING

MOST_STEPS = 1e6
MOST_NESTED = 3
_TRANSITIONS = 64.0


@frozen
class Cost:
    """At most `steps` to evaluate, giving a value of at most `extent`."""

    steps: float
    extent: Extent


@dataclass(slots=True)
class Costs:
    """The costs of the expressions of one scenario, operation or generator."""

    sizes: Sizes
    lets: dict[str, Extent] = field(default_factory=dict)
    worst: tuple[float, tree.Expr] | None = None
    """The macro that takes the most steps of what was looked at last."""
    deepest: tuple[int, tree.Expr] | None = None

    def define(self, lets: Sequence[tree.LetDef], report: Report | None = None) -> float:
        """Learn the sizes of `lets`, in dependency order; returns what they take together."""
        total = 0.0
        for let in lets:
            cost = self.check(let.value, report) if report else self.of(let.value)
            self.lets[let.name] = cost.extent
            total += cost.steps
        return total

    def check(self, expr: tree.Expr, report: Report) -> Cost:
        """The cost of a whole expression; too much is reported."""
        self.worst = self.deepest = None
        cost = self.of(expr)
        if self.deepest is not None and self.deepest[0] > MOST_NESTED:
            report.add(
                codes.OVER_BUDGET,
                f"lambdas may be nested {MOST_NESTED} deep",
                self.deepest[1].span,
                f"{self.deepest[0]} deep",
                help="name an inner list under `let:`",
            )
        elif cost.steps > MOST_STEPS:
            place = expr if self.worst is None else self.worst[1]
            report.add(
                codes.OVER_BUDGET,
                f"this may take {cost.steps:,.0f} steps, over {MOST_STEPS:,.0f}",
                place.span,
                self._largest(place),
                help="look rows up by key, `table[key]`, or bound the list by `maxItems`, the text "
                "by `maxLength` in its schema",
            )
        elif cost.extent.deep > MOST_STEPS:
            report.add(
                codes.OVER_BUDGET,
                f"this value may have {cost.extent.deep:,.0f} parts, over {MOST_STEPS:,.0f}",
                expr.span,
                "one part is an item, or 64 characters",
                help="bound the list by `maxItems` or the text by `maxLength` in its schema",
            )
        return cost

    def _largest(self, place: tree.Expr) -> str:
        if not isinstance(place, tree.Macro):
            return "the most expensive part"
        items = self.of(place.source).extent.items
        return f"goes through up to {items:,.0f} items"

    # ---- one expression ----

    def of(self, expr: tree.Expr, inside: Mapping[str, Extent] | None = None) -> Cost:
        """The cost of `expr`; `inside` has the sizes of lambda parameters."""
        return _Reader(self, inside or {}, 0).cost(expr)


@frozen
class _Reader:
    costs: Costs
    inside: Mapping[str, Extent]
    depth: int

    def cost(self, expr: tree.Expr) -> Cost:
        match expr:
            case tree.Const():
                return Cost(1, of_value(expr.value))
            case tree.Local():
                return Cost(1, self.inside.get(expr.name) or self.by_type(expr))
            case tree.LetRef():
                return Cost(1, self.costs.lets.get(expr.name) or self.by_type(expr))
            case tree.TableRef():
                grows = expr.facts.provenance != "scenario"
                assert isinstance(expr.type, Table)
                return Cost(1, self.costs.sizes.of_table(expr.type, grows))
            case tree.Get() | tree.At() | tree.CallField():
                return self.part(expr)
            case tree.MakeList():
                parts = [self.cost(item) for item in expr.items]
                whole = [p.extent for p in parts] or [ONE]
                extent = Extent(len(parts), sum(e.deep for e in whole), largest(*whole))
                return Cost(1 + sum(p.steps for p in parts), extent)
            case tree.MakeObject():
                parts = [self.cost(value) for _, value in expr.pairs]
                deep = 1 + sum(p.extent.deep for p in parts)
                return Cost(1 + sum(p.steps for p in parts), Extent(max(1, len(parts)), deep))
            case tree.Text():
                parts = [self.cost(p) for p in expr.parts if not isinstance(p, str)]
                deep = 1 + sum(p.extent.deep for p in parts)
                return Cost(deep + sum(p.steps for p in parts), Extent(deep, deep))
            case tree.If():
                test, then, other = (self.cost(e) for e in (expr.test, expr.then, expr.other))
                steps = 1 + test.steps + max(then.steps, other.steps)
                return Cost(steps, self.either((expr.then, then), (expr.other, other)))
            case tree.Coalesce():
                left, right = self.cost(expr.left), self.cost(expr.right)
                extent = self.either((expr.left, left), (expr.right, right))
                return Cost(1 + left.steps + right.steps, extent)
            case tree.Present():
                inner = self.cost(expr.object)
                return Cost(1 + inner.steps, inner.extent)
            case tree.Arithmetic():
                return self.arithmetic(expr)
            case tree.Compare():
                left, right = self.cost(expr.left), self.cost(expr.right)
                compared = _compared(expr.left, left.extent, expr.right, right.extent)
                return Cost(left.steps + right.steps + compared, ONE)
            case tree.In():
                wanted, container = self.cost(expr.item), self.cost(expr.container)
                each = 0.0
                if isinstance(without_null(expr.container.type), List):
                    each = container.extent.items
                    if not _is_scalar(expr.item):
                        each *= min(wanted.extent.deep, container.extent.each().deep)
                return Cost(1 + wanted.steps + container.steps + each, ONE)
            case tree.Matches():
                text = self.cost(expr.text)
                return Cost(text.steps + text.extent.deep * 4, ONE)
            case tree.Macro():
                return self.macro(expr)
            case tree.Builtin():
                return self.builtin(expr)
            case _:
                return self.trace(expr)

    def by_type(self, expr: tree.Expr) -> Extent:
        return self.costs.sizes.of_type(expr.type, expr.facts.provenance)

    def either(self, *branches: tuple[tree.Expr, Cost]) -> Extent:
        """One of some values; null takes no place."""
        found = [cost.extent for expr, cost in branches if not isinstance(expr.type, Null)]
        return largest(*found) if found else ONE

    def part(self, expr: tree.Get | tree.At | tree.CallField) -> Cost:
        """A field is no larger than what holds it."""
        own = self.by_type(expr)
        steps = 1.0
        if isinstance(expr, tree.CallField):
            if expr.call is not None:
                steps += self.cost(expr.call).steps
            return Cost(steps, own)
        outer = self.cost(expr.object)
        if isinstance(expr, tree.At):
            steps += self.cost(expr.key).steps
            if outer.extent.item is not None:
                return Cost(steps + outer.steps, outer.extent.item)
        deep = min(own.deep, outer.extent.deep)
        return Cost(steps + outer.steps, Extent(min(own.items, 64 * deep), deep, own.item))

    def arithmetic(self, expr: tree.Arithmetic) -> Cost:
        left, right = self.cost(expr.left), self.cost(expr.right)
        steps = 1 + left.steps + right.steps
        if isinstance(expr.type, Number):
            return Cost(steps, ONE)
        a, b = left.extent, right.extent
        item = largest(a.item, b.item) if a.item is not None and b.item is not None else None
        whole = Extent(a.items + b.items, a.deep + b.deep, item)
        return Cost(steps + whole.items, whole)

    def macro(self, expr: tree.Macro) -> Cost:
        source = self.cost(expr.source)
        item = source.extent.each()
        names = dict.fromkeys(expr.vars, ONE)
        names[expr.vars[-1]] = item
        inner = _Reader(self.costs, {**self.inside, **names}, self.depth + 1)
        deepest = self.costs.deepest
        if deepest is None or inner.depth > deepest[0]:
            self.costs.deepest = (inner.depth, expr)
        body = inner.cost(expr.body)
        items = max(0.0, source.extent.items)
        steps = 1 + source.steps + items * (1 + body.steps)
        if expr.kind in ("sort_by", "min_by", "max_by"):
            steps += items * 10
        worst = self.costs.worst
        if self.depth == 0 and (worst is None or steps > worst[0]):
            self.costs.worst = (steps, expr)
        match expr.kind:
            case "map":
                return Cost(steps, repeated(body.extent, items))
            case "filter" | "sort_by":
                return Cost(steps, source.extent)
            case "min_by" | "max_by":
                return Cost(steps, item)
            case _:
                return Cost(steps, ONE)

    def builtin(self, expr: tree.Builtin) -> Cost:
        args = [self.cost(arg) for arg in expr.args]
        steps = 1 + sum(arg.steps for arg in args)
        params = [p.name for p in all_signatures()[expr.name].params]
        measured: dict[str, float] = {}
        for name, arg, cost in zip(params, expr.args, args, strict=False):
            measured[name] = _measure(arg, cost.extent)
            measured[f"#{name}"] = 1.0 if isinstance(arg.type, Number) else measured[name]
        longest = next(
            (a.value for n, a in zip(params, expr.args, strict=False)
             if n == "max_len" and isinstance(a, tree.Const)), None,
        )  # fmt: skip
        if isinstance(longest, int | float):
            measured = {n: min(v, 1 + longest / 64) for n, v in measured.items()}
        steps += _evaluate(BUILTINS[expr.name].cost, measured)
        return Cost(steps, self.result(expr, args))

    def result(self, expr: tree.Builtin, args: Sequence[Cost]) -> Extent:
        """A result is made of the arguments: no larger than all of them together."""
        type_ = without_null(expr.type)
        if isinstance(type_, Number | Bool):
            return ONE
        if expr.name == "replace":
            longest = args[0].extent.deep * (1 + 64 * args[2].extent.deep)
            return Extent(min(longest, 1e9), min(longest, 1e9))
        deep = 1 + sum(arg.extent.deep for arg in args)
        if expr.name == "range":
            return repeated(ONE, type_.max_items or 1e4 if isinstance(type_, List) else 1e4)
        if isinstance(type_, List):
            lists = [c.extent for e, c in zip(expr.args, args, strict=True) if _is_list(e)]
            if lists:
                items = sum(e.items for e in lists)
                if expr.name == "flatten":
                    items = deep
                known = [e.item for e in lists]
                item = largest(*(e for e in known if e is not None)) if all(known) else None
            elif _is_text(expr.args[0]):
                items, item = 8 * deep, None  # such as "<h1></h1>"
            else:
                items, item = args[0].extent.items, None
            if type_.max_items is not None:
                items = min(items, type_.max_items)
            return Extent(items, max(deep, 1.0), item)
        if expr.name in ("only", "first", "last") and args[0].extent.item is not None:
            return args[0].extent.item
        if isinstance(type_, String):
            deep = min(deep, 1 + MAX_STRING / 64) if expr.name == "fold" else deep
        return Extent(deep, deep)

    def trace(self, expr: tree.Expr) -> Cost:
        """Nodes that look at the trace or at worlds."""
        calls = max(1.0, float(self.costs.sizes.calls))
        match expr:
            case tree.Formula():
                steps = calls * (1 + sum(self.matching(m) for m in expr.matches))
                return Cost(steps + self.window(expr.window, calls), ONE)
            case tree.TraceValue():
                steps = calls * (1 + self.matching(expr.match)) + self.window(expr.window, calls)
                one = self.by_type(expr)
                if expr.score is not None and expr.var is not None:
                    call = Extent(1, 1024.0)
                    inner = _Reader(self.costs, {**self.inside, expr.var: call}, self.depth + 1)
                    steps += calls * inner.cost(expr.score).steps
                    worst = self.costs.worst
                    if worst is None or steps > worst[0]:
                        self.costs.worst = (steps, expr)
                if expr.kind == "calls":
                    return Cost(steps, repeated(Extent(1, 1024.0), calls))
                return Cost(steps, ONE if expr.kind in ("count", "best") else one)
            case tree.DeltaRows():
                row = expr.type.item if isinstance(expr.type, List) else expr.type
                item = self.costs.sizes.of_type(row, "environment")
                return Cost(calls * 10, repeated(item, calls * 4))
            case tree.ChangedOnly():
                keys = [self.cost(p.key).steps for p in expr.paths if p.key is not None]
                return Cost(calls * 100 * max(1, len(expr.paths)) + sum(keys), ONE)
            case tree.Search():
                query = self.cost(expr.query)
                own = self.by_type(expr)
                rows = max(self.costs.sizes.rows.values(), default=0) + calls
                return Cost(query.steps + rows * 16, replace(own, deep=rows * 16))
            case tree.Transition():
                return Cost(
                    _TRANSITIONS + sum(self.cost(k).steps for k in expr.keys), Extent(4, 64)
                )
            case tree.Row():
                steps = 1 + self.cost(expr.key).steps
                return Cost(steps, self.by_type(expr))
            case tree.And() | tree.Or():
                return Cost(sum(self.cost(item).steps for item in expr.items), ONE)
            case tree.Not() | tree.Negate():
                return Cost(1 + self.cost(expr.item).steps, ONE)
            case tree.IsNull():
                return Cost(1 + self.cost(expr.object).steps, ONE)
            case tree.Draw():
                parts = [self.cost(arg) for arg in expr.args]
                steps = 1 + sum(p.steps for p in parts)
                if expr.kind == "integer":
                    return Cost(steps, ONE)
                whole = parts[0].extent
                if expr.kind == "shuffle":
                    return Cost(steps + whole.items, whole)
                return Cost(steps, whole.item or whole)
            case _:
                return Cost(1, self.by_type(expr))

    def matching(self, match: tree.Match) -> float:
        conditions = [a.condition for a in match.alternatives if a.condition is not None]
        return len(match.alternatives) + sum(self.cost(c).steps for c in conditions)

    def window(self, window: tree.Window | None, calls: float) -> float:
        if window is None:
            return 0.0
        steps = self.matching(window.opens)
        return calls * (steps + (self.matching(window.closes) if window.closes else 0.0))


def _compared(left: tree.Expr, a: Extent, right: tree.Expr, b: Extent) -> float:
    """Steps to compare two values: scalars, also long texts, take one."""
    return 1.0 if _is_scalar(left) or _is_scalar(right) else min(a.deep, b.deep)


def _is_scalar(expr: tree.Expr) -> bool:
    return isinstance(without_null(expr.type), String | Number | Bool | Null)


def _is_text(expr: tree.Expr) -> bool:
    return isinstance(without_null(expr.type), String)


def _is_list(expr: tree.Expr) -> bool:
    return isinstance(without_null(expr.type), List)


def _measure(arg: tree.Expr, extent: Extent) -> float:
    """A parameter in a builtin's cost: a number, items of a list, all of anything else."""
    if isinstance(arg.type, Number):
        high = arg.type.high
        return 256.0 if high is None else max(1.0, high)
    return extent.items if _is_list(arg) else extent.deep


@cache
def _parsed(cost: str) -> tuple[tuple[str, ...], ...]:
    """A sum of products of numbers and names; `#name` is the size of a parameter."""
    plain = re.sub(r"size\((\w+)\)", r"#\1", cost)
    return tuple(tuple(factor.strip() for factor in term.split("*")) for term in plain.split("+"))


def _evaluate(cost: str, sizes: Mapping[str, float]) -> float:
    total = 0.0
    for term in _parsed(cost):
        product = 1.0
        for factor in term:
            product *= float(factor) if factor[0].isdigit() else sizes.get(factor, 1.0)
        total += product
    return total


def generator_cost(shape: tree.Expr, lets: Sequence[tree.LetDef], sizes: Sizes) -> float:
    """What one row of a generator takes."""
    costs = Costs(sizes)
    return costs.define(lets) + costs.of(shape).steps
