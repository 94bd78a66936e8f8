from __future__ import annotations

import inspect
from dataclasses import fields

import pytest

from geodata.errors import NotAllowed
from monitoring import operations, permissions, reading, recording
from monitoring.permissions import LOCAL, TABLE, Actor, Role, ensure

from .conftest import SOURCE, new_project

NOBODY = Actor("ai-do", frozenset())


def public_functions():
    for module in (reading, recording):
        for name, found in inspect.getmembers(module, inspect.isfunction):
            if found.__module__ == module.__name__ and not name.startswith("_"):
                yield name, found


def arguments(found):
    """Return something for each argument after actor and office that an operation cannot do without."""
    for name, parameter in list(inspect.signature(found).parameters.items())[2:]:
        if parameter.default is not inspect.Parameter.empty:
            continue
        if found.__name__ == "open_project":
            yield new_project()
        elif name == "request":
            kind = getattr(operations, parameter.annotation)
            needed = {each.name: None for each in fields(kind)}
            yield kind(**{**needed, "project": "P1", "case_id": 1})
        else:
            yield "P1"


@pytest.mark.parametrize(("name", "found"), list(public_functions()))
def test_each_operation_asks_the_table_before_it_touches_the_store(office, name, found):
    with pytest.raises(NotAllowed) as refusal:
        found(NOBODY, office, *arguments(found))
    assert (refusal.value.actor, refusal.value.operation) == ("ai-do", name)
    assert office.store.calls == 0


def test_the_table_lists_every_operation_and_no_other():
    names = {name for name, _ in public_functions()}
    assert set(TABLE) == names
    assert {found.__name__ for found in operations.OPERATIONS} == names
    assert names <= set(operations.__all__)


def test_every_operation_takes_the_actor_then_the_office():
    for _, found in public_functions():
        assert list(inspect.signature(found).parameters)[:2] == ["actor", "office"]


def test_who_sits_at_the_machine_may_do_everything():
    for name in TABLE:
        ensure(LOCAL, name, "P1")


def test_a_role_reaches_only_its_own_operations_and_projects():
    viewer = Actor("xem", frozenset({Role.VIEWER}), frozenset({"P1"}))
    ensure(viewer, "progress", "P1")
    for operation, project in (("record_event", "P1"), ("progress", "P2"), ("no_operation", None)):
        with pytest.raises(NotAllowed):
            ensure(viewer, operation, project)


def test_whoever_imports_a_new_project_must_be_allowed_to_open_one(office):
    surveyor = Actor("đo đạc", frozenset({Role.SURVEYOR}))
    with pytest.raises(NotAllowed) as refusal:
        operations.import_parcels(surveyor, office, new_project(), [], SOURCE)
    assert refusal.value.operation == "open_project"


def test_a_role_is_a_plain_text_in_an_account():
    assert Actor("x", frozenset({"officer"})).roles & permissions.TABLE["record_event"]
