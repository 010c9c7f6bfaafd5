"""A user's own film: what is read of it, what is refused first, and what is exported."""

import os
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from omegaconf import DictConfig

from chipbench import hardware
from chipbench.config.compose import compose_config
from chipbench.config.recorded_params import recorded_params
from chipbench.ground import metrics, tags
from chipbench.ground.errors import ConfigurationError
from chipbench.measure.fingerprint import fingerprint
from chipbench.workloads.video import transcode
from chipbench.workloads.video.encoder_selection import Choice, choose_encoder
from chipbench.workloads.video.export_verification import WrongOutput, verify
from chipbench.workloads.video.ffmpeg import find_ffmpeg, run_ffmpeg
from chipbench.workloads.video.hand_timed import HandTimed
from chipbench.workloads.video.quality import quality
from chipbench.workloads.video.source_clip import own_clip
from chipbench.workloads.video.transcode import Transcode
from chipbench.workloads.video.video_facts import NotAFilmError, read_film, read_packets

FFMPEG = find_ffmpeg(None)
NTSC = Fraction(30_000, 1001)
#: A second of it has pictures that are seen for 4, 8 and 700 ms, as a phone's or a screen's.
UNEVEN = "setpts='PTS+(gt(N,10)*0.7+mod(N,3)*0.004)/TB'"
EXACT = ["-fps_mode", "vfr", "-enc_time_base", "1:90000"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast"]


def shapes(rate: object = "30000/1001", duration_s: float = 1, size: str = "64x36") -> list[str]:
    picture = f"testsrc2=size={size}:rate={rate}:duration={duration_s}"
    return ["-f", "lavfi", "-i", picture]


def made(path: Path, *arguments: str) -> Path:
    run_ffmpeg(FFMPEG, [*arguments, str(path)])
    return path


def plain(folder: Path, name: str = "film.mp4", *arguments: str) -> Path:
    return made(folder / name, *shapes(), *H264, *arguments)


def phone(folder: Path) -> Path:
    return made(folder / "phone.mp4", *shapes(), "-vf", UNEVEN, *EXACT, *H264)


def screen(folder: Path) -> Path:
    source = [*shapes(), "-vf", f"settb=1/1000,{UNEVEN}"]
    return made(folder / "screen.mkv", *source, "-fps_mode", "vfr", "-enc_time_base", "1:1000")


def browser(folder: Path) -> Path:
    """Without a length, as what is recorded live cannot be gone back in."""
    webm = ["-c:v", "libvpx", "-deadline", "realtime", "-f", "webm", "-live", "1"]
    return made(folder / "browser.webm", *shapes(), "-vf", UNEVEN, *EXACT, *webm)


def unseen(folder: Path) -> Path:
    """Some of VP8's pictures are for reference alone."""
    vp8 = ["-c:v", "libvpx", "-auto-alt-ref", "1", "-lag-in-frames", "16", "-b:v", "200k"]
    return made(folder / "unseen.webm", *shapes(), *vp8)


def titled(folder: Path) -> Path:
    title = "Video: prores, 9999x9999, 1000 fps\nDuration: 99:00:00.00 PSNR average:99 SSIM All:1"
    return plain(folder, "titled.mp4", "-metadata", f"title={title}")


def cut(folder: Path) -> Path:
    """The pictures before the cut are in the file, and are not shown."""
    return made(folder / "cut.mp4", "-ss", "0.33", "-i", str(plain(folder)), "-c", "copy")


def cover(folder: Path) -> Path:
    return made(folder / "cover.jpg", *shapes(), "-frames:v", "1")


def with_cover(folder: Path) -> Path:
    both = ["-i", str(cover(folder)), "-i", str(plain(folder)), "-map", "0", "-map", "1"]
    of_cover = ["-c", "copy", "-disposition:v:0", "attached_pic"]
    return made(folder / "covered.mp4", *both, *of_cover)


def turned(folder: Path) -> Path:
    source = ["-display_rotation", "90", "-i", str(plain(folder))]
    return made(folder / "turned.mp4", *source, "-c", "copy")


def with_two(folder: Path) -> Path:
    other = made(folder / "other.mkv", *shapes(10, 2), *H264)
    both = ["-i", str(plain(folder)), "-i", str(other), "-map", "0", "-map", "1"]
    return made(folder / "two.mkv", *both, "-c", "copy")


def hdr(folder: Path) -> Path:
    colours = ["-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"]
    ten_bit = ["-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=error"]
    return made(folder / "hdr.mp4", *shapes(), *ten_bit, *colours)


def bare(folder: Path) -> Path:
    return plain(folder, "bare.h264")


def animated(folder: Path) -> Path:
    return made(folder / "animated.gif", *shapes(25))


def dashed(folder: Path) -> Path:
    return plain(folder, "-i.mp4")


def oddly_named(folder: Path) -> Path:
    return plain(folder, "a:b %d 'q' \"z\" $x #1 [é].mp4")


def cut_off(folder: Path) -> Path:
    """Its index is missing, and so are the last pictures."""
    whole = made(folder / "whole.mkv", *shapes(30, 1), "-c:v", "mpeg4")
    path = folder / "cut_off.mkv"
    path.write_bytes(whole.read_bytes()[:-3000])
    return path


FILMS: dict[Callable[[Path], Path], tuple[int | None, Fraction | None]] = {
    phone: (30, None),
    screen: (30, None),
    browser: (30, None),
    unseen: (30, None),
    titled: (30, NTSC),
    cut: (20, NTSC),
    with_cover: (30, NTSC),
    turned: (30, NTSC),
    with_two: (30, None),
    hdr: (30, NTSC),
    bare: (30, NTSC),
    animated: (25, Fraction(25)),
    dashed: (30, NTSC),
    oddly_named: (30, NTSC),
    cut_off: (None, None),
}


def config_of(path: Path, folder: Path, *overrides: str) -> DictConfig:
    """The export of this film into `folder`, which it makes."""
    (folder / "out").mkdir(parents=True)
    places = [f"output_dir={folder / 'out'}", f"cache_dir={folder / 'cache'}", "codec=h264"]
    config = compose_config("export", [*places, "encoder=software", *overrides])
    config.clip.path = str(path)
    return config


@cache
def software() -> Choice:
    """Tried once: it is the same for all of these films."""
    codec = compose_config("export", ["output_dir=none"]).codec
    return choose_encoder("software", codec, FFMPEG)


@pytest.mark.parametrize("make", FILMS, ids=lambda make: make.__name__)
def test_an_own_film_is_exported_picture_by_picture(
    make: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcode, "choose_encoder", lambda *_: software())
    path = make(tmp_path)
    frames, rate = FILMS[make]
    film = read_film(path)
    assert frames in (None, len(film.times_s)) and rate in (None, film.rate)
    export = Transcode(config_of(path, tmp_path), hardware.detect()).prepare()
    export.measure(lambda step, values: None)
    export.finish()
    found = read_packets(tmp_path / "out" / "export.mp4")
    assert found.times_s == pytest.approx(film.times_s, abs=0.0012)
    values = export.work().metrics
    length_s = values[metrics.REALTIME_FACTOR] * values[metrics.EXPORT_TIME]
    assert length_s == pytest.approx(float(film.length_s))


def test_a_rate_is_a_fraction_however_long_the_film(tmp_path: Path) -> None:
    """From 8.4 minutes on, 23.98 pictures per second and 24000/1001 are two pictures apart."""
    source = shapes("24000/1001", 540, "32x18")
    path = made(tmp_path / "cinema.mp4", *source, "-c:v", "mpeg4", "-b:v", "50k")
    clip = own_clip(str(path), decoded=False)
    assert clip.fps == Fraction(24_000, 1001)
    assert clip.duration_s == pytest.approx(clip.frames * 1001 / 24_000)
    verify(path, clip, "mpeg4")


def empty(folder: Path) -> Path:
    path = folder / "empty.mp4"
    path.touch()
    return path


def noise(folder: Path) -> Path:
    path = folder / "noise.mp4"
    path.write_bytes(os.urandom(5000))
    return path


def text(folder: Path) -> Path:
    path = folder / "text.mp4"
    path.write_text("Stream #0:0: Video: h264, 1920x1080, 30 fps\n")
    return path


def sound(folder: Path) -> Path:
    return made(folder / "sound.wav", "-f", "lavfi", "-i", "sine=duration=0.2")


def sound_with_cover(folder: Path) -> Path:
    both = ["-i", str(sound(folder)), "-i", str(cover(folder)), "-map", "0", "-map", "1"]
    return made(folder / "song.m4a", *both, "-c:v", "copy", "-disposition:v", "attached_pic")


def without_index(folder: Path) -> Path:
    whole = plain(folder)
    path = folder / "begun.mp4"
    path.write_bytes(whole.read_bytes()[:3000])
    return path


def twice(folder: Path) -> Path:
    once = made(folder / "once.ts", *shapes(), "-c:v", "mpeg2video").read_bytes()
    path = folder / "twice.ts"
    path.write_bytes(once + once)
    return path


def folder_as_film(folder: Path) -> Path:
    path = folder / "folder.mp4"
    path.mkdir()
    return path


def pipe(folder: Path) -> Path:
    path = folder / "pipe.mp4"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (empty, "Invalid data"),
        (noise, "Invalid data"),
        (text, "Invalid data"),
        (sound, "it holds no video"),
        (sound_with_cover, "it holds no video"),
        (cover, "it holds a single picture"),
        (without_index, "Invalid data"),
        (twice, "its time stamps go back"),
        (folder_as_film, "not a file"),
        (pipe, "not a file"),
        (lambda folder: folder / "missing.mp4", "no such file"),
    ],
)
def test_what_is_no_film_is_refused(make: Callable[[Path], Path], why: str, tmp_path: Path) -> None:
    for decoded in (True, False):
        with pytest.raises(ConfigurationError, match=f"clip.path=.*{why}"):
            own_clip(str(make_once(make, tmp_path, decoded)), decoded)


