from chipbench.ground.finding import Finding


def test_a_finding_is_one_sentence_with_its_remedy() -> None:
    assert str(Finding("on battery power", "plug it in")) == "on battery power: plug it in"
    assert str(Finding("not idle: a backup runs")) == "not idle: a backup runs"
