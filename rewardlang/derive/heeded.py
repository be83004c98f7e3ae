"""Which arguments make a difference: those that a modelled operation reads for what it does."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlang import model, tree
from rewardlang.walk import below, everything

Path = tuple[str, ...]


def heeded(operation: model.Operation) -> frozenset[Path] | None:
    """The paths of the arguments that its effects and its answer read; None when all count.

    An opaque operation does not say, and one that stores its arguments whole takes all of them.
    What only an error reads is checked, and then makes no difference.
    """
    if operation.opaque:
        return None
    lets = {let.name: let.value for let in operation.lets}
    found: set[Path] = set()
    seen: set[str] = set()
    waiting = list(_roots(operation))
    while waiting:
        nodes = list(everything(waiting.pop()))
        # What is read of the arguments; the outermost reading says which.
        inner: set[int] = set()
        for node in nodes:
            names, step = _picks(node), _step(node)
            if names is not None:
                found.update((name,) for name in names)
                inner |= {id(below(node)[0])}
            elif step is not None:
                inner.add(id(step[1]))
            if isinstance(node, tree.LetRef) and node.name in lets and node.name not in seen:
                seen.add(node.name)
                waiting.append(lets[node.name])
        for node in nodes:
            path = None if id(node) in inner else _argument(node)
            if path == ():
                return None
            if path:
                found.add(path)
    return frozenset(found)


def counts(read: frozenset[Path] | None, path: Path) -> bool:
    """Whether an argument is one that is read, a part of one, or has a part that is."""
    return read is None or any(path[: len(one)] == one or one[: len(path)] == path for one in read)


def _roots(operation: model.Operation) -> Iterator[tree.Expr]:
    for effect in operation.effects:
        yield from below(effect)
    if operation.body is not None:
        yield operation.body


def _picks(node: tree.Expr) -> list[str] | None:
    """The names in `pick_keys(args, names)`."""
    match node:
        case tree.Builtin(
            name="pick_keys", args=(tree.RootRef(name="args"), tree.Const(value=names))
        ):
            return [str(name) for name in names] if isinstance(names, list | tuple) else None
    return None


def _step(node: tree.Expr) -> tuple[str, tree.Expr] | None:
    """The name that a node reads, and from what."""
    match node:
        case tree.Get():
            return node.name, node.object
        case tree.At(key=tree.Const(value=str(name))):
            return name, node.object
    return None


def _argument(node: tree.Expr) -> Path | None:
    steps: list[str] = []
    while (step := _step(node)) is not None:
        steps.append(step[0])
        node = step[1]
    if isinstance(node, tree.RootRef) and node.name == "args":
        return tuple(reversed(steps))
    return None