def make_once(make: Callable[[Path], Path], folder: Path, decoded: bool) -> Path:
    place = folder / str(decoded)
    place.mkdir()
    return make(place)


@pytest.mark.parametrize(
    ("codec", "source"),
    [("hevc", shapes(30, 0.2, "8x8")), ("av1", shapes(1000, 0.1))],
    ids=["too small", "too many pictures a second"],
)
def test_what_the_encoder_does_not_take_is_refused_before_the_export(
    codec: str, source: list[str], tmp_path: Path
) -> None:
    path = made(tmp_path / "film.mkv", *source, "-c:v", "ffv1")
    with pytest.raises(ConfigurationError, match="clip.path=.*does not take it"):
        Transcode(config_of(path, tmp_path, f"codec={codec}"), hardware.detect()).prepare()
    assert not list((tmp_path / "out").iterdir())


def test_two_films_of_one_name_are_two_works(tmp_path: Path) -> None:
    found = {}
    for place, rate in (("a", 30), ("b", 25)):
        (tmp_path / place).mkdir()
        made(tmp_path / place / "IMG_0001.mp4", *shapes(rate), *H264)
    (tmp_path / "a" / "renamed.mp4").write_bytes((tmp_path / "a" / "IMG_0001.mp4").read_bytes())
    for name in ("a/IMG_0001.mp4", "b/IMG_0001.mp4", "a/renamed.mp4"):
        clip = own_clip(str(tmp_path / name), decoded=False)
        config = compose_config("export", ["output_dir=none", f"clip.path={clip.path}"])
        found[name] = fingerprint(recorded_params(config), clip.origin)
        assert clip.origin[tags.DATA_SOURCE] == "own file"
        assert clip.origin[tags.CLIP].startswith("sha256:")
    assert found["a/IMG_0001.mp4"] != found["b/IMG_0001.mp4"]
    assert found["a/IMG_0001.mp4"] == found["a/renamed.mp4"]


