"""Where passes put what they find: diagnostics in order, and look-ups that suggest a name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Code, Diagnostic, Fix, Label
from rewardlang.diagnostics.spelling import suggest
from rewardlang.source import Span

MOST = 200
"""Problems that are shown of one file and what it uses."""


@dataclass(slots=True)
class Report:
    """Diagnostics in the order in which they were found; muted while types are only looked up.

    `typed`, where somebody wants to know, takes in every expression that has a type, also those in
    a file with errors.
    """

    diagnostics: list[Diagnostic] = field(default_factory=list)
    typed: list[tree.Expr] | None = None
    _muted: int = 0

    def saw(self, expr: tree.Expr) -> None:
        """Note an expression as typed."""
        if self.typed is not None and not self._muted:
            self.typed.append(expr)

    @property
    def silent(self) -> bool:
        """Whether nothing more is to be said: one may be muted, or have said enough."""
        return bool(self._muted) or len(self.diagnostics) > MOST

    def add(
        self,
        code: Code,
        message: str,
        span: Span,
        label: str = "",
        *,
        others: Sequence[Label] = (),
        help: str | None = None,
        fix: Fix | None = None,
        candidates: Iterable[str] = (),
    ) -> None:
        """Report one problem; after many, that there are more."""
        if self.silent:
            return
        if len(self.diagnostics) == MOST:
            code, message, label = codes.OVER_LIMIT, f"over {MOST} problems", "there are more"
            others, help, fix = (), "correct those above first", None
        found = Diagnostic(
            code, message, Label(span, label), tuple(others), help, fix,
            candidates=tuple(candidates),
        )  # fmt: skip
        self.diagnostics.append(found)

    def unknown(
        self,
        what: str,
        name: str,
        span: Span,
        candidates: Iterable[str],
        *,
        code: Code = codes.UNKNOWN_NAME,
        kind: str = "names",
        message: str | None = None,
        others: Sequence[Label] = (),
        help: str | None = None,
    ) -> None:
        """Report that `what` called `name` does not exist, with the closest of `candidates`."""
        if self.silent:
            return
        names = list(dict.fromkeys(candidates))
        meant = suggest(name, names)
        fix = None
        if meant is not None:
            help = f"did you mean `{meant}`?"
            fix = Fix(span, meant)
        self.add(
            code,
            message or f"there is no {what} `{name}`",
            span,
            listing(kind, names) if names else "",
            others=others,
            help=help,
            fix=fix,
            candidates=names,
        )

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Nothing is reported inside."""
        self._muted += 1
        try:
            yield
        finally:
            self._muted -= 1


def listing(kind: str, names: Sequence[str], most: int = 8) -> str:
    """`kind: a, b, c, ...` for a label."""
    shown = ", ".join(names[:most])
    return f"{kind}: {shown}, ..." if len(names) > most else f"{kind}: {shown}"
