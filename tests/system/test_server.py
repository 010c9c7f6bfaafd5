"""The files of conf/server: one machine's server started for real, the containers' as they read."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from packaging.requirements import Requirement
from support.journals import assert_all_there, deliver, example, key_of, runs_of
from support.tracking_server import free_port, postgres_programs

SERVER = Path(__file__).parents[2] / "conf" / "server"


@contextmanager
def local_server(data: Path, port: int) -> Iterator[str]:
    """`make server` with its data in `data`; yields its address."""
    environment = {"DATA": str(data), "PORT": str(port), "PYTHON": sys.executable}
    environment["MLFLOW_WORKERS"] = "1"
    process = subprocess.Popen(
        ["bash", str(SERVER / "local.sh")],
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(600):
            if status(f"http://127.0.0.1:{port}/health") == 200:
                break
            assert process.poll() is None, "the server ended at once"
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(120)


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def tool(data: Path, *words: str) -> None:
    """`local.sh backup` and `restore`."""
    environment = os.environ | {"DATA": str(data), "PYTHON": sys.executable}
    subprocess.run(["bash", str(SERVER / "local.sh"), *words], env=environment, check=True)


def log_in(monkeypatch: pytest.MonkeyPatch, name: str, password: str, uri: str) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", name)
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", password)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")


def add_user(*words: str) -> Mapping[str, str]:
    said = subprocess.run(
        [sys.executable, str(SERVER / "add_user.py"), *words],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return dict(line.split("=", 1) for line in said.splitlines())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    if postgres_programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    for folder in (tmp_path, *tmp_path.parents):  # pytest makes its folders private
        folder.chmod(folder.stat().st_mode | 0o011)
    return tmp_path / "data"


@pytest.mark.first
def test_a_laptop_records_with_least_privilege_and_a_backup_brings_it_back(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = example(tmp_path / "run")
    port = free_port()
    with local_server(data, port) as uri:
        assert status(f"{uri}/api/2.0/mlflow/experiments/search") == 401
        for name in ("admin-password", "cookie-key", "auth.ini", "postgres"):
            assert (data / name).stat().st_mode & 0o077 == 0, f"{name} is for its owner alone"
        admin = (data / "admin-password").read_text().strip()
        log_in(monkeypatch, "admin", admin, uri)
        MlflowClient(uri).create_experiment("private")
        laptop = add_user("laptop", "journals")
        assert laptop["MLFLOW_EXPERIMENT_NAME"] == "journals"
        assert add_user("laptop", "another") == {}, "no second password"
        assert add_user("laptop", "another") == {}, "said twice, it is as it was"
        log_in(monkeypatch, "laptop", laptop["MLFLOW_TRACKING_PASSWORD"], uri)
        assert deliver(path, uri).state.complete
        assert_all_there(uri, path)
        client = MlflowClient(uri)
        seen = {experiment.name for experiment in client.search_experiments()}
        assert seen == {"journals", "another"}
        (run,) = runs_of(uri, key_of(path))
        for forbidden in (
            lambda: client.delete_run(run.info.run_id),
            lambda: client.create_run("0"),
        ):
            with pytest.raises(MlflowException) as refused:
                forbidden()
            assert refused.value.error_code == "PERMISSION_DENIED"
        tool(data, "backup")
        with pytest.raises(subprocess.CalledProcessError):
            tool(data, "restore", "of a server that runs")
        assert status(f"{uri}/health") == 200
    (kept,) = (data / "backup").iterdir()
    shutil.rmtree(data / "postgres")
    shutil.rmtree(data / "artifacts")
    tool(data, "restore", kept.name)
    with local_server(data, port) as uri:
        assert_all_there(uri, path)
        copy = client.download_artifacts(run.info.run_id, "model/weights", str(tmp_path))
        assert Path(copy).read_bytes() == (tmp_path / "run" / "model" / "weights").read_bytes()


def compose() -> dict[str, dict[str, dict[str, object]]]:
    loaded = yaml.safe_load((SERVER / "compose.yaml").read_text())
    assert isinstance(loaded, dict)
    return loaded


def test_every_secret_of_the_containers_comes_from_the_env_file() -> None:
    used = set(re.findall(r"\$\{(\w+)", (SERVER / "compose.yaml").read_text()))
    offered = re.findall(r"^(\w+)=", (SERVER / "env.example").read_text(), re.MULTILINE)
    assert used == set(offered)


def test_only_the_proxy_is_open_to_the_outside() -> None:
    services = compose()["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]


def test_services_are_checked_and_their_images_pinned() -> None:
    for name, service in compose()["services"].items():
        image = str(service.get("image", "built:here"))
        assert ":" in image and not image.endswith(":latest"), name
        if name in ("database", "objects", "mlflow"):
            assert "healthcheck" in service, name


def test_the_containers_have_a_login_and_allowed_hosts() -> None:
    command = compose()["services"]["mlflow"]["command"]
    assert isinstance(command, list)
    assert "--app-name=basic-auth" in command
    assert any(word.startswith("--allowed-hosts=${DOMAIN") for word in command)


def test_the_container_has_an_mlflow_that_chipbench_supports() -> None:
    found = re.search(r"mlflow\[auth\]==([\d.]+)", (SERVER / "Dockerfile").read_text())
    assert found
    pyproject = (SERVER.parent.parent / "pyproject.toml").read_text()
    required = re.search(r'^    "(mlflow>=[^"]+)"', pyproject, re.MULTILINE)
    assert required and Requirement(required[1]).specifier.contains(found[1])


@pytest.mark.parametrize("name", ["local.sh", "backup.sh"])
def test_scripts_parse(name: str) -> None:
    subprocess.run(["bash", "-n", str(SERVER / name)], check=True)
