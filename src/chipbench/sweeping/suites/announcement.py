"""What a person is told before a suite begins: how long, what is downloaded, whether it fits."""

from collections.abc import Sequence

from chipbench.ground.cache import cache_folder
from chipbench.ground.files import free_bytes
from chipbench.ground.plural import counted
from chipbench.sweeping.plan import Job
from chipbench.sweeping.suites.estimate import ROUGH, Estimate
from chipbench.terminal.messages import say
from chipbench.terminal.table import Column, show_table

_MINUTE_S, _HOUR_S = 60, 3600


def announce_suite(
    name: str, jobs: Sequence[Job], found: Sequence[Estimate], cache_dir: str | None
) -> None:
    """Print the items with their estimates, the sum, and the downloads and room it takes."""
    say(f"{name}: {_sum(found)}", style="bold")
    columns = [Column("item"), Column("about", right=True), Column("by"), Column("download")]
    rows = [
        (
            job.item,
            "" if estimate.time_s is None else about(estimate.time_s),
            "" if estimate.time_s is None else estimate.basis,
            size(estimate.download_mb) if estimate.download_mb else "",
        )
        for job, estimate in zip(jobs, found, strict=True)
    ]
    show_table(columns, rows, frame=False)
    if any(estimate.basis == ROUGH and estimate.time_s is not None for estimate in found):
        say(f"{ROUGH}: of two cores of an AMD EPYC; a machine with a GPU takes a fraction of it")
    _say_room(found, cache_dir)


def _sum(found: Sequence[Estimate]) -> str:
    known = [estimate.time_s for estimate in found if estimate.time_s is not None]
    if not known:
        return "how long it takes is not known"
    rest = counted(len(found) - len(known), "item")
    more = "" if len(known) == len(found) else f", and {rest} of which nothing is known"
    return f"about {about(sum(known))}{more}"


def _say_room(found: Sequence[Estimate], cache_dir: str | None) -> None:
    download_mb = sum(estimate.download_mb for estimate in found)
    disk_mb = sum(estimate.disk_mb for estimate in found)
    free_mb = free_bytes(cache_folder(cache_dir)) / 1e6
    downloads = f"downloads {size(download_mb)}" if download_mb else "no downloads"
    say(f"{downloads}; writes about {size(disk_mb)} of data, {size(free_mb)} are free")
    if disk_mb > free_mb:
        say("caution: that does not fit; cache_dir=<folder> names one on another disk", "yellow")


def about(time_s: float) -> str:
    """A time as one plans an evening: "40 s", "12 min", "3.5 h"."""
    if time_s < 2 * _MINUTE_S:
        return f"{time_s:.0f} s"
    if time_s < 2 * _HOUR_S:
        return f"{time_s / _MINUTE_S:.0f} min"
    return f"{time_s / _HOUR_S:.1f} h"


def size(megabytes: float) -> str:
    """ "160 MB", "4.7 GB"."""
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"
