"""The first start, a second one, and one that was interrupted."""

from __future__ import annotations

import pytest

from geodata import demonstration
from geodata.errors import BrowserLibrariesMissing
from monitoring import operations
from monitoring.permissions import LOCAL
from service.libraries import bring_libraries, missing_libraries
from service.opening import FIRST_START, open_office
from tests.fakes import MovableClock


def test_the_first_start_makes_the_demonstration_and_a_second_one_keeps_it(tmp_path):
    url = f"sqlite:///{tmp_path / 'kho.gpkg'}"
    said: list[str] = []
    first = open_office(url, MovableClock(), say=said.append)
    seq = first.store.last_seq()
    first.store.close()
    second = open_office(url, MovableClock(), say=said.append)
    assert said == [FIRST_START]
    assert second.store.last_seq() == seq
    assert operations.progress(LOCAL, second, demonstration.PROJECT_CODE).figures.parcels_handed_over > 0
    second.store.close()


def test_an_interrupted_first_start_is_made_whole_by_the_next(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'kho.gpkg'}"

    def killed(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("monitoring.installation.write_history", killed)
        open_office(url, MovableClock())
    office = open_office(url, MovableClock())
    assert operations.progress(LOCAL, office, demonstration.PROJECT_CODE).figures.parcels_handed_over > 0
    office.store.close()


def test_a_store_made_empty_stays_empty(tmp_path):
    url = f"sqlite:///{tmp_path / 'kho.gpkg'}"
    open_office(url, MovableClock(), demonstrate=False).store.close()
    office = open_office(url, MovableClock())
    assert operations.list_projects(LOCAL, office) == []
    office.store.close()


def test_missing_libraries_are_named(tmp_path, monkeypatch):
    assert missing_libraries(tmp_path)
    monkeypatch.setattr("service.libraries.npm_command", lambda: None)
    with pytest.raises(BrowserLibrariesMissing):
        bring_libraries(tmp_path)
