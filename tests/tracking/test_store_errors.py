"""What a store's answer says, and what mends it."""

import pytest
from mlflow.exceptions import MlflowException

from chipbench.tracking.store_errors import finding, is_refusal

DELETED = "The experiment 1 must be in the 'active' state. Current state is deleted."


def test_a_deleted_experiment_has_its_own_remedy() -> None:
    found = finding(MlflowException(DELETED, error_code=1000))
    assert found.what == "the experiment was deleted"
    assert "mlflow experiments restore" in str(found.remedy)
    assert "tracking.experiment_name=" in str(found.remedy)


@pytest.mark.parametrize("code", [1000, 1, 2, 9])
def test_what_has_no_known_cause_is_told_as_it_is(code: int) -> None:
    assert finding(MlflowException("odd", error_code=code)).what == "odd"
    assert not is_refusal(ValueError("odd"))
