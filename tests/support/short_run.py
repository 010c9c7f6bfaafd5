"""Something like a benchmark: run as `python -m support.short_run STORE PATIENCE_S`."""

import sys
from pathlib import Path

from omegaconf import OmegaConf

from chipbench.tracking.recorder import Recorder
from chipbench.tracking.store import configured_store

tracking = {"name": "server", "uri": sys.argv[1], "delivery_interval_s": 0.2}
tracking["drain_timeout_s"] = float(sys.argv[2])
store = configured_store(OmegaConf.create(tracking), Path.cwd())
recorder = Recorder(Path("run"), store, name="a run", experiment="credentials")
recorder.params({"uri": sys.argv[1]})
recorder.tags({"reason": f"could not reach {sys.argv[1]}"})
recorder.metrics({"loss": 1.0}, 1)
recorder.end("FINISHED")
print(recorder.key, recorder.drain().error, store.address)
