"""A TCP proxy on loopback that misbehaves on demand, between a client and a real server."""

import random
import select
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from enum import Enum

_CHUNK_BYTES = 65536


class Fault(Enum):
    """What happens to a piece of a request, or to its answer."""

    NONE = "passed on"
    DELAY = "passed on late"
    CLOSE = "connection closed before the request"
    RESET = "request cut off, connection reset"
    DROP = "request delivered, answer lost"
    TRUNCATE = "request delivered, answer cut off"


class FaultProxy:
    """Passes connections on to `port`; for each piece of a request `choose` says what happens."""

    def __init__(self, port: int, choose: Callable[[], Fault], delay_s: float = 0.05) -> None:
        self._target = ("127.0.0.1", port)
        self._choose = choose
        self._delay_s = delay_s
        self.faults: Counter[Fault] = Counter()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def uri(self) -> str:
        """The server's address by way of this proxy."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with client, socket.create_connection(self._target) as server:
                self._relay(client, server)
        except OSError:
            return  # one side has gone, and with it the connection

    def _relay(self, client: socket.socket, server: socket.socket) -> None:
        fault = Fault.NONE
        while True:
            ready, _, _ = select.select([client, server], [], [])
            source = ready[0]
            data = source.recv(_CHUNK_BYTES)
            if not data:
                return
            if source is client:
                fault = self._choose()
                self.faults[fault] += 1
                if not self._pass_on(data, client, server, fault):
                    return
            elif fault is Fault.DROP:
                return
            elif fault is Fault.TRUNCATE:
                return client.sendall(data[: len(data) // 2])
            else:
                client.sendall(data)

    def _pass_on(
        self, data: bytes, client: socket.socket, server: socket.socket, fault: Fault
    ) -> bool:
        """Bring a piece of a request to the server; whether the connection goes on."""
        if fault is Fault.CLOSE:
            return False
        if fault is Fault.RESET:
            server.sendall(data[: len(data) // 2])
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if fault is Fault.DELAY:
            time.sleep(self._delay_s)
        server.sendall(data)
        return True


def sometimes(share: float, seed: int) -> Callable[[], Fault]:
    """A choice that picks one of the faults for `share` of the pieces."""
    source = random.Random(seed)
    bad = [fault for fault in Fault if fault is not Fault.NONE]
    return lambda: source.choice(bad) if source.random() < share else Fault.NONE
