"""Query text to `Query`, or to the message that the API answers for it."""

from __future__ import annotations

from rewardlang_runtime.queries.spec import (
    Clause,
    Condition,
    Dialect,
    Junction,
    Operand,
    Query,
    QueryError,
    Token,
)

MAX_LENGTH = 4_000
MAX_DEPTH = 24
"""Parentheses inside parentheses; a bound on recursion, far above what people write."""

_SYMBOLS = ("!=", "!~", "<=", ">=", "&&", "||", "=", "~", "<", ">", "(", ")", ",", "!", "&", "|")
_BREAKS = frozenset(" \t\r\n\"'=!<>()~,&|")
_COMPARISONS = frozenset(("=", "!=", "<", "<=", ">", ">=", "~", "!~"))
_OPERATORS = (
    "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', "
    "'IS' and 'IS NOT'."
)


def parse(text: str, dialect: Dialect) -> Query:
    """Parse a query in time linear in its length.

    Raises:
        QueryError: with the API's message, and the place for syntax errors.
    """
    return _Parser(text, dialect).query()


class _Parser:
    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        self.dialect = dialect
        if len(text) > MAX_LENGTH:
            raise self.error(f"The query is longer than {MAX_LENGTH} characters.", MAX_LENGTH)
        self.tokens = self._tokenize()
        self.next = 0
        self.depth = 0

    # ---- errors ----

    def error(self, reason: str, at: int) -> QueryError:
        line = self.text.count("\n", 0, at) + 1
        character = at - (self.text.rfind("\n", 0, at) + 1) + 1
        place = f"(line {line}, character {character})"
        if self.dialect == "cql":
            return QueryError(f"Could not parse cql : {self.text[:200]} : {reason} {place}")
        return QueryError(f"Error in the JQL Query: {reason} {place}")

    def expected(self, what: str, hint: str = "") -> QueryError:
        token = self.peek
        if token.kind == "end":
            return self.error(f"Expecting {what} before the end of the query.{hint}", token.at)
        return self.error(f"Expecting {what} but got '{token.text}'.{hint}", token.at)

    # ---- tokens ----

    def _tokenize(self) -> list[Token]:
        text, end, i = self.text, len(self.text), 0
        tokens = []
        while i < end:
            c = text[i]
            if c in " \t\r\n":
                i += 1
            elif c in "\"'":
                value, after = self._string(i)
                tokens.append(Token("string", value, i))
                i = after
            elif c in _BREAKS:
                symbol = next(s for s in _SYMBOLS if text.startswith(s, i))
                tokens.append(Token("symbol", symbol, i))
                i += len(symbol)
            else:
                start = i
                while i < end and text[i] not in _BREAKS:
                    i += 1
                tokens.append(Token("word", text[start:i], start))
        tokens.append(Token("end", "", end))
        return tokens

    def _string(self, start: int) -> tuple[str, int]:
        text, quote, i = self.text, self.text[start], start + 1
        out: list[str] = []
        while i < len(text):
            c = text[i]
            if c == quote:
                return "".join(out), i + 1
            if c == "\\" and i + 1 < len(text):
                i += 1
                c = {"n": "\n", "t": "\t", "r": "\r"}.get(text[i], text[i])
            out.append(c)
            i += 1
        raise self.error(
            f"The quoted string '{text[start + 1 : start + 41]}' has not been completed.", start
        )

    @property
    def peek(self) -> Token:
        return self.tokens[self.next]

    def take(self) -> Token:
        token = self.tokens[self.next]
        self.next += 1
        return token

    def _is(self, *texts: str) -> bool:
        token = self.peek
        return token.kind in ("word", "symbol") and token.text.lower() in texts

    def _accept(self, *texts: str) -> bool:
        if self._is(*texts):
            self.next += 1
            return True
        return False

    # ---- grammar ----

    def query(self) -> Query:
        condition = None
        if self.peek.kind != "end" and not self._is("order"):
            condition = self._or()
        order = self._order() if self._accept("order") else ()
        if self.peek.kind != "end":
            raise self.expected("either 'OR' or 'AND'")
        return Query(condition, order)

    def _order(self) -> tuple[tuple[Token, bool], ...]:
        if not self._accept("by"):
            raise self.expected("'BY'")
        keys = []
        while True:
            if self.peek.kind not in ("word", "string"):
                raise self.expected("a field name")
            field = self.take()
            descending = self._accept("desc")
            if not descending:
                self._accept("asc")
            keys.append((field, descending))
            if not self._accept(","):
                return tuple(keys)

    def _or(self) -> Condition:
        items = [self._and()]
        while self._accept("or", "||", "|"):
            items.append(self._and())
        return items[0] if len(items) == 1 else Junction("or", tuple(items))

    def _and(self) -> Condition:
        items = [self._not()]
        while self._accept("and", "&&", "&"):
            items.append(self._not())
        return items[0] if len(items) == 1 else Junction("and", tuple(items))

    def _not(self) -> Condition:
        negations = 0
        while self._accept("not", "!"):
            negations += 1
        condition = self._group() if self._is("(") else self._clause()
        return Junction("not", (condition,)) if negations % 2 else condition

    def _group(self) -> Condition:
        opening = self.take()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error("The query is nested too deeply.", opening.at)
        condition = self._or()
        if not self._accept(")"):
            raise self.expected("')'")
        self.depth -= 1
        return condition

    def _clause(self) -> Clause:
        if self.peek.kind not in ("word", "string") or self._is("and", "or", "order"):
            raise self.expected("a field name")
        field = self.take()
        op = self._operator()
        if op in ("in", "not in"):
            return Clause(field, op, self._list())
        operand = self._operand()
        if op in ("is", "is not") and not operand.is_empty:
            raise self.error(
                f"'{operand.token.text}' is not EMPTY or NULL, after IS.", operand.token.at
            )
        return Clause(field, op, (operand,))

    def _operator(self) -> str:
        if self.peek.kind == "symbol" and self.peek.text in _COMPARISONS:
            return self.take().text
        if self._accept("in"):
            return "in"
        if self._accept("is"):
            return "is not" if self._accept("not") else "is"
        if self._accept("not"):
            if self._accept("in"):
                return "not in"
            raise self.expected("'IN'")
        raise self.expected("operator", f" {_OPERATORS}")

    def _list(self) -> tuple[Operand, ...]:
        if not self._accept("("):
            return (self._operand(),)
        items = [self._operand()]
        while self._accept(","):
            items.append(self._operand())
        if not self._accept(")"):
            raise self.expected("')'")
        return tuple(items)

    def _operand(self) -> Operand:
        token = self.peek
        if token.kind not in ("word", "string") or self._is("and", "or", "not", "order"):
            raise self.expected("either a value, list or function")
        self.next += 1
        if token.kind == "word" and self._accept("("):
            args = []
            while self.peek.kind in ("word", "string"):
                args.append(self.take().text)
                if not self._accept(","):
                    break
            if not self._accept(")"):
                raise self.expected("')'")
            return Operand(token, tuple(args))
        return Operand(token)
