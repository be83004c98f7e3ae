"""Random expressions over the base scenario, mostly well typed, and episodes to try them on."""

from __future__ import annotations

import random
from typing import Any

from rewardlang_runtime import Environment, Episode, Scenario

_OPS = ("getTicket", "closeTicket", "listTickets")


class Writer:
    """Writes expressions of a wanted kind; now and then something else slips in."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def expression(self, depth: int = 4) -> str:
        kind = self.pick("truth", "number", "text", "texts", "row", "rows", "any")
        return getattr(self, kind)(depth)

    def any(self, depth: int) -> str:
        return self.pick(
            f"[{self.text(depth - 1)}, {self.number(depth - 1)}]",
            f"{{a: {self.text(depth - 1)}, b: {self.number(depth - 1)}}}",
            f"({self.text(depth - 1)} if {self.truth(depth - 1)} else null)",
            f"first({self.pattern(1)})",
            f"first({self.pattern(1)})?.args",
            f"last({self.pattern(1)})?.args?.note",
            f"calls({self.pattern(1)}).map(c => c.args)",
            f"merge({{a: 1}}, {{b: {self.text(depth - 1)}}})",
            "drop_nulls({a: params.id, b: final.tickets[params.id]?.note})",
            f"pick_keys({self.row(depth - 1)} ?? initial.tickets['T-1']!, ['id', 'note'])",
            f"{self.row(depth - 1)}?.assignee",
            f"{self.rows(depth - 1)}?[{self.number(depth - 1)}]",
            f"{self.rows(depth - 1)}[0]",
            f"{self.texts(depth - 1)}.sorted().reversed().take(2)",
        )

    def truth(self, depth: int) -> str:
        if depth <= 0:
            return self.pick("true", f"called {self.pattern(0)}", "delta.is_empty()")
        a, b = self.pick("number", "text"), self.pick("==", "!=", "<", ">=")
        side = getattr(self, a)
        return self.pick(
            f"({side(depth - 1)} {b} {side(depth - 1)})",
            f"({side(depth - 1)} {b} {side(depth - 1)})",
            f"({self.truth(depth - 1)} and {self.truth(depth - 1)})",
            f"({self.truth(depth - 1)} or {self.truth(depth - 1)})",
            f"(not {self.truth(depth - 1)})",
            f"({self.row(depth - 1)} is not null)",
            f"({self.text(depth - 1)} in {self.texts(depth - 1)})",
            f"{self.rows(depth - 1)}.{self.pick('any', 'all', 'none')}(r{depth} => "
            f"r{depth}.title.length() > {self.number(0)})",
            f"(called {self.pattern(depth - 1)})",
            f"({self.pick('never', 'once', 'at_least 2', 'exactly 1')} {self.pattern(depth - 1)}"
            f"{self.pick('', ' after getTicket', ' before closeTicket{ok}')})",
            f"(every {self.pattern(1)} preceded_by {self.pattern(1)})",
            f"(seq {self.pattern(1)} then {self.pattern(1)} within 2)",
            "delta.changed_only(tickets[params.id].state, users)",
            f"({self.text(depth - 1)} matches r'[a-t]+')",
            f"{self.texts(depth - 1)}.is_empty()",
        )

    def number(self, depth: int) -> str:
        if depth <= 0:
            return self.pick("0", "1", "2.5", "count(any)", "params.id.length()")
        return self.pick(
            f"({self.number(depth - 1)} {self.pick('+', '-', '*', '/', '%')} "
            f"{self.number(depth - 1)})",
            f"count({self.pattern(depth - 1)})",
            f"{self.rows(depth - 1)}.count(r{depth} => r{depth}.priority > 1)",
            f"{self.texts(depth - 1)}.size()",
            f"({self.number(depth - 1)} if {self.truth(depth - 1)} else {self.number(depth - 1)})",
            f"({self.row(depth - 1)}?.priority ?? {self.number(0)})",
            f"edit_sim({self.text(depth - 1)}, {self.text(0)})",
            f"ramp({self.number(depth - 1)}, 1, 4, 0.25)",
            f"{self.pick('min', 'max')}({self.number(depth - 1)}, {self.number(depth - 1)})",
            f"clamp({self.number(depth - 1)}, 0, 3)",
            f"{self.pick('abs', 'floor', 'ceil', 'round')}({self.number(depth - 1)})",
            f"f1({self.texts(depth - 1)}, {self.texts(0)})",
            f"fraction({self.truth(depth - 1)}, {self.truth(0)})",
            f"best({self.pattern(1)}, c => edit_sim(str(c.args?.note ?? ''), 'done'))",
            f"range({self.pick('3', 'count(any)')}).sum()",
            f"(number({self.text(depth - 1)}) ?? 1)",
            f"-{self.number(0)}",
        )

    def text(self, depth: int) -> str:
        if depth <= 0:
            return self.pick("params.id", "answer", '"a"', '"T-1"', "expect.word")
        return self.pick(
            f'({self.row(depth - 1)}?.{self.pick("title", "id", "note", "state")} ?? "x")',
            f"{self.row(depth - 1)}?.{self.pick('title', 'id', 'note')}",
            f"({self.text(0)} + {self.text(0)})",
            f"fold({self.text(depth - 1)})",
            f"({self.texts(depth - 1)}.first() ?? {self.text(0)})",
            f"({self.text(depth - 1)} if {self.truth(depth - 1)} else {self.text(0)})",
            f"str({self.number(depth - 1)})",
            f"({self.row(depth - 1)}?.assignee?.name ?? {self.text(0)})",
            f'(first({self.pattern(1)})?.{self.pick("op", "kind")} ?? "none")',
            f"str(last({self.pattern(1)})?.args?.id ?? 3)",
            f"initial.tickets[params.id]!.{self.pick('title', 'state')}",
            f"({self.rows(depth - 1)}.min_by(r{depth} => r{depth}.title)?.id ?? {self.text(0)})",
        )

    def texts(self, depth: int) -> str:
        if depth <= 0:
            return self.pick('["a", "T-1"]', "initial.tickets.keys()", "[]", "final.users.keys()")
        return self.pick(
            f"{self.rows(depth - 1)}.map(r{depth} => r{depth}.title)",
            f"{self.rows(depth - 1)}.map(r{depth} => {self.text(depth - 1)})",
            f"({self.row(depth - 1)}?.labels ?? [])",
            f"{self.texts(depth - 1)}.union({self.texts(0)})",
            f"{self.texts(depth - 1)}.filter(t{depth} => t{depth} != {self.text(0)})",
            f"{self.texts(depth - 1)}.without({self.text(0)})",
            f"[{self.text(depth - 1)}, {self.text(0)}]",
            f'{self.text(0)}.split("-")',
            f"({self.texts(0)} + {self.texts(0)})",
            f"{self.rows(depth - 1)}.map(r{depth} => r{depth}.labels).flatten()",
        )

    def row(self, depth: int) -> str:
        world = self.pick("initial", "final")
        if depth <= 0:
            return f"{world}.tickets[params.id]"
        return self.pick(
            f"{world}.tickets[{self.text(depth - 1)}]",
            f"{self.rows(depth - 1)}.{self.pick('first', 'last', 'only')}()",
            f"{self.rows(depth - 1)}.max_by(r{depth} => r{depth}.priority)",
            "first(getTicket{ok})?.response",
        )

    def rows(self, depth: int) -> str:
        world = self.pick("initial", "final")
        if depth <= 0:
            return self.pick(f"{world}.tickets.values()", "delta.tickets.updated")
        return self.pick(
            f"{world}.tickets.filter(r{depth} => r{depth}.priority > {self.number(0)})",
            f"{world}.tickets.sort_by(r{depth} => r{depth}.title)",
            f"{world}.tickets.values()",
            f"delta.tickets.{self.pick('created', 'updated', 'deleted')}",
            f"{self.rows(depth - 1)}.filter(r{depth} => r{depth}.assignee is not null and "
            f"r{depth}.assignee.name.length() > {self.number(0)})",
        )

    def pattern(self, depth: int) -> str:
        op = self.pick(*_OPS, "any")
        if depth <= 0:
            return op
        conditions = {
            "getTicket": ("ok", "not ok", "args.id == params.id", "ok, response.priority > 1",
                          "not ok, error is not null", 'kind == "api_error"'),
            "closeTicket": ("ok", "args?.note is not null", "args.id == params.id, ok",
                            "ok, (args?.note ?? '').length() > 2", "status >= 400"),
            "listTickets": ("ok, response.tickets.any(q => q.id == params.id)",
                            'args.state == "open"', "not ok"),
            "any": ("ok", "not ok", 'kind == "unknown_tool"', "status == 404", "args?.id == 3",
                    'op == "getTicket"', "index > 1"),
        }[op]  # fmt: skip
        found = f"{op}{{{self.pick(*conditions)}}}"
        return f"{found}|{self.pattern(depth - 1)}" if self.random.random() < 0.2 else found


def episode(scenario: Scenario, seed: int) -> Episode:
    """Up to six calls, many of them wrong in one way or another."""
    chance = random.Random(seed)
    env = Environment(scenario)
    env.reset(seed)
    for _ in range(chance.randrange(7)):
        name = chance.choice([*_OPS, *_OPS, "reopenTicket"])
        arguments: Any = chance.choice(
            [
                {"id": chance.choice(["T-1", "T-2", "T-3", "T-9"])},
                {"id": "T-1", "note": chance.choice(["done", "", "It is repaired.", None, 7])},
                {"state": chance.choice(["open", "closed", "lost"])},
                {"id": chance.choice([3, None, [], {"a": 1}, True])},
                {},
                "{not json",
                "[]",
                {"id": "T-2", "x": [[1], {"y": None}]},
            ]
        )
        env.call(name, arguments)
    env.finish(chance.choice(["", "Closed T-1.", "3", "a" * 300]))
    return env.episode
