"""How far a right result may lie from the exact one, derived from the numbers that it is made of.

A product of sums rounds its inputs, its weights and its result, each by at most the unit roundoff
of the number format, and the errors of a sum's terms average out (Higham, "Accuracy and Stability
of Numerical Algorithms", 2002, chapter 4). GPUs round the inputs of a float32 product to TF32's
eleven bits, as float16 has; bfloat16 has eight.
"""

import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_ROUNDOFF = {"float32": 2.0**-11, "mixed_float16": 2.0**-11, "mixed_bfloat16": 2.0**-8}
#: Roundings that one layer may add up, with a reserve; a wrong kernel is off by far more.
_ROUNDINGS = 16
#: What else Winograd's transforms lose, by which cuDNN and MPS convolve where a format has the
#: bits for it (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016).
_WINOGRAD = {"float32": 4.0, "mixed_float16": 4.0, "mixed_bfloat16": 1.0}


def of_layer(precision: str) -> float:
    """Of one layer's result, as a share of its norm: 3.1 %, of bfloat16 6.2 %."""
    return _ROUNDINGS * _ROUNDOFF[precision] * _WINOGRAD[precision]


def of_steps(precision: str) -> float:
    """Of a whole model's gradients: four times the root of one layer's, at 3.1 % 70 %.

    An error e turns about as large a share of the choices that ReLU and maximum make, and those are
    wholly wrong: their norm is the root of the share.
    """
    return min(4 * math.sqrt(of_layer(precision)), 0.7)


def fault_in(found: Array, expected: Array, tolerance: float) -> str | None:
    """What is wrong with values, after the word for them; None if they lie within `tolerance`."""
    if not np.isfinite(found).all():
        return "not finite"
    norm = float(np.linalg.norm(expected))
    error = float(np.linalg.norm(found - expected))
    if error <= tolerance * norm:
        return None
    if not found.any():
        return "zero"
    zeros = float(np.mean((found == 0) & (expected != 0)))
    if zeros > _UNDERFLOWN:
        return f"zero in {zeros:.0%} of its values"
    return f"off by {error / norm:.0%}" if norm else "not zero"


#: Of values that are exactly zero and should not be: more than any rounding makes.
_UNDERFLOWN = 0.05
