"""The command line: a table of commands, each imported when it is called, and how errors end."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from keyword import iskeyword

import click

# One line each, so that `rewardlang --help` imports none of them.
COMMANDS = {
    "lint": "Check scenario, API and world files, and judge scenarios.",
    "format": "Write files in their canonical layout.",
    "compile": "Write a scenario as a readable Python module.",
    "run": "Play one episode and explain its reward.",
    "score": "Score recordings of agents, and say what failed.",
    "replay": "Send recorded calls to a live API, and compare.",
    "serve": "Serve scenarios, or an API in a world, over HTTP.",
    "test": "Run the `tests:` of scenario files.",
    "oracle": "Search a solution of a scenario, and print it as YAML.",
    "report": "Report on a scenario: one page to sign.",
    "train": "Train a policy on scenarios by GRPO.",
    "eval": "Measure a policy on held-out tasks.",
    "explain": "Explain a diagnostic by its code.",
    "derive": "Write scenarios for an API, or the reward of an oracle.",
    "api": "Show an API: operations, tables, types.",
    "schema": "Print the JSON Schema of a kind of file.",
    "import": "Make API files and worlds from OpenAPI documents.",
    "conform": "Hold an API file against official OpenAPI documents.",
    "init": "Write a new scenario that already runs.",
    "lsp": "Serve an editor: diagnostics, completion, definitions.",
}

TRACEBACK = "REWARDLANG_TRACEBACK"

EXIT_FINDINGS, EXIT_USAGE, EXIT_BUG, EXIT_INTERRUPTED = 1, 2, 3, 130


class Failure(Exception):
    """Something the user must hear in one line; the command ends with status 1."""


def load_command(name: str) -> click.Command:
    """A command of the table, its module imported; one named by a word of Python ends with `_`."""
    module = f"{name}_" if iskeyword(name) else name
    command: click.Command = import_module(f"rewardlang.cli.{module}").command
    return command


class Commands(click.Group):
    """A group that imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return load_command(name) if name in COMMANDS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            from rewardlang.diagnostics.spelling import suggest

            near = suggest(args[0], COMMANDS)
            hint = f"; did you mean `{near}`?" if near else ""
            raise click.UsageError(f"no command `{args[0]}`{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from rewardlang import __version__

        click.echo(f"rewardlang {__version__}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version,
    help="Show the version and exit.",
)  # fmt: skip
def cli() -> None:
    """Verifiable rewards, written in YAML, checked like a program.

    \b
    rewardlang init tidy.yaml            a new scenario
    rewardlang lint tidy.yaml            is it right?
    rewardlang run tidy.yaml             one episode, and why its reward is what it is
    rewardlang test tidy.yaml            its own tests
    rewardlang train tidy.yaml           a policy that learns it

    Exit status: 0 all well, 1 findings or failed tests, 2 wrong usage, 3 a bug in rewardlang.
    """


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit; what went wrong is said in words, not as a traceback."""
    sys.exit(_run(args))


def _run(args: list[str] | None) -> int:
    try:
        status = cli.main(args, prog_name="rewardlang", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _interrupt()
    except BrokenPipeError:
        # The reader, `head` for one, has seen enough; nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FINDINGS
    except Failure as error:
        click.echo(f"error: {error}", err=True)
        return EXIT_FINDINGS
    except Exception as error:
        if _interrupted(error):
            return _interrupt()
        if _shown(error):
            return EXIT_FINDINGS
        if os.environ.get(TRACEBACK):
            raise
        kind = type(error).__name__
        click.echo(
            f"this is a bug in rewardlang ({kind}: {error}): please report it, "
            f"with the file and with what {TRACEBACK}=1 prints",
            err=True,
        )
        return EXIT_BUG


def _interrupt() -> int:
    click.echo("interrupted", err=True)
    # An interrupt within an `exec` of text, as dataclasses do, is remembered by CPython, which then
    # ends by the signal whatever the status. The next `exec` of text forgets it.
    exec("")
    return EXIT_INTERRUPTED


def _interrupted(error: BaseException | None) -> bool:
    """Whether Ctrl-C is behind it: a module that is being imported fails in its own words."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


def _shown(error: Exception) -> bool:
    """Show what is no bug: errors in the user's files. The module that raised them is imported."""
    driver = sys.modules.get("rewardlang.driver")
    values = sys.modules.get("rewardlang_runtime.values")
    if driver is not None and isinstance(error, driver.CheckFailed):
        from rewardlang.cli.output import print_diagnostics

        print_diagnostics(error.diagnostics, err=True)
    elif driver is not None and isinstance(error, driver.NoScenario):
        click.echo(f"error: {error}", err=True)
    elif values is not None and isinstance(error, values.ScenarioFault):
        from rewardlang.cli.faults import fault_words

        click.echo(f"error: {fault_words(error)}", err=True)
    else:
        return False
    return True
