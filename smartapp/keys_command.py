"""The `smartapp keys` commands: signing keys made, followed by newer ones, and shown without their secret."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from smartapp.smart.key_files import as_text, replace_whole, write_new
from smartapp.smart.key_rotation import rotated, said
from smartapp.smart.keys import Jwk, UnusableKey, new_key, public_part, read_keys


class KeysFailed(Exception):
    """A file cannot be read, written or used, in words for the person at the terminal."""


def new(alg: str, out: Path | None) -> None:
    """Print a new key, or write it to a file that is not there yet. Raises KeysFailed."""
    key = new_key(alg)
    if out is None:
        click.echo(as_text(key), nl=False)
        return
    try:
        write_new(out, as_text(key))
    except FileExistsError as error:
        raise KeysFailed(
            f"{out} is there already, and is left as it is: choose another name, or `smartapp keys rotate`"
        ) from error
    except OSError as error:
        raise KeysFailed(f"{out} cannot be written: {error.strerror}") from error
    click.echo(f"{out}: a new key for {alg}, kid {key['kid']}. Only its owner can read it.")


def rotate(path: Path, *, now: datetime, wait: timedelta, keep: timedelta) -> None:
    """Put a new key in front of the others in the file, and tell what happens when. Raises KeysFailed."""
    try:
        done = rotated(read_keys(path), now=now, wait=wait, keep=keep)
        replace_whole(path, as_text({"keys": list(done.keys)}))
    except UnusableKey as error:
        raise KeysFailed(f"{path} is left as it is: {error}") from error
    except FileExistsError as error:
        raise KeysFailed(
            f"{path} is left as it is: {error.filename} is there, from a change that is under way or broke"
            " off. It holds a private key. Remove it when nobody is changing the file."
        ) from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise KeysFailed(
            f"{path} cannot be replaced, and is left as it is: {error.strerror}{where}"
        ) from error
    begins = f"from {said(done.signs_from)}" if wait else "from now"
    click.echo(f"{path}: the new key {done.new_kid} is published now, and signs {begins}.")
    if done.old_until is None:
        click.echo(f"The key {done.old_kid} is taken away. EHRs refuse it once they have read the set anew.")
        return
    until_then = "signs until then, and " if wait else ""
    click.echo(f"The key {done.old_kid} {until_then}is published until {said(done.old_until)}.")
    if wait:
        click.echo(
            "An EHR that has no JWK Set URL of yours needs the public set by then: smartapp keys jwks."
        )


def jwks(paths: Sequence[Path], now: datetime) -> None:
    """Print the public set of some files. Raises KeysFailed."""
    published: dict[str, Jwk] = {}
    for path in paths:
        try:
            keys = read_keys(path)
        except UnusableKey as error:
            raise KeysFailed(f"{path} cannot be used: {error}") from error
        if odd := [one.kid for one in keys if not one.alg]:
            raise KeysFailed(f"{path} holds a key that no EHR takes from us: {', '.join(odd)}")
        published |= {one.kid: public_part(one) for one in keys if one.is_published(now)}
    click.echo(as_text({"keys": list(published.values())}), nl=False)
