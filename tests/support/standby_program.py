"""Keeps a standby, has it run `support.standby_work`, and says as JSON how that ended."""

import json
import os
import sys
from pathlib import Path

from chipbench.ground import standby_fork

standby_fork.keep()
os.environ["BEGUN"] = "later"
first, second = standby_fork.take(), standby_fork.take()
assert first is not None and second is None, "it is there once"
folder = Path(sys.argv[1])
with (folder / "output").open("wb") as output:
    program = first.run(
        "support.standby_work",
        sys.argv[2:],
        environment={"GIVEN": "by this"},
        folder=folder,
        output=output,
        niceness=5,
    )
assert program.stdin is not None and program.poll() is None
if "killed" in sys.argv:
    program.terminate()
with program.stdin as pipe:
    pipe.write(b"given")
print(json.dumps([program.wait(), program.poll()]))
