"""The `smartapp` command: demo, serve, check, keys, reseal, migrate, audit, content, feedback, notes.

Each verb imports what it needs when it runs: loading the app takes half a second, which `keys` need not wait.
"""

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path

import click

from smartapp import __version__, logs
from smartapp.plain_lines import told_in_plain_lines
from smartapp.sandbox.habits import HABITS, HabitsDisagree
from smartapp.sandbox.vendors import MANNERS
from smartapp.setup_commands import check, keys, reseal

_PORT = click.IntRange(0, 65535)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="Common Ground")
def main() -> None:
    """Common Ground: the patient's own words, in the visit and in the chart."""


@main.command()
@click.option("--bundle", "bundles", multiple=True, type=click.Path(path_type=Path), help="FHIR R4 Bundle.")
@click.option("--port", default=8000, type=_PORT, show_default=True, help="Port of the app.")
@click.option("--ehr-port", default=9000, type=_PORT, show_default=True, help="Port of the pretend EHR.")
@click.option(
    "--ehr",
    default="full",
    type=click.Choice(list(MANNERS)),
    show_default=True,
    help="Whose server the pretend EHR behaves like.",
)
@click.option(
    "--habit",
    "habits",
    multiple=True,
    type=click.Choice(list(HABITS)),
    metavar="NAME",
    help="A habit of real servers that it has besides; several may be given (docs/interop.md).",
)
@click.argument("more_bundles", nargs=-1, type=click.Path(path_type=Path))
def demo(
    *,
    bundles: tuple[Path, ...],
    port: int,
    ehr_port: int,
    ehr: str,
    habits: tuple[str, ...],
    more_bundles: tuple[Path, ...],
) -> None:
    """Run the app and its pretend EHR on this computer, with made-up patients.

    `smartapp demo --bundle FILE...` loads FHIR R4 Bundles beside them. `--ehr epic` refuses goals and takes
    notes, as Epic does.
    """
    from smartapp.demo import build_demo, run_demo
    from smartapp.sandbox.bundles import BundleError
    from smartapp.serving import stop_on_signals

    logs.configure("WARNING")
    with told_in_plain_lines(BundleError, HabitsDisagree):
        loaded = (*bundles, *more_bundles)
        built = build_demo(app_port=port, ehr_port=ehr_port, bundles=loaded, ehr=ehr, habits=habits)

    async def run() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop)
        await run_demo(built, ready=lambda: click.echo(f"Open {built.url}"), stop=stop)

    asyncio.run(run())


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, type=_PORT, show_default=True)
@click.option("--launch-config", type=click.Path(path_type=Path), help="Folder of launch_config files.")
@click.option(
    "--forwarded-allow-ips", default="", help="Addresses of the TLS proxy whose headers are believed."
)
def serve(host: str, port: int, launch_config: Path | None, forwarded_allow_ips: str) -> None:
    """Serve the app. Settings come from SMARTAPP_* (see the README)."""
    from smartapp import serving
    from smartapp.app import create_app
    from smartapp.settings import from_environment
    from smartapp.smart.launch_config import load_registrations
    from smartapp.store.keyring import try_store

    environ = dict(os.environ)
    if launch_config is not None:
        environ["SMARTAPP_LAUNCH_CONFIG"] = str(launch_config)
    with told_in_plain_lines():
        settings = from_environment(environ)
        logs.configure(settings.log_level)
        registrations = load_registrations(
            settings.launch_config, environ=environ, base_url=settings.base_url
        )
        app = create_app(settings, registrations)
        asyncio.run(try_store(settings.database_url, settings.secret_keys))
        listener = serving.Listener(app, serving.bind(host, port))

    async def run() -> None:
        stop = asyncio.Event()
        serving.stop_on_signals(stop)
        await serving.serve(
            [listener],
            ready=lambda: click.echo(f"Serving {settings.base_url} on {host}:{port}", err=True),
            stop=stop,
            forwarded_allow_ips=forwarded_allow_ips,
        )

    asyncio.run(run())


main.add_command(check)
main.add_command(keys)
main.add_command(reseal)


@main.command()
@click.option("--check", "only_checks", is_flag=True, help="Only tell whether it is up to date; 1 if not.")
def migrate(only_checks: bool) -> None:
    """Bring the tables of the database to the version of this Common Ground.

    Settings come from SMARTAPP_*, as for `serve`.
    """
    from smartapp import migrate_command
    from smartapp.errors import StoreUnavailable
    from smartapp.settings import from_environment

    with told_in_plain_lines(StoreUnavailable):
        settings = from_environment(os.environ)
        if only_checks:
            sys.exit(0 if migrate_command.check(settings) else 1)
        migrate_command.run(settings)


@main.group()
def audit() -> None:
    """The audit trail: who did what for which patient."""


