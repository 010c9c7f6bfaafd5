"""The machines that train together, by the configuration, by TF_CONFIG or by Slurm.

TensorFlow's own SlurmClusterResolver cannot be used (read and tried in 2.19): it sorts the hosts as
words, so that n10 comes before n9 and a task's number names another machine than Slurm's does; and
it asks a vendor's tool for the GPUs, or must be told of some that are not there. Its
TFConfigClusterResolver is the one line that reads the JSON: all that is checked here would still
have to be.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from omegaconf import DictConfig

from chipbench.backends.supported_settings import require_applicable
from chipbench.ground.errors import ConfigurationError

_ADDRESS = re.compile(r"[^\s:/]+:([0-9]{1,5})")
_SLURM = ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_STEP_NODELIST")
_SLURM_TASKS = "SLURM_STEP_TASKS_PER_NODE"
_EXAMPLE = '{"cluster": {"worker": ["a:2222", "b:2222"]}, "task": {"type": "worker", "index": 0}}'


@dataclass(frozen=True)
class Cluster:
    """All workers' addresses (`host:port`), and which of them this process is."""

    addresses: tuple[str, ...]
    index: int

    @property
    def size(self) -> int:
        """How many workers."""
        return len(self.addresses)

    @property
    def is_chief(self) -> bool:
        """Whether this is the worker that records the run."""
        return self.index == 0


def find_cluster(config: DictConfig, environment: Mapping[str, str] = os.environ) -> Cluster | None:
    """The cluster that `strategy=multi_worker` means here; None for any other strategy.

    Raises ConfigurationError if nothing says who trains together, or says it wrongly, or the back
    end has no use for what is asked of it.
    """
    strategy = config.strategy
    require_applicable(config)
    if strategy.name != "multi_worker":
        return None
    if strategy.workers is not None:
        if strategy.index is None:
            raise ConfigurationError(
                "strategy.index=null: which of strategy.workers is this machine? "
                f"Give 0 to {len(strategy.workers) - 1}, another on each"
            )
        found = _checked("strategy.workers", "strategy.index", strategy.workers, strategy.index)
    elif environment.get("TF_CONFIG"):
        found = _from_tf_config(environment["TF_CONFIG"])
    elif all(environment.get(name) for name in _SLURM):
        found = _from_slurm(environment, strategy.port)
    else:
        raise ConfigurationError(
            "strategy=multi_worker: which machines? Give strategy.workers=[host:port,...] and "
            "strategy.index=0, set TF_CONFIG, or start it with Slurm's srun"
        )
    if config.batch_size % found.size:
        raise ConfigurationError(
            f"batch_size={config.batch_size}: {found.size} workers need a multiple of {found.size}"
        )
    return found


def _from_tf_config(text: str) -> Cluster:
    """What TensorFlow's own variable says; a chief, where it names one, comes first."""
    try:
        known = json.loads(text)
        jobs, task = dict(known["cluster"]), known["task"]
        chiefs, workers = list(jobs.pop("chief", [])), list(jobs.pop("worker", []))
        index = int(task["index"]) + (len(chiefs) if task["type"] == "worker" else 0)
        role = str(task["type"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"TF_CONFIG: cannot be read ({type(error).__name__}: {error}); it is JSON such as "
            f"{_EXAMPLE}"
        ) from None
    if jobs or role not in ("chief", "worker") or (role == "chief" and not chiefs):
        others = ", ".join(sorted({*jobs, role} - {"worker"}))
        raise ConfigurationError(
            f"TF_CONFIG: {others}: only workers, one of them called chief perhaps, train together"
        )
    return _checked("TF_CONFIG's workers", "TF_CONFIG's index", [*chiefs, *workers], index)


def _from_slurm(environment: Mapping[str, str], port: int) -> Cluster:
    """The tasks of a step that `srun` began: block by block, as Slurm numbers them by default."""
    rank, number, nodes = (environment[name] for name in _SLURM)
    try:
        hosts = list(_hosts(nodes))
        counts = list(_counts(environment.get(_SLURM_TASKS, f"1(x{len(hosts)})")))
        placed = [
            f"{host}:{port + place}"
            for host, count in zip(hosts, counts, strict=True)
            for place in range(count)
        ]
        if len(placed) != int(number):
            raise ValueError(f"{len(placed)} places for {number} tasks")
        index = int(rank)
    except ValueError as error:
        raise ConfigurationError(
            f"Slurm's variables cannot be read ({error}); give strategy.workers=[host:port,...] "
            "and strategy.index"
        ) from None
    return _checked("the Slurm step's tasks", "SLURM_PROCID", placed, index)


def _hosts(text: str) -> Iterator[str]:
    """`node[1-2,07],gpu` as node1, node2, node07, gpu."""
    for prefix, ranges, suffix in re.findall(r"([^,\[\]]*)(?:\[([^\]]*)\])?([^,\[\]]*)", text):
        if not ranges:
            if prefix:
                yield prefix
            continue
        for part in ranges.split(","):
            first, _, last = part.partition("-")
            for number in range(int(first), int(last or first) + 1):
                yield f"{prefix}{number:0{len(first)}d}{suffix}"


def _counts(text: str) -> Iterator[int]:
    """`2(x3),1` as 2, 2, 2, 1."""
    for part in text.split(","):
        match = re.fullmatch(r"(\d+)(?:\(x(\d+)\))?", part)
        if match is None:
            raise ValueError(f"{_SLURM_TASKS}={text}")
        yield from [int(match[1])] * int(match[2] or 1)


def _checked(what: str, place: str, addresses: Any, index: int) -> Cluster:
    known = tuple(map(str, addresses))
    for address in known:
        match = _ADDRESS.fullmatch(address)
        if match is None or not 0 < int(match[1]) < 65536:
            raise ConfigurationError(f"{what}: {address!r} must be host:port, such as a:2222")
    twice = sorted({address for address in known if known.count(address) > 1})
    if twice:
        raise ConfigurationError(f"{what}: {twice[0]} is there twice; each worker needs its own")
    if len(known) < 2:
        raise ConfigurationError(
            f"{what}: {len(known)} is too few, two or more train together; use strategy=none"
        )
    if not 0 <= index < len(known):
        raise ConfigurationError(f"{place}={index}: must be 0 to {len(known) - 1}")
    return Cluster(known, index)
