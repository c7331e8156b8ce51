"""A site's own content, written for one test, and the faults that the loader finds in it."""

from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from smartapp.errors import ConfigurationError
from smartapp.sdm.catalogue import load_catalogue

CONTENT = resources.files("smartapp.content")
Site = Callable[..., Path]


def writer(folder: Path) -> Site:
    """Writes files into a folder; names are given without their ending."""

    def write(**files: str) -> Path:
        for name, text in files.items():
            (folder / f"{name}.toml").write_text(text.lstrip("\n"), encoding="utf-8")
        return folder

    return write


def faults_of(extra: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load_catalogue(CONTENT, extra)
    return [f"{Path(fault.file).name}:{fault.line}: {fault.problem}" for fault in caught.value.faults]
