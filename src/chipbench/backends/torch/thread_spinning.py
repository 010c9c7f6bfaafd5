"""How long the threads of PyTorch spin while they wait for each other."""

import os

#: What libgomp takes by itself where its threads outnumber the cores; but it counts those of its
#: own process alone, and else takes 300,000 turns: beside other programs a thread then waits in
#: vain for one that has no core, and steps take ten times as long.
_TURNS = "1000"


def limit_spinning() -> None:
    """Let threads that wait for each other sleep soon, unless the user says how long they spin.

    Heeded where PyTorch is not imported yet; by GNU's OpenMP, which its wheels for Linux bring.
    """
    if not {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"} & os.environ.keys():
        os.environ["GOMP_SPINCOUNT"] = _TURNS
