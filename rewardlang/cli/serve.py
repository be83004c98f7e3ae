"""`rewardlang serve`: scenarios, or an API in a world, over HTTP on this machine."""

from __future__ import annotations

import logging
import signal
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rewardlang.cli import EXIT_INTERRUPTED, Failure, files
from rewardlang.cli.output import cache_option, count

if TYPE_CHECKING:
    from rewardlang.serve.journal import Journal
    from rewardlang.serve.offers import Offer
    from rewardlang.serve.sessions import Sessions


@click.command("serve")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True)
@click.option("--world", metavar="WORLD", help="The world, for an API: a name or a file.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where clients connect.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True,
              help="And at which port; 0 takes a free one.")  # fmt: skip
@click.option("--control-host", default="127.0.0.1", show_default=True,
              help="Where the control endpoint is.")  # fmt: skip
@click.option("--control-port", type=click.IntRange(0, 65535), default=8081, show_default=True,
              help="And at which port; 0 takes a free one.")  # fmt: skip
@click.option("--control-token", metavar="TEXT", envvar="REWARDLANG_CONTROL_TOKEN",
              help="What the control endpoint wants to be shown as a Bearer token.")  # fmt: skip
@click.option("--traces", type=click.Path(dir_okay=False), metavar="TRACES",
              help="Append every episode to this file of traces.")  # fmt: skip
@click.option("--sessions", type=click.IntRange(1), default=10_000, show_default=True,
              help="How many are kept; the least recently used ends first.")  # fmt: skip
@click.option("--memory", type=click.IntRange(1), default=1024, show_default=True, metavar="MB",
              help="What the calls of all sessions may hold, about.")  # fmt: skip
@click.option("--calls", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True,
              help="Calls of a session of an API; a scenario has its own limit.")  # fmt: skip
@click.option("--closed", is_flag=True,
              help="Serve only sessions that were made at the control endpoint.")  # fmt: skip
@click.option("--mcp", type=click.Choice(["stdio", "http"]),
              help="Speak the Model Context Protocol: here, or besides at /mcp.")  # fmt: skip
@click.option("--session", metavar="NAME", default=None,
              help="With --mcp stdio: the session, such as `NAME;seed=3;split=eval`.")  # fmt: skip
@cache_option
def command(
    paths: tuple[str, ...],
    world: str | None,
    host: str,
    port: int,
    control_host: str,
    control_port: int,
    control_token: str | None,
    traces: str | None,
    sessions: int,
    memory: int,
    calls: int,
    closed: bool,
    mcp: str | None,
    session: str | None,
    no_cache: bool,
) -> int:
    """Serve scenarios, or an API in a world, as the API itself: paths, statuses, errors.

    Each session has a world of its own: a request says whose it is by the header
    `X-Rewardlang-Session` or by a path that begins with `/s/NAME`, or plays in the session
    `default`. A second port makes, resets and scores sessions, and is not for the policy.

    \b
    rewardlang serve scenarios/jira_add_labels.yaml --traces traces.jsonl
    rewardlang serve scenarios/apis/jira.yaml --world acme
    rewardlang serve scenarios/jira_add_labels.yaml --mcp stdio --traces traces.jsonl
    """
    try:
        import_module("rewardlang.serve.control")  # where starlette is first needed
        if mcp is not None:
            import_module("rewardlang.serve.mcp")
        from rewardlang.serve.journal import InUse
        from rewardlang.serve.server import CannotListen
        from rewardlang.serve.sessions import Sessions
    except ModuleNotFoundError as error:
        raise Failure(
            f"no {error.name}: install it with `pip install 'rewardlang[serve]'`"
        ) from error
    if session is not None and mcp != "stdio":
        raise click.UsageError(
            "--session is for --mcp stdio; over HTTP requests name their session"
        )
    offers = [_offer(Path(path), world, calls, no_cache) for path in paths]
    twice = {offer.name for offer in offers if [o.name for o in offers].count(offer.name) > 1}
    if twice:
        raise Failure(f"{', '.join(sorted(twice))} is given twice")
    try:
        journal = None if traces is None else _journal(Path(traces))
    except InUse as error:
        raise Failure(str(error)) from error
    made = Sessions(offers, journal, most=sessions, size=memory << 20, closed=closed)
    try:
        if mcp is not None:
            # What a client sends that is no message is the client's to hear of; the SDK logs it.
            logging.getLogger().addHandler(logging.NullHandler())
        if mcp == "stdio":
            return _over_stdio(made, session)
        asked = _serve(made, host, port, control_host, control_port, control_token, traces, mcp)
    except CannotListen as error:
        raise Failure(str(error)) from error
    finally:
        made.close()
    return EXIT_INTERRUPTED if asked == signal.SIGINT else 0


