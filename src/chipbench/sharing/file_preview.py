"""A file of results as a person reads it, before it is written."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chipbench.ground import metrics, tags
from chipbench.ground.metrics import metric
from chipbench.measure.recorded_run import RANKING_METRICS, SPEED_METRICS
from chipbench.terminal.messages import say
from chipbench.terminal.table import Column, show_table

_MOST_ROWS = 40


def show_document(document: Mapping[str, Any]) -> None:
    """Print whose it is, the machine, the software, each run's numbers, and what speaks against."""
    runs = document["runs"]
    show_table([Column(), Column()], _facts(document), title="What the file says of the machine")
    heads = ("time", "speed", "of peak")
    show_table(
        [Column("run"), Column("settings"), *(Column(head, right=True) for head in heads)],
        [_row(run) for run in runs[:_MOST_ROWS]],
        title=f"Results: {len(runs)}",
    )
    if len(runs) > _MOST_ROWS:
        say(f"and {len(runs) - _MOST_ROWS} more")
    for text in dict.fromkeys(caveat["what"] for run in runs for caveat in run["caveats"]):
        say(f"caution: {text}", style="yellow")
    epochs = any(run["series"] for run in runs)
    use = any(run["utilisation"] for run in runs)
    say(
        "besides: the settings, all summary metrics"
        + (", the epochs" if epochs else "")
        + (", the use of the machine over time" if use else "")
        + "; no name of a host, a user or a folder"
    )


def _facts(document: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    run = document["runs"][0]
    machine = run["hardware"]
    yield "by", document.get("by") or "nobody: give share.by=<name> to be named"
    yield "machine", machine["name"]
    yield "processor", f"{machine['cpu']}, {machine['cpu_cores_logical']} cores"
    for accelerator in machine["accelerators"]:
        yield "accelerator", accelerator["name"]
    yield "memory", f"{machine['memory_mib']:,} MiB"
    yield "system", f"{machine['os']}, {machine['architecture']}"
    for name in ("model", "virtualization", "power_source"):
        if machine[name]:
            yield name.replace("_", " "), machine[name]
    yield "software", ", ".join(f"{name} {one}" for name, one in machine["versions"].items())
    told = (
        "a hash that tells it from others of its name: machine.installation_id=false leaves it out"
    )
    yield (
        "installation",
        f"{machine['fingerprint']}, {told}" if machine["fingerprint"] else "untold",
    )


def _row(run: Mapping[str, Any]) -> Sequence[str]:
    known = run["metrics"]
    time = next((name for name in RANKING_METRICS if name in known), None)
    speed = next((name for name in SPEED_METRICS if name in known), None)
    return (
        run["benchmark"],
        ", ".join(_settings(run)),
        run["status"] if time is None else metric(time).format(known[time]),
        "" if speed is None else metric(speed).format(known[speed]),
        _shown(run, metrics.FLOPS_UTILIZATION),
    )


def _settings(run: Mapping[str, Any]) -> Iterator[str]:
    yield str(run["tags"].get(tags.PROTOCOL, ""))
    for key in ("batch_size", "epochs", "precision", "clip.duration_s"):
        if key in run["params"]:
            yield f"{key} {run['params'][key]}"
    for tag in (tags.DATA_SOURCE, tags.BACKEND, tags.ENCODER):
        if tag in run["tags"]:
            yield str(run["tags"][tag])


def _shown(run: Mapping[str, Any], name: str) -> str:
    return metric(name).format(run["metrics"][name]) if name in run["metrics"] else ""
