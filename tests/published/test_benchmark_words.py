from chipbench.published.benchmark_words import order_of, words_of
from chipbench.published.published_runs import published_runs


def test_every_published_benchmark_has_words() -> None:
    known = {run.tags["experiment"] for run in published_runs()}
    for benchmark in known:
        words = words_of(benchmark)
        assert words.title != benchmark and words.what and words.how
        assert len(words.short) <= 14


def test_the_articles_four_experiments_come_first() -> None:
    known = {"forest", "tinyvgg_cifar10", "resnet50_cifar100", "export_small_h264", "a"}
    numbers = [words_of(name).experiment for name in sorted(known, key=order_of)]
    assert numbers == [1, 3, None, None, None]
    assert sorted(known, key=order_of)[-2:] == ["a", "forest"]


def test_an_unknown_benchmark_is_called_what_it_is_called() -> None:
    assert words_of("mine").title == words_of("mine").short == "mine"
