"""Which data sets are prepared, and where."""

from pathlib import Path

from chipbench.checks.check import OK, WARNING, Check
from chipbench.checks.disk import shown
from chipbench.config.options import option, options
from chipbench.data.dataset_folders import generated_folder, is_written, published_folder
from chipbench.data.dataset_option import entry_of
from chipbench.ground.errors import ConfigurationError


def datasets_check(cache_dir: Path) -> Check:
    """All data sets of `conf/dataset/`; one that is not there is made or downloaded when used."""
    parts, missing, wrong = list[str](), list[str](), list[str]()
    for name in options("dataset"):
        try:
            forms = _forms(name, cache_dir)
        except ConfigurationError as error:
            wrong.append(str(error))
            continue
        if forms:
            parts.append(f"{name} ({', '.join(forms)})")
        else:
            missing.append(name)
    if missing:
        parts.append(f"at first use, generated or downloaded: {', '.join(missing)}")
    return Check("data sets", WARNING if wrong else OK, "; ".join([*parts, *wrong]))


def _forms(name: str, cache_dir: Path) -> list[str]:
    """In which forms the data set is there."""
    entry = entry_of(name)
    if entry is None:
        held = option("dataset", name).get("examples", "images") == "images"
        return ["bundled" if held else "generated in memory"]
    folder = generated_folder(entry, entry.train_examples, entry.validation_examples, cache_dir)
    forms = [f"generated in {shown(cache_dir)}"] if is_written(folder, entry) else []
    published = published_folder(entry, None)
    return [*forms, f"published in {shown(published)}"] if published else forms
