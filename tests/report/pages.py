"""Pages read back: their elements, their tables, and what would reach out of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "img", "input", "link", "hr"}


@dataclass
class Page(HTMLParser):
    """The text by heading; `rows` are the cells of all tables below it."""

    headings: list[str] = field(default_factory=list)
    text: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[list[str]]] = field(default_factory=dict)
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "h2":
            self.headings.append("")
        rows = self.rows.setdefault(self.here, [])
        if tag == "tr":
            rows.append([])
        elif tag in ("td", "th"):
            rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        if self.open and self.open[-1] == "h2":
            self.headings[-1] += data
        self.text[self.here] = self.text.get(self.here, "") + data
        if "td" in self.open or "th" in self.open:
            self.rows[self.here][-1][-1] += data

    @property
    def here(self) -> str:
        return self.headings[-1] if self.headings else ""

    def row(self, section: str, first: str) -> list[str]:
        """The first row of a section that starts so."""
        return next(row for row in self.rows[section] if row and row[0].startswith(first))

    def count(self, tag: str, kind: str) -> int:
        """How many elements there are with a class."""
        return sum(t == tag and kind in a.get("class", "").split() for t, a in self.elements)


def read(html: str) -> Page:
    """A page whose every element is closed, by the right tag."""
    page = Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page
