"""The keys of an export: what is exported, and by which encoder."""

from chipbench.config import effect
from chipbench.config.key_rule import aside, choose, context, option_name, work
from chipbench.config.value_kinds import (
    ENCODERS,
    SWITCH,
    above_zero,
    one_of,
    option_of,
    or_null,
    text,
)

EXPORT = (
    work("method", one_of("transcode", "avconvert", "final_cut_manual")),
    work("encoder", text("auto, software, or one of the codec's"), effect.encoder),
    aside("export_time_s", or_null(above_zero("seconds"))),
    aside("quality", SWITCH),
    aside("keep_output", SWITCH),
    context("ffmpeg.path", or_null(text("the path or name of a program"))),
    option_name("clip"),
    work("clip.duration_s", above_zero("seconds"), effect.footage),
    work("clip.fps", above_zero("frames per second"), effect.footage),
    work("clip.resolution", one_of("1080p", "2160p"), effect.footage),
    work("clip.rendered_s", above_zero("seconds"), effect.rendered),
    work("clip.path", or_null(text("the path of a video")), effect.own_clip),
    work("codec.name", option_of("codec"), instead=choose("codec")),
    aside("codec.stream", text("a codec as ffmpeg calls it")),
    work("codec.suffix", text("a file's ending"), effect.method("transcode")),
    work("codec.megabits_per_s", above_zero(), effect.rate),
    work("codec.fixed_rate", SWITCH, effect.method("transcode")),
    work("codec.encoders", ENCODERS, effect.method("transcode")),
    work("codec.avconvert_preset", or_null(text("a preset")), effect.method("avconvert")),
)
