"""Finds a piece of code by the function that it stands in and by what it says, and says something else there.

A piece is Python: an expression, a statement, or the head of one (`if key is None:`, whose body may be anything). It is
compared as a syntax tree, so lines may move, break and be quoted otherwise. `_`, `_1`, `_2` … stand for any expression, a
number for the same one wherever it stands, also in what is said instead; `f(...)` is a call with any arguments;
`name=value` also an argument, and `{"name": value}` also one pair of a larger dictionary.
"""

import ast
import copy
import re
from pathlib import Path
from typing import Any

_ANYTHING = re.compile(r"_\d*")
_NOT_COMPARED = ("ctx", "type_comment", "type_params", "kind")
_NOTHING = ast.Constant(value=...)


class NotOnceError(Exception):
    """The piece is not there, or more than once; the message says how often and where it was looked for."""


class Place:
    """Where a piece of code stands: `at` is `folder/file.py`, or `folder/file.py:Class.function`, or a constant's name."""

    def __init__(self, at: str) -> None:
        self.file, _, self._name = at.partition(":")

    def without(self, source: str, piece: str, instead: str) -> str:
        """Return `source` with `instead` in place of the only `piece` here; nothing instead takes it away.

        Raises:
            NotOnceError: the piece does not stand here exactly once.
        """
        tree = ast.parse(source)
        change = _Change(_parsed(piece), _parsed(instead))
        self._within(tree, change)
        return ast.unparse(ast.fix_missing_locations(tree)) + "\n"

    def without_text(self, source: str, piece: str, instead: str) -> str:
        """Do the same where the piece is not Python but stands in a text, such as a script or a regular expression."""
        tree = ast.parse(source)
        self._within(tree, _TextChange(piece, instead))
        return ast.unparse(tree) + "\n"

    def _within(self, tree: ast.Module, change: "_Change | _TextChange") -> None:
        scope: ast.AST = tree
        body: list[ast.AST] = []
        for name in filter(None, self._name.split(".")):
            body = getattr(scope, "body", [])
            found = [node for node in body if name in _names(node)]
            if len(found) != 1:
                raise NotOnceError(f"{self.file} has {len(found)} times {self._name}")
            scope = found[0]
        left = change.visit(scope)
        if scope in body and left is not None:
            body[body.index(scope)] = left
        if change.made != 1:
            raise NotOnceError(f"it stands {change.made} times in {self.file}:{self._name}")


def changed(root: Path, at: str, piece: str, instead: str, *, text: bool = False) -> tuple[Path, str]:
    """Return the file below `root` that `at` names, and its new source."""
    place = Place(at)
    path = root / place.file
    change = place.without_text if text else place.without
    return path, change(path.read_text(encoding="utf-8"), piece, instead)


def _names(node: ast.AST) -> list[str]:
    """Return what is defined here; an assignment may define several."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _parsed(piece: str) -> ast.AST | None:
    """Return the piece as a tree; None for nothing."""
    if not piece.strip():
        return None
    text = f"{piece} ..." if piece.rstrip().endswith(":") else piece
    (statement,) = ast.parse(text).body
    return statement.value if isinstance(statement, ast.Expr) else statement


def _as_argument(piece: ast.AST | None) -> ast.keyword | None:
    """Return `name=value` as the argument that it may also be."""
    match piece:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return ast.keyword(arg=name, value=value)
    return None


def _any(parts: Any) -> bool:
    """Whether a body or a call's arguments are `...`, which stands for any."""
    match parts:
        case [ast.Expr(value=ast.Constant(value=value))] | [ast.Constant(value=value)]:
            return value is ...
    return False


class _Change(ast.NodeTransformer):
    """Puts one tree in the place of another, and counts how often."""

    def __init__(self, piece: ast.AST | None, instead: ast.AST | None) -> None:
        if piece is None:
            raise NotOnceError("there is nothing to look for")
        self._piece, self._instead = piece, instead
        self._argument = _as_argument(piece)
        self.made = 0

    def visit(self, node: ast.AST) -> Any:
        """Look at a node before what is in it."""
        bound: dict[str, ast.AST] = {}
        if isinstance(node, ast.keyword) and self._argument and _same(self._argument, node, bound):
            self.made += 1
            return _filled(_as_argument(self._instead), bound)
        if isinstance(node, ast.Dict) and self._in_dictionary(node):
            return node
        if not _same(self._piece, node, bound):
            return self.generic_visit(node)
        self.made += 1
        return self._put(node, bound)

    def _put(self, node: ast.AST, bound: dict[str, ast.AST]) -> ast.AST:
        instead: ast.AST | None = _filled(self._instead, bound)
        if instead is None:
            return ast.Pass() if isinstance(node, ast.stmt) else _NOTHING
        if isinstance(node, ast.stmt) and isinstance(instead, ast.expr):
            return ast.Expr(value=instead)
        if _any(getattr(instead, "body", None)):
            for name in ("body", "orelse"):
                if hasattr(node, name) and hasattr(instead, name):
                    setattr(instead, name, getattr(node, name))
        return instead

    def _in_dictionary(self, node: ast.Dict) -> bool:
        if not (isinstance(self._piece, ast.Dict) and len(self._piece.keys) == 1 and self._piece.keys[0]):
            return False
        for index, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
            if key and _same(self._piece.keys[0], key, {}) and _same(self._piece.values[0], value, {}):
                pairs = self._instead if isinstance(self._instead, ast.Dict) else ast.Dict(keys=[], values=[])
                node.keys[index : index + 1] = pairs.keys
                node.values[index : index + 1] = pairs.values
                self.made += 1
                return True
        return False


class _TextChange(ast.NodeVisitor):
    """The same within texts."""

    def __init__(self, piece: str, instead: str) -> None:
        self._piece, self._instead, self.made = piece, instead, 0

    def visit_Constant(self, node: ast.Constant) -> None:
        """Look at a text."""
        if isinstance(node.value, str):
            self.made += node.value.count(self._piece)
            node.value = node.value.replace(self._piece, self._instead)


def _same(piece: Any, node: Any, bound: dict[str, ast.AST]) -> bool:
    """Whether `node` is what `piece` says; `bound` gets what stands for `_1` and the like."""
    if isinstance(piece, ast.Name) and _ANYTHING.fullmatch(piece.id) and isinstance(node, ast.expr):
        known = bound.setdefault(piece.id, node)
        return piece.id == "_" or ast.dump(known) == ast.dump(node)
    if isinstance(piece, list) and isinstance(node, list):
        return len(piece) == len(node) and all(
            _same(part, other, bound) for part, other in zip(piece, node, strict=True)
        )
    if type(piece) is not type(node):
        return False
    if not isinstance(piece, ast.AST):
        return bool(piece == node)
    free = {*_NOT_COMPARED}
    if isinstance(piece, ast.Call) and _any(piece.args):
        free |= {"args", "keywords"}
    if _any(getattr(piece, "body", None)):
        free |= {"body", "orelse"}
    return all(_same(part, getattr(node, name), bound) for name, part in ast.iter_fields(piece) if name not in free)


def _filled(tree: Any, bound: dict[str, ast.AST]) -> Any:
    """Return a copy of `tree` with what was found for `_1` and the like."""

    class Filling(ast.NodeTransformer):
        """Puts in what was found."""

        def visit_Name(self, node: ast.Name) -> ast.AST:
            return copy.deepcopy(bound.get(node.id, node))

    return tree and Filling().visit(copy.deepcopy(tree))
