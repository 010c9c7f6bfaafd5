"""Several workers train one model: found, met, each with its share, one run recorded."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from omegaconf import DictConfig

from chipbench import data
from chipbench.backends.cluster import Cluster, find_cluster
from chipbench.backends.rendezvous import _read, meet
from chipbench.config.compose import compose_config
from chipbench.config.recorded_params import recorded_params
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.sweeping.sweep_command import conduct, split
from chipbench.train import train

pytestmark = pytest.mark.usefixtures("made_store")

#: Of the 1,437 digits, in steps by which the losses fall each time.
FEW = ("epochs=3", "dataset.max_examples=480", "optimizer=sgd", "optimizer.learning_rate=0.03")
TWO = "strategy.workers=[a:2222,b:2222]"
SLURM = {"SLURM_PROCID": "2", "SLURM_STEP_NUM_TASKS": "4", "SLURM_STEP_NODELIST": "n[9-10],gpu"}


def config(*overrides: str) -> DictConfig:
    return compose_config("train", ["strategy=multi_worker", "output_dir=none", *overrides])


def tf_config(workers: list[str], index: int = 0, **more: object) -> str:
    task = {"type": "worker", "index": index}
    return json.dumps({"cluster": {"worker": workers}, "task": task} | more)


def test_the_addresses_come_from_the_configuration_tf_config_or_slurm() -> None:
    given = config(TWO, "strategy.index=1")
    assert find_cluster(given, {"TF_CONFIG": "ignored"}) == Cluster(("a:2222", "b:2222"), 1)
    assert find_cluster(compose_config("train", ["output_dir=none"]), SLURM) is None
    chief = {"cluster": {"chief": ["c:1"], "worker": ["a:1"]}}
    variables = {"TF_CONFIG": tf_config([], 0, **chief)} | SLURM
    assert find_cluster(config(), variables) == Cluster(("c:1", "a:1"), 1)
    tasks = SLURM | {"SLURM_STEP_TASKS_PER_NODE": "1(x2),2"}
    found = find_cluster(config("strategy.port=5"), tasks)
    assert found == Cluster(("n9:5", "n10:5", "gpu:5", "gpu:6"), 2)
    padded = SLURM | {"SLURM_STEP_NODELIST": "n[08-10]", "SLURM_STEP_NUM_TASKS": "3"}
    found = find_cluster(config("strategy.port=5", "batch_size=3"), padded)
    assert found == Cluster(("n08:5", "n09:5", "n10:5"), 2)


@pytest.mark.parametrize(
    ("overrides", "variables", "said"),
    [
        ([], {}, "which machines"),
        ([TWO], {}, "strategy.index=null"),
        ([TWO, "strategy.index=2"], {}, "strategy.index=2: must be 0 to 1"),
        (["strategy.workers=[a:1,a:1]", "strategy.index=0"], {}, "a:1 is there twice"),
        (["strategy.workers=[a:1,b]", "strategy.index=0"], {}, "'b' must be host:port"),
        (["strategy.workers=[a:1,b:65536]", "strategy.index=0"], {}, "must be host:port"),
        ([TWO, "strategy.index=0", "batch_size=33"], {}, "2 workers need a multiple of 2"),
        ([], {"TF_CONFIG": "{oops"}, "TF_CONFIG: cannot be read"),
        ([], {"TF_CONFIG": "[1]"}, "TF_CONFIG: cannot be read"),
        ([], {"TF_CONFIG": '{"cluster": {"worker": 1}, "task": {}}'}, "cannot be read"),
        ([], {"TF_CONFIG": tf_config(["a:1"])}, "1 is too few"),
        ([], {"TF_CONFIG": tf_config(["a:1", "b:1"], 2)}, "must be 0 to 1"),
        ([], {"TF_CONFIG": tf_config(["a:1", "b:1"], task={"type": "ps", "index": 0})}, "ps: only"),
        ([], SLURM | {"SLURM_STEP_NUM_TASKS": "9"}, "3 places for 9 tasks"),
        ([], SLURM | {"SLURM_STEP_TASKS_PER_NODE": "x"}, "SLURM_STEP_TASKS_PER_NODE=x"),
    ],
)
def test_a_cluster_that_cannot_be_is_refused(
    overrides: list[str], variables: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said) as refused:
        find_cluster(config(*overrides), variables)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("value", ["a:1", "[a:1]", "3"])
def test_workers_are_a_list_of_two_or_more(value: str) -> None:
    with pytest.raises(ConfigurationError, match="must be null or the addresses of two workers"):
        config(f"strategy.workers={value}")


def test_no_address_is_recorded() -> None:
    params = recorded_params(config(TWO, "strategy.index=0"))
    assert params["strategy.name"] == "multi_worker" and "strategy.workers" not in params


def test_a_sweep_would_start_one_machine_alone() -> None:
    words = ["strategy=multi_worker", TWO, "strategy.index=0", "epochs=1,2", "tracking=none"]
    with pytest.raises(ConfigurationError, match="start each training on all machines"):
        conduct(*split("sweep", words))


def free_ports(number: int) -> list[int]:
    """Neighbouring ports that nobody uses."""
    while True:
        with socket.create_server(("", 0)) as first:
            ports = [first.getsockname()[1] + place for place in range(number)]
        try:
            for port in ports:
                socket.create_server(("", port)).close()
        except (OSError, OverflowError):
            continue
        return ports


def met(
    ports: list[int],
    fingerprints: dict[int, str],
    wait_s: float = 20.0,
    indices: list[int] | None = None,
) -> list[BaseException | None]:
    """What each worker's `meet` ended with."""
    addresses = tuple(f"127.0.0.1:{port}" for port in ports)

    def one(index: int) -> BaseException | None:
        try:
            meet(Cluster(addresses, index), fingerprints[index], wait_s)
        except (ConfigurationError, UnsupportedBenchmark) as error:
            return error
        return None

    with ThreadPoolExecutor() as pool:
        return list(pool.map(one, fingerprints if indices is None else indices))


