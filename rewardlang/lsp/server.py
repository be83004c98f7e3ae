"""The language server: the protocol's requests and notifications, answered by `analysis`.

The checker works in one thread of its own, so that messages are always read; what an editor no
longer wants to know, as it has a newer text, is dropped.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcMethodNotFound, JsonRpcRequestCancelled
from pygls.lsp.server import LanguageServer

from rewardlang import __version__
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.lsp.analysis import Analysis
from rewardlang.lsp.documents import Documents
from rewardlang.lsp.places import path_of
from rewardlang.lsp.published import Board

log = logging.getLogger(__name__)
T = TypeVar("T")

PAUSE_S = 0.15
"""How long nothing must be typed before a text is checked."""


class Server(LanguageServer):
    """What is open, what is known of it, and what is shown."""

    def __init__(self) -> None:
        super().__init__(
            "rewardlang",
            __version__,
            # Whole texts: pygls finds line ends where YAML has none.
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
        )
        self.documents = Documents()
        self.board = Board()
        self.worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="checker")
        self._told: set[str] = set()
        self._versions: dict[Path, int | None] = {}
        self._pending: asyncio.Task[None] | None = None
        self._changed: dict[Path, None] = {}

    # ---- texts ----

    def take(self, uri: str, text: str, version: int | None) -> None:
        """Take the text of an open file, and have it checked soon."""
        path = path_of(uri)
        if path is None:
            return
        self.documents.put(path, text.removeprefix("\ufeff"))
        self._versions[path] = version
        self.check_soon(path)

    def let_go(self, uri: str) -> None:
        """A file is closed: what its check found is no longer shown."""
        path = path_of(uri)
        if path is None:
            return
        self.documents.close(path)
        self._versions.pop(path, None)
        self._changed.pop(path, None)
        for changed, diagnostics in self.board.drop(path).items():
            self._publish(changed, diagnostics)
        self.check_soon(*self.documents.open())

    def check_soon(self, *paths: Path) -> None:
        """Check files once nothing is typed any more, then all others that may use them."""
        for path in paths:
            self._changed.pop(path, None)
            self._changed = {path: None, **self._changed}
        for path in self.documents.open():
            self._changed.setdefault(path, None)
        if self._pending is not None:
            self._pending.cancel()
        self._pending = asyncio.get_running_loop().create_task(self._check_changed())

    async def _check_changed(self) -> None:
        await asyncio.sleep(PAUSE_S)
        while self._changed:
            path = next(iter(self._changed))
            version = self._versions.get(path)
            try:
                found = await self.work(partial(self._findings, path))
            except OSError:
                self._changed.pop(path, None)
                continue
            except Exception as error:
                self._changed.pop(path, None)
                self.report_server_error(error, type(error))
                continue
            self._changed.pop(path, None)
            if self._versions.get(path) == version and path in self._versions:
                self._show(path, found)

    def _findings(self, path: Path) -> tuple[Diagnostic, ...]:
        return self.documents.analysis(path).findings

    def _show(self, path: Path, found: tuple[Diagnostic, ...]) -> None:
        for uri, diagnostics in self.board.put(path, self.workspace.position_codec, found).items():
            self._publish(uri, diagnostics)

    def _publish(self, uri: str, diagnostics: list[types.Diagnostic]) -> None:
        path = path_of(uri)
        version = None if path is None else self._versions.get(path)
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, diagnostics, version)
        )

    # ---- work ----

    async def work(self, task: Callable[[], T]) -> T:
        """The result of `task`, done in the checker's thread."""
        return await asyncio.get_running_loop().run_in_executor(self.worker, task)

    async def about(self, uri: str, task: Callable[[Analysis], T]) -> T | None:
        """What `task` makes of what is known of a file; None of one that cannot be read."""
        path = path_of(uri)
        if path is None:
            return None

        def whole() -> T | None:
            try:
                analysis = self.documents.analysis(path)
            except OSError:
                return None
            return task(analysis)

        return await self.work(whole)

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """A bug of ours: shown to the user, with all of it in the log; the server goes on."""
        if isinstance(error, JsonRpcRequestCancelled | JsonRpcMethodNotFound):
            return
        log.error("a bug in rewardlang", exc_info=error)
        kind = type(error).__name__
        if f"{kind}: {error}" in self._told:
            return  # the same at every key that is pressed
        self._told.add(f"{kind}: {error}")
        self.window_show_message(
            types.ShowMessageParams(
                types.MessageType.Error,
                f"this is a bug in rewardlang ({kind}: {error}): please report it, "
                "with the file and with what the server's log says",
            )
        )


def serve() -> None:
    """Serve one editor over stdin and stdout until it says that it is done."""
    from rewardlang.lsp.features import enter

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    # What anything prints must not get in between the messages.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    server = Server()
    enter(server)
    server.start_io(stdout=out)
