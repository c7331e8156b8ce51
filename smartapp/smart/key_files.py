"""Private keys on disk: written so that nobody else can read them, and never over another key."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

PRIVATE_MODE = 0o600


def as_text(document: Mapping[str, object]) -> str:
    """A key or a set as it stands in its file."""
    return f"{msgspec.json.format(msgspec.json.encode(document), indent=2).decode()}\n"


def write_new(path: Path, text: str) -> None:
    """Write a file that was not there, readable by its owner only. Raises OSError, FileExistsError too."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def replace_whole(path: Path, text: str) -> None:
    """Replace a file in one step, with its owner and its rights: a worker reads the old one or the new one.

    A link stays one. Raises OSError, and leaves the old one.
    """
    path = path.resolve()
    was = path.stat()
    beside = path.with_name(f".{path.name}.new")
    write_new(beside, text)
    try:
        if (was.st_uid, was.st_gid) != (os.getuid(), os.getgid()):
            os.chown(beside, was.st_uid, was.st_gid)
        beside.chmod(was.st_mode & 0o777)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def others_may_read(path: Path) -> str:
    """Who besides the owner may read the file: "its group", "everybody", or "" for nobody.

    Raises OSError.
    """
    mode = path.stat().st_mode
    if mode & 0o004:
        return "everybody"
    return "its group" if mode & 0o040 else ""
