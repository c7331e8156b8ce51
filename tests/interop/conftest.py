"""The target of the lane, the app and the demo EHR as processes, and the table at the end."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.interop.lane import Row, table
from tests.interop.processes import free_port, running_app, running_demo_ehr
from tests.interop.target import Target, target_of
from tests.sockets import Sockets

_ROWS: pytest.StashKey[list[Row]] = pytest.StashKey()
_AGAINST: pytest.StashKey[list[str]] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "interop: goes to the server that INTEROP_* names, else to the demo EHR"
    )
    config.stash[_ROWS], config.stash[_AGAINST] = [], []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    against = config.stash.get(_AGAINST, [])
    if against:
        terminalreporter.section("interoperability lane")
        terminalreporter.write_line(f"Ran against: {'; '.join(against)}")
        terminalreporter.write_line(table(config.stash[_ROWS]))


@pytest.fixture(scope="session")
def rows(pytestconfig: pytest.Config) -> list[Row]:
    """Lines for the table at the end."""
    return pytestconfig.stash[_ROWS]


@pytest.fixture(scope="session")
def reached(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config, sockets: Sockets
) -> Iterator[tuple[Target, str]]:
    """The target, and the address of an app that knows it. What it is, is said loudly."""
    folder = tmp_path_factory.mktemp("interop")
    named = target_of(os.environ)
    port = (named.app_port if named else 0) or free_port()
    with ExitStack() as stack:
        target = named or stack.enter_context(running_demo_ehr(port, folder))
        whose = "" if named else "OUR OWN DEMO EHR, as a process of its own: "
        line = whose + " and ".join(one for one in (target.smart_iss, target.fhir_base) if one)
        pytestconfig.stash[_AGAINST].append(line)
        for url in (target.smart_iss, target.fhir_base, target.launch_url) if named else ():
            sockets.let(url)
        sys.stderr.write(f"\nINTEROP: going to {line}\n")
        yield target, stack.enter_context(running_app(target, folder, port))


@pytest.fixture
def chromium_path() -> str:
    from tests.browser.conftest import find_chromium

    path = find_chromium()
    if path is None:
        pytest.skip("NO CHROMIUM FOUND: the visit in a browser did not run")
    return path
