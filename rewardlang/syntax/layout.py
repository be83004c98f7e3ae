"""The canonical layout of a file: indentation, spaces and blank lines; its words stay as they are.

Block collections are indented by two, lists under their key too. Flow collections on one line have
a space after `,` and `:` and none inside the brackets; those of several lines keep their lines.
Blank lines are single, comments stand two spaces behind a value or above what they speak of.
Values, quotes and the order of keys are the author's.
"""

from __future__ import annotations

from collections import deque
from itertools import zip_longest

from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.source import Source
from rewardlang.syntax.comments import Comment, comments
from rewardlang.syntax.yaml_events import read_yaml
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, Sequence_, YamlNode

_STEP = 2


class CannotLayOut(Exception):
    """The file is no YAML, or uses a form of it that is left alone; the message says which."""


def lay_out(text: str) -> str:
    """`text` in the canonical layout.

    Raises:
        CannotLayOut: As it says; also when the result would not read the same.
    """
    source, problems = Source("", text), list[Diagnostic]()
    root = read_yaml(source, problems)
    if root is None:
        raise CannotLayOut(problems[0].message if problems else "the file is empty")
    return lay_out_parsed(source, root)


def lay_out_parsed(source: Source, root: YamlNode) -> str:
    """The same of a text whose YAML has been read.

    Raises:
        CannotLayOut: As `lay_out`.
    """
    every = list(comments(source, root))
    if isinstance(root, Scalar):
        raise CannotLayOut("the file is a single value")
    made = _Writer(source, every).document(root)
    if made != source.text and not same(source.text, made):
        raise CannotLayOut("its layout cannot be changed without a risk")
    return made


def same(one: str, other: str) -> bool:
    """Whether two texts hold the same values in the same styles, and the same comments."""
    first, second = Source("", one), Source("", other)
    roots = read_yaml(first, []), read_yaml(second, [])
    if roots[0] is None or roots[1] is None:
        return False
    if [c.span.text for c in comments(first, roots[0])] != [
        c.span.text for c in comments(second, roots[1])
    ]:
        return False
    return all(a == b for a, b in zip_longest(_flat(roots[0]), _flat(roots[1])))


def _flat(root: YamlNode) -> list[object]:
    """A document as a list of what matters in it."""
    found: list[object] = []
    stack: list[YamlNode] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Scalar):
            found.append((node.text, node.style, type(node.value)))
        elif isinstance(node, Sequence_):
            found.append(("list", len(node.items)))
            stack += reversed(node.items)
        else:
            found.append(("mapping", len(node.pairs)))
            for key, value in reversed(node.pairs):
                stack += (value, key)
    return found


