"""Every metric's name, unit and meaning, once.

Whoever logs, prints or draws a quantity takes its name from here; nobody types one twice.
"""

import chipbench.ground.memory_metrics  # noqa: F401  # known as well, like those below
import chipbench.ground.parent_run_metrics  # noqa: F401  # those of sweeps and suites
import chipbench.ground.sustained_metrics  # noqa: F401  # those of a speed that lasts
from chipbench.ground.metric import Metric, all_metrics, metric
from chipbench.ground.metric import define as _metric
from chipbench.ground.search_metrics import FIT_TIME, FITS_PER_SECOND, R2, SEARCH_TIME

__all__ = ["FITS_PER_SECOND", "FIT_TIME", "R2", "SEARCH_TIME", "Metric", "all_metrics", "metric"]

# Per epoch; MLflow's step is the epoch's number, from 1.
EPOCH_TIME = _metric("epoch_time_s", "s", "training part of one epoch")
VALIDATION_TIME = _metric("validation_time_s", "s", "validation part of one epoch")
EPOCH_TOTAL_TIME = _metric(
    "epoch_total_time_s", "s", "training and validation of one epoch, where only both are known"
)
IMAGES_PER_SECOND = _metric(
    "images_per_second", "images/s", "training images counted in the epoch / epoch_time_s", 1
)
SEQUENCES_PER_SECOND = _metric(
    "sequences_per_second", "sequences/s", "training sequences in the epoch / epoch_time_s", 1
)
TOKENS_PER_SECOND = _metric(
    "tokens_per_second", "tokens/s", "sequences_per_second x their length, padding included", 0
)
LOSS = _metric("loss", "", "training loss, mean over the epoch", 4)
ACCURACY = _metric("accuracy", "", "training accuracy, share of 1", 4)
VAL_LOSS = _metric("val_loss", "", "validation loss", 4)
VAL_ACCURACY = _metric("val_accuracy", "", "validation accuracy, share of 1", 4)

#: Times of equal pieces of work, one a step: by them a slow-down is seen.
REPEATED = frozenset({EPOCH_TIME})

# Summary of a training run.
TOTAL_TIME = _metric("total_time_s", "s", "all epochs, training and validation")
TIME_PER_EPOCH = _metric("time_per_epoch_s", "s", "total_time_s / epochs")
STEADY_EPOCH_TIME = _metric("steady_epoch_time_s", "s", "median epoch_time_s after the first")
WARMUP_TIME = _metric("warmup_time_s", "s", "what the first epoch cost above a steady one")
STEADY_IMAGES_PER_SECOND = _metric(
    "steady_images_per_second", "images/s", "median images_per_second after the first epoch", 1
)
STEADY_SEQUENCES_PER_SECOND = _metric(
    "steady_sequences_per_second",
    "sequences/s",
    "median sequences_per_second after the first epoch",
    1,
)
STEADY_TOKENS_PER_SECOND = _metric(
    "steady_tokens_per_second", "tokens/s", "median tokens_per_second after the first epoch", 0
)
PROMPT_RATE = _metric(
    "prompt_tokens_per_second",
    "tokens/s",
    "tokens of a prompt / the time to read them in one call, median of five; one text at a time",
    0,
)
GENERATED_RATE = _metric(
    "generated_tokens_per_second",
    "tokens/s",
    "tokens generated after the prompt, each by a call with a key-value cache, median of five",
    1,
)
FIRST_GENERATION_TIME = _metric(
    "first_generation_time_s", "s", "the first prompt and all after it, with the compilation"
)
TIME_TO_TARGET = _metric(
    "time_to_target_s", "s", "until val_accuracy first reached target_accuracy"
)
PARAMETERS_TOTAL = _metric("parameters_total", "", "parameters of the model", 0)
PARAMETERS_TRAINABLE = _metric("parameters_trainable", "", "parameters that training changes", 0)
MEGAFLOP_PER_IMAGE = _metric(
    "training_megaflop_per_image",
    "MFLOP",
    "floating-point operations of a training step per image, from its layers' shapes",
)
MEGAFLOP_PER_SEQUENCE = _metric(
    "training_megaflop_per_sequence",
    "MFLOP",
    "floating-point operations of a training step per sequence, from its layers' shapes",
)
ACHIEVED_TFLOPS = _metric(
    "achieved_tflops",
    "TFLOP/s",
    "a training step's operations per image or sequence x how many a steady second takes",
    4,
)
PEAK_TFLOPS = _metric(
    "peak_tflops", "TFLOP/s", "a large matrix product on the same device and precision", 3
)
FLOPS_UTILIZATION = _metric("flops_utilization_percent", "%", "achieved_tflops / peak_tflops", 1)
MEMORY_BANDWIDTH = _metric(
    "memory_bandwidth_gb_per_s", "GB/s", "the sum of two large arrays on the same device", 1
)
INTENSITY = _metric(
    "operational_intensity_flop_per_byte",
    "FLOP/byte",
    "a training step's operations / the bytes that it moves at least, from its layers' shapes",
)
ROOFLINE_TFLOPS = _metric(
    "roofline_tflops",
    "TFLOP/s",
    "the lower of peak_tflops and operational_intensity_flop_per_byte x memory_bandwidth_gb_per_s",
    3,
)
ROOFLINE_PERCENT = _metric("roofline_percent", "%", "achieved_tflops / roofline_tflops", 1)
INPUT_WAIT = _metric(
    "input_wait_percent", "%", "share of the training time spent waiting for a batch", 1
)
SINGLE_REPLICA_RATE = _metric(
    "single_replica_images_per_second",
    "images/s",
    "one replica alone, with its share of a batch",
    1,
)
SINGLE_REPLICA_SEQUENCES = _metric(
    "single_replica_sequences_per_second",
    "sequences/s",
    "one replica alone, with its share of a batch",
    1,
)
SCALING_EFFICIENCY = _metric(
    "scaling_efficiency_percent", "%", "steady speed over replicas times one replica's", 1
)
INPUT_RATE = _metric(
    "input_images_per_second", "images/s", "what the input pipeline gives without a training", 1
)
INPUT_RATE_PLAIN = _metric(
    "input_images_per_second_unaugmented", "images/s", "the same without augmentation", 1
)

