"""The whole job, as a clinician does it: opened from the chart, read, written, read back."""

from datetime import timedelta

import anyio

from smartapp.demo import SCOPES
from tests.pages import form, words
from tests.visits import APP, clinic

ROSA = "delgado-rosa"


async def test_words_typed_in_the_room_are_in_the_chart_and_read_back() -> None:
    async with clinic() as at:
        visit = await at.browser().open(ROSA, encounter_id=f"{ROSA}-today")
        await visit.write(goal="Dance one whole song with Ernesto.", worry="Ending up like my sister.")

        done = await visit.send()

        goal, worry = at.ehr.created("Goal"), at.ehr.created("Observation")
        assert [each["description"]["text"] for each in goal] == ["Dance one whole song with Ernesto."]
        assert [each["valueString"] for each in worry] == ["Ending up like my sister."]
        assert [each["subject"]["reference"] for each in goal + worry] == [f"Patient/{ROSA}"] * 2
        assert f"Goal/{goal[0]['id']}" in words(done.text)
        assert words(done.text).count("Read back from the chart at") == 2
        assert len(at.ehr.created("Provenance")) == 1


async def test_double_click_reload_and_back_send_nothing_twice() -> None:
    async with clinic() as at:
        visit = await at.browser().open(ROSA)
        await visit.write(goal="Dance.", hope="No pain the next day.")
        review = await visit.review()

        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(visit.send, review)
        await visit.page("done")
        again = await visit.send(review)

        assert again.status_code == 200
        assert len(at.ehr.created("Goal")) == 1
        assert len(at.ehr.created("Observation")) == 1


async def test_two_patients_in_two_tabs_stay_apart() -> None:
    async with clinic() as at:
        browser = at.browser()
        rosa, marcus = await browser.open(ROSA), await browser.open("bell-marcus")
        await rosa.write(goal="Rosa's goal.")
        await marcus.write(goal="Marcus's goal.")

        await rosa.send()
        await marcus.send()

        assert {
            goal["subject"]["reference"]: goal["description"]["text"] for goal in at.ehr.created("Goal")
        } == {
            "Patient/delgado-rosa": "Rosa's goal.",
            "Patient/bell-marcus": "Marcus's goal.",
        }


async def test_form_of_one_patient_sent_to_the_launch_of_another_is_refused() -> None:
    async with clinic() as at:
        browser = at.browser()
        rosa, marcus = await browser.open(ROSA), await browser.open("bell-marcus")
        await rosa.write(goal="Rosa's goal.")
        review = await rosa.review()
        fields = form((await marcus.page("room")).text, "/draft").value("token")
        review.fields = review.changed({"token": fields})

        answer = await browser.post_once(APP + marcus.path("send"), review.fields)

        assert answer.status_code == 409
        assert at.ehr.created("Goal") == []


async def test_visit_of_another_patient_stops_every_sending() -> None:
    scopes = (*SCOPES, "user/Encounter.rs")
    async with clinic(registration={"scopes": scopes}) as at:
        visit = await at.browser().open(ROSA, encounter_id="bell-marcus-today")
        room = await visit.write(goal="Dance.")
        pressed = [("item", box) for box in room.values("box")]

        shown = await visit.page("review")
        sent = await visit.browser.post_once(visit.path("send"), [*room.fields, *pressed])

        text = words(shown.text)
        assert shown.status_code == 200
        assert "The visit that the EHR opened belongs to another patient. Nothing can be sent" in text
        assert "Dance. Not sent" in text
        assert "Send to this chart" not in text
        assert sent.status_code == 409
        assert at.ehr.created("Goal") == []
        assert "Dance." in (await visit.page("room")).text


async def test_visit_that_cannot_be_read_is_left_out_of_what_is_written() -> None:
    async with clinic() as at:
        visit = await at.browser().open(ROSA, encounter_id="bell-marcus-today")
        await visit.write(worry="Stairs.")

        await visit.send()

        assert [one.get("encounter") for one in at.ehr.created("Observation")] == [None]


async def test_words_of_somebody_the_ehr_did_not_name_are_shown_when_the_session_ends() -> None:
    async with clinic() as at:
        at.ehr.faults.token.drop_scopes = {"openid"}
        at.ehr.faults.id_token = "missing"
        visit = await at.browser().open(ROSA)
        await visit.write(worry="Ending up like my sister.")
        at.clock.now += timedelta(minutes=16)

        ended = await visit.page("room")

        assert ended.status_code == 401
        assert "did not say who is signed in" in words(ended.text)
        assert "You will be offered the text" not in words(ended.text)
        assert "Ending up like my sister." in ended.text


async def test_words_on_their_way_are_shown_too_when_the_session_of_an_unnamed_user_ends() -> None:
    async with clinic() as at:
        at.ehr.faults.token.drop_scopes = {"openid"}
        at.ehr.faults.id_token = "missing"
        visit = await at.browser().open(ROSA)
        await visit.write(worry="Ending up like my sister.")
        review = await visit.review()
        at.ehr.faults.token.refuse_refresh = True
        at.ehr.expire_tokens()

        while_sending, later = await visit.send(review), await visit.page("room")

        for ended in (while_sending, later):
            assert ended.status_code == 401
            assert "Ending up like my sister." in ended.text
            assert "You will be offered the text" not in words(ended.text)
        assert at.ehr.created("Observation") == []
