import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from omegaconf import DictConfig, OmegaConf
from support.recorded_runs import recorded

from chipbench.comparison.run_consistency import contradicts_itself
from chipbench.config.compose import compose_config
from chipbench.export import export
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.processes import ProgramFailed
from chipbench.workloads.video import source_clip as clips
from chipbench.workloads.video.encoder_selection import choose_encoder
from chipbench.workloads.video.export_verification import WrongOutput, verify
from chipbench.workloads.video.ffmpeg import find_ffmpeg, run_ffmpeg

FFMPEG = find_ffmpeg(None)
Exported = Callable[..., DictConfig]


@pytest.fixture
def config(
    tmp_path: Path, cache: Path, made_store: Path, monkeypatch: pytest.MonkeyPatch
) -> Exported:
    """The real export config of a clip that is small enough to encode in a second."""
    monkeypatch.setitem(clips.RESOLUTIONS, "1080p", (320, 180))

    def composed(*overrides: str) -> DictConfig:
        places = [f"output_dir={tmp_path / 'run'}", f"cache_dir={cache / 'small'}"]
        places.append(f"tracking.uri=sqlite:///{made_store}")
        return compose_config("export", [*places, "clip.duration_s=2", *overrides])

    return composed


def only_run(folder: Path) -> Run:
    client = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    (run,) = client.search_runs([e.experiment_id for e in client.search_experiments()])
    return run


@pytest.mark.parametrize("codec", ["h264", "prores", "hevc", "av1"])
def test_an_export_records_its_metrics_and_leaves_no_file(
    codec: str, config: Exported, tmp_path: Path
) -> None:
    asked_for = config(f"codec={codec}")
    result = export(asked_for)
    assert result.fingerprint and not contradicts_itself(recorded(result, asked_for))
    run = only_run(tmp_path)
    assert run.info.status == "FINISHED"
    values = run.data.metrics
    names = "export_time_s realtime_factor frames_per_second output_bytes psnr_db ssim "
    names += "output_bitrate_megabits_per_s cpu_idle_mean_percent"
    assert set(names.split()) <= set(values)
    assert values["frames_per_second"] == pytest.approx(60 / values["export_time_s"])
    assert values["realtime_factor"] == pytest.approx(2 / values["export_time_s"])
    assert values["cpu_idle_mean_percent"] + values["cpu_utilization_mean_percent"] == (
        pytest.approx(100)
    )
    assert values["psnr_db"] > 25 and 0.7 < values["ssim"] <= 1
    assert result.tags["encoder"] in ("libx264", "prores_ks", "libx265", "libsvtav1")
    assert run.data.tags["chipbench.experiment"] == f"export_small_{codec}"
    assert not list((tmp_path / "run").glob("export.*"))


def test_a_longer_clip_loops_the_rendered_part_frame_for_frame(
    config: Exported, tmp_path: Path
) -> None:
    result = export(
        config("clip.rendered_s=1", "keep_output=true", "quality=false", "tracking=none")
    )
    assert result.tags["clip_looped"] == "a rendered part, 2 times"
    assert "psnr_db" not in result.metrics
    output = tmp_path / "run" / "export.mp4"
    counted = run_ffmpeg(FFMPEG, ["-i", str(output), "-f", "null", "-"])
    assert counted.frames == 60


def test_the_footage_is_the_same_twice_and_moves(tmp_path: Path) -> None:
    hashes = []
    for name in ("a", "b"):
        source = ["-f", "lavfi", "-i", clips.footage((160, 90), 30), "-frames:v", "10"]
        run_ffmpeg(FFMPEG, [*source, "-f", "framemd5", str(tmp_path / name)])
        lines = (tmp_path / name).read_text().splitlines()
        hashes.append([line.split(",")[-1] for line in lines if not line.startswith("#")])
    assert hashes[0] == hashes[1]
    assert len(set(hashes[0])) == 10


