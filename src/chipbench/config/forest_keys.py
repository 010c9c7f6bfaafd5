"""The keys of the search of a forest; those of its data a training has as well."""

from chipbench.config import effect
from chipbench.config.key_rule import aside, context, work
from chipbench.config.value_kinds import one_of, one_or_all, or_null, text, whole, whole_up_to

SOURCE = work(
    "dataset.source",
    one_of("auto", "tfds", "keras", "sklearn", "generated", "bundled", "file"),
)
DATA_DIR = aside("dataset.data_dir", or_null(text("a folder")))
MAX_EXAMPLES = work("dataset.max_examples", or_null(whole("training examples", 1)), effect.examples)

FOREST = (
    SOURCE,
    DATA_DIR,
    MAX_EXAMPLES,
    work("search.candidates", whole_up_to(96, 1)),  # as many as there are
    work("search.folds", whole("", 2)),
    work("search.seed", whole_up_to(2**32 - 1)),  # what NumPy takes; it draws the candidates
    context("n_jobs", one_or_all("cores"), effect.jobs),
)
