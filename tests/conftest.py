"""What every test may rely on, and what is left out on a machine that lacks something."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.load_profile("house")

NEEDS = {"browser": ("chromium", "sudo apt install chromium")}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for marker, (program, remedy) in NEEDS.items():
        if shutil.which(program):
            continue
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"left out: no {program}; {remedy}"))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """With CI=true a test left out is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("CI=true: tests were left out, which counts as a failure", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
