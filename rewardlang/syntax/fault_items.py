"""The YAML of `faults:`, already of the right shape, to items: what goes wrong, other tools."""

from __future__ import annotations

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.syntax.files import FaultItem, ToolsItem
from rewardlang.syntax.reader import (
    Reader,
    as_identifier,
    as_mapping,
    as_scalar,
    items,
    number_of,
    pairs,
    text_of,
    whole_of,
)
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, Sequence_, YamlNode

_ONLY = {
    "steps": ("stale",),
    "retry_after": ("rate_limited", "unavailable"),
}
"""Keys that only some faults have."""


def read_faults(node: YamlNode | None, reader: Reader) -> tuple[FaultItem, ...]:
    """The faults of responses, in order."""
    return tuple(_fault(as_mapping(item), reader) for item in items(node))


def _fault(node: Mapping_, reader: Reader) -> FaultItem:
    kind = text_of(node.get("fault"))
    for key, _ in node.pairs:
        allowed = _ONLY.get(str(key.value), (kind,))
        if kind not in allowed:
            faults = " and ".join(f"`{each}`" for each in allowed)
            _refuse(reader, key, f"`{key.value}` goes with {faults} only", f"of `{kind}`")
        if key.value == "at_most" and node.get("nth") is not None:
            _refuse(reader, key, "`at_most` goes with `every` and `chance` only", "beside `nth`")
    when = next(key for key, _ in node.pairs if key.value in ("nth", "every", "chance"))
    nth, wait = node.get("nth"), node.get("retry_after")
    return FaultItem(
        kind=kind,
        of=_scalars(node.get("of")),
        nth=tuple(sorted({whole_of(each) for each in _scalars(nth)})),
        every=whole_of(node.get("every")),
        chance=number_of(node.get("chance")),
        at_most=whole_of(node.get("at_most")),
        steps=whole_of(node.get("steps"), 1) if kind == "stale" else 0,
        retry_after=None if wait is None else whole_of(wait),
        when=when.span,
        span=node.span,
    )


def _scalars(node: YamlNode | None) -> tuple[Scalar, ...]:
    """One value or a list of them."""
    if node is None:
        return ()
    return tuple(map(as_scalar, node.items)) if isinstance(node, Sequence_) else (as_scalar(node),)


def _refuse(reader: Reader, key: Scalar, message: str, label: str) -> None:
    reader.out.append(
        Diagnostic(codes.WRONG_SHAPE, message, Label(key.span, label), help="leave it out")
    )


def read_tools(node: YamlNode | None) -> ToolsItem | None:
    """How the policy is told of the tools, when that is said."""
    if node is None:
        return None
    tools = as_mapping(node)
    rename, shuffle = tools.get("rename"), tools.get("shuffle")
    return ToolsItem(
        seed=whole_of(tools.get("seed")),
        rename=(
            None
            if isinstance(rename, Scalar)
            else tuple((as_identifier(k), as_identifier(v)) for k, v in pairs(rename))
        ),
        shuffle=shuffle is not None and bool(as_scalar(shuffle).value),
        docs=tuple((as_identifier(k), text_of(v)) for k, v in pairs(tools.get("docs"))),
        span=tools.span,
    )
