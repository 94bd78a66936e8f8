"""The compact status array of a project, at any moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import Response

from geodata.records import Moment
from monitoring import operations
from monitoring.progress import StatusArray
from service.answers import Body, answer, json_body
from service.context import NO_CACHE, ServiceContext, project_code
from service.errors import refused
from service.headline import counts


class BadParameter(Exception):
    """A parameter of the address that cannot be read."""

    def __init__(self, name: str, msgid: str) -> None:
        super().__init__(name)
        self.name, self.msgid = name, msgid


def statuses(context: ServiceContext, request: Request) -> Response:
    """Answer ``/api/v1/projects/{project}/statuses?as_of=&known_at=``.

    ``as_of`` is a day (``2026-11-23``), ``known_at`` an instant with its zone (``2026-11-23T10:00:00+07:00``).
    """
    code = project_code(request)
    try:
        as_of, known_at = read_day(request.query_params), read_instant(request.query_params)
    except BadParameter as bad:
        return refused(request, 400, "BadParameter", bad.msgid, name=bad.name)
    moment = operations.moment_at(context.actor, context.office, as_of=as_of, known_at=known_at)
    return answer(request, _body(context, code, moment), NO_CACHE)


def _body(context: ServiceContext, code: str, moment: Moment) -> Body:
    """Return the array of a moment; permission is asked each time, whatever is kept."""
    store = context.office.store
    operations.get_project(context.actor, context.office, code)
    key = ("statuses", store.identity, store.last_seq(), code, context.office.today(), moment, context.actor)

    def make() -> Body:
        if moment.is_now:
            return json_body(described(context.live.boards.present(code).array))
        return json_body(described(operations.statuses(context.actor, context.office, code, moment)))

    return context.answers.get(key, make)


def described(array: StatusArray) -> dict[str, object]:
    """Return the array as it travels."""
    return {
        "project": array.project,
        "seq": array.seq,
        "as_of": array.as_of.isoformat(),
        "stages": list(array.legend),
        "ids": [list(run) for run in array.id_runs()],
        "codes": array.codes,
        **counts(array.legend, array.figures),
    }


def read_day(parameters: Mapping[str, str]) -> date | None:
    """Return ``as_of``, None without it; raises BadParameter."""
    text = parameters.get("as_of", "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadParameter("as_of", "“{name}” must be a day such as 2026-11-23.") from None


def read_instant(parameters: Mapping[str, str]) -> datetime | None:
    """Return ``known_at``, None without it; raises BadParameter, also for an instant without its zone."""
    text = parameters.get("known_at", "").replace(" ", "+")  # a bare + in an address arrives as a space
    bad = BadParameter("known_at", "“{name}” must be a time with its zone such as 2026-11-23T10:00:00+07:00.")
    try:
        instant = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise bad from None
    if instant is not None and instant.tzinfo is None:
        raise bad
    return instant
