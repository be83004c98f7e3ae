"""How commands print: colours only on a terminal, JSON where a machine reads, plain counts."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Sequence
from typing import IO, TYPE_CHECKING, Any, TypeVar, cast

import click

if TYPE_CHECKING:
    from rich.console import Console

    from rewardlang.diagnostics.diagnostic import Diagnostic

F = TypeVar("F", bound=Callable[..., Any])

WIDTH = 100
"""Columns when nobody's terminal says otherwise, so that output in files does not depend on it."""


def format_option(function: F) -> F:
    """Add `--format text|json`, passed as `form`."""
    return click.option(
        "--format", "form", type=click.Choice(["text", "json"]), default="text",
        show_default=True, help="For people or for machines.",
    )(function)  # fmt: skip


def cache_option(function: F) -> F:
    """Add `--no-cache`, passed as `no_cache`."""
    return click.option(
        "--no-cache", is_flag=True, help="Neither read nor write the cache."
    )(function)  # fmt: skip


class _Trimmed(io.TextIOBase):
    """A stream without the spaces that fill tables up to the width."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(re.sub(r" +$", "", text, flags=re.MULTILINE))

    def flush(self) -> None:
        self._stream.flush()


def console(*, err: bool = False, file: IO[str] | None = None) -> Console:
    """Standard output, standard error, or a file; in colour when it is a terminal."""
    from rich.console import Console

    stream = file or (sys.stderr if err else sys.stdout)
    on_terminal = stream.isatty()
    return Console(
        file=stream if on_terminal else cast("IO[str]", _Trimmed(stream)),
        width=None if on_terminal else WIDTH,
        highlight=False,
        emoji=False,
        markup=False,
    )


def print_diagnostics(diagnostics: Sequence[Diagnostic], *, err: bool = False) -> None:
    """Each as rustc prints it, and how many there are."""
    from rewardlang.diagnostics.render import print_all

    print_all(diagnostics, console(err=err))


def print_json(data: object) -> None:
    """One JSON document, keys in the order given."""
    import json

    click.echo(json.dumps(data, indent=2, ensure_ascii=False, default=str))


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def number(value: float) -> str:
    """A reward or a score as people read it: two to six digits, no more than it has."""
    text = f"{value:.6f}".rstrip("0")
    whole, _, digits = text.partition(".")
    return f"{whole}.{digits.ljust(2, '0')}"


def cut(text: str, width: int) -> str:
    """`text` on one line of at most `width` characters."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: max(0, width - 1)] + "…"
