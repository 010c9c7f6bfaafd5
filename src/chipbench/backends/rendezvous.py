"""Where the workers meet before TensorFlow connects them, which waits for ever without a word.

The others tell the chief, at the address that TensorFlow will use next, who they are and what they
run; the chief looks whether it reaches them, and answers all at once.

A deadline around the creation of TensorFlow's strategy cannot take its place. With one of two
workers away, TensorFlow 2.19 stayed in native code for ten minutes, where neither the exception of
an alarm nor SIGTERM arrived, so that the run's end could not have been recorded; nor does it say
which worker is missing.
"""

import json
import socket
import time
from contextlib import ExitStack, suppress
from typing import Any

from chipbench.backends.cluster import Cluster
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark

_RETRY_S = 0.2
_MESSAGE_S = 5.0  # for one short message, or one connection
_MOST_BYTES = 4096  # of one message
_OTHERS = "start the same command on every machine, each with its own index"


def meet(cluster: Cluster, fingerprint: str, wait_s: float) -> None:
    """Return when all workers are there and run the benchmark with this `fingerprint`.

    Raises UnsupportedBenchmark if one does not come within `wait_s`, ConfigurationError if one
    runs something else or the port is taken.
    """
    deadline_s = time.monotonic() + wait_s
    with _listen(cluster) as door:
        if cluster.is_chief:
            _gather(cluster, fingerprint, door, deadline_s, wait_s)
        else:
            _report(cluster, fingerprint, deadline_s, wait_s)


def _listen(cluster: Cluster) -> socket.socket:
    _, port = _split(cluster.addresses[cluster.index])
    try:
        return socket.create_server(("", port))
    except OSError as error:
        raise ConfigurationError(
            f"strategy: port {port} of worker {cluster.index} cannot be opened here "
            f"({error.strerror}); name another on all machines"
        ) from None


def _gather(
    cluster: Cluster, fingerprint: str, door: socket.socket, deadline_s: float, wait_s: float
) -> None:
    """The chief's part: wait for all others, then tell them that it begins, or why it does not."""
    with ExitStack() as stack:
        guests: dict[int, socket.socket] = {}
        problem: Exception | None = None
        _say(f"waiting for {cluster.size - 1} of {cluster.size} workers, {wait_s:g} s at most")
        while len(guests) < cluster.size - 1 and problem is None:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                problem = _absent(cluster, guests, wait_s)
                break
            door.settimeout(left_s)
            with suppress(TimeoutError):
                guest = stack.enter_context(door.accept()[0])
                problem = _admit(cluster, fingerprint, guest, guests)
                if guest not in guests.values():
                    guest.close()
        for guest in guests.values():
            with suppress(OSError):  # it is gone, which the training will notice
                guest.sendall(_line(_verdict(problem)))
    if problem is not None:
        raise problem


def _admit(
    cluster: Cluster, fingerprint: str, guest: socket.socket, guests: dict[int, socket.socket]
) -> Exception | None:
    """Let one worker in; returns what is wrong with it. Strangers' messages are ignored."""
    said = _read(guest, _MESSAGE_S)
    index = said.get("index")
    if type(index) is not int or not 0 < index < cluster.size:
        return None
    known = guests.setdefault(index, guest)
    if known is not guest:
        guests[-1 - len(guests)] = guest
        return ConfigurationError(f"two workers say strategy.index={index}; {_OTHERS}")
    if said.get("fingerprint") != fingerprint:
        return ConfigurationError(
            f"worker {index} runs another benchmark than the chief; {_OTHERS}, all else alike"
        )
    try:
        socket.create_connection(_split(cluster.addresses[index]), _MESSAGE_S).close()
    except OSError as error:
        return UnsupportedBenchmark(
            f"the chief cannot reach worker {index} at its address "
            f"({error.strerror or error}); open its port, or correct the address"
        )
    _say(f"worker {index} is there")
    return None


def _report(cluster: Cluster, fingerprint: str, deadline_s: float, wait_s: float) -> None:
    """Another worker's part: find the chief, say who this is, and wait for its answer."""
    _say(f"worker {cluster.index} looks for the chief, {wait_s:g} s at most")
    missing = UnsupportedBenchmark(
        f"the chief (worker 0) did not answer within strategy.wait_s={wait_s:g} s; start it, or "
        "check its address and that its port is open"
    )
    while True:
        try:
            chief = socket.create_connection(_split(cluster.addresses[0]), _MESSAGE_S)
            break
        except OSError:
            if time.monotonic() >= deadline_s:
                raise missing from None
            time.sleep(_RETRY_S)
    with chief:
        chief.sendall(_line({"index": cluster.index, "fingerprint": fingerprint}))
        # The chief may have begun to wait after this worker did.
        answer = _read(chief, deadline_s - time.monotonic() + wait_s)
    verdict = str(answer.get("verdict"))
    if verdict == "begin":
        return
    kinds = {"configuration": ConfigurationError, "unsupported": UnsupportedBenchmark}
    if verdict not in kinds:  # silence, or something else that answers at the chief's address
        raise missing
    raise kinds[verdict](str(answer.get("reason")))


def _absent(cluster: Cluster, guests: dict[int, socket.socket], wait_s: float) -> Exception:
    absent = [str(index) for index in range(1, cluster.size) if index not in guests]
    return UnsupportedBenchmark(
        f"worker {', '.join(absent)} of {cluster.size} did not come within "
        f"strategy.wait_s={wait_s:g} s; {_OTHERS}, and check that the ports are open"
    )


def _verdict(problem: Exception | None) -> dict[str, str]:
    if problem is None:
        return {"verdict": "begin"}
    kind = "configuration" if isinstance(problem, ConfigurationError) else "unsupported"
    return {"verdict": kind, "reason": str(problem)}


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def _read(connection: socket.socket, wait_s: float) -> dict[str, Any]:
    """One message; empty if none came as a whole in time, or something else."""
    deadline_s = time.monotonic() + max(wait_s, _RETRY_S)
    said = b""
    try:
        while not said.endswith(b"\n") and len(said) < _MOST_BYTES:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:  # byte by byte, it could go on for hours
                return {}
            connection.settimeout(left_s)
            part = connection.recv(_MOST_BYTES - len(said))
            if not part:
                break
            said += part
        message = json.loads(said)
    except (OSError, ValueError, RecursionError):  # the last of thousands of brackets
        return {}
    return message if isinstance(message, dict) else {}


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)


def _say(text: str) -> None:
    print(text, flush=True)
