"""Filing the handout: what was on the page goes to the chart, once, and is told only as it was read back."""

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.pages import form, forms, words
from tests.visits import Clinic, OpenVisit, clinic
from tests.workers import another_worker, database_in, same_visit

ROSA = "delgado-rosa"
SONG = "One whole song with Ernesto."
FILES: dict[str, object] = {"files_handout": True}
TYPED: dict[str, object] = FILES | {"handout_type": "11506-3"}
IN_VISIT = f"{ROSA}-today"
PRESS = "File this handout in the chart"


@pytest.fixture
async def at() -> AsyncIterator[Clinic]:
    async with clinic(registration=FILES) as running:
        yield running


async def said(at: Clinic, **launch: str) -> OpenVisit:
    """A visit of Rosa's in which a goal was said and sent."""
    visit = await at.browser().open(ROSA, **({"encounter_id": IN_VISIT} | launch))
    await visit.write(goal=SONG)
    await visit.send()
    return visit


def documents(at: Clinic) -> list[dict[str, Any]]:  # Any: FHIR JSON
    """The handouts in the chart."""
    return [one for one in at.ehr.created("DocumentReference") if "Handout" in one["type"].get("text", "")]


def text_of(at: Clinic, document: dict[str, Any]) -> str:
    attachment = document["content"][0]["attachment"]
    data = attachment.get("data")
    if data is None:
        binary = at.ehr.store.get(*attachment["url"].split("/"))
        assert binary is not None
        data = binary["data"]
    return base64.b64decode(data).decode()


async def shown(visit: OpenVisit) -> str:
    return (await visit.page("handout/page")).text


async def press(visit: OpenVisit, html: str | None = None, **changes: str) -> httpx2.Response:
    """Press the button of the page that is shown now, or of `html`."""
    found = form(html or await shown(visit), "/handout/file")
    return await visit.browser.post(found.action, found.changed(dict(changes)))


async def change(visit: OpenVisit, **typed: str) -> None:
    found = form((await visit.page("handout")).text, "/handout")
    answer = await visit.browser.post(found.action, found.changed({"next": "form"} | typed))
    assert answer.status_code == 200


def main(html: str) -> str:
    """What the page itself says, without what stands around it."""
    return words(html.partition("<main")[2].partition("</main>")[0])


def is_offered(html: str) -> bool:
    return any(one.action.endswith("/handout/file") for one in forms(html))


async def test_handout_is_filed_as_it_is_on_the_page(at: Clinic) -> None:
    visit = await said(at)
    await change(visit, why="You want to dance.", language="es")
    before = await shown(visit)

    after = await press(visit, before)

    (document,) = documents(at)
    attachment = document["content"][0]["attachment"]
    assert document["subject"]["reference"] == f"Patient/{ROSA}"
    assert document["context"]["encounter"] == [{"reference": f"Encounter/{IN_VISIT}"}]
    assert (attachment["contentType"], attachment["language"]) == ("text/plain; charset=utf-8", "es")
    on_page, in_chart = " ".join(words(before).split()), text_of(at, document)
    assert SONG in in_chart
    for line in filter(None, in_chart.splitlines()):
        assert line.removeprefix("- ").strip("“”") in on_page
    assert "In the chart, as a draft for you to sign" in words(after.text)
    assert f"DocumentReference/{document['id']}" in words(after.text)
    assert "Read back from the chart at" in words(after.text)


async def test_nothing_is_filed_where_the_site_did_not_ask_for_it() -> None:
    async with clinic() as running:
        visit = await said(running)
        html = await shown(visit)
        answer = await visit.browser.post(
            visit.path("handout/file"), form((await visit.page("handout")).text, "/handout").fields
        )

        assert documents(running) == []
    assert "Your site does not file handouts in the chart." in words(html)
    assert not is_offered(html)
    assert "The handout was not filed." in words(answer.text)


