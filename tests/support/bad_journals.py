"""What has a journal's name and is none, or is one that this version does not understand."""

import json
import os
import socket
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.journals import series, start, write_journal

from chipbench.tracking.journal import FILE_NAME, line_of


def line(body: object) -> bytes:
    """A line with a right checksum; `body` is bytes, or anything that JSON takes."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return b"%08x %s\n" % (zlib.crc32(data), data)


def beginning(**fields: Any) -> bytes:
    """A first line with some of its fields otherwise."""
    known = {"kind": "start", "key": "k", "name": "a", "experiment": "e", "time_ms": 1}
    return line(known | fields)


#: First lines with a right checksum that begin no run.
LINES: dict[str, bytes] = {
    "a later format": beginning(format=99),
    "an unknown field": beginning(colour="blue"),
    "an unknown kind": line({"kind": "heartbeat", "time_ms": 1}),
    "no JSON": line(b"hello"),
    "no object": line([1, 2]),
    "no UTF-8": line(b'{"kind": "\xff"}'),
    "deep nesting": line(b"[" * 100_000),
    "a deep object": line(b'{"kind":"start","key":' + b'{"a":' * 50_000),
    "no time": beginning(time_ms=None),
    "a time that is text": beginning(time_ms="1"),
    "a time beyond databases": beginning(time_ms=2**80),
    "a number of 5,000 digits": line(b'{"kind":"start","time_ms":' + b"9" * 5000 + b"}"),
    "a kind that is a list": line({"kind": ["start"]}),
    "a key that is a number": beginning(key=7),
    "no name": line({"kind": "start", "key": "k", "experiment": "e", "time_ms": 1}),
    "another record first": line_of(series(1)[0]),
    "not a number": line(b'{"kind":"metrics","values":{"a":NaN},"step":1,"time_ms":1}'),
}


def _folder(path: Path) -> None:
    path.mkdir()


def _link(path: Path) -> None:
    write_journal(path.parent, start(), *series(1)).rename(path.with_name("kept"))
    path.symlink_to("kept")


def _socket(path: Path) -> None:
    server = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(path.parent)  # the address of a socket may not be long
    server.bind(path.name)
    os.chdir(here)
    server.close()


def _endless(path: Path) -> None:
    path.touch()
    os.truncate(path, 2**40)


def _in_place_of(name: str, make: Callable[[Path], None]) -> Callable[[Path], None]:
    """A good journal, but what delivery keeps beside it is something else."""

    def made(path: Path) -> None:
        write_journal(path.parent, start(), *series(1))
        make(path.with_name(name))

    return made


#: Things of other kinds than a file, made at the path of a journal.
THINGS: dict[str, Callable[[Path], None]] = {
    "a folder": _folder,
    "a pipe": os.mkfifo,
    "a link": _link,
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a socket": _socket,
    "a file without end": _endless,
    "a lock that is a folder": _in_place_of("delivery.lock", _folder),
    "a lock that is a pipe": _in_place_of("delivery.lock", os.mkfifo),
}


def make(folder: Path) -> list[Path]:
    """One folder for each of the bad ones."""
    for name, data in LINES.items():
        (folder / name).mkdir(parents=True)
        (folder / name / FILE_NAME).write_bytes(data + line_of(series(1)[0]))
    for name, thing in THINGS.items():
        (folder / name).mkdir(parents=True)
        thing(folder / name / FILE_NAME)
    return sorted(folder.iterdir())