@audit.command("verify")
@click.option("--head", help="SEQUENCE:DIGEST from a log line audit-head: what must still be there.")
def audit_verify(head: str | None) -> None:
    """Check that no row was changed, put in or taken out; 1 and the first row that does not fit if one was.

    Settings come from SMARTAPP_*, as for `serve`.
    """
    from smartapp import audit_command
    from smartapp.errors import StoreUnavailable
    from smartapp.settings import from_environment

    with told_in_plain_lines(StoreUnavailable, audit_command.BadHead):
        sys.exit(0 if audit_command.verify(from_environment(os.environ), head=head) else 1)


@audit.command("export")
@click.option("--from", "since", type=click.DateTime(), help="The first moment, UTC.")
@click.option("--to", "until", type=click.DateTime(), help="The moment after the last one, UTC.")
@click.option(
    "--as", "form", type=click.Choice(["jsonl", "fhir"]), default="jsonl", show_default=True,
    help="One JSON object a line: a row, or a FHIR R4 AuditEvent.",
)  # fmt: skip
def audit_export(since: datetime | None, until: datetime | None, form: str) -> None:
    """Print the audit trail, oldest row first. Settings come from SMARTAPP_*, as for `serve`."""
    from smartapp import audit_command
    from smartapp.errors import StoreUnavailable
    from smartapp.settings import from_environment

    with told_in_plain_lines(StoreUnavailable):
        settings = from_environment(os.environ)
        audit_command.export(settings, since=since, until=until, as_fhir=form == "fhir")


@main.group()
def content() -> None:
    """Questions and reminders."""


@content.command("check")
@click.argument("directory", required=False, type=click.Path(file_okay=False, exists=True, path_type=Path))
def content_check(directory: Path | None) -> None:
    """Check our content, and a site's own DIRECTORY on top of it; print every fault with its line."""
    from smartapp import content_command

    with told_in_plain_lines():
        content_command.check(directory)


@content.command("fires")
@click.argument("bundles", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--content",
    "directory",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="A site's own content.",
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Read every chart on this day instead of that of its last visit.",
)
def content_fires(bundles: tuple[Path, ...], directory: Path | None, today: datetime | None) -> None:
    """Print how often each reminder comes up in charts: FHIR R4 Bundles, or folders of them.

    The charts are read as the app reads them from an EHR. The last visit of a chart is taken to be in
    progress.
    """
    from smartapp import content_command
    from smartapp.sandbox.bundles import BundleError

    logs.configure("WARNING")
    with told_in_plain_lines(BundleError):
        day = today.date() if today else None
        charts, counted = asyncio.run(content_command.counts(bundles, directory=directory, today=day))
    content_command.show_counts(charts, counted)


@content.command("reading")
@click.argument("directory", required=False, type=click.Path(file_okay=False, exists=True, path_type=Path))
def content_reading(directory: Path | None) -> None:
    """Print how hard each text is to read, in each language; with a site's own DIRECTORY on top of ours."""
    from smartapp import content_command

    with told_in_plain_lines():
        found = content_command.readings(directory)
    content_command.show_readings(found)


@main.group()
def feedback() -> None:
    """What clinicians found not useful."""


@feedback.command("export")
@click.option("--jsonl", "as_jsonl", is_flag=True, help="One JSON object a line.")
def feedback_export(as_jsonl: bool) -> None:
    """Print which reminders were found not useful, and why where somebody wrote it.

    Kept with its version and the month: no clinician, no patient. Settings come from SMARTAPP_*,
    as for `serve`.
    """
    from smartapp import feedback_command
    from smartapp.errors import StoreUnavailable
    from smartapp.settings import from_environment

    with told_in_plain_lines(StoreUnavailable):
        feedback_command.run(from_environment(os.environ), as_jsonl=as_jsonl)


@main.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--jsonl", "as_jsonl", is_flag=True, help="One JSON object a line.")
@click.option("--all", "shows_all", is_flag=True, help="Also what is left out as template.")
@click.option(
    "--level",
    default=3,
    type=click.IntRange(1, 3),
    show_default=True,
    help="Wording up to this level: 1 clear, 2 usually, 3 an idiom.",
)
@click.option(
    "--evaluate",
    "gold",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Score against marks in a JSONL file; without FILES, of the notes that it names.",
)
@click.option("--differences", is_flag=True, help="With --evaluate: also what was missed and what was extra.")
def notes(
    *,
    files: tuple[Path, ...],
    as_jsonl: bool,
    shows_all: bool,
    level: int,
    gold: Path | None,
    differences: bool,
) -> None:
    """Print what earlier notes say that matters to the patient, and words that color the picture.

    Reads text, HTML, RTF, PDF and C-CDA. Offsets are Unicode code points: of the file for plain text, of the
    text taken out of it for anything else.
    """
    from smartapp import notes_command

    if gold is None and not files:
        raise click.UsageError("Name at least one note, or marks with --evaluate.")
    if gold is None:
        notes_command.run(files, as_jsonl=as_jsonl, shows_all=shows_all, level=level)
        return
    with told_in_plain_lines(notes_command.BadGold):
        notes_command.score(gold, files, shows_differences=differences)