@pytest.mark.parametrize(
    ("ehr", "registration", "reason"),
    [
        ("athenahealth", FILES, "This EHR takes no documents from apps."),
        ("epic", FILES, "This EHR wants to know what type of document it is"),
        ("oracle", FILES, "This EHR wants to know what type of document it is"),
    ],
)
async def test_page_says_in_one_line_why_it_cannot_be_filed(
    ehr: str, registration: dict[str, object], reason: str
) -> None:
    async with clinic(ehr=ehr, registration=registration) as running:
        visit = await said(running)
        html = await shown(visit)

    assert reason in words(html)
    assert not is_offered(html)
    assert "Print" in html


async def test_handout_is_not_offered_without_the_scope_for_it() -> None:
    async with clinic(registration=FILES) as running:
        running.ehr.faults.token.drop_scopes = {"patient/DocumentReference.crus"}
        visit = await said(running)
        html = await shown(visit)

    assert "This EHR does not let this app file documents." in words(html)
    assert not is_offered(html)


async def test_epic_files_it_only_in_a_visit() -> None:
    async with clinic(ehr="epic", registration=TYPED) as running:
        visit = await running.browser().open(ROSA)
        html = await shown(visit)

    assert "This EHR files documents in a visit only, and no visit could be read." in words(html)


@pytest.mark.parametrize("ehr", ["epic", "full"])
async def test_handout_is_filed_as_a_draft_where_drafts_are_taken(ehr: str) -> None:
    async with clinic(ehr=ehr, registration=TYPED) as running:
        visit = await said(running)
        after = await press(visit)

        (document,) = documents(running)
        assert document["docStatus"] == "preliminary"
        assert text_of(running, document).startswith("What matters to you")
    assert "In the chart, as a draft for you to sign" in words(after.text)


async def test_where_documents_are_signed_at_once_the_clinician_says_yes_to_that_first() -> None:
    async with clinic(ehr="oracle", registration=TYPED) as running:
        visit = await said(running)
        refused = await press(visit)
        nothing_sent = documents(running) == []
        after = await press(visit, refused.text, signed="yes")

        (document,) = documents(running)
    assert nothing_sent
    assert "A document from here is signed at once. Say yes to that first." in words(refused.text)
    assert document["docStatus"] == "final"
    assert "In the chart, signed" in words(after.text)


async def test_handout_that_changed_in_another_tab_is_shown_again_and_not_sent(at: Clinic) -> None:
    visit = await said(at)
    before = await shown(visit)
    await change(visit, why="Something that was typed in another tab.")

    again = await press(visit, before)

    assert documents(at) == []
    assert "The handout changed since this page was shown." in words(again.text)
    assert "Something that was typed in another tab." in words(again.text)
    await press(visit, again.text)
    (document,) = documents(at)
    assert "Something that was typed in another tab." in text_of(at, document)


async def test_form_for_another_patient_files_nothing(at: Clinic) -> None:
    visit = await said(at)

    answer = await press(visit, patient="bell-marcus")

    assert answer.status_code == 409
    assert documents(at) == []


async def test_form_without_our_token_files_nothing(at: Clinic) -> None:
    visit = await said(at)

    answer = await press(visit, token="0" * 64)

    assert answer.status_code == 403
    assert documents(at) == []


async def test_name_and_birth_date_stand_beside_the_button(at: Clinic) -> None:
    html = await shown(await said(at))

    beside = words(html).partition("To the chart of")[2][:120]
    assert "DELGADO, Rosa" in beside
    assert "12-Mar-1958" in beside
    assert PRESS in beside


async def test_five_presses_at_once_file_one_document(at: Clinic) -> None:
    visit = await said(at)
    before = await shown(visit)

    await asyncio.gather(*(press(visit, before) for _ in range(5)))

    assert len(documents(at)) == 1


async def test_two_workers_file_one_document(tmp_path: Path) -> None:
    database = database_in(tmp_path)
    async with clinic(database=database, registration=FILES) as first:
        visit = await said(first)
        before = await shown(visit)
        async with another_worker(first, database, files_handout=True) as second:
            other = same_visit(visit, second)
            await asyncio.gather(*(press(one, before) for one in (visit, other, visit, other)))

            assert len(documents(first)) == 1
            assert "In the chart, as a draft" in words(await shown(other))


