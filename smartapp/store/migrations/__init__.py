"""The history of the tables: which version a database has, and the way from there to the newest one."""

from enum import StrEnum
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, column, inspect, select, table

_HERE = Path(__file__).parent
_VERSIONS = table("alembic_version", column("version_num"))


class Standing(StrEnum):
    """How a database stands to the newest version that this code knows."""

    UNVERSIONED = "has no version yet"
    """It is empty, or was made before there were versions."""
    OLDER = "is older than this Common Ground"
    CURRENT = "is up to date"
    NEWER = "is newer than this Common Ground"


class History:
    """The versions in `folder`/versions, a module each. The work is done on the caller's connection, inside
    its transaction.
    """

    def __init__(self, folder: Path = _HERE) -> None:
        self._scripts = ScriptDirectory(folder)

    def standing(self, connection: Connection) -> Standing:
        """Only reads. Without alembic's own way, which says so in the log each time."""
        if not inspect(connection).has_table(_VERSIONS.name):
            return Standing.UNVERSIONED
        versions = connection.scalars(select(_VERSIONS.c.version_num)).all()
        if not versions:
            return Standing.UNVERSIONED
        if set(versions) == set(self._scripts.get_heads()):
            return Standing.CURRENT
        known = {script.revision for script in self._scripts.walk_revisions()}
        return Standing.OLDER if known.issuperset(versions) else Standing.NEWER

    def upgrade(self, connection: Connection) -> None:
        """Make every step that the database has not made."""

        def missing(versions: tuple[str, ...], _: MigrationContext) -> list[RevisionStep]:
            # What alembic's own command does; its public way needs a settings file and process-wide state.
            return self._scripts._upgrade_revs("heads", versions)  # type: ignore[arg-type]

        context = MigrationContext.configure(connection, opts={"fn": missing})
        context.run_migrations(op=Operations(context))
