"""What to do with a file of results: it is sent by whoever wants to, and by nothing else."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from chipbench.ground.invocation import command

#: Where a repository keeps what was shared with it.
PLACE = "src/chipbench/published/shared/"
_FORM = "shared_result.yml"


def advice(path: Path, repository: str | None) -> Iterator[str]:
    """How `path` reaches others, in lines; `repository`: the address of one that takes it."""
    yield f"written: {path}, and a card beside it for a page or a post"
    yield "nothing was sent. To let others see it:"
    yield f"  a pull request that adds the file to {PLACE}"
    if repository is not None:
        query = urlencode({"template": _FORM, "title": path.stem})
        yield f"  or the form {repository.rstrip('/')}/issues/new?{query}"
    yield "  or a mail, or a copy. Whoever has the file compares it:"
    yield f"  {command('compare', f'files={path.name}')}"
    yield f"  {command('reference', f'files={path.name}')}"