def test_an_own_file_is_exported_whole(config: Exported, tmp_path: Path) -> None:
    own = tmp_path / "own.mkv"
    source = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=1.2"]
    run_ffmpeg(FFMPEG, [*source, str(own)])
    result = export(config(f"clip.path={own}", "tracking=none"))
    assert result.metrics["frames_per_second"] * result.metrics["export_time_s"] == (
        pytest.approx(30)
    )
    assert result.tags["data_source"] == "own file"


def corrupt(folder: Path) -> Path:
    path = folder / "corrupt.mp4"
    path.write_bytes(os.urandom(5000))
    return path


def sound(folder: Path) -> Path:
    path = folder / "sound.wav"
    run_ffmpeg(FFMPEG, ["-f", "lavfi", "-i", "sine=duration=1", str(path)])
    return path


@pytest.mark.parametrize("make", [corrupt, sound])
def test_what_is_no_video_is_refused(
    make: Callable[[Path], Path], config: Exported, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="clip.path=.*no video") as caught:
        export(config(f"clip.path={make(tmp_path)}"))
    assert "libswscale" not in str(caught.value), "ffmpeg's banner is no reason"
    assert only_run(tmp_path).info.status == "FAILED"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("clip.path=/no/film.mp4", "no such file"),
        ("clip.resolution=720p", "1080p, 2160p"),
        ("clip.duration_s=0.001", "shorter than one frame"),
        ("encoder=x264", "auto, software, h264_videotoolbox, h264_nvenc, libx264"),
        ("ffmpeg.path=/no/ffmpeg", "no such program"),
        ("method=compressor", "transcode, avconvert, final_cut_manual"),
    ],
)
def test_wrong_keys_are_named(override: str, message: str, config: Exported) -> None:
    with pytest.raises(ConfigurationError, match=message):
        export(config(override, "tracking=none"))


def test_a_listed_encoder_that_is_unusable_is_refused_with_its_reason() -> None:
    codec = OmegaConf.load(Path("conf/codec/h264.yaml"))
    choice = choose_encoder("auto", codec, FFMPEG)
    if choice.encoder.software:
        assert "ffmpeg ended with code" in choice.refused["h264_nvenc"]
    assert choose_encoder("software", codec, FFMPEG).encoder.name == "libx264"


def test_no_usable_encoder_names_the_remedy(config: Exported, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedBenchmark, match="encoder=software"):
        export(config("encoder=h264_videotoolbox" if sys.platform == "linux" else "encoder=none"))
    assert only_run(tmp_path).data.tags["chipbench.status"] == "skipped"


def test_a_hand_timed_export_is_recorded_as_such(config: Exported, tmp_path: Path) -> None:
    export(config("method=final_cut_manual", "export_time_s=208", "clip.duration_s=600"))
    run = only_run(tmp_path)
    assert run.data.metrics == {"export_time_s": 208.0, "realtime_factor": 600 / 208}
    assert run.data.tags["chipbench.method"] == "final_cut_manual"
    moment = {"chipbench.power_source", "chipbench.energy_basis", "chipbench.caveats"}
    assert not moment & set(run.data.tags), "of the moment of typing"
    assert not {"samples.csv", "utilisation.png"} & {
        path.name for path in (tmp_path / "run").iterdir()
    }
    with pytest.raises(ConfigurationError, match="export_time_s=208"):
        export(
            config("method=final_cut_manual", "tracking=none", f"output_dir={tmp_path / 'other'}")
        )


def test_a_wrong_output_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30", "-frames:v", "30"]
    run_ffmpeg(FFMPEG, [*source, "-c:v", "libx264", str(path)])
    whole = clips.Clip(path, 30, 30, 320, 180, 1)
    verify(path, whole, "h264")
    with pytest.raises(WrongOutput, match="not prores"):
        verify(path, whole, "prores")
    with pytest.raises(WrongOutput, match="30 frames, not 31"):
        verify(path, clips.Clip(path, 31, 30, 320, 180, 1), "h264")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_seen_before_the_export(config: Exported, small_disk: Path) -> None:
    with pytest.raises(UnsupportedBenchmark, match="GB free"):
        export(config(f"output_dir={small_disk / 'run'}", "clip.duration_s=60"))


