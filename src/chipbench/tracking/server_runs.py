"""All runs of a tracking server, several pages at a time, and the histories of many metrics.

What takes long is the server's work, and most have several processes for it. MLflow's client asks
for one page after the other, reads each answer three times, and makes an object of each param.
"""

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any

from mlflow.utils.credentials import get_default_host_creds
from mlflow.utils.rest_utils import http_request, verify_rest_response
from mlflow.utils.search_utils import SearchUtils

from chipbench.measure.recorded_run import RecordedRun, SeriesPoint
from chipbench.tracking.shared_texts import SharedTexts

PAGE = 250  # runs of one answer: a busy server gives them within the patience for one
_TOGETHER = 4
_SEARCH = "/api/2.0/mlflow/runs/search"
#: One metric of several runs, as MLflow's own charts ask for it; the first points alone.
_HISTORIES = "/ajax-api/2.0/mlflow/metrics/get-history-bulk"
_RUNS_AT_ONCE = 100
_POINTS_AT_MOST = 25_000
#: A connection stays with the process that took it, and one that is idle takes all that wait: kept
#: connections leave a server's other processes without work.
_ANEW = {"Connection": "close"}


def server_runs(address: str, experiments: Sequence[str]) -> list[RecordedRun]:
    """The runs of these experiments that are not deleted, newest first."""
    texts = SharedTexts()
    return [_recorded(run, texts) for page in _pages(address, experiments) for run in page]


def server_histories(
    address: str, wanted: Sequence[tuple[str, str]]
) -> list[list[SeriesPoint]] | None:
    """The points of metrics, each named by its run's id and its own name.

    None where the server has no such answer, or more points than it gives in one: MLflow's client
    asks for one metric of one run after the other, which takes longer and is never cut short.
    """
    found: dict[tuple[str, str], list[SeriesPoint]] = {each: [] for each in wanted}
    for name in {name for _, name in wanted}:
        runs = [run_id for run_id, metric in found if metric == name]
        for begin in range(0, len(runs), _RUNS_AT_ONCE):
            listed = _listed(address, runs[begin : begin + _RUNS_AT_ONCE], name)
            if listed is None:
                return None
            for run_id, point in listed:
                found[run_id, name].append(point)
    return [found[each] for each in wanted]


def _listed(address: str, runs: Sequence[str], name: str) -> list[tuple[str, SeriesPoint]] | None:
    asked = {"run_id": runs, "metric_key": name}
    response = _http(address, _HISTORIES, "GET", params=asked)
    with suppress(ValueError, LookupError, TypeError):  # an error, or another program's answer
        points = json.loads(response.content)["metrics"]
        if len(points) < _POINTS_AT_MOST:
            return [(p["run_id"], (p["step"], p["value"], p["timestamp"])) for p in points]
    return None


def _pages(address: str, experiments: Sequence[str]) -> Iterator[Sequence[Any]]:
    ask = partial(_ask, address, experiments)
    page = ask(None)
    yield page.get("runs", [])
    token = page.get("next_page_token")
    if token == _token_of(PAGE):  # then every page's is known before the one before it
        yield from _side_by_side(ask)
        return
    while token:
        page = ask(token)
        yield page.get("runs", [])
        token = page.get("next_page_token")


def _side_by_side(ask: Callable[[str], Any]) -> Iterator[Sequence[Any]]:
    """All pages after the first, in order."""
    places = count(PAGE, PAGE)
    with ThreadPoolExecutor(_TOGETHER) as pool:
        waiting = deque(pool.submit(ask, _token_of(next(places))) for _ in range(_TOGETHER))
        while waiting:
            page = waiting.popleft().result()
            if page.get("next_page_token"):
                waiting.append(pool.submit(ask, _token_of(next(places))))
            yield page.get("runs", [])


def _token_of(place: int) -> str:
    """As MLflow's server names the page that begins after so many runs."""
    create: Any = SearchUtils.create_page_token
    token: bytes | str = create(place)
    return token.decode() if isinstance(token, bytes) else token


def _ask(address: str, experiments: Sequence[str], token: str | None) -> Any:
    verify: Any = verify_rest_response
    body: dict[str, object] = {"experiment_ids": list(experiments), "max_results": PAGE}
    body |= {"page_token": token} if token else {}
    response = _http(address, _SEARCH, "POST", json=body)
    if response.status_code != 200:
        verify(response, _SEARCH)  # raises what the server says
    return json.loads(response.content)


def _http(address: str, path: str, method: str, **sent: Any) -> Any:
    request: Any = http_request
    login: Any = get_default_host_creds
    return request(login(address), path, method, extra_headers=_ANEW, **sent)


def _recorded(run: Any, texts: SharedTexts) -> RecordedRun:
    info, data = run["info"], run.get("data", {})
    known = {each["key"]: each.get("value", "") for each in data.get("tags", [])}
    own = ((texts.tag(key), value) for key, value in known.items())
    return texts.run(
        (
            str(info["run_id"]),
            info.get("run_name"),
            str(info["status"]),
            int(info.get("start_time", 0)),
        ),
        tags={key: texts.one(value) for key, value in own if key is not None},
        params=texts.params({p["key"]: p.get("value", "") for p in data.get("params", [])}),
        metrics={texts.one(m["key"]): float(m["value"]) for m in data.get("metrics", [])},
    )
