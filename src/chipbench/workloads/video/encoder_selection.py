"""Which encoder is used: the first of the codec's that passes a one-second trial."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from omegaconf import DictConfig

from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.ground.processes import ProgramFailed
from chipbench.workloads.video.ffmpeg import run_ffmpeg


@dataclass(frozen=True)
class Encoder:
    """One of ffmpeg's encoders with its arguments."""

    name: str
    software: bool
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """The encoder that is used, and why others were refused."""

    encoder: Encoder
    refused: Mapping[str, str]  # name → ffmpeg's reason


def choose_encoder(wanted: str, codec: DictConfig, ffmpeg: str) -> Choice:
    """Try the codec's encoders that `wanted` (auto, software or a name) admits, in order.

    Raises UnsupportedBenchmark if none is usable.
    """
    refused: dict[str, str] = {}
    for encoder in _admitted(wanted, codec):
        reason = _refusal(encoder, ffmpeg)
        if reason is None:
            return Choice(encoder, refused)
        refused[encoder.name] = reason
    tried = "; ".join(f"{name}: {reason}" for name, reason in refused.items())
    raise UnsupportedBenchmark(
        f"no usable encoder for codec={codec.name} ({tried}); use encoder=software or another codec"
    )


def _admitted(wanted: str, codec: DictConfig) -> Sequence[Encoder]:
    known = [Encoder(e.name, e.software, tuple(map(str, e.arguments))) for e in codec.encoders]
    if wanted == "auto":
        return known
    return [e for e in known if e.name == wanted or (wanted == "software" and e.software)]


def _refusal(encoder: Encoder, ffmpeg: str) -> str | None:
    """Why a second of video cannot be encoded; None if it can. Listed is not usable."""
    source = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30:duration=1"]
    target = ["-c:v", encoder.name, *encoder.arguments, "-f", "null", "-"]
    try:
        run_ffmpeg(ffmpeg, [*source, *target])
    except ProgramFailed as error:
        return str(error)
    return None
