"""CUDA graphs: a step's kernels started by one call, where the host would be slower than they."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from chipbench.backends.out_of_memory import is_out_of_memory

_WARM_UP = 3  # steps before a capture, as PyTorch's notes on CUDA graphs ask for


def captured(
    step: Callable[[Tensor], None], state: Sequence[Tensor], rows: int
) -> Callable[[Tensor], None] | None:
    """`step` for batches of so many rows as a CUDA graph; None where it cannot be captured.

    `state` is what a step changes: it is put back, for trying changes it.
    """
    chosen = torch.arange(rows, device=state[0].device)
    before = [tensor.clone() for tensor in state]
    graph = torch.cuda.CUDAGraph()
    try:
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(_WARM_UP):
                step(chosen)
        torch.cuda.current_stream().wait_stream(aside)
        with torch.cuda.graph(graph):
            step(chosen)
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise
        return None
    finally:
        with torch.no_grad():
            for tensor, values in zip(state, before, strict=True):
                tensor.copy_(values)

    def replay(part: Tensor) -> None:
        chosen.copy_(part)
        graph.replay()

    return replay
