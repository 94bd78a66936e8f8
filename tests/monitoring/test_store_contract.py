"""The store in memory and the real one keep the same contract: what operations rely on holds for both."""

from __future__ import annotations

import pytest

from geodata.store import open_store
from tests.fakes import MemoryStore
from tests.store_contract import StoreContract


class TestTheStoreInMemory(StoreContract):
    @pytest.fixture
    def store(self, clock):
        return MemoryStore(clock)


class TestTheGeoPackage(StoreContract):
    @pytest.fixture
    def store(self, clock, tmp_path):
        store = open_store(f"sqlite:///{tmp_path / 'matbang.gpkg'}", clock)
        yield store
        store.close()
