"""Which encoder each codec of an export would use."""

from concurrent.futures import ThreadPoolExecutor

from omegaconf import DictConfig

from chipbench.checks.check import OK, WARNING, Check
from chipbench.config.options import option
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.workloads.video.encoder_selection import choose_encoder
from chipbench.workloads.video.ffmpeg import find_ffmpeg

#: The article's; a trial of each costs a second of one core.
_CODECS = ("h264", "prores")


def encoders_check(ffmpeg_path: str | None = None) -> Check:
    """The first usable encoder of each codec, by a one-second trial."""
    try:
        ffmpeg = find_ffmpeg(ffmpeg_path)
    except (ConfigurationError, ImportError, RuntimeError, OSError) as error:
        remedy = "`pip install imageio-ffmpeg`, or ffmpeg.path=<program> in exports"
        return Check("encoders", WARNING, f"no ffmpeg ({error})", remedy)
    with ThreadPoolExecutor() as pool:
        encoders = pool.map(lambda name: _encoder(option("codec", name), ffmpeg), _CODECS)
        found = dict(zip(_CODECS, encoders, strict=True))
    text = "; ".join(f"{codec}: {encoder or 'none'}" for codec, encoder in found.items())
    unusable = ", ".join(codec for codec, encoder in found.items() if encoder is None)
    if unusable:
        remedy = f"export with another codec than {unusable}, or name another ffmpeg.path"
        return Check("encoders", WARNING, text, remedy)
    return Check("encoders", OK, text)


def _encoder(codec: DictConfig, ffmpeg: str) -> str | None:
    try:
        encoder = choose_encoder("auto", codec, ffmpeg).encoder
    except UnsupportedBenchmark:
        return None
    return f"{encoder.name} ({'software' if encoder.software else 'hardware'})"
