"""How a command ends that cannot do its work: every fault on a line of its own, instead of a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from smartapp.errors import ConfigurationError

CANNOT: Final = 2
"""Exit status of a command that could not do what it was asked for."""


@contextmanager
def told_in_plain_lines(*also: type[Exception]) -> Iterator[None]:
    """Tell the faults of a ConfigurationError, or an error of these types, and end with CANNOT."""
    try:
        yield
    except ConfigurationError as error:
        for fault in error.faults:
            click.echo(f"smartapp: {fault}", err=True)
        sys.exit(CANNOT)
    except also as error:
        click.echo(f"smartapp: {error}", err=True)
        sys.exit(CANNOT)
