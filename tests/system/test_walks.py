"""Four users on the ways that the documents show them, with commands taken from these."""

import csv
import re
import shutil
import uuid
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from mlflow import MlflowClient
from support.checkouts import PROJECT
from support.tracking_server import PASSWORD, USER, TrackingServer
from support.walking import User, commands

#: Makes of a README's training one of seconds.
SMALL = "dataset=digits dataset.max_examples=96 epochs=1 optimizer=sgd"


def the(lines: list[str], beginning: str) -> str:
    """The first of these commands that begins so."""
    return next(line for line in lines if line.startswith(beginning))


def runs_of(store: str, kind: str) -> list:
    client = MlflowClient(store)
    experiments = [e.experiment_id for e in client.search_experiments()]
    asked = f"tags.`chipbench.kind` = '{kind}'"
    return list(client.search_runs(experiments, asked, max_results=1000))


@pytest.mark.first
def test_a_buyer_measures_and_compares(published_database: Path, tmp_path: Path) -> None:
    shutil.copy(published_database, tmp_path / "mlflow.db")
    buyer = User(tmp_path)
    said = buyer.does(the(commands("README.md", "Quick start"), "make run") + f' ARGS="{SMALL}"')
    assert "`make ui` shows it" in said
    for command in commands("README.md", "Comparing machines"):
        said = buyer.does(command)
    report = Path(re.findall(r"^report: (.*)$", said, flags=re.M)[-1])
    page = report.read_text(encoding="utf-8")
    assert "Apple M1 Max" in page and "TinyVGG on scikit-learn&#39;s digits" in page
    with (report.parent / "comparison.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len({row["run_id"] for row in rows}) == len(rows) > 90
    store = f"sqlite:///{tmp_path / 'mlflow.db'}"
    published = runs_of(store, "reference")
    keys = [run.data.tags["chipbench.key"] for run in published if "chipbench.key" in run.data.tags]
    assert len(keys) == len(set(keys)) > 90, "once, however often and from wherever"


@pytest.mark.first
def test_a_teacher_sweeps_and_reads_the_table(tmp_path: Path, made_store: Path) -> None:
    teacher = User(tmp_path)
    _, repeated, resumed, _ = commands("README.md", "Sweeps")  # the last has a test of its own
    short = {"sweep.repeats=3": "sweep.repeats=2", "sweep.cooldown_s=30": "sweep.cooldown_s=0"}
    for long, brief in short.items():
        repeated, resumed = repeated.replace(long, brief), resumed.replace(long, brief)
    teacher.does(f"{repeated} {SMALL}")
    assert "job 1 of" not in teacher.does(f"{resumed} {SMALL}"), "nothing twice"
    (table,) = tmp_path.glob("outputs/*/*/sweep.csv")
    means = pd.read_csv(table).groupby("batch_size")["total_time_s"].agg(["mean", "count"])
    assert list(means.index) == [32, 64] and list(means["count"]) == [2, 2]
    assert len(runs_of(f"sqlite:///{made_store}", "training")) == 4


@pytest.mark.first
def test_a_team_records_on_its_server(
    login_server: TrackingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    title = "A tracking server, and how records reach it"
    lines = commands("conf/server/README.md", title)
    experiment, laptop = (f"{name}_{uuid.uuid4().hex[:6]}" for name in ("team", "laptop"))

    def here(line: str) -> str:
        """The line as it is said of this server."""
        line = re.sub(r"https?://[\w.:]+", login_server.uri, line)
        line = re.sub(r"\blaptop\b", laptop, line)
        return re.sub(r"(laptop_\w+ |EXPERIMENT_NAME=)chipbench", rf"\g<1>{experiment}", line)

    home = tmp_path / "home"
    (home / ".local/share/chipbench-server").mkdir(parents=True)
    (home / ".local/share/chipbench-server" / "admin-password").write_text(PASSWORD)
    project = tmp_path / "project"
    project.mkdir()
    user = User(project, {"HOME": str(home)})
    make, *administrator, add_user, address, login, run = lines
    assert make.startswith("make server") and run == "make run"
    told = user.does(" && ".join(map(here, [*administrator, add_user])))
    password = re.search(r"MLFLOW_TRACKING_PASSWORD=(\S+)", told)[1]
    begin = f"{here(address)} && {here(login).replace('…', password)}"
    timed = "method=final_cut_manual export_time_s=208"

    def does(command: str) -> str:
        return user.does(f"{begin} && {command}")

    assert "recorded as run" in does(f'{run} ARGS="{SMALL}"')
    project_run = the(commands("README.md", "Quick start"), "mlflow run . ").partition(" -P ")[0]
    does(f"{project_run} -e export -P {timed.replace(' ', ' -P ')}")
    several = f"entry=export {timed.replace('208', '100,200')}"
    does(f"{project_run} -e sweep -P {several.replace(' ', ' -P ')}")
    again = the(commands("README.md", "Sweeps"), "python -m chipbench.sweep").partition(" batch")[0]
    assert "job 1 of" not in does(f"{again} {several} sweep.resume=last")
    does(the(commands("README.md", "Comparing machines"), "make compare"))
    does(the(commands("conf/server/README.md", "How records reach it"), "python -m chipbench.sync"))

    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", USER)
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", PASSWORD)
    client = MlflowClient(login_server.uri)
    (own,) = [e for e in client.search_experiments() if e.name == experiment]
    runs = client.search_runs([own.experiment_id], max_results=1000)
    kinds = Counter(run.data.tags.get("chipbench.kind") for run in runs)
    assert kinds["reference"] > 90 and kinds["training"] == 1 and kinds["export"] == 3
    for run in runs:
        assert not {"mlflow.user", "mlflow.source.name"} & set(run.data.tags), run.data.tags
        assert run.info.status == "FINISHED"


@pytest.mark.first
def test_a_maintainer_adds_a_file_of_each_kind(tmp_path: Path, made_store: Path) -> None:
    for name in ("src", "conf"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=ignored)
    maintainer = User(tmp_path)
    package, conf = tmp_path / "src" / "chipbench", tmp_path / "conf"

    def copied(source: Path, name: str, *changes: tuple[str, str]) -> None:
        text = source.read_text(encoding="utf-8")
        for known, own in changes:
            assert known in text, (source, known)
            text = text.replace(known, own)
        (source.parent / f"{name}{source.suffix}").write_text(text, encoding="utf-8")

    copied(package / "models/tiny_vgg.py", "mine", (', activation="softmax"', ""))
    copied(
        conf / "model/tiny_vgg.yaml",
        "mine",
        ("tiny_vgg", "mine"),
        ("label: tinyvgg", "label: mine"),
        ("logits: false", "logits: true"),
    )
    copied(package / "data/cifar10.py", "pictures", ("50_000", "64"), ("10_000", "16"))
    copied(conf / "dataset/cifar10.yaml", "pictures", ("name: cifar10", "name: pictures"))
    copied(
        conf / "optimizer/sgd.yaml",
        "rmsprop",
        ("name: sgd", "name: rmsprop"),
        ("fallback: null", "fallback: sgd"),
        ("keras.optimizers.SGD", "keras.optimizers.RMSprop"),
        ("0.01", "0.001"),
    )
    (conf / "machine/mine.yaml").write_text(
        "defaults: [auto, _self_]\nname: mine\nfacts: {price_usd: 700}\n"
    )
    encoder = "  - {name: libx264, software: true, arguments: [-preset, ultrafast]}\n"
    (conf / "codec/h264.yaml").open("a").write(encoder.replace("libx264,", "libx264rgb,"))
    chosen = "model=mine dataset=pictures optimizer=rmsprop machine=mine epochs=1 batch_size=16"
    said = maintainer.does(f"python -m chipbench.train {chosen}")
    assert "mine_pictures" in said
    (run,) = runs_of(f"sqlite:///{made_store}", "training")
    tags = {key.removeprefix("chipbench."): value for key, value in run.data.tags.items()}
    assert (tags["machine"], tags["price_usd"]) == ("mine", "700")
    assert tags["optimizer_used"] == "rmsprop" and tags["device_check"].startswith("passed")
    maintainer.does(f"python -m chipbench.train {chosen} model.logits=false", 2)
    assert "rmsprop" in maintainer.does("python -m chipbench.train optimizer=rmsprop --help")
    maintainer.does("python -m chipbench.export encoder=libx264rgb --help")