async def test_later_visit_of_the_same_day_knows_the_same_handout(at: Clinic) -> None:
    visit = await said(at)
    await press(visit)
    found = form((await visit.page("handout")).text, "/handout")

    later = await visit.browser.open(ROSA, encounter_id=IN_VISIT)
    html = await shown(later)

    assert found.action
    assert f"DocumentReference/{documents(at)[0]['id']}" in words(html)
    assert "Another handout is in the chart already" in words(html) or not is_offered(html)


async def test_second_handout_with_other_words_says_that_one_is_there(at: Clinic) -> None:
    visit = await said(at)
    await press(visit)
    await change(visit, why="You want to dance.")

    html = await shown(visit)
    after = await press(visit, html)

    assert "Another handout is in the chart already. This one will stand beside it." in words(html)
    assert len(documents(at)) == 2
    assert words(after.text).count("Read back from the chart at") == 2


async def test_refused_handout_is_told_with_the_reason_and_can_be_filed_again(at: Clinic) -> None:
    visit = await said(at)
    at.ehr.faults.refuse_late = {"DocumentReference"}

    refused = await press(visit)

    assert documents(at) == []
    assert "Not in the chart" in words(refused.text)
    assert "Nothing was stored." in words(refused.text)
    assert SONG in refused.text
    assert "Not in the chart" in words((await visit.page("done")).text)
    at.ehr.faults.reset()
    after = await press(visit, refused.text)
    assert "In the chart, as a draft" in words(after.text)
    assert len(documents(at)) == 1


async def test_lost_answer_is_settled_by_looking_into_the_chart(at: Clinic) -> None:
    visit = await said(at)
    at.ehr.faults.write.commit_then_drop = True
    at.ehr.faults.write.index_lag_s = 30

    doubt = await press(visit)

    at.ehr.faults.reset()
    assert len(documents(at)) == 1
    check = next(one for one in forms(doubt.text) if one.action.endswith("/handout/check"))
    at.clock.now += timedelta(seconds=61)
    after = await visit.browser.post(check.action, check.fields)
    assert "In the chart, as a draft" in words(after.text)
    assert len(documents(at)) == 1


async def test_handout_that_never_arrived_is_filed_again_only_when_somebody_presses(at: Clinic) -> None:
    visit = await said(at)
    at.ehr.faults.write.drop_before_commit = True

    doubt = await press(visit)

    at.ehr.faults.reset()
    assert "Not found in the chart" in words(doubt.text)
    too_soon = await press(visit, doubt.text)
    assert documents(at) == []
    at.clock.now += timedelta(seconds=61)
    check = form((await visit.page("done")).text, "/check")
    await visit.browser.post(check.action, check.fields)
    assert documents(at) == []
    after = await press(visit, too_soon.text)
    assert len(documents(at)) == 1
    assert "In the chart, as a draft" in words(after.text)


async def test_session_that_ends_while_it_is_sent_files_nothing_and_loses_nothing(at: Clinic) -> None:
    visit = await said(at)
    await change(visit, why="You want to dance.")
    before = await shown(visit)
    at.ehr.faults.token.no_refresh = True
    at.ehr.faults.token.expire_now = True

    stopped = await press(visit, before)

    assert stopped.status_code == 401
    assert documents(at) == []
    at.ehr.faults.reset()
    later = await visit.browser.open(ROSA, encounter_id=IN_VISIT)
    assert "You want to dance." in await shown(later)
    await press(later)
    assert len(documents(at)) == 1


async def test_receipt_stands_on_done_too_and_it_is_taken_back_from_there(at: Clinic) -> None:
    visit = await said(at)
    await press(visit)
    done = (await visit.page("done")).text

    assert "Handout for the patient, in" in words(done)
    assert "It is in the chart" in words(done)
    (document,) = documents(at)
    undo = form(done, f"/undo/{document['identifier'][0]['value']}")
    page = await visit.browser.post(undo.action, undo.fields)

    assert documents(at)[0]["status"] == "entered-in-error"
    assert "Taken back: marked as entered in error" in words(page.text)
    html = await shown(visit)
    assert PRESS in words(html)
    await press(visit, html)
    assert [one["status"] for one in documents(at)] == ["entered-in-error", "current"]


