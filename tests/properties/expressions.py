"""Random expressions over the laboratory's world, well typed as far as the generator can tell.

Each method makes the text of an expression of one type. What the type checker still rejects (a
comparison that is always false, say) is left out by the test.
"""

from __future__ import annotations

from collections.abc import Callable

from properties.draws import Draws

OPERATIONS = ("a", "b", "c", "d")
PLAIN = ("1", "0", "true", "false", "two.size", "[1, true]")
LISTS = ("[1, 2]", "[0, true, null]", "two.tags", "two.sizes", '["abc", "x", "y", "z"]')
MAPS = ("two.bag", "final.things", "initial.things")
PATTERNS = ('"^t"', '"e$"', '"[xyz]"', '"ee"', '"^deep$"')


class Generator(Draws):
    """Expressions up to a depth."""

    def expression(self, depth: int) -> str:
        """An expression of any type."""
        kind = self.pick("bool", "bool", "bool", "int", "number", "text", "texts", "ints", "loose")
        return self.make(kind, depth)

    # ---- rows, calls, loose data ----

    def row(self, depth: int) -> str:
        return self.var("row") or self.pick("one", "two", "three", "four")

    def maybe_row(self, depth: int) -> str:
        world = self.pick("initial", "final", "final")
        if self.chance(0.4):
            return f"{world}.things[{self.text(depth - 1)}]"
        if self.chance(0.3):
            return f"delta.things.{self.pick('created', 'updated', 'deleted')}.first()"
        if self.chance(0.3):
            return self.over(
                f"{world}.things", "row", "number", depth, self.pick("min_by", "max_by")
            )
        return f'{world}.things["{self.pick("t1", "t2", "two", "t9")}"]'

    def rows(self, depth: int) -> str:
        base = self.pick("initial.things", "final.things", "final.things", "delta.things.updated")
        if self.chance(0.4):
            same = self.pick(
                f"kind == {self.text(0)}",
                f"inner.y.z == {self.text(0)}",
                f"id == {self.text(0)}",
                f"note == {self.maybe_text(0)}",
                f"size == {self.int(0)}",
            )
            return f"{base}.filter(r => r.{same})"
        return self.over(base, "row", "bool", depth, "filter")

    def loose(self, depth: int) -> str:
        found = self.var("loose")
        if found:
            return found
        base = self.pick("loose", "two.loose", "four.loose", "one.loose", "loose", "loose")
        path = self.pick(
            ".n",
            ".s",
            ".b",
            ".none",
            ".l",
            ".o",
            ".o.p.q",
            ".missing",
            "?.missing",
            "?.o?.p?.q",
            "?.n?.x",
            ".l[0]",
            ".l[1]",
            ".l?[9]",
            ".big",
            ".empty",
            "",
            "?.none?.x?.y",
            '.o["p"]',
        )
        if not self.inside and self.chance(0.3):
            field = self.pick("any", "o", "n", "s", "l")
            return f"{self.pick('first', 'last')}({self.pattern(0)})?.args?.{field}"
        if not self.inside and self.chance(0.1):
            return f"{self.pick('first', 'last')}({self.pattern(0)})?.response"
        return base + path

    # ---- numbers ----

    def int(self, depth: int) -> str:
        if depth <= 0:
            return self.var("int") or self.pick(
                "0", "1", "2", "3", "7", "-1", "one.size", "params.number"
            )
        deeper = depth - 1
        choices: list[Callable[[], str]] = [
            lambda: f"{self.row(deeper)}.size",
            lambda: f"({self.int(deeper)} {self.pick('+', '-', '*')} {self.int(deeper)})",
            lambda: f"({self.maybe_row(deeper)}?.size ?? {self.int(deeper)})",
            lambda: f"{self.texts(deeper)}.size()",
            lambda: f"{self.text(deeper)}.length()",
            lambda: self.over(self.ints(deeper), "int", "bool", deeper, "count"),
            lambda: self.over(self.texts(deeper), "text", "bool", deeper, "count"),
            lambda: f"{self.rows(deeper)}.size()",
            lambda: f"({self.int(deeper)} if {self.bool(deeper)} else {self.int(deeper)})",
            lambda: f"{self.row(deeper)}.inner.x",
        ]
        if not self.inside:
            choices += [
                lambda: f"count({self.pattern(1)}{self.scope()})",
                lambda: f"({self.pick('first', 'last')}({self.pattern(1)})?.index ?? -1)",
                lambda: self.over(f"calls({self.pattern(0)})", "call", "bool", deeper, "count"),
            ]
        return self.rng.choice(choices)()

    def number(self, depth: int) -> str:
        if depth <= 0:
            return self.pick("0.5", "2.5", "1e300", "two.weight", "three.weight", self.int(0))
        deeper = depth - 1
        choices: list[Callable[[], str]] = [
            lambda: self.int(deeper),
            lambda: f"{self.row(deeper)}.weight",
            lambda: self.joined(self.number, deeper, "+", "-", "*", "/", "%"),
            lambda: f"-{self.row(deeper)}.weight",
            lambda: f"edit_sim({self.text(deeper)}, {self.text(deeper)})",
            lambda: f"token_f1({self.text(deeper)}, {self.text(deeper)})",
            lambda: f"f1({self.texts(deeper)}, {self.texts(deeper)})",
            lambda: f"fraction({self.bool(deeper)}, {self.bool(deeper)}, {self.bool(deeper)})",
            lambda: f"ramp({self.int(deeper)}, good=0, bad=5, floor=0.25)",
            lambda: f"({self.loose(deeper)} {self.pick('+', '-', '*', '/')} {self.int(0)})",
            lambda: f"({self.number(deeper)} if {self.bool(deeper)} else {self.number(deeper)})",
            lambda: f"{self.ints(deeper)}.sum()",
        ]
        if not self.inside:
            choices += [lambda: self.best(deeper), lambda: self.best(deeper)]
        return self.rng.choice(choices)()

    def best(self, depth: int) -> str:
        name = self.new_var("call")
        self.inside += 1
        score = self.pick(
            f"edit_sim({name}.args?.s ?? {self.text(0)}, {self.text(0)})",
            f"1 if {self.bool(depth)} else 0.5",
            f"{name}.args?.n ?? 0",
            f"f1({name}.args?.l ?? [], two.tags)",
        )
        self.inside -= 1
        self.vars.pop()
        return f"best({self.pattern(depth)}, {name} => {score})"

    # ---- texts ----

    def text(self, depth: int) -> str:
        if depth <= 0:
            return self.var("text") or self.pick(
                '"x"',
                '""',
                '"abc"',
                '"deep"',
                '"red"',
                '"☃"',
                "two.name",
                "three.name",
                "answer",
                "one.inner.y.z",
                "params.key",
                '"t9"',
            )
        deeper = depth - 1
        return self.rng.choice([
            lambda: f"{self.row(deeper)}.{self.pick('name', 'kind', 'id', 'code', 'inner.y.z')}",
            lambda: f"({self.text(deeper)} + {self.text(deeper)})",
            lambda: f"{self.text(deeper)}.{self.pick('lower', 'upper', 'strip')}()",
            lambda: f"({self.maybe_text(deeper)} ?? {self.text(deeper)})",
            lambda: f"str({self.number(deeper)})",
            lambda: f"({self.text(deeper)} if {self.bool(deeper)} else {self.text(deeper)})",
            lambda: f"fold({self.text(deeper)})",
            lambda: f'{self.texts(deeper)}.join("-")',
        ])()  # fmt: skip

    def maybe_text(self, depth: int) -> str:
        choices: list[Callable[[], str]] = [
            lambda: f"{self.row(depth)}.note",
            lambda: f"{self.row(depth)}.inner?.extra",
            lambda: f"{self.texts(depth)}?[{self.int(depth)}]",
            lambda: (
                f"{self.maybe_row(depth)}?.{self.pick('name', 'inner.y.z', 'note', 'maybe?.y.z')}"
            ),
            lambda: f"{self.texts(depth)}.{self.pick('first', 'last', 'only')}()",
        ]
        if not self.inside:
            choices.append(lambda: f"{self.pick('first', 'last')}({self.pattern(0)})?.args?.s")
        return self.rng.choice(choices)() if depth > 0 else choices[0]()

    # ---- lists ----

    def texts(self, depth: int) -> str:
        if depth <= 0:
            return self.pick("two.tags", "three.tags", "one.tags", "expect.names", '["x", "z"]')
        deeper = depth - 1
        return self.rng.choice([
            lambda: f"{self.row(deeper)}.tags",
            lambda: self.over(self.texts(deeper), "text", "bool", deeper, "filter"),
            lambda: self.over(self.texts(deeper), "text", "text", deeper, "map"),
            lambda: self.over(self.rows(deeper), "row", "text", deeper, "map"),
            lambda: self.over(self.texts(deeper), "text", "text", deeper, "sort_by"),
            lambda: self.over(self.texts(deeper), "text", "int", deeper, "sort_by"),
            lambda: f"({self.texts(deeper)} + {self.texts(deeper)})",
            lambda: f"{self.texts(deeper)}.union({self.texts(deeper)})",
            lambda: f"{self.texts(deeper)}.{self.pick('take', 'skip')}({self.pick('0', '1', '2')})",
            lambda: "final.things.keys()",
            lambda: f"[{self.text(deeper)}, {self.text(deeper)}]",
            lambda: f"{self.texts(deeper)}.{self.pick('distinct', 'reversed', 'sorted')}()",
        ])()  # fmt: skip

    def ints(self, depth: int) -> str:
        if depth <= 0:
            return self.pick("two.sizes", "three.sizes", "one.sizes", "[1, 2, 3]")
        deeper = depth - 1
        return self.rng.choice([
            lambda: f"{self.row(deeper)}.sizes",
            lambda: self.over(self.ints(deeper), "int", "bool", deeper, "filter"),
            lambda: self.over(self.ints(deeper), "int", "int", deeper, "map"),
            lambda: self.over(self.texts(deeper), "text", "int", deeper, "map"),
            lambda: self.over(self.rows(deeper), "row", "int", deeper, "map"),
            lambda: self.over(self.ints(deeper), "int", "int", deeper, "sort_by"),
            lambda: self.over(f"{self.row(deeper)}.bag", "int", "bool", deeper, "filter"),
            lambda: f"[{self.int(deeper)}, {self.int(deeper)}]",
        ])()  # fmt: skip

    # ---- conditions ----

    def bool(self, depth: int) -> str:
        if depth <= 0:
            return self.pick("one.flag", "two.flag", "three.note is null", "(answer == \"\")",
                             f"({self.loose(0)} == 1)", f"({self.loose(0)} < 2)")  # fmt: skip
        deeper = depth - 1
        order = self.pick("<", "<=", ">", ">=")
        equal = self.pick("==", "!=")
        member = self.pick("in", "not in")
        quantifier = self.pick("any", "all", "none")
        null = self.pick("is null", "is not null")
        choices: list[Callable[[], str]] = [
            lambda: self.joined(self.bool, deeper, "and", "or", "implies"),
            lambda: self.joined(self.bool, deeper, "and", "or", count=3),
            lambda: f"(not {self.bool(deeper)})",
            lambda: f"({self.bool(deeper)} if {self.bool(deeper)} else {self.bool(deeper)})",
            lambda: f"({self.number(deeper)} {order} {self.number(deeper)})",
            lambda: f"({self.int(deeper)} {equal} {self.int(deeper)})",
            lambda: f"({self.text(deeper)} {equal} {self.text(deeper)})",
            lambda: f"({self.text(deeper)} {order} {self.text(deeper)})",
            lambda: f"({self.texts(deeper)} {equal} {self.texts(deeper)})",
            lambda: f"({self.loose(deeper)} {equal} {self.loose(deeper)})",
            lambda: f"({self.loose(deeper)} {equal} {self.pick(*PLAIN)})",
            lambda: f"({self.loose(deeper)} {equal} {self.text(deeper)})",
            lambda: (
                f"({self.loose(deeper)} {order} {self.pick('1', 'two.weight', '5', 'three.size')})"
            ),
            lambda: f"({self.loose(deeper)} {null})",
            lambda: f"({self.maybe_text(deeper)} {null})",
            lambda: f"({self.maybe_row(deeper)} {null})",
            lambda: f"({self.maybe_text(deeper)} {equal} {self.text(deeper)})",
            lambda: f"({self.text(deeper)} {member} {self.texts(deeper)})",
            lambda: f"({self.loose(deeper)} {member} {self.pick(*LISTS)})",
            lambda: f"({self.text(deeper)} {member} {self.loose(deeper)})",
            lambda: f"({self.text(deeper)} {member} {self.pick(*MAPS)})",
            lambda: f"({self.text(deeper)} matches {self.pick(*PATTERNS)})",
            lambda: self.over(self.texts(deeper), "text", "bool", deeper, quantifier),
            lambda: self.over(self.ints(deeper), "int", "bool", deeper, quantifier),
            lambda: self.over(self.rows(deeper), "row", "bool", deeper, quantifier),
            lambda: self.over(self.loose(deeper), "loose", "bool", deeper, quantifier),
            lambda: f"{self.row(deeper)}.flag",
            lambda: f"{self.texts(deeper)}.contains({self.text(deeper)})",
        ]
        call = self.var("call")
        if call:
            choices += [
                lambda: f"({call}.args?.n {equal} {self.int(deeper)})",
                lambda: f"({call}.args?.s {equal} {self.text(deeper)})",
                lambda: f"{call}.ok",
                lambda: f"({call}.index {order} {self.int(deeper)})",
            ] * 4
        if not self.inside:
            choices += [lambda: self.formula()] * 8
            choices += [lambda: self.changes(deeper)] * 2
            choices.append(
                lambda: self.over(f"calls({self.pattern(1)})", "call", "bool", deeper, quantifier)
            )
        return self.rng.choice(choices)()

    def changes(self, depth: int) -> str:
        if self.chance(0.3):
            return "delta.is_empty()"
        paths = [
            self.pick(
                "things",
                f"things[{self.text(0)}]",
                'things["t1"].size',
                'things["t2"].inner.y.z',
                'things["t3"].tags',
                'things["two"].name',
                f"things[{self.maybe_text(0)}]",
            )
            for _ in range(self.rng.randrange(1, 4))
        ]
        return f"delta.changed_only({', '.join(paths)})"

    # ---- the trace ----

    def formula(self) -> str:
        p, q, r = self.pattern(1), self.pattern(1), self.pattern(1)
        within = self.pick("", "", " within 1 steps", " within 2 steps", " within 3 steps")
        return (
            "("
            + self.pick(
                f"called {p}{self.scope()}",
                f"never {p}{self.scope()}",
                f"once {p}{self.scope()}",
                f"exactly {self.pick('0', '1', '2', '3')} {p}{self.scope()}",
                f"{self.pick('at_least', 'at_most')} {self.pick('1', '2')} {p}{self.scope()}",
                f"only {p}",
                f"every {p} preceded_by {q}{within}",
                f"every {p} followed_by {q}{within}",
                f"seq {p} then {q}{within}",
                f"seq {p} then {q} then {r}{within}",
            )
            + ")"
        )

    def scope(self) -> str:
        if self.chance(0.6):
            return ""
        return self.pick(
            f" before {self.pattern(0)}",
            f" after {self.pattern(0)}",
            f" between {self.pattern(0)} and {self.pattern(0)}",
        )

    def pattern(self, depth: int) -> str:
        return "|".join(self.alternative(depth) for _ in range(self.rng.choice([1, 1, 1, 2])))

    def alternative(self, depth: int) -> str:
        operation = self.pick(*OPERATIONS, *OPERATIONS, "any")
        if self.chance(0.4):
            return operation
        conditions = [
            "ok", "not ok", 'kind == "unknown_tool"', "status >= 400", "index > 1",
            'after.things["t1"]?.size == 1', 'before.things["t2"] is null',
            'after.things.any(t => t.kind == "red" and t.size > 1)',
        ]  # fmt: skip
        if operation != "any":
            conditions += [
                'args.k == "x"',
                "args?.n == 1",
                "args?.n == params.number",
                "(args?.n ?? 0) > 1",
                f"args?.s == {self.quiet(self.text)}",
                "args?.any == 1",
                '"x" in (args?.l ?? [])',
                "args?.f == true",
                "args?.o is null",
                'not args.k == "y"',
                "args?.n != 2",
                "args?.s in two.tags",
                "response is null",
                "error is null",
                f"(args?.l ?? []).any(t => t == {self.quiet(self.text)})",
            ] * 2
        chosen = self.rng.sample(conditions, self.rng.choice([1, 1, 2, 3]))
        return f"{operation}{{{', '.join(chosen)}}}"

    def quiet(self, make: Callable[[int], str]) -> str:
        """An expression for a pattern: no formulas, no variables from around."""
        outer, self.vars = self.vars, []
        self.inside += 1
        text = make(self.rng.choice([0, 0, 1]))
        self.inside -= 1
        self.vars = outer
        return text
