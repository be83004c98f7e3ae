"""The pages of the manual that come out of tables: library, diagnostics, command line, APIs.

Run: python docs/generate.py; a test holds the pages against this.
"""

from __future__ import annotations

import ast
import doctest
import json
import sys
from collections.abc import Callable
from functools import partial
from itertools import groupby
from pathlib import Path

import click

from rewardlang import cli, data
from rewardlang.diagnostics.codes import CODES
from rewardlang.reference import markdown, reference
from rewardlang.resolve.apis import resolve_api
from rewardlang.syntax import load
from rewardlang_runtime.registry import BUILTINS, Builtin

MANUAL = Path(__file__).parent / "manual"
NOTE = "<!-- Written by docs/generate.py; change the tables, not this page. -->\n"

FAMILIES = {
    "Y": "YAML and syntax",
    "T": "Names and types",
    "D": "Constant and dead logic",
    "S": "Trace formulas",
    "N": "Numbers and ranges",
    "H": "Ways to be paid without the work",
    "E": "Environments",
    "P": "Cost, regular expressions, determinism",
    "G": "Signal for training",
    "M": "The linter itself",
    "O": "OpenAPI documents",
}


# ---- library ----


def library() -> str:
    """Every builtin, by module."""
    lines = [NOTE, "# Library", "", _LIBRARY]
    for module, entries in groupby(BUILTINS.values(), lambda b: b.function.__module__):
        about = (sys.modules[module].__doc__ or "").strip().replace("Builtins", "Functions")
        lines += [f"## {module.rpartition('.')[2].capitalize()}", "", about, ""]
        for builtin in sorted(entries, key=lambda b: b.name):
            lines += _function(builtin)
    return "\n".join(lines)


_LIBRARY = """\
Every function of the expression language. All are pure and total: on values that satisfy the
signature they have a result, whatever the policy sent.

A signature with a type before the dot is a method: `str.length()` is called as `"text".length()`.
Types are written as in [expressions](expressions.md); `unit` is a number in [0, 1], a single
capital letter is any type, the same one wherever the letter stands. Macros such as
`xs.any(x => ...)` are part of the language, not of this list.
"""


def _function(builtin: Builtin) -> list[str]:
    text, examples = _parts(builtin)
    lines = [f"### `{_signature(builtin)}`", "", text, ""]
    if examples:
        lines += [*examples, ""]
    return lines


def _signature(builtin: Builtin) -> str:
    if not builtin.method:
        return builtin.signature
    name, _, rest = builtin.signature.partition("(")
    receiver, comma, parameters = rest.removeprefix("self: ").partition(", ")
    if not comma or receiver.count("[") != receiver.count("]") or ")" in receiver:
        receiver, _, result = rest.removeprefix("self: ").partition(")")
        return f"{receiver}.{name}(){result}"
    return f"{receiver}.{name}({parameters}"


def _parts(builtin: Builtin) -> tuple[str, list[str]]:
    """What a function's documentation says, and its examples in the language's own words."""
    pieces = doctest.DocTestParser().parse(builtin.doc)
    text = " ".join(p for p in pieces if isinstance(p, str)).strip()
    text = "\n\n".join(" ".join(block.split()) for block in text.split("\n\n"))
    return text, [_example(p) for p in pieces if isinstance(p, doctest.Example)]


def _example(example: doctest.Example) -> str:
    shown = _said(ast.parse(example.source.strip(), mode="eval").body)
    want = json.dumps(ast.literal_eval(example.want.strip()), ensure_ascii=False)
    return f"`{shown}` is `{want}`  "


def _said(node: ast.expr) -> str:
    """A Python expression of literals and calls of builtins, as the language writes it."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Is):
        return f"{_said(node.left)} is {_said(node.comparators[0])}"
    if not isinstance(node, ast.Call):
        return json.dumps(ast.literal_eval(node), ensure_ascii=False)
    assert isinstance(node.func, ast.Name)
    builtin = BUILTINS[node.func.id.rstrip("_")]
    args = [_said(arg) for arg in node.args]
    args += [f"{k.arg}={_said(k.value)}" for k in node.keywords]
    if builtin.method:
        return f"{args[0]}.{builtin.name}({', '.join(args[1:])})"
    return f"{builtin.name}({', '.join(args)})"


# ---- diagnostics ----


def diagnostics() -> str:
    """Every code, by family."""
    lines = [NOTE, "# Diagnostics", "", _DIAGNOSTICS]
    for family, entries in groupby(CODES.values(), lambda code: code.id[0]):
        lines += [f"## {family}: {FAMILIES[family]}", "", "| code | level | name | says |"]
        lines += ["|---|---|---|---|"]
        lines += [
            f"| [{c.id}](../../rewardlang/diagnostics/pages/{c.id}.md) | {c.level} "
            f"| {c.name} | {c.summary} |"
            for c in entries
        ]
        lines += [""]
    return "\n".join(lines)


_DIAGNOSTICS = """\
What the compiler and the [judge](judge.md) can say. `rewardlang explain CODE` prints the page of a
code: why it exists, an example that it reports and one that it accepts; both are compiled by the
tests. Codes are never reused.

An error keeps a file from being compiled. Errors and warnings give `rewardlang lint` the exit
status 1, notes do not.
"""


# ---- command line ----


def command_line() -> str:
    """Every command with its options, as `--help` has them."""
    lines = [NOTE, "# Command line", "", _COMMAND_LINE, "## rewardlang", "", *_help([], cli.cli)]
    for name in cli.COMMANDS:
        command = cli.load_command(name)
        lines += [f"## rewardlang {name}", "", *_help([name], command)]
        if isinstance(command, click.Group):
            for inner, each in command.commands.items():
                lines += [f"## rewardlang {name} {inner}", "", *_help([name, inner], each)]
    return "\n".join(lines)


_COMMAND_LINE = """\
| exit status | means |
|---|---|
| 0 | all well |
| 1 | findings, failed tests, or a file that cannot be used |
| 2 | wrong usage |
| 3 | a bug in rewardlang: one line, and `REWARDLANG_TRACEBACK=1` shows where |
| 130 | interrupted |

Output is in colour on a terminal only. `--format json` prints one JSON document to standard output;
diagnostics of a command that cannot go on are printed to standard error.

Results are kept in a cache by content: `$REWARDLANG_CACHE`, or `rewardlang` in the user's folder
for caches. `--no-cache` does without.
"""


def _help(path: list[str], command: click.Command) -> list[str]:
    context = click.Context(
        command,
        info_name=" ".join(["rewardlang", *path]),
        terminal_width=90,
        max_content_width=90,
        help_option_names=["-h", "--help"],
    )
    return ["```text", command.get_help(context), "```", ""]


# ---- APIs ----


def api(name: str) -> str:
    """What an API offers, as `rewardlang api` shows it."""
    found = data.Files().find("apis", name, Path())
    assert found is not None
    file, problems = load.read_api(found)
    assert file is not None, problems
    return f"{NOTE}{markdown(reference(resolve_api(file)))}"


PAGES: dict[str, Callable[[], str]] = {
    "library.md": library,
    "diagnostics.md": diagnostics,
    "command-line.md": command_line,
    "reference-jira.md": partial(api, "jira"),
    "reference-confluence.md": partial(api, "confluence"),
}


def main() -> None:
    """Write the pages."""
    for name, page in PAGES.items():
        (MANUAL / name).write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