# CreateML, as far as it reports them.
COMPILE_TIME = _metric("compile_time_s", "s", "compiling the Swift program, outside total_time_s")
EXTRACTION_TIME = _metric("feature_extraction_time_s", "s", "extracting the images' features")
ITERATION_TIME = _metric(
    "iteration_time_s", "s", "the iterations after feature extraction / their number"
)
TRAINING_ERROR = _metric("training_error", "", "share of training images classified wrongly", 4)
VALIDATION_ERROR = _metric("validation_error", "", "the same of the validation images", 4)
TEST_ERROR = _metric("test_error", "", "the same of the test images", 4)

# Utilisation: the series carry MLflow's own names, so that its System metrics tab shows them.
CPU_UTILIZATION = _metric(
    "system/cpu_utilization_percentage", "%", "of all cores, by any program", 1
)
MEMORY_USED = _metric("system/system_memory_usage_megabytes", "MB", "memory in use", 0)
PROCESS_MEMORY_USED = _metric(
    "system/process_memory_usage_megabytes", "MB", "memory of the benchmark and what it started", 0
)
MEMORY_USED_PERCENT = _metric("system/system_memory_usage_percentage", "%", "memory in use", 1)
SWAP_USED = _metric("system/swap_usage_megabytes", "MB", "swap in use", 0)
DISK_USED = _metric("system/disk_usage_megabytes", "MB", "disk in use", 0)
DISK_USED_PERCENT = _metric("system/disk_usage_percentage", "%", "disk in use", 1)
DISK_AVAILABLE = _metric("system/disk_available_megabytes", "MB", "disk left", 0)
DISK_READ = _metric("system/disk_read_megabytes", "MB", "read since the run began", 1)
DISK_WRITE = _metric("system/disk_write_megabytes", "MB", "written since the run began", 1)
NETWORK_RECEIVE = _metric(
    "system/network_receive_megabytes", "MB", "received since the run began", 1
)
NETWORK_TRANSMIT = _metric("system/network_transmit_megabytes", "MB", "sent since the run began", 1)
CPU_POWER = _metric("system/cpu_power_usage_watts", "W", "power of the CPU package", 1)
CHIP_POWER = _metric("system/chip_power_usage_watts", "W", "power of a whole system on a chip", 1)
CPU_TEMPERATURE = _metric("system/cpu_temperature_celsius", "°C", "hottest CPU sensor", 0)


