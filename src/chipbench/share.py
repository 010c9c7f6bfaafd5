"""Share a result as a file that is compared elsewhere: `mlflow run . -e share`."""

from pathlib import Path

from omegaconf import DictConfig

from chipbench.config.options import project_dir
from chipbench.ground.cache import writable
from chipbench.ground.files import whole
from chipbench.measure.result import write_document
from chipbench.running import command
from chipbench.sharing.file_preview import show_document
from chipbench.sharing.result_card import write_cards
from chipbench.sharing.result_folders import results_of
from chipbench.sharing.sending_advice import advice
from chipbench.sharing.sharable_results import sharable
from chipbench.sharing.shared_file import file_stem
from chipbench.terminal.extras import Extras
from chipbench.terminal.messages import say


def share(config: DictConfig) -> Path | None:
    """Show what would be shared, then write it; nothing is sent. Returns the file, if written."""
    paths = results_of(str(config.runs), project_dir() / config.outputs)
    document = sharable(paths, config.share.by)
    show_document(document)
    if config.share.dry_run:
        say("share.dry_run=true: nothing was written")
        return None
    folder = writable("output_dir", Path(config.output_dir))
    path = folder / f"{file_stem(document)}.json"
    with whole(path) as new:
        write_document(new, document)
    Extras().attempt("drawing the card", lambda: write_cards(folder, document))
    for line in advice(path, config.share.repository):
        say(line)
    return path


if __name__ == "__main__":
    command.run("share", share)
