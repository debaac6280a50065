"""Which messages the code can tell: read out of its source, never out of a run."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import facility_coverage
import facility_coverage_api
import facility_coverage_cli
import facility_coverage_maps
from facility_coverage import errors as our_errors
from facility_coverage.errors import FacilityCoverageError

_PACKAGES = (
    facility_coverage, facility_coverage_api, facility_coverage_cli, facility_coverage_maps,
)  # fmt: skip
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Telling:
    """A place in the code that tells something.

    Attributes
    ----------
    place
        File and line.
    messages
        The ids that it may tell.
    hidden
        Why they cannot be read out of the source; empty where they can.
    """

    place: str
    messages: frozenset[str]
    hidden: str = ""


@cache
def sources() -> tuple[tuple[Path, ast.Module], ...]:
    """Return every module of the program."""
    return tuple(
        (path, ast.parse(path.read_text(encoding="utf-8")))
        for package in _PACKAGES
        for path in sorted(Path(str(package.__file__)).parent.rglob("*.py"))
    )


@cache
def tellings() -> tuple[Telling, ...]:
    """Return every construction of a remark or of an error of ours."""
    return tuple(
        telling
        for path, module in sources()
        if path != Path(str(our_errors.__file__))  # there an error makes remarks of its faults
        for telling in _in_module(path, module)
    )


@cache
def _names() -> frozenset[str]:
    """Return the classes that take a message id: remarks, and our errors wherever they stand."""
    classes = [
        (node.name, set(map(_name, node.bases)))
        for _, module in sources()
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
    ]
    errors = {FacilityCoverageError.__name__}
    while more := {name for name, bases in classes if bases & errors} - errors:
        errors |= more
    return frozenset({"Remark", "ToldWarning", *errors})


def _in_module(path: Path, module: ast.Module) -> Iterator[Telling]:
    names = _names()
    nodes = list(ast.walk(module))
    calls = [node for node in nodes if isinstance(node, ast.Call) and _name(node.func) in names]
    outer = {child: parent for parent in nodes for child in ast.iter_child_nodes(parent)}
    for call in calls:
        scopes: list[ast.AST] = []
        inner: ast.AST = call
        while inner in outer:
            inner = outer[inner]
            if isinstance(inner, _FUNCTIONS | ast.Module):
                scopes.append(inner)
        for given in call.args:
            place = f"{path.parent.name}/{path.name}:{call.lineno}"
            try:
                yield Telling(place, frozenset(_resolved(given, scopes)))
            except LookupError as error:
                yield Telling(place, frozenset(), str(error.args[0]))


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _resolved(given: ast.expr, scopes: list[ast.AST]) -> Iterator[str]:
    """Yield the ids that an expression may be; a remark made elsewhere is looked at there."""
    match given:
        case ast.Constant(value=str(message)):
            yield message
        case ast.IfExp(body=one, orelse=other):
            yield from _resolved(one, scopes)
            yield from _resolved(other, scopes)
        case ast.Dict(values=values):
            for value in values:
                yield from _resolved(value, scopes)
        case ast.Subscript(value=ast.Name() as table):
            yield from _resolved(table, scopes)
        case ast.Name(id=name):
            yield from _of_name(name, scopes)
        case ast.JoinedStr() | ast.BinOp():
            msg = f"puts its message together: {ast.unparse(given)}"
            raise LookupError(msg)
        case _:  # a call, an attribute, a starred list: types say that it holds remarks
            return


def _of_name(name: str, scopes: list[ast.AST]) -> Iterator[str]:
    for scope in scopes:
        found = list(_assigned(name, scope))
        if found:
            for value in found:
                yield from _resolved(value, scopes)
            return
        if isinstance(scope, _FUNCTIONS):
            of_it = [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]
            for argument in of_it:
                if argument.arg == name:
                    if argument.annotation and "Remark" in ast.unparse(argument.annotation):
                        return
                    msg = f"{name} is handed over; hand over a Remark"
                    raise LookupError(msg)
    msg = f"{name} is assigned nowhere"
    raise LookupError(msg)


def _assigned(name: str, scope: ast.AST) -> Iterator[ast.expr]:
    for found in ast.walk(scope):
        match found:
            case ast.Assign(targets=targets, value=value) if name in map(_name, targets):
                yield value
            case ast.AnnAssign(target=ast.Name(id=found_name), value=ast.expr() as value):
                if found_name == name:
                    yield value
            case ast.NamedExpr(target=ast.Name(id=found_name), value=value):
                if found_name == name:
                    yield value
            case _:
                pass
