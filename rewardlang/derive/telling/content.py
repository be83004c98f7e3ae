"""What an argument says compared with what came of it: plain values, lists, documents, pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rewardlang.derive.telling.arguments import Argument, literal_of
from rewardlang.derive.telling.same import same
from rewardlang.derive.telling.vocabulary import LET, Source, Vocabulary, agree, same_value
from rewardlang.derive.typed import Read
from rewardlang.judge.leaves import leaves
from rewardlang_runtime.builtins.documents import adf_text, storage_headings, storage_text
from rewardlang_runtime.builtins.similarity import matches_subset
from rewardlang_runtime.builtins.text import fold


class Content:
    """Conditions on what may be written in more than one way."""

    def __init__(self, known: Vocabulary) -> None:
        self.known = known

    def condition(self, place: Read, argument: Argument, values: Sequence[Any]) -> str | None:
        """That what is at a place is what an argument says; None when it is something else."""
        said = argument.said
        assert said is not None
        match argument.form:
            case "value":
                alike = all(map(same_value, values, argument.values))
                return same(place, said, self.known) if alike else None
            case "list" if values and isinstance(values[0], list):
                if not agree(values, argument.values):
                    return None
                here = f"({place.text} ?? [])" if place.nullable else place.text
                if any(isinstance(item, dict | list) for item in values[0]):
                    return f"matches_subset({place.text}, {said.text})"
                return f"{here}.size() == {said.text}.size() and {here}.contains_all({said.text})"
            case "document":
                return self._document(place.text, argument, values)
            case "markup" if all(isinstance(value, str) for value in values):
                return self._markup(place, argument, values)
            case "object" if agree(values, argument.values):
                return f"matches_subset({place.text}, {said.text})"
        return None

    def sent(self, place: Read, argument: Argument) -> tuple[str, str]:
        """(a condition, "") or ("", a score) for an argument of a call that may be refused."""
        said = argument.said
        assert said is not None
        match argument.form:
            case "document":
                text = self._only_text(argument)
                if text is not None:
                    return f"fold(adf_text({place.text})) == fold({text.text})", ""
                wanted = self._wanted(argument)
                return "", f"subset_score({place.text}, {wanted.text}, order=true)"
            case "markup":
                sent = f'{place.text} ?? ""'
                headings = self._headings(argument)
                if headings is not None:
                    return "", f"lcs_ratio({_folded_headings(sent, argument)}, {headings})"
                page = self._wanted(argument).text
                return f"fold(storage_text({sent})) == fold(storage_text({page}))", ""
            case "list" if not any(isinstance(i, dict | list) for i in argument.values[0]):
                return "", f"f1({place.text} ?? [], {said.text})"
            case "list" | "object":
                return "", f"subset_score({place.text}, {said.text})"
        return same(place, said, self.known, sent=True), ""

    # ---- documents ----

    def _document(self, place: str, argument: Argument, values: Sequence[Any]) -> str | None:
        if not all(
            isinstance(value, dict) and adf_text(value) == adf_text(sent)
            for value, sent in zip(values, argument.values, strict=True)
        ):
            return None
        text = self._only_text(argument)
        if text is not None:
            return f"fold(adf_text({place})) == fold({text.text})"
        wanted = self._wanted(argument)
        bare = _outline(argument.values[0])
        outlined = self.known.said([bare] * len(argument.values))
        outline = outlined.text if outlined else self.known.let("outline", literal_of(bare))
        return (
            f"fold(adf_text({place})) == fold(adf_text({wanted.text}))"
            f" and matches_subset({place}, {outline}, order=true)"
        )

    def _only_text(self, argument: Argument) -> Source | None:
        """What says the text of a document of one paragraph."""
        if len([path for path, _ in leaves(argument.values[0]) if path[-1] == "text"]) != 1:
            return None
        return self.known.said([adf_text(value) for value in argument.values])

    def _wanted(self, argument: Argument) -> Source:
        """A document or a page under a name."""
        assert argument.said is not None
        if argument.said.rank <= LET:
            return argument.said
        for source in self.known.sources:
            if (
                argument.form == "document"
                and source.rank == LET
                and all(
                    isinstance(mine, dict)
                    and matches_subset(value, mine)
                    and adf_text(mine) == adf_text(value)
                    for mine, value in zip(source.values, argument.values, strict=True)
                )
            ):
                return source
        name = self.known.let(f"wanted_{argument.name}", argument.said.text)
        return Source(Read(name, argument.said.read.type, False), argument.said.values, LET)

    # ---- pages ----

    def _markup(self, place: Read, argument: Argument, values: Sequence[Any]) -> str | None:
        if any(
            storage_text(v) != storage_text(s) for v, s in zip(values, argument.values, strict=True)
        ):
            return None
        wanted = self._wanted(argument)
        bare = f'{place.text} ?? ""' if place.nullable else place.text
        text = f"fold(storage_text({bare})) == fold(storage_text({wanted.text}))"
        headings = self._headings(argument)
        if headings is None:
            return text
        shown = f"{_folded_headings(bare, argument)} == {headings}"
        only = all(storage_text(v) == "\n".join(storage_headings(v)) for v in argument.values)
        return shown if only else f"{shown} and {text}"

    def _headings(self, argument: Argument) -> str | None:
        """What says the headings of a page, in small letters; None of a page without."""
        every = tuple([fold(h) for h in storage_headings(value)] for value in argument.values)
        if not all(every):
            return None
        for source in self.known.sources:
            if (
                source.rank <= LET
                and isinstance(source.values[0], list)
                and agree(source.values, every)
            ):
                return source.text
        if argument.constant:
            return self.known.let("headings", literal_of(every[0]))
        wanted = self._wanted(argument)
        return self.known.let("headings", f"storage_headings({wanted.text}).map(h => fold(h))")


def _folded_headings(text: str, argument: Argument) -> str:
    """The headings of a page in small letters, twice as many as there should be at most."""
    most = max(12, 2 * max(len(storage_headings(value)) for value in argument.values))
    return f"storage_headings({text}).take({most}).map(h => fold(h))"


def _outline(value: Any) -> Any:
    """A document without its texts: what is a heading and what a list."""
    if isinstance(value, dict):
        kept = {
            name: _outline(inner) for name, inner in value.items() if name in ("type", "content")
        }
        texts = value.get("content")
        if isinstance(texts, list) and all(
            isinstance(each, dict) and each.get("type") == "text" for each in texts
        ):
            kept.pop("content", None)
        return kept
    if isinstance(value, list):
        return [_outline(inner) for inner in value]
    return value
