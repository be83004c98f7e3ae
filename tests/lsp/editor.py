"""An editor without a screen: the Language Server Protocol over the pipes of a subprocess."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

Message = dict[str, Any]
WAIT_S = 30


class Editor:
    """Starts `rewardlang lsp` and talks to it as an editor does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.messages: list[Message] = []
        self.passed_by: list[Message] = []
        self._number = 0
        self._inbox: queue.Queue[Message] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from rewardlang.cli import main; main(['lsp'])"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=folder, env=dict(os.environ),
        )  # fmt: skip
        threading.Thread(target=self._read, daemon=True).start()
        self.capabilities = self.ask("initialize", {
            "processId": os.getpid(), "rootUri": folder.as_uri(), "capabilities": {},
        })["capabilities"]  # fmt: skip
        self.tell("initialized", {})

    # ---- messages ----

    def _read(self) -> None:
        pipe = self.process.stdout
        assert pipe is not None
        while header := pipe.readline():
            length = int(header.split(b":")[1])
            while pipe.readline().strip():
                pass
            self._inbox.put(json.loads(pipe.read(length)))

    def _send(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        pipe = self.process.stdin
        assert pipe is not None
        pipe.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        pipe.flush()

    def _next(self) -> Message:
        message = self._inbox.get(timeout=WAIT_S)
        if message.get("method") == "window/showMessage":
            self.messages.append(message["params"])
        return message

    def tell(self, method: str, params: Any) -> None:
        """A notification."""
        self._send({"method": method, "params": params})

    def reply(self, method: str, params: Any) -> Message:
        """The whole reply to a request, an error it may be."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        kept: list[Message] = []
        while True:
            message = self._next()
            if message.get("id") == self._number and "method" not in message:
                for each in kept:
                    self._inbox.put(each)
                return message
            kept.append(message)

    def ask(self, method: str, params: Any) -> Any:
        """The result of a request."""
        reply = self.reply(method, params)
        assert "error" not in reply, reply
        return reply["result"]

    # ---- texts ----

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str | None = None) -> list[Message]:
        """Open a file, and the diagnostics that are shown then."""
        shown = (self.folder / name).read_text(encoding="utf-8") if text is None else text
        self.texts[name], self.versions[name] = shown, 1
        self.tell("textDocument/didOpen", {"textDocument": {
            "uri": self.uri(name), "languageId": "yaml", "version": 1, "text": shown,
        }})  # fmt: skip
        return self.diagnostics(name)

    def shut(self, name: str) -> None:
        """Close a file, after which nothing is shown of it once checks under way are through."""
        del self.texts[name], self.versions[name]
        self.tell("textDocument/didClose", {"textDocument": {"uri": self.uri(name)}})
        while self.published(name, None)["diagnostics"]:
            pass

    def shut_all(self) -> None:
        """Close what is open."""
        for name in list(self.texts):
            self.shut(name)

    def change(self, name: str, text: str) -> None:
        """Have another text; nothing is waited for."""
        self.texts[name] = text
        self.versions[name] += 1
        self.tell("textDocument/didChange", {
            "textDocument": {"uri": self.uri(name), "version": self.versions[name]},
            "contentChanges": [{"text": text}],
        })  # fmt: skip

    def edit(self, name: str, old: str, new: str) -> list[Message]:
        """Replace what occurs once, and the diagnostics that are shown then."""
        assert self.texts[name].count(old) == 1, (old, self.texts[name].count(old))
        self.change(name, self.texts[name].replace(old, new))
        return self.diagnostics(name)

    def diagnostics(self, name: str) -> list[Message]:
        """The diagnostics of a file in its present version."""
        shown = self.published(name, self.versions[name])
        return list(shown["diagnostics"])

    def published(self, name: str, version: int | None) -> Message:
        """The next diagnostics of a file that are of a version."""
        while True:
            message = self._next()
            params = message.get("params", {})
            if message.get("method") != "textDocument/publishDiagnostics":
                continue
            if params["uri"] == self.uri(name) and params.get("version") == version:
                return dict(params)
            self.passed_by.append(params)

    # ---- places ----

    def place(self, name: str, around: str) -> Message:
        """The position of `|` in `around`, which stands in the text without it, once."""
        plain = around.replace("|", "", 1)
        assert self.texts[name].count(plain) == 1, (plain, self.texts[name].count(plain))
        before = self.texts[name][: self.texts[name].index(plain) + around.index("|")]
        last = before.rpartition("\n")[2]
        return {"line": before.count("\n"), "character": len(last.encode("utf-16-le")) // 2}

    def at(self, name: str, around: str) -> Message:
        """The parameters of a request about a place."""
        return {"textDocument": {"uri": self.uri(name)}, "position": self.place(name, around)}

    def text_at(self, name: str, span: Message) -> str:
        """What stands in a range."""
        return self.texts[name][self._offset(name, span["start"]) : self._offset(name, span["end"])]

    def _offset(self, name: str, position: Message) -> int:
        lines = self.texts[name].split("\n")
        line = lines[position["line"]].encode("utf-16-le")[: 2 * position["character"]]
        before = sum(len(each) + 1 for each in lines[: position["line"]])
        return before + len(line.decode("utf-16-le"))

    def applied(self, name: str, edits: list[Message]) -> str:
        """The text with edits in it, which do not touch."""
        text = self.texts[name]
        for edit in sorted(edits, key=lambda e: -self._offset(name, e["range"]["start"])):
            start = self._offset(name, edit["range"]["start"])
            end = self._offset(name, edit["range"]["end"])
            text = text[:start] + edit["newText"] + text[end:]
        return text

    def close(self) -> int:
        """Shut the server down as the protocol has it; its exit status."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        return self.process.wait(timeout=WAIT_S)
