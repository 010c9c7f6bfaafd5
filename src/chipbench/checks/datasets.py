"""Which data sets are prepared, and where."""

from importlib import import_module
from pathlib import Path

from chipbench.checks.check import OK, Check
from chipbench.checks.disk import shown
from chipbench.config.options import CONF_DIR
from chipbench.data.catalog import Entry
from chipbench.data.places import generated_folder, is_written, published_folder


def datasets_check(cache_dir: Path) -> Check:
    """All data sets of `conf/dataset/`; one that is not there is made or downloaded when used."""
    names = sorted(path.stem for path in (CONF_DIR / "dataset").glob("*.yaml"))
    ready = {name: forms for name in names if (forms := _forms(name, cache_dir))}
    parts = [f"{name} ({', '.join(forms)})" for name, forms in ready.items()]
    missing = ", ".join(name for name in names if name not in ready)
    if missing:
        parts.append(f"at first use, generated or downloaded: {missing}")
    return Check("data sets", OK, "; ".join(parts))


def _forms(name: str, cache_dir: Path) -> list[str]:
    """In which forms the data set is there."""
    module = import_module(f"chipbench.data.{name}")
    entry: Entry | None = getattr(module, "ENTRY", None)
    if entry is None:
        return ["bundled"]
    folder = generated_folder(entry, entry.train_examples, entry.validation_examples, cache_dir)
    forms = [f"generated in {shown(cache_dir)}"] if is_written(folder, entry) else []
    published = published_folder(entry, None)
    return [*forms, f"published in {shown(published)}"] if published else forms
