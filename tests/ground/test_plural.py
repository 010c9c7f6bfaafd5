"""One of a thing is said otherwise than several."""

from chipbench.ground.plural import counted


def test_one_and_several_have_words_of_their_own() -> None:
    assert counted(1, "run") == "1 run"
    assert [counted(n, "run") for n in (0, 2, 1_000)] == ["0 runs", "2 runs", "1,000 runs"]
    assert counted(1, "run waits", "runs wait") == "1 run waits"
    assert counted(2, "run waits", "runs wait") == "2 runs wait"
