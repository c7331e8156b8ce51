"""The commands of those who join the app to an EHR: check, keys, reseal.

Each imports what it needs when it runs, as the other commands do.
"""
# ruff: noqa: PLC0415

import asyncio
import base64
import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path

import click

from smartapp.plain_lines import CANNOT, told_in_plain_lines

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--base-url", help="Where browsers reach the app; SMARTAPP_BASE_URL without it.")
@click.option("--strict", is_flag=True, help="End with 1 when there is a warning.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for machines.")
@click.option(
    "--online",
    is_flag=True,
    help="Also ask the EHR what it offers: its public documents, no token, no patient.",
)
@click.option("--iss", help="With --online: which server, where a file has several or a placeholder.")
def check(
    *,
    paths: tuple[Path, ...],
    base_url: str | None,
    strict: bool,
    as_json: bool,
    online: bool,
    iss: str | None,
) -> None:
    """Read launch_config files, or folders of them, and print what they come to and what is wrong with them.

    Ends with 0, with 2 for a fault, and with 1 for a warning if --strict. Only --online asks an EHR.
    """
    from smartapp import check_command

    wanted = check_command.Wanted(
        paths, base_url=base_url, is_strict=strict, as_json=as_json, is_online=online, iss=iss
    )
    sys.exit(asyncio.run(check_command.run(wanted, os.environ)))


@click.group()
def keys() -> None:
    """Signing keys of the app (private_key_jwt), and keys for SMARTAPP_SECRET_KEYS."""


@keys.command("new")
@click.option("--alg", type=click.Choice(["ES384", "RS384"]), default="ES384", show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write it there, for its owner alone; never over another file.",
)
def keys_new(alg: str, out: Path | None) -> None:
    """Make a private key (JWK) for `key_file`; without --out, print it."""
    from smartapp import keys_command

    with told_in_plain_lines(keys_command.KeysFailed):
        keys_command.new(alg, out)


@keys.command("rotate")
@click.argument("file", required=False, type=_FILE)
@click.option(
    "--wait",
    default=24,
    type=click.IntRange(0, 24 * 30),
    show_default=True,
    metavar="HOURS",
    help="Until the new key signs; 0 at once.",
)
@click.option(
    "--keep",
    default=7,
    type=click.IntRange(0, 365),
    show_default=True,
    metavar="DAYS",
    help="How long the old key stays published after that; 0 with --wait 0 takes it away now.",
)
def keys_rotate(file: Path | None, wait: int, keep: int) -> None:
    """Put a new signing key into FILE beside the one of today; workers and EHRs need not be stopped."""
    from smartapp import keys_command
    from smartapp.clock import now

    if file is None:
        click.echo(
            "smartapp: this command changes a signing key: smartapp keys rotate FILE. To seal the database "
            "with a new one of SMARTAPP_SECRET_KEYS, which it did before: smartapp reseal",
            err=True,
        )
        sys.exit(CANNOT)
    with told_in_plain_lines(keys_command.KeysFailed):
        keys_command.rotate(file, now=now(), wait=timedelta(hours=wait), keep=timedelta(days=keep))


@keys.command("jwks")
@click.argument("files", nargs=-1, required=True, type=_FILE)
def keys_jwks(files: tuple[Path, ...]) -> None:
    """Print the public keys of FILES as a JWK set, for an EHR that wants it uploaded."""
    from smartapp import keys_command
    from smartapp.clock import now

    with told_in_plain_lines(keys_command.KeysFailed):
        keys_command.jwks(files, now())


@keys.command("secret")
def keys_secret() -> None:
    """Print a new key for SMARTAPP_SECRET_KEYS."""
    click.echo(base64.b64encode(secrets.token_bytes(32)).decode())


@click.command()
def reseal() -> None:
    """Seal everything in the database with the first of SMARTAPP_SECRET_KEYS, while the app runs.

    Afterwards the other keys can be taken away. Settings come from SMARTAPP_*, as for `serve`.
    """
    from smartapp import reseal_command
    from smartapp.errors import StoreUnavailable
    from smartapp.settings import from_environment

    with told_in_plain_lines(StoreUnavailable):
        is_done = reseal_command.run(from_environment(os.environ))
    sys.exit(0 if is_done else 1)