def test_workers_meet_in_any_order() -> None:
    assert met(free_ports(3), {2: "f", 0: "f", 1: "f"}) == [None] * 3


def test_workers_of_different_benchmarks_are_all_refused() -> None:
    ended = met(free_ports(2), {0: "f", 1: "g"})
    assert {type(error) for error in ended} == {ConfigurationError}
    assert {str(error).partition(";")[0] for error in ended} == {
        "worker 1 runs another benchmark than the chief"
    }


@pytest.mark.parametrize("there", [{0: "f", 1: "f"}, {1: "f", 2: "f"}])
def test_who_waits_for_a_worker_that_does_not_come_is_told(there: dict[int, str]) -> None:
    began_s = time.monotonic()
    ended = met(free_ports(3), there, wait_s=1.0)
    assert time.monotonic() - began_s < 15
    assert {type(error) for error in ended} == {UnsupportedBenchmark}
    expected = "worker 2 of 3 did not come" if 0 in there else "the chief (worker 0) did not"
    assert all(str(error).startswith(expected) for error in ended)


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("", 0)) as other:
        port = other.getsockname()[1]
        (error,) = met([port, 1], {0: "f"}, wait_s=1.0)
    assert isinstance(error, ConfigurationError) and f"port {port} of worker 0" in str(error)


@pytest.mark.parametrize(
    "message",
    [
        b'{"index": "1"}\n',
        b"GET / HTTP/1.1\r\n\r\n",
        b"[" * 4000 + b"\n",  # deeper than a parser goes
        b"\xff\xfe\x00\n",
        b"x" * 100_000,
        b"",
    ],
)
def test_a_stranger_at_the_chiefs_door_changes_nothing(message: bytes) -> None:
    ports = free_ports(2)

    def stranger() -> None:
        for _ in range(50):
            try:
                with socket.create_connection(("127.0.0.1", ports[0]), 1.0) as door:
                    door.sendall(message)
                    return
            except OSError:
                time.sleep(0.05)

    with ThreadPoolExecutor() as pool:
        knocking = pool.submit(stranger)
        assert met(ports, {0: "f", 1: "f"}) == [None, None]
        knocking.result()


def test_a_stranger_that_drips_bytes_holds_the_chief_up_for_one_message_alone() -> None:
    chiefs, strangers = socket.socketpair()
    over = threading.Event()

    def drip() -> None:
        while not over.wait(0.05):
            strangers.sendall(b" ")

    with chiefs, strangers, ThreadPoolExecutor() as pool:
        dripping = pool.submit(drip)
        began_s = time.monotonic()
        assert _read(chiefs, 0.5) == {}
        assert time.monotonic() - began_s < 5
        over.set()
        dripping.result()


@pytest.mark.parametrize("answer", [b'{"verdict": []}\n', b'{"verdict": "dance"}\n', b"[1]\n"])
def test_what_is_not_the_chief_at_its_address_is_not_believed(answer: bytes) -> None:
    ports = free_ports(2)
    with socket.create_server(("127.0.0.1", ports[0])) as other, ThreadPoolExecutor() as pool:

        def reply() -> None:
            with other.accept()[0] as guest:
                guest.recv(4096)
                guest.sendall(answer)

        replying = pool.submit(reply)
        (error,) = met(ports, {1: "f"}, wait_s=5.0)
        replying.result()
    assert isinstance(error, UnsupportedBenchmark)
    assert str(error).startswith("the chief (worker 0) did not answer")


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("replicas", [1, 2])
def test_the_shares_of_a_step_are_the_whole_batch(
    compose: Callable[..., DictConfig], in_memory: bool, replicas: int
) -> None:
    from chipbench.backends.tensorflow.distributed.shares import FILLING, Part, shares, steps_of

    batch, workers = 4 * replicas * 3, 3
    words = ("dataset=digits", f"batch_size={batch}", f"dataset.in_memory={in_memory}")
    whole = compose(*words)
    digits = data.load(whole.dataset, Path("unused"))
    labels = digits.validation.labels
    steps = steps_of(len(labels), batch)
    parts = [
        shares(digits, whole, Part(worker, workers, replicas))[1].take(steps * replicas)
        for worker in range(workers)
    ]
    seen = [[known for _, known in part.as_numpy_iterator()] for part in parts]
    assert all(len(known) == 4 for part in seen for known in part)
    for step in range(steps):
        own = [known for part in seen for known in part[step * replicas : (step + 1) * replicas]]
        counted = sorted(label for known in own for label in known if label != FILLING)
        assert counted == sorted(labels[step * batch : (step + 1) * batch])
    filling = sum(int((known == FILLING).sum()) for part in seen for known in part)
    assert filling == steps * batch - len(labels)


