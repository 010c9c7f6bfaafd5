"""What people mistype, at every entry point: one line, exit code 2, and what was meant."""

import shlex

import pytest

from chipbench.running.command import BAD_CONFIGURATION, _guarded, _run

#: The command line, and what the line must say.
MISTYPED = [
    ("train batchsize=64", "unknown batchsize (nearest: batch_size)"),
    ("train batch-size=64", "unknown batch-size (nearest: batch_size)"),
    ("train --epoch 5", "unknown epoch (nearest: epochs)"),
    ("train Epochs=5", "unknown Epochs (nearest: epochs)"),
    ("train lr=0.01", "unknown lr (nearest: optimizer.learning_rate)"),
    ("train learning_rate=0.01", "(nearest: optimizer.learning_rate)"),
    ("train optimizer.lr=0.01", "(nearest: optimizer.learning_rate)"),
    ("train optimizer=Adam", "unknown optimizer=Adam; choices for optimizer: adam, sgd (nearest"),
    ("train optimizer=sdg", "(nearest: sgd)"),
    ("train optimizer.fallback=SGD", "null or one of adam, sgd (nearest: sgd)"),
    ("train model=tinyvgg", "(nearest: tiny_vgg)"),
    ("train model=efficientnetb0", "(nearest: efficientnet_b0)"),
    ("train model.frozen=true", "(nearest: model.frozen_backbone)"),
    ("train model.logits=yes", "model.logits=yes: must be true or false"),
    ("train dataset=CIFAR10", "(nearest: cifar10)"),
    ("train dataset=food", "(nearest: food101)"),
    ("train dataset.source=generate", "(nearest: generated)"),
    ("train dataset.datadir=/data", "(nearest: dataset.data_dir)"),
    ("train dataset.max_example=10", "(nearest: dataset.max_examples)"),
    ("train dataset.batch_size=8", "unknown dataset.batch_size"),
    ("train experiment=tinyvgg", "(nearest: tinyvgg_cifar10)"),
    ("train experiment=efficientnet_food101", "(nearest: efficientnetb0_food101)"),
    ("train backend=pytorch", "choices for backend: jax, tensorflow, torch (nearest: torch)"),
    ("train protocol=tune", "(nearest: tuned)"),
    ("train protocol.jit=true", "(nearest: protocol.jit_compile)"),
    ("train strategy=multiworker", "(nearest: multi_worker)"),
    ("train tracking=locale", "(nearest: local)"),
    ("train tracking.url=http://x", "(nearest: tracking.uri)"),
    ("train tracking.experiment=x", "(nearest: tracking.experiment_name)"),
    ("train precision=float16", "(nearest: mixed_float16)"),
    ("train precision=mixed_bf16", "(nearest: mixed_bfloat16)"),
    ("train precision=fp32", "must be one of float32, mixed_float16, mixed_bfloat16"),
    ("train machine=m1_max", "(nearest: m1_max_mbp_14_2021)"),
    ("train machine=M1Pro", "(nearest: m1_pro_mbp_14_2021)"),
    ("train machine.acelerator=cpu", "(nearest: machine.accelerator)"),
    ("train machine.accelerator=gpus", "must be one of auto, cpu, gpu (nearest: gpu)"),
    ("train machine.facts.price=700", "(nearest: machine.facts.price_usd)"),
    ("train machine.facts.price_usd='700 USD'", "a number of US dollars, without the unit"),
    ("train seed=abc", "seed=abc: must be a whole number from 0 to 4294967295"),
    ("train repeat=3", "unknown repeat (nearest: repeats)"),
    ("train batch_size=64k", "batch_size=64k: must be a whole number of examples, 1 or more"),
    ("train batch_size=32.5", "batch_size=32.5: must be a whole number of examples, 1 or more"),
    ("train epochs=ten", "epochs=ten: must be a whole number, 1 or more"),
    ("train target_acuracy=0.5", "(nearest: target_accuracy)"),
    ("train target_accuracy=60%", "a share between 0 and 1, such as 0.6"),
    ("train monitor.interval=1", "(nearest: monitor.interval_s)"),
    ("train monitor.interval_s=1s", "monitor.interval_s=1s: must be a number of seconds above 0"),
    ("train verbose=yes", "verbose=yes: must be true or false"),
    ("train outputdir=x", "(nearest: output_dir)"),
    ("train epochs", "cannot read the override 'epochs'; write key=value"),
    ("train epochs= 5", "cannot read the override '5'; write key=value"),
    ("train --epochs", "--epochs needs a value: --epochs VALUE"),
    ("train --verbose", "--verbose needs a value: --verbose VALUE"),
    ("train --hepl", "nearest: --help"),
    ("train -p epochs=5", "a key is set with -P key=value"),
    ("train clip=small", "unknown clip; keys of this entry: backend, batch_size"),
    ("export codec=h265", "choices for codec: av1, h264, hevc, prores (nearest: h264)"),
    ("export codec=ProRes", "(nearest: prores)"),
    ("export clip=smal", "(nearest: small)"),
    ("export clip.duration=10", "(nearest: clip.duration_s)"),
    ("export clip.resolution=1080", "must be one of 1080p, 2160p (nearest: 1080p)"),
    ("export method=final_cut", "(nearest: final_cut_manual)"),
    ("export encoder=nvenc", "libx264 (nearest: h264_nvenc)"),
    ("export export_time=208", "(nearest: export_time_s)"),
    ("export protocol=tuned", "protocol=tuned: this entry point has no choice of protocol"),
    ("createml createml.engine=kera", "one of auto, createml, keras (nearest: keras)"),
    ("createml createml.motor=keras", "keys of createml: createml.checkpoint_interval, createml"),
    ("createml augmentation.rotate=true", "(nearest: augmentation.rotation)"),
    ("sweep batch_sizes=16,32", "unknown batch_sizes (nearest: batch_size)"),
    ("sweep batch_size=16,abc", "batch_size=abc: must be a whole number of examples, 1 or more"),
    ("sweep 'batch_size=16;32'", "batch_size=16;32: must be a whole number of examples"),
    ("sweep model=tiny_vgg,resnet", "(nearest: resnet50)"),
    ("sweep sweep.repeat=3", "(nearest: sweep.repeats)"),
    ("sweep entry=trian", "must be one of train, export, createml (nearest: train)"),
    ("sweep sweep.resume=lats batch_size=1,2", "parent, or last (nearest: last)"),
    ("sweep sweep.objective=images_per_secnd batch_size=1,2", "(nearest: images_per_second)"),
    ("sweep hydra/launcher=joblibb batch_size=1,2", "(nearest: joblib)"),
    ("compare base_line=m1", "(nearest: baseline)"),
    ("compare since=yesterday", "since=yesterday: must be null or a date such as 2026-01-31"),
    ("compare untill=2026-01-01", "(nearest: until)"),
    ("compare machine=[a]", "unknown machine (nearest: machines)"),
    ("compare experiment=tinyvgg", "unknown experiment (nearest: experiments)"),
    ("compare machines=m1", "machines=m1: must be null or a list of names, such as [a,b]"),
    ("compare batch_size=3", "unknown batch_size; keys of this entry: baseline"),
    ("reference tracking.expermient_name=x", "(nearest: tracking.experiment_name)"),
    ("reference tracking=serverr", "(nearest: server)"),
    ("sync journal=x", "unknown journal (nearest: journals)"),
    ("sync everything=ja", "everything=ja: must be true or false"),
    ("doctor jsn=true", "unknown jsn (nearest: json)"),
    ("doctor --jsno", "nearest: --json"),
    ("doctor training_timeout=3", "(nearest: training_timeout_s)"),
    ("doctor model=tiny_vgg", "unknown model; keys of this entry: backend"),
]


def begin(*_: object) -> None:
    pytest.fail("it was taken, and the work began")


@pytest.mark.parametrize(("line", "said"), MISTYPED, ids=[line for line, _ in MISTYPED])
def test_it_is_refused_in_one_line_that_says_what_was_meant(
    line: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chipbench.sweeping.conduct._begin", begin)
    entry, *words = shlex.split(line)
    assert _guarded(lambda: _run(entry, begin, words)) == BAD_CONFIGURATION
    out, err = capsys.readouterr()
    assert not out and err.startswith("chipbench: ") and err.count("\n") == 1
    assert said in err and "Traceback" not in err and "object_type" not in err
