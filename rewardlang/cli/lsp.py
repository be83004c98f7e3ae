"""`rewardlang lsp`: the language server."""

from __future__ import annotations

from importlib.util import find_spec

import click

from rewardlang.cli import Failure


@click.command("lsp")
def command() -> None:
    """Serve an editor over stdin and stdout by the Language Server Protocol.

    Diagnostics while typing, by the static rules; hover, completion, definitions, outline, fixes,
    renaming and formatting in scenario, API and world files. An editor starts it.

    Needs the extra: pip install "rewardlang[lsp]".

    \b
    rewardlang lsp
    """
    missing = [name for name in ("pygls", "lsprotocol") if find_spec(name) is None]
    if missing:
        raise Failure(
            f"`rewardlang lsp` needs {', '.join(missing)}: "
            'install with  pip install "rewardlang[lsp]"'
        )
    from rewardlang.lsp.server import serve

    serve()
