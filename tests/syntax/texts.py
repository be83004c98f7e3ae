"""Expressions that stand in no file, and templates as text."""

from __future__ import annotations

from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.source import Source
from rewardlang.syntax import nodes
from rewardlang.syntax.parser import parse_expression
from rewardlang.syntax.placed import in_place
from rewardlang.syntax.printer import print_expression


def parse_text(text: str, path: str = "<expression>") -> tuple[nodes.Expr | None, list[Diagnostic]]:
    """An expression that stands in no file."""
    out: list[Diagnostic] = []
    return parse_expression(in_place(Source(path, text), 0, len(text)), out), out


def print_template(template: nodes.Template) -> str:
    """The template's text, braces doubled and holes filled with expressions."""
    out = []
    for part in template.parts:
        if isinstance(part, str):
            out.append(part.replace("{", "{{").replace("}", "}}"))
        else:
            text = print_expression(part)
            out.append("{ " + text + "}" if text.startswith("{") else "{" + text + "}")
    return "".join(out)
