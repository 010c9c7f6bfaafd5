"""Views of an experiment's runs that MLflow keeps and lists: columns, order, groups and charts.

What its button "Views" saves is a tag of the experiment, which an address with the tag's key opens
(`viewStateShareKey`). MLflow 3.17 lists those that have a name and reads the rest from `state`;
earlier ones know no names and read it from the tag itself: it stands in both places.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chipbench.ground import metrics, tags
from chipbench.published.benchmark_words import words_of
from chipbench.tracking.client import TRAINING_VIEW

TAG = "mlflow.sharedViewState."

#: Of the columns those with a metric.
METRICS = (
    metrics.TOTAL_TIME,
    metrics.STEADY_IMAGES_PER_SECOND,
    metrics.TIME_PER_EPOCH,
    metrics.EXPORT_TIME,
    metrics.SEARCH_TIME,
    metrics.VAL_ACCURACY,
)
#: The article's trainings, each with a view of its own: other benchmarks' times are other work's.
_BENCHMARKS = ("tinyvgg_cifar10", "efficientnetb0_food101")
_CHARTS = (
    metrics.TIME_PER_EPOCH,
    metrics.TOTAL_TIME,
    metrics.STEADY_IMAGES_PER_SECOND,
    metrics.VAL_ACCURACY,
)
_SECTION = "chipbench-charts"
#: What earlier MLflow does not know, and what it needs beside a view's own; 3.17 has it by itself.
_LATER = ("columnOrder", "columnWidths")
_NEEDED: Mapping[str, Any] = {
    "searchFilter": "",
    "orderByKey": "attributes.start_time",
    "orderByAsc": False,
    "groupBy": None,
    "runsHiddenMode": "FIRST_10_RUNS",
    "useGroupedValuesInCharts": True,
    "hideEmptyCharts": True,
    "globalLineChartConfig": {"xAxisKey": "step", "lineSmoothness": 0},
    **dict.fromkeys(("runsPinned", "runsHidden"), ()),
    **dict.fromkeys(("runsExpanded", "runsVisibilityMap", "groupsExpanded"), {}),
}
_NAME = "attributes.`Run Name`"

View = Mapping[str, Any]


def _tag(name: str) -> str:
    return f"tags.`{tags.stored(name)}`"


def _metric(name: str) -> str:
    return f"metrics.`{name}`"


_MACHINE, _BENCHMARK = _tag(tags.MACHINE_NAME), _tag(tags.EXPERIMENT)
_BATCH_SIZE = "params.`batch_size`"
_MAX_EXAMPLES = "params.`dataset.max_examples`"
_CONTEXT = (_BATCH_SIZE, *map(_tag, (tags.DATA_SOURCE, tags.BACKEND, tags.PROTOCOL, tags.KIND)))
_DOUBTS = (_tag(tags.STATUS), _tag(tags.CAVEATS))
#: In pixels, of what needs more than the hundred that MLflow gives a column.
_WIDTHS = {
    _NAME: 240,  # it stays in view and leaves the others less
    _MACHINE: 220,
    _BENCHMARK: 190,
    _metric(metrics.TOTAL_TIME): 115,
    _metric(metrics.TIME_PER_EPOCH): 150,
    _metric(metrics.STEADY_IMAGES_PER_SECOND): 210,
    _metric(metrics.EXPORT_TIME): 130,
    _metric(metrics.SEARCH_TIME): 130,
    _metric(metrics.VAL_ACCURACY): 120,
    _tag(tags.CAVEATS): 400,
}


@dataclass(frozen=True)
class SavedView:
    """One of them, as it is called and as its address names it."""

    key: str
    name: str
    view: View = field(hash=False)
    charts: bool = False  # whether it opens with its charts

    @property
    def short(self) -> str:
        """What a line has room for."""
        return self.name.partition(":")[0]

    def address(self, experiment_id: str) -> str:
        """Its page, after the address of the server."""
        mode = "&compareRunsMode=CHART" if self.charts else ""
        page = f"#/experiments/{experiment_id}/runs{TRAINING_VIEW}"
        return f"{page}&viewStateShareKey={self.key}{mode}"

    def stored(self, saved_ms: int) -> str:
        """The tag's value. MLflow lists first what was saved last."""
        named = {"name": self.name, "createdAt": saved_ms, "state": _json(self.view)}
        earlier = {key: value for key, value in self.view.items() if key not in _LATER}
        return _json({**_NEEDED, **earlier, **named})


def _json(value: View) -> str:
    """Without spaces: earlier MLflow has room for 5,000 characters in a tag."""
    return json.dumps(value, separators=(",", ":"))


def _columns(order: Sequence[str]) -> View:
    return {
        "selectedColumns": order,
        "columnOrder": (_NAME, *order),
        "columnWidths": {c: _WIDTHS[c] for c in (_NAME, *order) if c in _WIDTHS},
    }


def _grouped(*names: str) -> View:
    keys = [{"mode": "tag", "groupByData": tags.stored(name)} for name in names]
    return {"groupBy": {"aggregateFunction": "average", "groupByKeys": keys}}


def _charts() -> View:
    """A bar for each machine; MLflow folds the charts of all other metrics below."""
    sections = {_SECTION: "How fast", "model": "Model metrics", "system": "System metrics"}
    return {
        "compareRunCharts": [_chart(name) for name in _CHARTS],
        "compareRunSections": [
            {"uuid": key, "name": name, "display": key == _SECTION, "isReordered": True}
            | ({"columns": 2, "cardHeight": 420} if key == _SECTION else {})
            for key, name in sections.items()
        ],
        "isAccordionReordered": True,
        "runsHiddenMode": "FIRST_20_RUNS",
    }


def _chart(name: str) -> View:
    return {
        "type": "BAR",
        "uuid": f"{_SECTION}-{name}",
        "metricSectionId": _SECTION,
        "metricKey": name,
        "runsCountToCompare": 20,
        "deleted": False,
        "isGenerated": False,
    }


def _benchmark(name: str) -> SavedView:
    """The machines that did one benchmark at the article's size, the fastest first."""
    own = (metrics.TOTAL_TIME, metrics.STEADY_IMAGES_PER_SECOND, metrics.TIME_PER_EPOCH)
    only = {_BENCHMARK: name, _BATCH_SIZE: "32", _MAX_EXAMPLES: "None"}
    return SavedView(
        key=f"chipbench-{name}",
        name=f"{words_of(name).short}: fastest first",
        view={
            **_columns((*map(_metric, (*own, metrics.VAL_ACCURACY)), *_CONTEXT, *_DOUBTS)),
            **_grouped(tags.MACHINE_NAME),
            **_charts(),
            "searchFilter": " and ".join(f"{column} = '{value}'" for column, value in only.items()),
            "orderByKey": _metric(metrics.TIME_PER_EPOCH),
            "orderByAsc": True,
        },
        charts=True,
    )


RUNS = SavedView(
    "chipbench-runs",
    "All runs: machine, time, speed",
    _columns((_MACHINE, *map(_metric, METRICS[:2]), _BENCHMARK, *map(_metric, METRICS[2:]),
              *_CONTEXT, *_DOUBTS)),
)  # fmt: skip
BENCHMARKS = SavedView(
    "chipbench-benchmarks",
    "Benchmarks and machines",
    {**_columns((_MACHINE, *map(_metric, METRICS), *_CONTEXT)), **_grouped(tags.EXPERIMENT)},
)
VIEWS = (RUNS, BENCHMARKS, *map(_benchmark, _BENCHMARKS))
