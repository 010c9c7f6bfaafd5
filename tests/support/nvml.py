"""NVML as a test makes it up."""

from types import SimpleNamespace
from typing import Any

#: The metric names of the GPUs' power.
POWERS = [f"system/gpu_{place}_power_usage_watts" for place in range(8)]


class NVMLError(Exception):
    def __init__(self, text: str, value: int = 999) -> None:
        super().__init__(text)
        self.value = value


class FakeNvml:
    """Two GPUs as NVML shows them; what is in `missing` is not supported."""

    NVMLError = NVMLError
    NVML_TEMPERATURE_GPU = 0
    NVML_CLOCK_SM = 1

    def __init__(self, *missing: str) -> None:
        self.missing = missing
        self.energy_mj = 1_000_000

    def nvmlInit(self) -> None:  # noqa: N802 - the vendor's name
        if "driver" in self.missing:
            raise NVMLError("Driver Not Loaded", 9)

    def __getattr__(self, name: str) -> Any:
        answers: dict[str, Any] = {
            "nvmlDeviceGetCount": lambda: 2,
            "nvmlDeviceGetHandleByIndex": lambda index: index,
            "nvmlSystemGetDriverVersion": lambda: b"550.54",
            "nvmlDeviceGetName": lambda _: "NVIDIA TITAN RTX",
            "nvmlDeviceGetMemoryInfo": lambda _: SimpleNamespace(total=24 * 2**30, used=6 * 2**30),
            "nvmlDeviceGetUtilizationRates": lambda index: SimpleNamespace(gpu=90 + index),
            "nvmlDeviceGetPowerUsage": lambda _: 140_000,
            "nvmlDeviceGetEnforcedPowerLimit": lambda _: 280_000,
            "nvmlDeviceGetPowerManagementLimit": lambda _: 250_000,
            "nvmlDeviceGetTemperature": lambda *_: 71,
            "nvmlDeviceGetClockInfo": lambda *_: 1770,
            "nvmlDeviceGetTotalEnergyConsumption": lambda _: self.energy_mj,
        }

        def answer(*arguments: Any) -> Any:
            if name in self.missing:
                raise NVMLError("Not Supported")
            return answers[name](*arguments)

        return answer
