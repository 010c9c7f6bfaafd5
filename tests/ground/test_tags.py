"""Nobody types a tag's name twice."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import chipbench
from chipbench.ground import tags

SOURCES = Path(chipbench.__file__).parent
NAMES = {v for k, v in vars(tags).items() if k.isupper() and isinstance(v, str)} - {tags.PREFIX}
_OF_TAGS = re.compile(r"(^|[._])tags?$")
_TELLS_TAGS = re.compile(r"^_?(tags|findings)$")


def _is_of_tags(node: ast.expr) -> bool:
    return bool(_OF_TAGS.search(ast.unparse(node)))


def typed_tags(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of each tag that is typed as a string where tags are written or read."""
    for node in ast.walk(tree):
        for key in _names_in(node):
            if isinstance(key, ast.keyword) and key.arg in NAMES:
                yield key.lineno, str(key.arg)
            if isinstance(key, ast.Constant) and key.value in NAMES:
                yield key.lineno, str(key.value)
        if isinstance(node, ast.Constant) and node.value in {tags.stored(name) for name in NAMES}:
            yield node.lineno, str(node.value)


def _names_in(node: ast.AST) -> Iterator[ast.AST | None]:
    match node:
        case ast.Subscript(value=owner, slice=key) if _is_of_tags(owner):
            yield key
        case ast.Compare(left=key, comparators=[owner]) if _is_of_tags(owner):
            yield key
        case ast.Call(func=ast.Attribute(value=owner, attr="get" | "pop"), args=[key, *_]):
            if _is_of_tags(owner):
                yield key
        case ast.Call(func=function, args=args, keywords=keywords) if _is_of_tags(function):
            yield from keywords
            yield from _keys(args)
        case ast.keyword(arg="tags", value=value):
            yield from _keys([value])
        case ast.Assign(targets=[owner], value=value) if _is_of_tags(owner):
            yield from _keys([value])
        case ast.AnnAssign(target=owner, value=ast.expr() as value) if _is_of_tags(owner):
            yield from _keys([value])
        case ast.AugAssign(target=owner, value=value) if _is_of_tags(owner):
            yield from _keys([value])
        case ast.FunctionDef(name=name) if _TELLS_TAGS.match(name):
            yield from _keys([n.value for n in ast.walk(node) if isinstance(n, ast.Return)])


def _keys(values: list[ast.expr | None] | list[ast.expr]) -> Iterator[ast.AST | None]:
    """The keys of all dictionaries in these expressions, but for those that are passed on."""
    for value in filter(None, values):
        for node in ast.walk(value):
            if isinstance(node, ast.Dict):
                yield from node.keys


def test_every_tag_that_is_written_or_read_is_named_by_the_registry() -> None:
    found = [
        f"{path.relative_to(SOURCES)}:{line}: {name}"
        for path in SOURCES.rglob("*.py")
        if path.name != "tags.py"
        for line, name in typed_tags(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []


def test_the_ways_of_typing_a_tag_are_known() -> None:
    typed = """
run.tags["kind"]
tags.get("kind")
"kind" in run.tags
recorder.tags({"kind": 1} | more)
self._tag(kind=1)
Run(tags={"kind": 1})
self._tags |= {"kind": 1}
"chipbench.kind"
def tags(self):
    return {**more, "kind": 1}
"""
    assert sorted(line for line, _ in typed_tags(ast.parse(typed))) == [2, 3, 4, 5, 6, 7, 8, 9, 11]
