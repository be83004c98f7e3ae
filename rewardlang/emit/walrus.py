"""Assignments inside expressions: kept where a value is read again, taken out where Python must."""

from __future__ import annotations

import ast

from rewardlang.emit import nodes


class Hoister(ast.NodeTransformer):
    """Takes `(name := value)` out of an expression, in the order of evaluation."""

    def __init__(self) -> None:
        self.found: list[tuple[str, ast.expr]] = []

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        value = self.visit(node.value)
        self.found.append((node.target.id, value))
        return nodes.name(node.target.id)


class _Pruner(ast.NodeTransformer):
    """Removes `(name := value)` where nothing reads the name."""

    def __init__(self, read: set[str]) -> None:
        self.read = read

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        self.generic_visit(node)
        return node if node.target.id in self.read else node.value


def prune(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements without assignments inside expressions that nothing reads."""
    read = {
        node.id
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    pruner = _Pruner(read)
    return [pruner.visit(statement) for statement in body]