async def test_page_from_before_it_was_taken_back_files_nothing(at: Clinic) -> None:
    visit = await said(at)
    before = await shown(visit)
    await press(visit, before)
    (document,) = documents(at)
    undo = form((await visit.page("done")).text, f"/undo/{document['identifier'][0]['value']}")
    await visit.browser.post(undo.action, undo.fields)

    again = await press(visit, before)

    assert len(documents(at)) == 1
    assert "The handout changed since this page was shown." in words(again.text)


async def test_undo_page_shows_what_was_filed_and_what_the_chart_has(at: Clinic) -> None:
    visit = await said(at)
    await press(visit)
    (document,) = documents(at)

    page = await visit.page(f"undo/{document['identifier'][0]['value']}")

    assert words(page.text).count(SONG) == 2
    assert "Handout for the patient, in" in words(page.text)


async def test_done_of_a_visit_in_which_only_the_handout_was_filed_says_so(at: Clinic) -> None:
    visit = await at.browser().open(ROSA, encounter_id=IN_VISIT)
    await press(visit)

    done = words((await visit.page("done")).text)

    assert "What became of the handout" in done
    assert "Nothing was sent yet" not in done


async def test_who_filed_it_is_recorded(at: Clinic) -> None:
    visit = await said(at)
    await press(visit)

    (document,) = documents(at)
    targets = [one["target"] for one in at.ehr.created("Provenance")]
    assert [{"reference": f"DocumentReference/{document['id']}"}] in targets


@pytest.mark.parametrize(("ehr", "registration"), [("full", FILES), ("epic", TYPED), ("oracle", TYPED)])
@pytest.mark.parametrize("language", ["en", "es", "zh-Hans"])
async def test_words_of_a_filed_handout_are_not_read_as_a_note_later(
    ehr: str, registration: dict[str, object], language: str
) -> None:
    async with clinic(ehr=ehr, registration=registration) as running:
        visit = await said(running)
        later = await running.browser().open(ROSA, encounter_id=IN_VISIT)
        without = main((await later.page("statements")).text)
        await change(visit, language=language, why="Her goal is to walk to church. She hopes to dance.")
        await press(visit, signed="yes")
        assert len(documents(running)) == 1

        running.clock.now += timedelta(minutes=11)
        afterwards = await running.browser().open(ROSA, encounter_id=IN_VISIT)
        found = main((await afterwards.page("statements")).text)

    assert found == without


class MixedUp(httpx2.AsyncBaseTransport):
    """A wire on which the launch's encounter is another patient's."""

    def __init__(self, wire: httpx2.AsyncBaseTransport) -> None:
        self._wire = wire

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._wire.handle_async_request(request)
        if "/Encounter/" not in request.url.path:
            return answer
        body = (await answer.aread()).replace(b"Patient/delgado-rosa", b"Patient/bell-marcus")
        return httpx2.Response(200, content=body, headers={"Content-Type": "application/fhir+json"})


async def test_another_patients_visit_keeps_the_handout_from_being_filed(at: Clinic) -> None:
    async with another_worker(
        at, "sqlite+aiosqlite://", wire=MixedUp(at.wire), files_handout=True
    ) as mixed_up:
        visit = await mixed_up.browser().open(ROSA, encounter_id=IN_VISIT)
        html = await shown(visit)
        answer = await visit.browser.post(
            visit.path("handout/file"), form((await visit.page("handout")).text, "/handout").fields
        )

    assert documents(at) == []
    assert "belongs to another patient" in words(html)
    assert not is_offered(html)
    assert "The handout was not filed." in words(answer.text)


async def test_the_same_text_can_be_copied(at: Clinic) -> None:
    html = await shown(await said(at))

    assert html.count(SONG) == 2
    assert "The same as plain text" in words(html)


async def test_visit_is_not_ended_without_telling_of_a_handout_in_doubt(at: Clinic) -> None:
    visit = await at.browser().open(ROSA, encounter_id=IN_VISIT)
    at.ehr.faults.write.drop_before_commit = True
    doubt = await press(visit)
    at.ehr.faults.reset()
    end = next(one for one in forms(doubt.text) if one.action.endswith("/end"))

    page = await visit.browser.post(end.action, end.fields)

    assert "What matters to you" in page.text
    assert "End this visit?" in words(page.text)
