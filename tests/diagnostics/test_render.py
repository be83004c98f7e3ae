"""Diagnostics as people see them, held by golden files; run with --update-golden after a change."""

from __future__ import annotations

import io
import re

import pytest
from diagnostics.page_examples import FILES, sections, write
from rich.console import Console

from rewardlang import driver
from rewardlang.diagnostics import codes, pages
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label
from rewardlang.diagnostics.render import print_all, render, render_all, summary
from rewardlang.source import Source, Span


@pytest.mark.parametrize("code", [c for c in pages.available() if c.startswith("Y")])
def test_pages_of_family_y(code, golden, tmp_path, monkeypatch):
    write(sections(pages.read(code))["Reported"], tmp_path)
    monkeypatch.chdir(tmp_path)
    diagnostics = driver.check(FILES["scenario"]).diagnostics
    golden(f"diagnostics/{code}.txt", render_all(diagnostics).plain + "\n")


ONE = Source(
    "one.yaml",
    'rewardlang: 1\n\tcheck: now?.fields.status.name == "Dnoe" and 漢字 x\nthree\nfour\n\n'
    "six: >-\n  abc\n  def\n   ghi\n jkl\n" + "x" * 300 + " here " + "y" * 300 + "\n",
)
TWO = Source("b/two.yaml", "# line\n" * 90 + "  statuses: [To Do, Done]\n")


def at(text: str, source: Source = ONE) -> Span:
    start = source.text.index(text)
    return Span(source, start, start + len(text))


def found(label, *others, message="something is wrong", help=None, fix=None):
    return Diagnostic(codes.OUTSIDE_DOMAIN, message, label, others, help, fix)


LAYOUTS = {
    "two-files": found(
        Label(at('"Dnoe"'), "not a status of workflow `software`"),
        Label(at("now?.fields.status.name"), 'enum: "To Do", "Done"'),
        Label(at("[To Do, Done]", TWO), "declared here"),
        help='did you mean "Done"?', fix=Fix(at('"Dnoe"'), '"Done"'),
    ),
    "wide-characters": found(Label(at("字"), "one wide character"),
                             Label(at("x\nthree"), "two lines")),
    "many-lines": found(
        Label(at(ONE.text[ONE.text.index("six") : ONE.text.index("jkl") + 3]), "all of this"),
        Label(at("rewardlang"), "the first line"),
    ),
    "one-inside-the-other": found(Label(at("fields.status"), "inner"),
                                  Label(at("now?.fields.status.name"), "outer")),
    "several-in-one-line": found(Label(at("status"), "first"), Label(at("status"), "again"),
                                 Label(at('"Dnoe"'), "third"), Label(at("now"), "fourth")),
    "neighbours": found(Label(at("four"), "the line after the next"), Label(at("check"), "first")),
    "long-line": found(Label(at("here"), "far from both ends"), fix=Fix(at("here"), "there")),
    "between-characters": found(Label(Span(ONE, 13, 13), "at the end of a line")),
    "end-of-file": found(Label(Span(ONE, len(ONE.text), len(ONE.text)), "nothing more")),
    "no-source": found(Label(Span(Source("gone.yaml", ""), 0, 0)), message="cannot read it"),
    "fix-that-deletes": found(Label(at(" x\n"), "too much"), fix=Fix(at(" x"), "")),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(name, golden):
    golden(f"diagnostics/layout-{name}.txt", render(LAYOUTS[name]).plain + "\n")


def printed(**options) -> str:
    console = Console(file=io.StringIO(), width=100, **options)
    print_all([LAYOUTS["two-files"]], console)
    return console.file.getvalue()


def test_colours_only_where_they_are_seen(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    plain = render_all([LAYOUTS["two-files"]]).plain + "\n"
    assert printed() == plain
    coloured = printed(force_terminal=True)
    assert "\x1b[1;31merror[T104]" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;31m" not in printed(force_terminal=True)
    assert "31m" not in printed(force_terminal=True)


def test_lines_are_not_wrapped_and_markup_is_text():
    source = Source("[bold]a.yaml", "[red]x[/red]: " + "y" * 120 + "\n")
    text = io.StringIO()
    span = Span(source, 0, 5)
    print_all([found(Label(span, "[link=x]"), message=":smile: [b]")], Console(file=text, width=40))
    assert "[red]x[/red]: " + "y" * 120 in text.getvalue()
    assert ":smile: [b]" in text.getvalue()


def test_what_a_terminal_would_obey_is_not_printed():
    source = Source("a\x1b[31m.yaml", "a: \x1b]0;title\x07 \u202ex\u200b\x9b\n")
    span = Span(source, 3, 4)
    text = render(found(Label(span, "\x1b[2J"), message="\r\x08", help="\x00",
                        fix=Fix(span, "\x1b"))).plain  # fmt: skip
    assert not set(text) & set("\x1b\x07\x9b\x00\x08\r\u202e\u200b")


def test_the_place_of_a_mark_counts_cells():
    line = "\té漢\u0301x = 1"
    source = Source("a", line)
    start = line.index("x")
    rows = render(found(Label(Span(source, start, start + 1), "here"))).plain.splitlines()
    shown, marks = rows[3][len("1 | ") :], rows[4][len("  | ") :]
    assert shown.startswith("    é漢\u0301x")
    assert marks == " " * 7 + "^ here"  # a tab of four cells, one, two and none


def test_a_summary_counts_by_level():
    noted = Diagnostic(codes.ANY_TYPED, "m", Label(Span(ONE, 0, 1)))
    assert summary([LAYOUTS["long-line"]] * 2 + [noted]) == (
        "2 errors, 1 note; `rewardlang explain T104` says more"
    )
    assert summary([noted, LAYOUTS["long-line"]]) == (
        "1 error, 1 note; `rewardlang explain T104` says more"
    )
    assert render_all([]).plain == ""
