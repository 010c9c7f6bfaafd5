"""What of the environment is recorded as a setting of the libraries that compute."""

import json
from pathlib import Path

import pytest
from support.machines import LINUX

from chipbench.backends.keras_start import start_keras
from chipbench.checks.training import start_trouble
from chipbench.ground.errors import ConfigurationError
from chipbench.hardware.library_settings import library_settings

COUNT = [
    ("TF_NUM_INTRAOP_THREADS", "1"),
    ("TF_NUM_INTEROP_THREADS", "2"),
    ("TF_XLA_FLAGS", "--tf_xla_auto_jit=2"),
    ("TF_ENABLE_ONEDNN_OPTS", "0"),
    ("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false"),
    ("XLA_PYTHON_CLIENT_PREALLOCATE", "false"),
    ("JAX_DEFAULT_MATMUL_PRECISION", "float32"),
    ("JAX_PLATFORMS", "cpu"),
    ("OMP_NUM_THREADS", "1"),
    ("KMP_BLOCKTIME", "0"),
    ("MKL_NUM_THREADS", "1"),
    ("OPENBLAS_NUM_THREADS", "1"),
    ("VECLIB_MAXIMUM_THREADS", "1"),
    ("TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "1"),
    ("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True"),
    ("PYTORCH_ENABLE_MPS_FALLBACK", "1"),
    ("NVIDIA_TF32_OVERRIDE", "0"),
    ("CUDA_LAUNCH_BLOCKING", "1"),
    ("CUBLAS_WORKSPACE_CONFIG", ":4096:8"),
    ("KERAS_MAX_EPOCHS", "1"),
]
ASIDE = [
    ("PATH", "/bin"),
    ("HOME", "/home/jane"),
    ("TF_CPP_MIN_LOG_LEVEL", "3"),
    ("TF_CONFIG", "{}"),
    ("TORCH_HOME", "/home/jane/torch"),
    ("CUDA_HOME", "/usr/local/cuda"),
    ("CUDA_PATH", "/usr/local/cuda"),
    ("CUDA_VISIBLE_DEVICES", "0"),
    ("JAX_COMPILATION_CACHE_DIR", "/home/jane/jax"),
    ("KERAS_HOME", "/home/jane/keras"),
    ("KERAS_BACKEND", "jax"),
    ("MLFLOW_TRACKING_PASSWORD", "secret"),
    ("JAX_COORDINATOR_ADDRESS", "host:1"),
    ("NCCL_DEBUG", "INFO"),
    ("OMP_NUM_THREADS", " "),
    ("MY_TF_SETTING", "1"),
]


@pytest.fixture(autouse=True)
def nobodys_keras(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.mark.parametrize(("name", "value"), COUNT)
def test_what_changes_the_work_is_told(name: str, value: str) -> None:
    assert library_settings({name: value}) == f"{name}={value}"


@pytest.mark.parametrize(("name", "value"), ASIDE)
def test_what_does_not_is_nobodys_business(name: str, value: str) -> None:
    assert library_settings({name: value}) is None


def test_no_folder_is_told() -> None:
    told = library_settings({"XLA_FLAGS": "--xla_dump_to=/home/jane/doe/dump --xla_x=1"})
    assert told == "XLA_FLAGS=--xla_dump_to=dump --xla_x=1"
    assert library_settings({"LD_PRELOAD": "/home/jane/lib/tc.so"}) == "LD_PRELOAD=tc.so"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (json.dumps({"epsilon": 1e-5, "floatx": "float16"}), "keras.json epsilon=1e-05"),
        (json.dumps({"max_epochs": 1}), "keras.json max_epochs=1"),
        (json.dumps({"epsilon": 1e-7, "backend": "tensorflow"}), None),
        ("[]", None),
        ("", None),
        ("{", None),
        ("[" * 100_000, None),
        ("null", None),
    ],
)
def test_keras_own_file_is_read_as_far_as_it_takes_effect(
    text: str, told: str | None, tmp_path: Path
) -> None:
    (tmp_path / "keras.json").write_text(text)
    assert library_settings({"KERAS_HOME": str(tmp_path)}) == told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"floatx": "float99"}', "floatx=float99 must be one of float16, float32, float64"),
        ('{"floatx": null}', "floatx=None must be one of"),
        ('{"image_data_format": "x"}', "image_data_format=x must be one of channels_last"),
        ('{"epsilon": "small"}', "epsilon=small must be a number"),
        ('{"epsilon": 1}', "epsilon=1 must be a number"),
        ("[]", "it is no JSON object"),
        ("3", "it is no JSON object"),
    ],
)
def test_a_file_that_keeps_keras_from_starting_is_named(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "keras.json").write_text(text)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    found = start_trouble(LINUX, "tensorflow")
    assert found is not None and said in found.what
    assert found.remedy == "correct or remove keras.json in ~/.keras, or in KERAS_HOME"
    with pytest.raises(ConfigurationError, match="keras.json: .*correct or remove"):
        start_keras("tensorflow", verbose=False)
