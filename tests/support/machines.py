"""Machine records of machines that tests speak of."""

from dataclasses import replace

from chipbench.hardware import Accelerator, Machine

LINUX = Machine(
    name="AMD EPYC (2 cores)",
    cpu="AMD EPYC",
    cpu_cores_physical=2,
    cpu_cores_logical=2,
    memory_mib=24_000,
    os="Linux 6.1",
    architecture="x86_64",
)
TITAN = replace(LINUX, accelerators=(Accelerator("nvidia", "NVIDIA TITAN RTX", memory_mib=24_576),))
M1_MAX = replace(
    LINUX,
    os="macOS 15.1",
    architecture="arm64",
    cpu="Apple M1 Max",
    cpu_cores_physical=10,
    cpu_cores_logical=10,
    memory_mib=32 * 1024,
    accelerators=(Accelerator("apple", "Apple M1 Max", cores=32),),
)
INTEL_MAC = replace(
    LINUX,
    os="macOS 13.6",
    cpu_cores_physical=8,
    cpu_cores_logical=16,
    cpu="Intel(R) Core(TM) i9-9980HK CPU @ 2.40GHz",
    memory_mib=64 * 1024,
    accelerators=(
        Accelerator("amd", "AMD Radeon Pro 5500M", memory_mib=8192),
        Accelerator("intel", "Intel UHD Graphics 630"),
    ),
)
