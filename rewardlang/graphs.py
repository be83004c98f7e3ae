"""Order in a graph of names: definitions after what they depend on, and the cycles among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def components(graph: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """The strongly connected components of `graph` (name to the names it depends on).

    A component comes after all those that it depends on; otherwise the order of `graph` is kept.
    Edges to names outside the graph are ignored. Tarjan's algorithm without recursion, so that a
    long chain of definitions needs no stack.
    """
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: dict[str, bool] = {}
    found: list[tuple[str, ...]] = []
    for root in graph:
        if root in order:
            continue
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack[root] = True
        work = [(root, iter(graph[root]))]
        while work:
            name, edges = work[-1]
            for target in edges:
                if target not in graph:
                    continue
                if target not in order:
                    order[target] = low[target] = len(order)
                    stack.append(target)
                    on_stack[target] = True
                    work.append((target, iter(graph[target])))
                    break
                if on_stack.get(target):
                    low[name] = min(low[name], order[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == order[name]:
                    cut = len(stack) - 1 - stack[::-1].index(name)
                    members = stack[cut:]
                    del stack[cut:]
                    for member in members:
                        on_stack[member] = False
                    found.append(tuple(sorted(members, key=order.__getitem__)))
    return found
