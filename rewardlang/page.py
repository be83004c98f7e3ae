"""Pages that need nothing else: one style sheet, and the HTML that reports have in common.

Texts are escaped here; what is called `body` or `html` is HTML already.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from rewardlang.diagnostics.excerpt import clean

LONG = 240
"""Characters of an observation that are shown unfolded."""
_NAME = re.compile(r"`([^`]+)`")

STYLE = """
:root { --ink: #1c2430; --faint: #697586; --paper: #ffffff; --panel: #f4f6f8; --line: #d9dfe6;
  --c0: #1f7a4d; --c1: #b7791f; --c2: #2b6cb0; --c3: #9b3b8a; --c4: #c2410c; --c5: #0f766e;
  --c6: #6d28d9; --c7: #64748b; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --faint: #98a3b3; --paper: #14181e;
  --panel: #1d232b; --line: #323b47; --c0: #4ade80; --c1: #f0b54a; --c2: #74b3f0; --c3: #d98bcb;
  --c4: #fb8b5a; --c5: #4fd1c5; --c6: #b79bf5; --c7: #94a3b8; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1100px; padding: 32px 20px 80px; color: var(--ink);
  background: var(--paper); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 40px 0 10px; }
p { margin: 6px 0; } .faint, .legend { color: var(--faint); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px;
  margin: 20px 0; }
.card { background: var(--panel); border-radius: 8px; padding: 12px 16px; }
.card b { display: block; font-size: 24px; } .card span { color: var(--faint); font-size: 13px; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 24px; }
table { border-collapse: collapse; width: 100%; } th { color: var(--faint); font-weight: 500; }
th, td { text-align: right; padding: 4px 10px; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
svg { width: 100%; height: auto; display: block; } svg text { font: 11px system-ui, sans-serif;
  fill: var(--ink); } svg text.faint { fill: var(--faint); } svg text.small { font-size: 10px; }
.grid { stroke: var(--line); } .mark { stroke: var(--faint); stroke-dasharray: 4 4; }
.line { fill: none; stroke-width: 2; } .band { fill: var(--c0); opacity: 0.15; }
.legend span { margin-right: 14px; white-space: nowrap; font-size: 13px; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 3px;
  margin-right: 5px; vertical-align: -1px; }
.task { border: 1px solid var(--line); border-radius: 8px; margin: 14px 0; padding: 12px 16px; }
.task > .two > div { min-width: 0; } ol { padding-left: 22px; margin: 8px 0; }
code, pre { font: 12px/1.45 ui-monospace, monospace; } pre { white-space: pre-wrap;
  overflow-wrap: anywhere; background: var(--panel); border-radius: 6px; padding: 8px; }
li code { overflow-wrap: anywhere; } .kind { font-size: 11px; border-radius: 4px; padding: 1px 6px;
  background: var(--panel); color: var(--c0); } .kind.bad { color: var(--bad); }
details summary { cursor: pointer; color: var(--faint); font-size: 12px; }
.wide { overflow-x: auto; } a { color: var(--c2); } pre { margin: 6px 0; }
@media (max-width: 560px) { body { padding: 20px 14px 60px; } .two { grid-template-columns: 1fr; }
  th, td { padding: 4px 6px; } }
@media print { body { max-width: none; padding: 0; } section { break-inside: avoid-page; } }
""" + "".join(
    f".line.c{i} {{ stroke: var(--c{i}); }} rect.c{i}, circle.c{i} {{ fill: var(--c{i}); }} "
    f"i.c{i} {{ background: var(--c{i}); }}\n"
    for i in range(8)
)


def document(title: str, sections: Iterable[str], more_style: str = "") -> str:
    """A whole page; `more_style` is what this kind of page has besides."""
    html = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        '</title><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}{more_style}</style></head><body>{''.join(sections)}</body></html>\n"
    )
    # Characters that hide or reorder what is shown would let a text pass for another.
    return "\n".join(map(clean, html.split("\n")))


def section(title: str, body: str) -> str:
    """A part of a page under a heading; nothing when there is nothing in it."""
    return f"<section><h2>{escape(title)}</h2>{body}</section>" if body else ""


def card(name: str, value: str, more: str) -> str:
    """One figure, large, with what it is."""
    return (
        f'<div class="card">{escape(name)}<b>{escape(value)}</b><span>{escape(more)}</span></div>'
    )


def cards(items: Iterable[str]) -> str:
    """Cards beside one another."""
    return f'<div class="cards">{"".join(items)}</div>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """A table; `head` is text, the cells of `rows` are HTML. `kind` is a class of the table."""
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    named = f' class="{kind}"' if kind else ""
    return f'<div class="wide"><table{named}><tr>{top}</tr>{body}</table></div>'


def folded(summary: str, body: str) -> str:
    """HTML behind a line of text."""
    return f"<details><summary>{escape(summary)}</summary>{body}</details>"


def prose(text: str) -> str:
    """A text in which names stand in backticks, as HTML."""
    return _NAME.sub(r"<code>\1</code>", escape(text))


def call_item(call: Mapping[str, Any]) -> str:
    """One call of an episode as an item of a list: what was sent, how it ended, the response."""
    arguments = json.dumps(call["args"], ensure_ascii=False)
    response = json.dumps(call["response"], ensure_ascii=False, indent=1)
    bad = "" if call["kind"] == "ok" else " bad"
    shown = f"<pre>{escape(response)}</pre>"
    if len(response) > LONG:
        shown = folded("response", shown)
    if call["response"] is None:
        shown = ""
    return (
        f"<li><code>{escape(call['op'])} {escape(arguments)}</code> "
        f'<span class="kind{bad}">{escape(call["kind"])} {call["status"] or ""}</span>{shown}</li>'
    )
