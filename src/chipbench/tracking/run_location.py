"""Where a run is recorded and who shows it, or how to deliver what could not be."""

import os
import shlex
from pathlib import Path

from chipbench.config.literal_text import literal_override
from chipbench.config.options import project_dir
from chipbench.ground.invocation import command, module
from chipbench.ground.plural import counted
from chipbench.tracking.address import is_server
from chipbench.tracking.database_file import address_of
from chipbench.tracking.delivery_state import DeliveryState
from chipbench.tracking.recorder import Recorder
from chipbench.tracking.store import Store

#: Where MLflow's own pages are, started so.
_OWN_SERVER = "http://127.0.0.1:5000"


def delivered(recorder: Recorder) -> str:
    """Wait for `recorder`'s delivery, and say in one line how it ended."""
    state, store = recorder.drain(), recorder.store
    if store is None:
        return f"recorded in {recorder.folder}; nothing was sent to a tracking store"
    if state.waiting or not state.closed:
        why = f" ({state.error})" if state.error else ""
        lost = recorder.unwritten
        return (
            f"{counted(state.waiting, 'record waits', 'records wait')} in {recorder.folder}{why}; "
            f"deliver with `{command('sync', *_settings(recorder.folder, store))}`"
            + (f"; no room on the disk for {counted(lost, 'more', 'more')}: lost" if lost else "")
        )
    if state.refused:
        why, refused = "; ".join(state.refused.values()), counted(len(state.refused), "record")
        return f"run {state.run_id}: the store refused {refused}: {why}"
    return f"recorded as run {state.run_id} in {store.address}; {_shown(state, store)}"


def _settings(folder: Path, store: Store) -> list[str]:
    """What `sync` is told to find the run that lies in `folder`, and to bring it to `store`."""
    there = folder.absolute().is_relative_to(Path("outputs").absolute())
    named = store.uri in (os.environ.get("MLFLOW_TRACKING_URI"), _in_the_project())
    return [
        *([] if there else [literal_override("journals", str(folder))]),
        *([] if named else [literal_override("tracking.uri", store.address)]),
    ]


def _shown(state: DeliveryState, store: Store) -> str:
    """Who shows the run: the server that keeps it, else a program that opens its database."""
    if is_server(store.uri):
        return f"{store.address.rstrip('/')}/{state.url}" if state.url else "its pages show it"
    here = Path.cwd() == project_dir() and Path("Makefile").is_file()
    if here and store.uri == _in_the_project():
        ui = "make ui"
    else:
        ui = f"{module('mlflow')} ui --backend-store-uri {shlex.quote(store.address)}"
    return f"`{ui}` shows it" + (f" at {_OWN_SERVER}/{state.url}" if state.url else "")


def _in_the_project() -> str:
    return address_of(project_dir() / "mlflow.db")
