"""Finds words in the worker's modules that an old Python does not know, without such a Python."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import logitcheck

PACKAGE = Path(logitcheck.__file__).parent
ENTRIES = ("probe/worker.py", "probe/older.py", "probe/runtimes/*.py", "probe/topics/*.py")
OWN = ("logitcheck.readers", "logitcheck.layers", "logitcheck.analysis", "logitcheck.probe.runtimes.own")
"""What only the runtime of our own needs: it may be written for Python 3.8."""

NEWER = frozenset(
    {
        "removeprefix", "removesuffix", "is_relative_to", "waitstatus_to_exitcode", "bit_count", "pairwise",
        "batched", "nextafter", "lcm", "ulp", "hardlink_to", "with_stem", "StrEnum", "UTC", "TypeAlias",
        "Self", "assert_never", "ParamSpec", "NotRequired", "TypedDict", "Literal", "Final", "override",
        "file_digest", "ExceptionGroup", "EnumType", "randbytes", "unparse", "add_note", "tomllib",
    }
)  # fmt: skip
"""Names that came after Python 3.7; what ``older.py`` adds is not among them."""

NEW_ARGUMENTS = frozenset(
    {"slots", "kw_only", "match_args", "ignore_cleanup_errors", "onexc", "usedforsecurity"}
)
GENERICS = frozenset({"dict", "list", "tuple", "set", "frozenset", "type", "Callable", "Mapping", "Sequence",
                      "Iterable", "Iterator", "Generator", "ndarray", "Pattern"})  # fmt: skip
SETS = frozenset({"set", "frozenset"})


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def modules() -> dict[str, Path]:
    """Return every module that the worker may import, by name; imports inside functions count."""
    todo = [name_of(path) for pattern in ENTRIES for path in PACKAGE.glob(pattern)]
    found: dict[str, Path] = {}
    while todo:
        name = todo.pop()
        path = path_of(name)
        if path is not None and name not in found:
            found[name] = path
            todo.extend(imported(tree(path)))
    return found


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def path_of(name: str) -> Path | None:
    bare = PACKAGE.parent.joinpath(*name.split("."))
    return next((path for path in (bare.with_suffix(".py"), bare / "__init__.py") if path.is_file()), None)


def imported(module: ast.Module) -> Iterator[str]:
    for node in running(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def running(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is executed: neither annotations nor what only type checkers read."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    yield node
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "returns"):
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, ast.AST):
                    yield from running(item)


def old_words(module: ast.Module) -> Iterator[str]:
    """Yield ``line: what`` for everything that Python 3.7 does not know once it has read the module."""
    for node in running(module):
        what = too_new(node)
        if what:
            yield f"{getattr(node, 'lineno', 0)}: {what}"


def too_new(node: ast.AST) -> str | None:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
        return next((str(name) for name in names & NEWER), None)
    if isinstance(node, ast.Attribute):
        return node.attr if node.attr in NEWER else None
    if isinstance(node, ast.Subscript):
        last = ast.unparse(node.value).rpartition(".")[2]
        return f"{last}[...] at run time" if last in GENERICS else None
    if isinstance(node, ast.Call):
        return next((f"{word.arg}=" for word in node.keywords if word.arg in NEW_ARGUMENTS), types_in(node))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = node.left, node.right
        told = any(isinstance(side, (ast.Dict, ast.DictComp)) for side in sides) or all(map(is_table, sides))
        return "| of dicts" if told else None
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.BitOr):
        return "|= of dicts" if is_table(node.value) else None
    return None


def types_in(call: ast.Call) -> str | None:
    """``isinstance(x, A | B)``."""
    told = ast.unparse(call.func) in ("isinstance", "issubclass") and len(call.args) == 2
    return "| of types" if told and isinstance(call.args[1], ast.BinOp) else None


def is_table(node: ast.AST) -> bool:
    """A dict, or what a function returns, which may be one."""
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) not in SETS and not ast.unparse(node.func).startswith("np.")
    return isinstance(node, (ast.Dict, ast.DictComp))
