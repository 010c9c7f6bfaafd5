"""What the import contracts of pyproject.toml cannot say of the source."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "chipbench"
FILES = sorted(SOURCE.rglob("*.py"))
#: How code asks which platform or vendor it runs on.
PLATFORM = re.compile(r"sys\.platform|os\.uname|darwin|pynvml|macmon|amdgpu|ioreg|nvidia-smi", re.I)


def test_only_hardware_knows_a_platform_or_a_vendor() -> None:
    knowing = {path for path in FILES if PLATFORM.search(path.read_text(encoding="utf-8"))}
    assert {path.relative_to(SOURCE).parts[0] for path in knowing} == {"hardware"}


def test_no_file_is_too_long_to_read_at_a_sitting() -> None:
    lengths = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: lines for name, lines in lengths.items() if lines > 250} == {}


def test_the_top_holds_entry_points_alone() -> None:
    entries = {path for path in SOURCE.glob("*.py") if path.name != "__init__.py"}
    assert all("run(" in path.read_text(encoding="utf-8") for path in entries)
    assert len(entries) < 13


#: Where an object gets its attributes.
_BIRTH = {"__init__", "__post_init__", "__new__"}
Classes = Mapping[str, list[ast.ClassDef]]


def born_late(sources: Iterable[str]) -> list[str]:
    """The attributes that a method gives its object and that neither it nor a base has before."""
    trees = [ast.parse(source) for source in sources]
    classes: dict[str, list[ast.ClassDef]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                classes.setdefault(node.name, []).append(node)
    return sorted(
        f"{made.name}.{method.name}: {name}"
        for known in classes.values()
        for made in known
        for method in made.body
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef)
        for name in set(_given(method)) - set(_born(made, classes))
    )


def _born(made: ast.ClassDef, classes: Classes) -> Iterator[str]:
    """What the class body, its methods that make an object, and its bases say that there is."""
    for node in made.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name  # a property with a setter is assigned to as well
            if node.name in _BIRTH:
                yield from _given(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            yield from (part.id for part in ast.walk(node) if isinstance(part, ast.Name))
    for base in made.bases:
        for known in classes.get(ast.unparse(base).split("[")[0].split(".")[-1], []):
            yield from _born(known, classes)


def _given(method: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """The attributes of the first argument that the method assigns to, also with `setattr`."""
    if not method.args.args:
        return
    itself = method.args.args[0].arg
    for node in ast.walk(method):
        match node:
            case ast.Attribute(ast.Name(name), attribute, ast.Store()) if name == itself:
                yield attribute
            case ast.Call(ast.Name("setattr"), [ast.Name(name), attribute, *_]) if name == itself:
                yield ast.unparse(attribute)
            case ast.Call(ast.Name("vars"), [ast.Name(name)]) if name == itself:
                yield "vars()"
            case ast.Attribute(ast.Name(name), "__dict__") if name == itself:
                yield "__dict__"


def test_an_object_has_all_its_attributes_from_the_start() -> None:
    assert born_late(path.read_text(encoding="utf-8") for path in FILES) == []


@pytest.mark.parametrize(
    "late",
    [
        "self.y = 1",
        "self.y: int = 1",
        "self.x, self.y = 1, 2",
        "with open('f') as self.y: pass",
        "for self.y in (): pass",
        "setattr(self, 'y', 1)",
        "self.__dict__['y'] = 1",
        "vars(self)['y'] = 1",
    ],
)
def test_an_attribute_that_comes_late_is_seen(late: str) -> None:
    made = "class A:\n  z: int = 0\n  def __init__(self):\n    self.x = 0\n"
    source = f"{made}class B(A):\n  def change(self):\n    self.x = self.z = 1\n    "
    assert born_late([f"{source}{late}"]) != []
    assert born_late([f"{source}self.x += 1"]) == []