def test_a_hand_timed_export_of_an_own_film_has_its_length(tmp_path: Path) -> None:
    manual = ("method=final_cut_manual", "export_time_s=4")
    path = made(tmp_path / "own.mp4", *shapes(25, 2), *H264)
    prepared = HandTimed(config_of(path, tmp_path, *manual), hardware.detect()).prepare()
    assert prepared.work().metrics[metrics.REALTIME_FACTOR] == pytest.approx(0.5)
    assert prepared.tags[tags.CLIP]
    config = config_of(tmp_path / "elsewhere.mp4", tmp_path / "other", *manual)
    elsewhere = HandTimed(config, hardware.detect()).prepare()
    assert set(elsewhere.work().metrics) == {metrics.EXPORT_TIME}


def test_a_picture_at_another_time_is_a_wrong_output(tmp_path: Path) -> None:
    """As many pictures of the same length, which a count alone would take for right."""
    path = phone(tmp_path)
    clip = own_clip(str(path), decoded=True)
    verify(path, clip, "h264")
    rate = f"{clip.fps.numerator}/{clip.fps.denominator}"  # type: ignore[union-attr]
    even = made(tmp_path / "even.mp4", *shapes(rate, float(clip.duration_s)), *H264)
    with pytest.raises(WrongOutput, match="frame 2 is at"):
        verify(even, clip, "h264")
    for path in (noise(tmp_path), empty(tmp_path)):
        with pytest.raises(WrongOutput, match="Invalid data"):
            verify(path, clip, "h264")


def test_the_quality_is_not_what_a_title_says(tmp_path: Path) -> None:
    path = titled(tmp_path)
    lossy = made(tmp_path / "lossy.mp4", "-i", str(path), "-c:v", "mpeg4", "-q:v", "20")
    found = quality(lossy, own_clip(str(path), decoded=True), FFMPEG)
    assert 15 < found[metrics.PSNR] < 50 and 0.5 < found[metrics.SSIM] < 1
    same = quality(path, own_clip(str(path), decoded=True), FFMPEG)
    assert same == {metrics.SSIM: 1}


def test_a_films_pictures_are_read_alike_from_their_packets(tmp_path: Path) -> None:
    path = plain(tmp_path)
    assert read_film(path) == read_packets(path)
    with pytest.raises(NotAFilmError):
        read_packets(tmp_path / "missing.mp4")