Started = Callable[[int], "subprocess.Popen[str]"]


def starter(folder: Path, *words: str, environment: Callable[[int], dict[str, str]]) -> Started:
    """What starts worker `index` through the command line, all recording in one store."""

    def start(index: int) -> "subprocess.Popen[str]":
        places = [f"hydra.run.dir={folder / f'run{index}'}", "dataset=digits"]
        places += ["machine.accelerator=cpu", f"tracking.uri=sqlite:///{folder / 'mlflow.db'}"]
        return subprocess.Popen(
            [sys.executable, "-m", "chipbench.train", "strategy=multi_worker", *places, *words],
            env=os.environ | environment(index),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def runs_in(folder: Path) -> list[Run]:
    client = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    return client.search_runs([e.experiment_id for e in client.search_experiments()])


def losses(folder: Path) -> list[float]:
    (run,) = runs_in(folder)
    client = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    return [point.value for point in client.get_metric_history(run.info.run_id, "loss")]


def test_two_workers_train_one_model_and_the_chief_records_it(
    tmp_path: Path, compose_in: Callable[..., DictConfig]
) -> None:
    addresses = [f"127.0.0.1:{port}" for port in free_ports(2)]
    start = starter(tmp_path, *FEW, environment=lambda i: {"TF_CONFIG": tf_config(addresses, i)})
    workers = [start(index) for index in range(2)]
    said = [worker.communicate(timeout=250)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], said
    assert said[1].splitlines()[-1] == (
        "worker 1 of 2 is done; worker 0, the chief, records the run"
    )
    (run,) = runs_in(tmp_path)
    tags = {key.removeprefix("chipbench."): value for key, value in run.data.tags.items()}
    assert run.info.status == "FINISHED"
    assert (tags["workers"], tags["replicas"], tags["batch_size_per_replica"]) == ("2", "2", "16")
    assert run.data.metrics["scaling_efficiency_percent"] > 0
    assert run.data.metrics["single_replica_images_per_second"] > 0
    assert not [value for value in run.data.params.values() if "127.0.0.1" in value]
    together = losses(tmp_path)
    assert together[0] > together[1] > together[2]

    alone = tmp_path / "alone"
    alone.mkdir()
    train(compose_in(alone, "dataset=digits", *FEW))
    assert together == pytest.approx(losses(alone), rel=0.01), "the same updates as one device"
    fingerprints = {r.data.tags["chipbench.fingerprint"] for r in (run, *runs_in(alone))}
    assert len(fingerprints) == 2


def test_under_slurm_images_are_streamed_and_a_worker_that_is_killed_ends_the_run(
    tmp_path: Path,
) -> None:
    step = {"SLURM_STEP_NODELIST": "localhost", "SLURM_STEP_TASKS_PER_NODE": "2"}
    step |= {"SLURM_STEP_NUM_TASKS": "2"}
    words = [*FEW, "epochs=1000", f"strategy.port={free_ports(2)[0]}"]
    words += ["dataset.in_memory=false", "dataset.shuffle_buffer=500"]
    start = starter(tmp_path, *words, environment=lambda index: step | {"SLURM_PROCID": str(index)})
    chief, other = start(0), start(1)
    assert chief.stdout is not None
    for line in chief.stdout:
        if line.startswith("epoch 3/"):
            break
    psutil.Process(other.pid).kill()
    said, _ = chief.communicate(timeout=200)
    other.communicate()
    assert chief.returncode == 1
    assert said.splitlines()[-1].startswith("chipbench: ConnectionError: another worker is gone")
    (run,) = runs_in(tmp_path)
    assert run.info.status == "FAILED"
    assert "another worker is gone" in run.data.tags["chipbench.reason"]
    together = losses(tmp_path)
    assert together[0] > together[1] > together[2]


def test_a_worker_that_never_comes_is_waited_for_so_long_and_no_longer(tmp_path: Path) -> None:
    addresses = ",".join(f"127.0.0.1:{port}" for port in free_ports(2))
    words = [f"strategy.workers=[{addresses}]", "strategy.index=0", "strategy.wait_s=1"]
    chief = starter(tmp_path, *words, environment=lambda _: {})(0)
    said, _ = chief.communicate(timeout=200)
    assert chief.returncode == 3
    assert "chipbench: worker 1 of 2 did not come within strategy.wait_s=1 s" in said
    (run,) = runs_in(tmp_path)
    assert run.data.tags["chipbench.status"] == "skipped"