def gpu_metric(index: int, quantity: str) -> str:
    """Name of a GPU series, e.g. `gpu_metric(0, GPU_UTILIZATION)`; the same on every vendor."""
    return f"system/gpu_{index}_{quantity}"


# What `gpu_metric` takes; the units are in the names.
GPU_UTILIZATION = "utilization_percentage"
GPU_MEMORY_USED = "memory_usage_megabytes"
GPU_MEMORY_USED_PERCENT = "memory_usage_percentage"
GPU_POWER = "power_usage_watts"
GPU_POWER_PERCENT = "power_usage_percentage"
GPU_TEMPERATURE = "temperature_celsius"
GPU_CLOCK = "clock_megahertz"

CPU_UTILIZATION_MEAN = _metric(
    "cpu_utilization_mean_percent",
    "%",
    "by any program, mean over the measured time, all cores = 100",
    1,
)
GPU_UTILIZATION_MEAN = _metric(
    "gpu_utilization_mean_percent", "%", "mean over the measured part and the GPUs that computed", 1
)
MEMORY_PEAK = _metric(
    "memory_peak_mib", "MiB", "highest memory in use on the whole machine, by any program", 0
)
PROCESS_MEMORY_PEAK = _metric(
    "process_memory_peak_mib",
    "MiB",
    "highest resident memory of the benchmark and what it started; shared pages count in each",
    0,
)
SWAP_GROWTH = _metric("swap_growth_mib", "MiB", "highest swap in use above that at the start", 0)
ENERGY = _metric("energy_j", "J", "energy of the device that computed, see energy_basis", 0)
NET_ENERGY = _metric("net_energy_j", "J", "energy_j without what idle_power_w takes anyway", 0)
NET_ENERGY_PER_IMAGES = _metric(
    "net_energy_j_per_1000_images", "J", "net_energy_j / 1,000 training images, validation included"
)
NET_ENERGY_PER_TOKENS = _metric(
    "net_energy_j_per_1000_tokens",
    "J",
    "net_energy_j / 1,000 training tokens, validation included",
    4,
)
ENERGY_COVERED = _metric(
    "energy_covered_percent", "%", "share of the measured time that energy_j is of", 1
)
POWER_PEAK = _metric(
    "power_peak_w", "W", "highest power of the device that computed, of all readings", 1
)
IDLE_POWER = _metric(
    "idle_power_w", "W", "power of the device that computed, in the second before the work", 1
)

# What else happened on the machine.
OTHER_LOAD_BEFORE = _metric(
    "other_load_before_percent", "%", "CPU use of other programs in the second before the work", 1
)
OTHER_LOAD = _metric(
    "other_load_percent", "%", "CPU use of other programs during the work, all cores = 100", 1
)
CPU_STEAL = _metric(
    "cpu_steal_percent", "%", "CPU time that a virtual machine's host gave to others", 1
)
EPOCH_DRIFT = _metric(
    "epoch_drift_percent", "%", "growth of epoch_time_s to the last epoch, first one left out", 1
)

# Summary of an export.
EXPORT_TIME = _metric("export_time_s", "s", "time to export the clip")
REALTIME_FACTOR = _metric("realtime_factor", "x", "clip duration / export_time_s")
FRAMES_PER_SECOND = _metric("frames_per_second", "frames/s", "frames exported per second", 1)
OUTPUT_BITRATE = _metric(
    "output_bitrate_megabits_per_s", "Mbit/s", "output size over the duration of the clip", 1
)
POSITION_SPEED = _metric(
    "frames_per_second_at_position", "frames/s", "speed while the export passed this second", 1
)
PSNR = _metric("psnr_db", "dB", "peak signal-to-noise ratio against the source")
SSIM = _metric("ssim", "", "structural similarity to the source, 0 to 1", 4)
OUTPUT_BYTES = _metric("output_bytes", "B", "size of the exported file", 0)
CPU_IDLE_MEAN = _metric("cpu_idle_mean_percent", "%", "share of all cores that was idle", 1)
