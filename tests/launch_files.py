"""One launch file, read as the app reads it."""

from collections.abc import Mapping
from pathlib import Path

from smartapp.errors import ConfigurationError
from smartapp.smart.launch_config import read_launch_file
from smartapp.smart.registration import Registration


def load_registration(path: Path, *, environ: Mapping[str, str], base_url: str) -> Registration:
    """Raises ConfigurationError with all its faults."""
    file = read_launch_file(path, environ, base_url)
    if file.source.faults:
        raise ConfigurationError(tuple(file.source.faults))
    return file.registration