def test_a_disk_that_fills_ends_with_ffmpegs_words(small_disk: Path) -> None:
    source = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30", "-frames:v", "90"]
    with pytest.raises(ProgramFailed, match="No space left on device"):
        run_ffmpeg(FFMPEG, [*source, "-c:v", "mjpeg", str(small_disk / "out.mov")])


def wait_for_export(output: Path) -> psutil.Process:
    """The ffmpeg that writes `output`."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for process in psutil.process_iter(["name", "cmdline"]):
            known = process.info
            line = known["cmdline"] or []  # a process that has ended has none
            if "ffmpeg" in known["name"] and str(output) in line and output.exists():
                return process
        time.sleep(0.1)
    raise TimeoutError("the export did not begin")


@pytest.mark.parametrize("how", ["ffmpeg killed", "interrupted", "terminated"])
def test_an_ended_export_leaves_no_file_and_no_process(
    how: str, tmp_path: Path, cache: Path, made_store: Path
) -> None:
    output = tmp_path / "run" / "export.mp4"
    command = [sys.executable, "-m", "chipbench.export", "clip.duration_s=100000"]
    command += ["clip.rendered_s=1", f"cache_dir={cache}", f"output_dir={tmp_path / 'run'}"]
    command += [f"tracking.uri=sqlite:///{made_store}", "codec.megabits_per_s=0.1"]
    command += [f"hydra.run.dir={tmp_path / 'hydra'}", "monitor.interval_s=0.2"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE)
    try:
        ffmpeg = wait_for_export(output)
        if how == "ffmpeg killed":
            ffmpeg.kill()
        else:
            process.send_signal(signal.SIGINT if how == "interrupted" else signal.SIGTERM)
        _, errors = process.communicate(timeout=120)
    finally:
        process.terminate()
        process.wait()
    expected = {"ffmpeg killed": 1, "interrupted": 130, "terminated": 143}
    assert process.returncode == expected[how]
    assert not output.exists()
    assert not ffmpeg.is_running()
    run = only_run(tmp_path)
    assert run.info.status == ("FAILED" if how == "ffmpeg killed" else "KILLED")
    if how == "ffmpeg killed":
        assert "killed by signal 9" in run.data.tags["chipbench.reason"]
        assert b"killed by signal 9" in errors


AVCONVERT = """#!{python}
import subprocess, sys
assert sys.argv[1::2] == ["--source", "--output", "--preset"], sys.argv
source, output, preset = sys.argv[2::2]
if preset != "Preset320x180":
    sys.exit("avconvert: unknown preset " + preset)
arguments = ["-v", "error", "-i", source, "-c:v", "libx264", output]
sys.exit(subprocess.call(["{ffmpeg}", *arguments]))
"""


@pytest.fixture
def avconvert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that takes avconvert's arguments, and converts with ffmpeg."""
    program = tmp_path / "bin" / "avconvert"
    program.parent.mkdir()
    program.write_text(AVCONVERT.format(python=sys.executable, ffmpeg=FFMPEG))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)


@pytest.mark.usefixtures("avconvert")
def test_avconvert_is_timed_and_verified(config: Exported, tmp_path: Path) -> None:
    result = export(config("method=avconvert"))
    assert result.tags["encoder"] == "avconvert Preset320x180"
    assert result.metrics["realtime_factor"] > 0 and result.metrics["psnr_db"] > 25
    run = only_run(tmp_path)
    assert run.info.status == "FINISHED" and run.data.tags["chipbench.method"] == "avconvert"
    assert not list((tmp_path / "run").glob("*.mov"))


@pytest.mark.usefixtures("avconvert")
def test_avconvert_without_the_preset_is_unsupported(config: Exported, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedBenchmark, match="unknown preset PresetApple"):
        export(config("method=avconvert", "codec=prores", "tracking=none"))
    assert not list((tmp_path / "run").glob("*.mov"))


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has it")
def test_avconvert_belongs_to_macos(config: Exported) -> None:
    with pytest.raises(UnsupportedBenchmark, match="comes with macOS"):
        export(config("method=avconvert", "tracking=none"))