def _serve(
    sessions: Sessions,
    host: str,
    port: int,
    control_host: str,
    control_port: int,
    token: str | None,
    traces: str | None,
    mcp: str | None,
) -> int:
    from rewardlang.serve.app import App
    from rewardlang.serve.control import Control
    from rewardlang.serve.rest import Rest
    from rewardlang.serve.server import Endpoint, is_loopback, listen, run, url_of

    listening, controlling = listen(host, port), listen(control_host, control_port)
    api = Endpoint(listening, App(Rest(sessions)))
    if mcp == "http":
        from rewardlang.serve.mcp import WithMcp, mcp_server

        local = is_loopback(listening)
        api = Endpoint(listening, WithMcp(App(Rest(sessions)), mcp_server(sessions), local=local))
    control = Endpoint(controlling, Control(sessions, url_of(listening), token).app())
    for endpoint, what in (
        (api, "the API"),
        (control, "the control endpoint, which knows rewards,"),
    ):
        if not is_loopback(endpoint.socket):
            click.echo(
                f"warning: others than this machine can reach {what} at {endpoint.url}", err=True
            )
    return run([api, control], lambda: _say(sessions, api.url, control.url, traces, mcp))


def _over_stdio(sessions: Sessions, said: str | None) -> int:
    """Serve the one client that this process was started by."""
    import anyio

    from rewardlang.serve.mcp import mcp_server, over_stdio
    from rewardlang.serve.sessions import Refused

    try:
        session = sessions.get(said or "stdio")
    except Refused as error:
        raise Failure(f"--session: {error}") from error
    anyio.run(over_stdio, mcp_server(sessions, session.name))
    return 0


def _say(sessions: Sessions, url: str, control: str, traces: str | None, mcp: str | None) -> None:
    """Print where everything is, and a request to begin with."""
    first = sessions.first
    operations = sum(len(offer.tools) for offer in sessions.offers.values())
    click.echo(f"serving {', '.join(sessions.offers)}: {count(operations, 'operation')} at {url}")
    if first.judged:
        click.echo(f"control, with rewards, at {control}")
    else:
        click.echo(f"control at {control}; an API without a scenario has no reward")
    if mcp:
        click.echo(f"tools, by the Model Context Protocol, at {url}/mcp")
    if traces:
        click.echo(f"traces in {traces}")
    click.echo(f"try: curl -u agent:token '{url}{_example(first)}'")
    click.echo(f"     curl -X POST {control}/sessions")


def _example(offer: Offer) -> str:
    """The path of an operation that reads, with as few arguments as there are."""
    routes = [route for name, route in offer.routes.by_name.items() if name in offer.tools]
    reading = [route for route in routes if route.operation.method == "GET"] or routes
    return min(reading, key=lambda route: (len(route.holes), len(route.path))).path


def _journal(path: Path) -> Journal:
    from rewardlang.serve.journal import Journal

    try:
        journal = Journal(path)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    if journal.recovered:
        click.echo(
            f"{path}: {count(journal.recovered, 'episode')} of a server that was killed", err=True
        )
    return journal


def _offer(path: Path, world: str | None, calls: int, no_cache: bool) -> Offer:
    """What a file offers: its scenario, or its API in the world."""
    from rewardlang.serve.offers import Offer

    if path.suffix != ".py":
        from rewardlang.syntax.load import kind_of

        kind = kind_of(path)
        if kind == "api":
            from rewardlang.serve.apis import NoWorld, scenario_of_api

            try:
                return Offer(scenario_of_api(path, world, calls), judged=False)
            except NoWorld as error:
                raise Failure(str(error)) from error
        if kind == "world":
            raise Failure(f"{path} is a world; give the API, and the world with --world")
    if world is not None:
        raise click.UsageError(f"--world is for an API; {path} is a scenario, which names its own")
    return Offer(files.compiled(path, no_cache))
