"""Diagnostics as text for people, in the manner of rustc; colours are the console's to drop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label, Level
from rewardlang.diagnostics.excerpt import Line, Mark, clean, cut_out
from rewardlang.source import Source, Span

_STYLES: dict[Level, str] = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}
_FRAME = "bold blue"
_WIDTH = 160
"""Cells of a source line that are shown at most, around what is marked in it."""
_MIDDLE = 4
"""Lines of one label that are all shown; of longer ones the first two and the last."""


def render(diagnostic: Diagnostic, notes: Iterable[str] = ()) -> Text:
    """One diagnostic, and notes below it, without a line break at the end."""
    spans = [diagnostic.label.span, *(other.span for other in diagnostic.others)]
    if diagnostic.fix is not None:
        spans.append(diagnostic.fix.span)
    gutter = len(str(max(span.finish.line for span in spans)))
    style = _STYLES[diagnostic.code.level]
    lines = [
        Text.assemble(
            (f"{diagnostic.code.level}[{diagnostic.code.id}]", style),
            (f": {clean(diagnostic.message)}", "bold"),
        )
    ]
    for number, (source, labels) in enumerate(_by_source(diagnostic)):
        begin = labels[0].span.begin
        arrow = " -->" if number == 0 else " :::"
        place = f"{clean(source.path)}:{begin.line}:{begin.column}"
        lines.append(Text.assemble((" " * (gutter - 1) + arrow, _FRAME), f" {place}"))
        if source.text:
            lines.append(_frame(gutter))
            lines += _excerpts(source, labels, diagnostic.label, style, gutter)
    if diagnostic.help or diagnostic.fix:
        lines += _advice(diagnostic.help, diagnostic.fix, gutter)
    pad = " " * gutter
    lines += [
        Text.assemble((f"{pad} = ", _FRAME), ("note", "bold"), f": {clean(n)}") for n in notes
    ]
    return Text("\n").join(lines)


def render_all(
    diagnostics: Sequence[Diagnostic], notes: Sequence[Sequence[str]] | None = None
) -> Text:
    """All of them, each with its notes, and how many there are."""
    said = notes or [()] * len(diagnostics)
    parts = [render(each, below) for each, below in zip(diagnostics, said, strict=True)]
    if diagnostics:
        parts.append(Text(summary(diagnostics)))
    return Text("\n\n").join(parts)


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning; ...`, with the first of the gravest codes to ask about."""
    by_level: dict[Level, list[str]] = {"error": [], "warning": [], "note": []}
    for diagnostic in diagnostics:
        by_level[diagnostic.code.level].append(diagnostic.code.id)
    said = [f"{len(c)} {level}{'' if len(c) == 1 else 's'}" for level, c in by_level.items() if c]
    gravest = next((codes[0] for codes in by_level.values() if codes), None)
    hint = f"; `rewardlang explain {gravest}` says more" if gravest else ""
    return ", ".join(said) + hint


def print_all(
    diagnostics: Sequence[Diagnostic],
    console: Console,
    notes: Sequence[Sequence[str]] | None = None,
) -> None:
    """Print them to a console, which knows about colours; lines are not wrapped."""
    if diagnostics:
        console.print(render_all(diagnostics, notes), soft_wrap=True, highlight=False)


def _frame(gutter: int) -> Text:
    return Text(" " * gutter + " |", _FRAME)


def _by_source(diagnostic: Diagnostic) -> list[tuple[Source, list[Label]]]:
    """The labels by file: the primary one's file first, and it first in that file."""
    groups: list[tuple[Source, list[Label]]] = []
    for label in (diagnostic.label, *diagnostic.others):
        group = next((g for source, g in groups if source.path == label.span.source.path), None)
        if group is None:
            groups.append((label.span.source, [label]))
        else:
            group.append(label)
    return groups


def _excerpts(
    source: Source, labels: list[Label], primary: Label, style: str, gutter: int
) -> list[Text]:
    marks: dict[int, list[Mark]] = {}
    for label in labels:
        kind = ("^", style) if label is primary else ("-", _FRAME)
        for line, mark in _marks(source, label, *kind):
            marks.setdefault(line, []).append(mark)
    out: list[Text] = []
    previous = None
    for number in sorted(marks):
        if previous is not None and number == previous + 2:
            out += _source_line(source, number - 1, [], gutter)
        elif previous is not None and number > previous + 1:
            out.append(Text("...", _FRAME))
        out += _source_line(source, number, marks[number], gutter)
        previous = number
    return out


def _marks(source: Source, label: Label, char: str, style: str) -> list[tuple[int, Mark]]:
    """What to underline for a label, by line; its text stands with the last of them."""
    begin, end = label.span.begin, label.span.finish
    text = clean(label.text)
    if begin.line == end.line:
        return [(begin.line, Mark(begin.column - 1, end.column - 1, char, style, text))]
    found: list[tuple[int, Mark]] = []
    for line in range(begin.line, end.line + 1):
        if end.line - begin.line + 1 > _MIDDLE and begin.line + 1 < line < end.line:
            continue
        whole = source.line_text(line)
        first = begin.column - 1 if line == begin.line else len(whole) - len(whole.lstrip())
        last = end.column - 1 if line == end.line else len(whole.rstrip())
        if first < last:
            found.append((line, Mark(first, last, char, style, "")))
    if not found:
        return [(begin.line, Mark(begin.column - 1, begin.column - 1, char, style, text))]
    line, mark = found[-1]
    found[-1] = (line, mark._replace(text=text))
    return found


def _source_line(source: Source, number: int, marks: list[Mark], gutter: int) -> list[Text]:
    line = Line(source.line_text(number), marks, _WIDTH)
    head = Text.assemble((f"{number:>{gutter}} |", _FRAME))
    out = [Text.assemble(head, f" {line.shown}") if line.shown else head]
    out += [Text.assemble(_frame(gutter), " ", row) for row in line.rows()]
    return out


def _advice(help: str | None, fix: Fix | None, gutter: int) -> list[Text]:
    lines = []
    if help:
        pad = " " * gutter
        lines.append(Text.assemble((f"{pad} = ", _FRAME), ("help", "bold"), f": {clean(help)}"))
    if fix is not None and fix.span.begin.line == fix.span.finish.line:
        before, after = _lines_of(fix.span, fix.replacement)
        lines.append(_frame(gutter))
        number = fix.span.begin.line
        lines.append(Text.assemble((f"{number:>{gutter}} - ", "red"), before))
        lines.append(Text.assemble((f"{number:>{gutter}} + ", "green"), after))
    return lines


def _lines_of(span: Span, replacement: str) -> tuple[str, str]:
    """The line before and after a fix."""
    text = span.source.line_text(span.begin.line)
    start, end = span.begin.column - 1, span.finish.column - 1
    changed = text[:start] + replacement + text[end:]
    return cut_out(text, start, end, _WIDTH), cut_out(
        changed, start, start + len(replacement), _WIDTH
    )
