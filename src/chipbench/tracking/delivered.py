"""Where a run is recorded and who shows it, or how to deliver what could not be."""

import shlex

from chipbench.config.options import project_dir
from chipbench.ground.invocation import mlflow_run
from chipbench.tracking.address import is_server
from chipbench.tracking.delivery_state import DeliveryState
from chipbench.tracking.recorder import Recorder
from chipbench.tracking.store import Store


def delivered(recorder: Recorder) -> str:
    """Wait for `recorder`'s delivery, and say in one line how it ended."""
    state, store = recorder.drain(), recorder.store
    if store is None:
        return f"recorded in {recorder.folder}; nothing was sent to a tracking store"
    if state.waiting or not state.closed:
        why = f" ({state.error})" if state.error else ""
        lost = recorder.unwritten
        return (
            f"{state.waiting} records wait in {recorder.folder}{why}; "
            f"deliver them with `{mlflow_run('-e', 'sync')}`"
            + (f"; {lost} more, which the disk had no room for, are lost" if lost else "")
        )
    if state.refused:
        why = "; ".join(state.refused.values())
        return f"run {state.run_id}: the store refused {len(state.refused)} records: {why}"
    return f"recorded as run {state.run_id} in {store.address}; {_shown(state, store)}"


def _shown(state: DeliveryState, store: Store) -> str:
    """Who shows the run: the server that keeps it, else a program that opens its database."""
    if is_server(store.uri):
        return f"{store.address.rstrip('/')}/{state.url}" if state.url else "its pages show it"
    if store.uri == f"sqlite:///{project_dir() / 'mlflow.db'}":
        return "`make ui` shows it"
    return f"`mlflow ui --backend-store-uri {shlex.quote(store.address)}` shows it"
