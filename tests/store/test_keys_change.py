"""The key is changed under running workers, in the steps that the documents tell: a visit goes on through all
of them, and nothing is forgotten.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from pydantic import SecretBytes

from smartapp.app import create_app
from smartapp.errors import ConfigurationError
from smartapp.store.hidden import WhosePreference
from smartapp.store.rotation import Rotation
from smartapp.web.services import Services
from tests.pages import words
from tests.visits import Clinic, clinic, registrations, settings
from tests.workers import same_visit

ROSA = "delgado-rosa"
OLD, NEW, WRONG = (SecretBytes(letter * 32) for letter in (b"o", b"n", b"w"))
OSEI = WhosePreference("demo", "https://ehr.test/fhir", "Practitioner/osei")


@asynccontextmanager
async def worker(at: Clinic, database: str, *keys: SecretBytes) -> AsyncIterator[Clinic]:
    """Another worker of the same site, with these keys."""
    configured = replace(settings(database), secret_keys=keys)
    app = create_app(configured, registrations(at.ehr), transport=at.wire, clock=at.clock)
    async with app.router.lifespan_context(app):
        yield Clinic(app, at.ehr, at.clock, at.wire)


def services_of(at: Clinic) -> Services:
    services: Services = at.app.state.services
    return services


async def test_visit_goes_on_while_the_key_is_changed_and_the_old_one_taken_away(database_url: str) -> None:
    async with clinic(database=database_url, setting={"secret_keys": (OLD,)}) as at:
        visit = await at.browser().open(ROSA)
        await visit.write(goal="Dance at the wedding.")
        await services_of(at).hidden.add(OSEI, "R13")

        async with (
            worker(at, database_url, OLD, NEW) as behind,
            worker(at, database_url, NEW, OLD) as in_front,
        ):
            await same_visit(visit, in_front).write(worry="Falling on the stairs.")
            await same_visit(visit, behind).write(hope="No pain the next day.")
            rotated = await Rotation(services_of(in_front).database, services_of(in_front).vault).run()
            later = same_visit(visit, behind)
            assert "Dance at the wedding." in (await later.page("room")).text

        async with worker(at, database_url, NEW) as alone:
            same = same_visit(visit, alone)
            room = (await same.page("room")).text
            done = await same.send()
            again = await alone.browser().open(ROSA)
            hidden = await services_of(alone).hidden.among(OSEI, ["R12", "R13"])

    assert rotated.sealed_again >= 5
    assert (rotated.left, rotated.unopened) == (0, 0)
    assert all(said in room for said in ("wedding.", "Falling on the stairs.", "No pain the next day."))
    assert "All 3 are in the chart" in words(done.text)
    assert len(at.ehr.created("Goal")) == 1
    assert again.first.status_code == 200
    assert hidden == {"R13"}


async def test_draft_of_an_ended_visit_is_offered_after_the_key_was_changed(database_url: str) -> None:
    async with clinic(database=database_url, setting={"secret_keys": (OLD,)}) as at:
        first = await at.browser().open(ROSA)
        await first.write(goal="Dance at the wedding.")

        async with worker(at, database_url, NEW, OLD) as both:
            await Rotation(services_of(both).database, services_of(both).vault).run()
        async with worker(at, database_url, NEW) as alone:
            later = await alone.browser().open(ROSA)

    assert "A draft from" in words(later.first.text)


async def test_worker_with_other_keys_does_not_start(database_url: str) -> None:
    async with clinic(database=database_url, setting={"secret_keys": (OLD,)}) as at:
        with pytest.raises(ConfigurationError, match="SMARTAPP_SECRET_KEYS"):
            async with worker(at, database_url, WRONG):
                pass