class _Writer:
    """Writes one document anew, line by line."""

    def __init__(self, source: Source, every: list[Comment]) -> None:
        self._source = source
        self._text = source.text
        self._comments = deque(every)
        self._lines: list[str] = []
        self._last = 0
        """The line in the source at which what was written last ends; 0: nothing yet."""
        self._columns: list[tuple[int, int]] = []
        """Column in the source and new column of the blocks around what was written last."""

    def document(self, root: YamlNode) -> str:
        """The whole file."""
        if self._is_flow(root):
            self._above(root.span.start, 0)
            self._begin(root.span.start, 0)
            self._value(root, 0, "")
        else:
            self._block(root, 0)
        self._above(len(self._text), None)
        return "\n".join(self._lines) + "\n"

    # ---- lines ----

    def _line_of(self, offset: int) -> int:
        return self._source.line(offset)

    def _column_of(self, offset: int) -> int:
        return self._source.position(offset).column - 1

    def _above(self, start: int, indent: int | None, opened: bool = False) -> None:
        """The comments, and at most one blank line, that stand before what begins at `start`.

        `indent` is where that goes, None at the end of the file; `opened` says that it is the first
        thing in its block, which no blank line precedes.
        """
        columns = self._columns
        if indent is not None:
            column = self._column_of(start)
            columns = [(o, n) for o, n in columns if not (opened and o >= column)]
            columns = [(column, indent), *columns]
        while self._comments and self._comments[0].span.start < start:
            comment = self._comments.popleft()
            at = comment.span.start
            self._blank(self._line_of(at), opened)
            self._lines.append(" " * _new_column(columns, self._column_of(at)) + comment.span.text)
            self._last = self._line_of(at)
            opened = False
        if indent is not None:
            self._blank(self._line_of(start), opened)

    def _blank(self, line: int, opened: bool) -> None:
        if self._last and line > self._last + 1 and not opened:
            self._lines.append("")

    def _begin(self, start: int, indent: int) -> None:
        """Note where a key or an item stands, before it is written."""
        column = self._column_of(start)
        self._columns = [(o, n) for o, n in self._columns if o <= column and n < indent]
        self._columns.append((column, indent))

    def _finish(self, line: str, end: int) -> None:
        """Write a line whose last word ends at `end`, with the comment that follows it there."""
        self._last = self._line_of(end)
        if self._comments:
            comment = self._comments[0]
            if not comment.alone and self._line_of(comment.span.start) == self._last:
                self._comments.popleft()
                line = f"{line}  {comment.span.text}"
        self._lines.append(line)

    # ---- nodes ----

    def _is_flow(self, node: YamlNode) -> bool:
        return not isinstance(node, Scalar) and self._text[node.span.start] in "[{"

    def _block(self, node: YamlNode, indent: int, head: str = "") -> None:
        """A block collection; `head`, dashes, goes before its first line."""
        if isinstance(node, Mapping_):
            for number, (key, value) in enumerate(node.pairs):
                if not (head and number == 0):
                    self._above(key.span.start, indent, opened=number == 0)
                self._begin(key.span.start, indent)
                name = key.span.text
                if "\n" in name or self._text[max(0, key.span.start - 2) : key.span.start] == "? ":
                    raise CannotLayOut("a key of several lines, or after `?`")
                lead = head if head and number == 0 else " " * indent
                self._value(value, indent, f"{lead}{name}:", key)
        elif isinstance(node, Sequence_):
            for number, item in enumerate(node.items):
                dash = self._dash(node, number)
                if not (head and number == 0):
                    self._above(dash, indent, opened=number == 0)
                self._begin(dash, indent)
                lead = head if head and number == 0 else " " * indent
                self._item(item, indent, f"{lead}-", dash)

    def _dash(self, node: Sequence_, number: int) -> int:
        """Where the dash of an item stands: the first behind the item before it, no comment's."""
        if number == 0:
            return node.span.start
        at = node.items[number - 1].span.end
        end = node.items[number].span.start
        spans = [c.span for c in self._comments if at <= c.span.start < end]
        at = self._text.find("-", at)
        while any(span.start <= at < span.end for span in spans):
            at = self._text.find("-", at + 1)
        return at

    def _item(self, item: YamlNode, indent: int, head: str, dash: int) -> None:
        inner = indent + _STEP
        if isinstance(item, Scalar) or self._is_flow(item):
            self._value(item, indent, head)
        elif self._line_of(dash) == self._line_of(item.span.start):
            self._last = self._line_of(dash)
            self._block(item, inner, f"{head} ")
        else:
            between = self._comments and self._comments[0].span.start < item.span.start
            if between:
                raise CannotLayOut("a comment between a dash and its item")
            self._last = self._line_of(item.span.start)
            self._block(item, inner, f"{head} ")

    def _value(self, node: YamlNode, indent: int, head: str, key: Scalar | None = None) -> None:
        """What follows a key, or a dash, on the same line if it can."""
        if isinstance(node, Scalar):
            self._scalar(node, indent, head)
        elif self._is_flow(node):
            self._early(node, head)
            self._flow(node, indent, f"{head} " if head else "")
        else:
            self._finish(head, key.span.end if key is not None else node.span.start)
            self._block(node, indent + _STEP)

    def _early(self, node: YamlNode, head: str) -> None:
        if self._comments and self._comments[0].span.start < node.span.start:
            raise CannotLayOut("a comment between a key and its value")

    def _scalar(self, node: Scalar, indent: int, head: str) -> None:
        text = node.span.text
        if not text:
            self._finish(head, node.span.start)
            return
        self._early(node, head)
        if node.style in ("|", ">"):
            self._block_scalar(node, indent, head)
            return
        first, *rest = text.split("\n")
        line = f"{head} {first.strip()}"
        for more in rest:
            self._lines.append(line)
            line = " " * (indent + _STEP) + more.strip(" \t\r") if more.strip() else ""
        self._finish(line, node.span.end)

    def _block_scalar(self, node: Scalar, indent: int, head: str) -> None:
        line_end = self._text.find("\n", node.span.end)
        # Spaces behind the last line are part of the value.
        whole = self._text[node.span.start : line_end if line_end >= 0 else None]
        header, _, body = whole.partition("\n")
        style, _, comment = header.partition("#")
        if any(char.isdigit() for char in style):
            raise CannotLayOut("a block with its own indentation")
        if comment:
            self._comments.popleft()
            comment = f"  #{comment.rstrip()}"
        self._lines.append(f"{head} {style.strip()}{comment}")
        lines = body.split("\n")
        written = [line for line in lines if line.strip()]
        depth = min((len(w) - len(w.lstrip(" ")) for w in written[:1]), default=0)
        pad = " " * (indent + _STEP)
        for line in lines:
            # What stands deeper than the first line is part of the value.
            self._lines.append(pad + line[depth:].rstrip("\r") if line.strip() else line[depth:])
        self._last = self._line_of(node.span.end)
        if "+" in style:
            raise CannotLayOut("a block that keeps its blank lines")

    def _flow(self, node: YamlNode, indent: int, head: str) -> None:
        start, end = node.span.start, node.span.end
        if "\n" not in node.span.text:
            self._finish(head + self._on_one_line(node), end)
            return
        # Of several lines: they stay, moved by as much as the first one is.
        line = self._line_of(start)
        first = self._source.line_text(line)
        before = len(first) - len(first.lstrip(" "))
        shift = indent - before
        while self._comments and self._comments[0].span.start < end:
            self._comments.popleft()
        pieces = node.span.text.split("\n")
        self._lines.append((head + pieces[0]).rstrip())
        for piece in pieces[1:-1]:
            self._lines.append(_moved(piece, shift, indent))
        self._finish(_moved(pieces[-1], shift, indent), end)

    def _on_one_line(self, node: YamlNode) -> str:
        if isinstance(node, Scalar):
            return node.span.text
        if isinstance(node, Sequence_):
            return f"[{', '.join(map(self._on_one_line, node.items))}]"
        pairs = []
        for key, value in node.pairs:
            shown = self._on_one_line(value)
            if not shown:  # `{a: , b: 1}`: how it ends depends on what follows
                return node.span.text
            pairs.append(f"{key.span.text}: {shown}")
        return "{" + ", ".join(pairs) + "}"


def _new_column(columns: list[tuple[int, int]], column: int) -> int:
    """Where a comment goes that stood at `column`: with the deepest block not right of it."""
    fitting = [(old, -number, new) for number, (old, new) in enumerate(columns) if old <= column]
    return max(fitting)[2] if fitting else 0


def _moved(line: str, shift: int, least: int) -> str:
    """A line with `shift` more spaces before it, and at least `least`."""
    text = line.strip(" \t\r")
    depth = len(line) - len(line.lstrip(" "))
    return " " * max(depth + shift, least) + text if text else ""
