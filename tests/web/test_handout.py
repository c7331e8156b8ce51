"""The handout's pages: what can be ticked, what then stands on the page, and that typed text is kept."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest

from smartapp.sdm.reading_level import reading_level
from tests.pages import Form, form, forms, words
from tests.visits import APP, Browser, Clinic, OpenVisit, box_of, clinic
from tests.web.charts import SUBJECT, goal, note, sam, sams_visit

ROSA, MARCUS = "delgado-rosa", "bell-marcus"
SONG, SISTER = "One whole song with Ernesto.", "Ending up like my sister."
JSON = {"Accept": "application/json"}
TAGS = ("en", "es", "zh-Hans")


class _Paper(HTMLParser):
    """The lines of the page, apart from what people said or wrote."""

    _BLOCKS = frozenset({"p", "li", "h2", "h3", "h4", "blockquote"})

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = [""]
        self._depth = 0
        self._own: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if tag == "article" or self._depth:
            self._depth += tag == "article"
            if tag in self._BLOCKS:
                self.lines.append("")
            if "paper__own" in classes or self._own:
                self._own.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._own and self._own[-1] == tag:
            self._own.pop()
        self._depth -= tag == "article"

    def handle_data(self, data: str) -> None:
        if self._depth and not self._own:
            self.lines[-1] += data


def fixed_lines(html: str) -> list[str]:
    found = _Paper()
    found.feed(html)
    return [" ".join(line.split()) for line in found.lines if line.strip()]


async def handout_form(visit: OpenVisit) -> Form:
    return form((await visit.page("handout")).text, "/handout")


async def id_of(visit: OpenVisit, said: str) -> str:
    """The id of the line with these words."""
    html = (await visit.page("handout")).text
    found = re.search(rf'value="([^"]+)"[^<]*?>\s*<span>\s*<span[^>]*>{re.escape(said)}', html)
    assert found, f"{said} cannot be ticked"
    return found[1]


async def printed(visit: OpenVisit, *, ticked: Sequence[str] | None = None, **changes: str) -> str:
    """The page as it prints, with these words on it (None: as it was offered)."""
    found = await handout_form(visit)
    fields = found.changed({"next": "page"} | changes)
    if ticked is not None:
        fields = [each for each in fields if each[0] != "line"]
        fields += [("line", await id_of(visit, said)) for said in ticked]
    answer = await visit.browser.post(found.action, fields)
    assert answer.status_code == 200, answer.text
    assert answer.url.path == visit.path("handout/page")
    return answer.text


@pytest.fixture
async def visit(browser: Browser) -> OpenVisit:
    """A visit of Rosa's in which two things were said and sent."""
    found = await browser.open(ROSA, encounter_id=f"{ROSA}-today")
    await found.write(goal=SONG, worry=SISTER)
    await found.send()
    return found


async def test_done_and_the_foot_of_pages_lead_to_the_handout(visit: OpenVisit) -> None:
    address = f'href="{visit.path("handout")}"'

    assert (await visit.page("done")).text.count(address) == 2
    assert address in (await visit.page()).text
    assert address in (await visit.page("statements")).text


async def test_todays_words_are_offered_ticked_and_the_charts_are_not(visit: OpenVisit) -> None:
    found = await handout_form(visit)

    ticked = {await id_of(visit, said) for said in (SONG, SISTER)}
    assert set(found.values("line")) == ticked
    assert await id_of(visit, "I want to dance at Lucía’s wedding in October.") in found.values("listed")


async def test_page_holds_what_was_ticked_and_nothing_else_that_was_said(visit: OpenVisit) -> None:
    html = await printed(
        visit, ticked=[SONG], call="Front desk, 555-0117", next_steps="Therapy\nWe talk again"
    )

    assert SONG in html
    assert SISTER not in html
    assert "Lucía" not in html
    text = words(html)
    assert "Front desk, 555-0117" in text
    assert "Therapy We talk again" in text
    assert "Rosa" not in text[text.index("What matters to you") : text.index("handout, version")]


async def test_first_name_stands_on_the_page_when_it_is_asked_for(visit: OpenVisit) -> None:
    assert "For Rosa." in words(await printed(visit, uses_name="yes"))
    assert "Delgado" not in "".join(fixed_lines(await printed(visit, uses_name="yes")))


@pytest.mark.parametrize("tag", TAGS)
async def test_words_are_on_the_page_byte_for_byte_with_their_own_language(tag: str) -> None:
    said = "Quiero «dormir»\u00a0toda la noche…\n  <b>Sin</b> dolor & \u202eya\u202c. 我 🙂"
    async with sams_visit(goal("g1", said, language="es", expressedBy=SUBJECT)) as visit:
        html = await printed(visit, ticked=["Quiero"], language=tag)

    kept = re.search(r'lang="es"><span class="paper__own">(.*?)</span>', html, re.S)
    assert kept
    assert kept[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == said
    assert f'lang="{tag}" dir="ltr"' in html


async def test_markup_in_what_is_typed_stays_text(visit: OpenVisit) -> None:
    attack = '"><script>alert(1)</script>{{ 7*7 }}'

    html = await printed(visit, why=attack, next_steps=attack, call=attack, costs=attack)

    assert "<script>alert" not in html
    assert html.count("{{ 7*7 }}") == 8  # on the page, and in its text to copy
    assert "<script>alert" not in (await visit.page("handout")).text


async def test_field_that_makes_no_sense_falls_back_and_loses_no_word(visit: OpenVisit) -> None:
    html = await printed(visit, language="../../etc", said_in='x" onclick="', written_in="\x00", why="Kept")

    assert 'lang="en"' in html
    assert "onclick" not in html
    assert 'lang=""><span class="paper__own">Kept</span>' in html


async def test_page_is_offered_in_the_patients_language(running: Clinic) -> None:
    patient = sam(communication=[{"language": {"coding": [{"code": "es-MX"}]}, "preferred": True}])
    async with sams_visit(patient=patient) as visit:
        found = await handout_form(visit)

    assert found.value("language") == "es"


async def test_patient_whose_language_has_no_page_gets_english_and_an_interpreter() -> None:
    patient = sam(communication=[{"language": {"coding": [{"code": "vi"}]}, "preferred": True}])
    async with sams_visit(patient=patient) as visit:
        text = words((await visit.page("handout")).text)
        found = await handout_form(visit)

    assert "There is no handout in Vietnamese. Offer an interpreter." in text
    assert found.value("language") == "en"


@pytest.mark.parametrize("tag", ["es", "zh-Hans"])
async def test_draft_translation_is_marked_on_screen_and_on_the_page(visit: OpenVisit, tag: str) -> None:
    html = await printed(visit, language=tag)

    assert words(html).count("Draft translation. It needs a qualified translator.") == 1
    assert ("Borrador" in html) or ("草稿" in html)


async def test_site_that_forbids_drafts_offers_english_only() -> None:
    async with clinic(setting={"draft_translations": False}) as running:
        visit = await running.browser().open(ROSA)
        page = (await visit.page("handout")).text
        html = await printed(visit, language="es")

    assert "Español" not in page[: page.index("app-foot")]
    assert "What matters to you" in html
    assert "Lo que le importa" not in html


async def test_what_nobody_confirmed_and_what_is_over_is_not_offered() -> None:
    found_in_note = note("n1", 'Patient states: "I want to walk to the market."', on="2026-05-04")
    over = goal("g1", "To run again.", expressedBy=SUBJECT, lifecycleStatus="cancelled")
    clinicians = goal("g2", "HbA1c below 7.", expressedBy={"reference": "Practitioner/1"})
    async with sams_visit(found_in_note, over, clinicians) as visit:
        statements = words((await visit.page("statements")).text)
        text = words((await visit.page("handout")).text)

    assert "I want to walk to the market." in statements
    assert "Nothing that can go on the page is on file." in text
    for said in ("market", "To run again", "HbA1c"):
        assert said not in text


async def test_familys_words_are_named_as_theirs_and_not_ticked_by_themselves(browser: Browser) -> None:
    visit = await browser.open(ROSA)
    page = form((await visit.page("room")).text, "/draft")
    box = box_of(page, "worry")
    fields = {f"{box}-words": "She does not sleep.", f"{box}-by": "other", f"{box}-name": "Ernesto, husband"}
    await browser.post(page.action, page.changed({"next": "room"} | fields))
    await visit.send()

    offered = await handout_form(visit)
    html = await printed(visit, ticked=["She does not sleep."])

    assert await id_of(visit, "She does not sleep.") in offered.values("listed")
    assert offered.values("line") == []
    assert "From Ernesto, husband" in html
    assert "Your worry" not in html


async def test_what_was_taken_back_is_not_offered_any_more(visit: OpenVisit) -> None:
    done = (await visit.page("done")).text
    row = re.search(r"undo/([0-9a-f]{32})", done)
    assert row
    take_back = form(done, f"/undo/{row[1]}")
    await visit.browser.post(take_back.action, take_back.fields)

    listed = words((await visit.page("handout")).text)

    assert (SONG in listed) != (SISTER in listed)


async def test_typed_words_that_are_not_sent_are_named_and_not_on_the_page(browser: Browser) -> None:
    visit = await browser.open(ROSA)
    await visit.write(hope="To sleep.")

    text = words((await visit.page("handout")).text)

    assert "1 statement is typed and not sent yet." in text
    assert "To sleep." not in text


async def test_choices_and_typed_text_survive_a_reload(visit: OpenVisit) -> None:
    await printed(visit, ticked=[SISTER], why="Because of the\nwedding", call="555-0117", language="es")

    again = await handout_form(visit)

    assert again.values("line") == [await id_of(visit, SISTER)]
    assert (again.value("why"), again.value("call"), again.value("language")) == (
        "Because of the\nwedding",
        "555-0117",
        "es",
    )


async def test_what_is_sent_after_the_choice_is_ticked_like_the_rest_of_today(visit: OpenVisit) -> None:
    await printed(visit, ticked=[SISTER])
    await visit.write(hope="To sleep.")
    await visit.send()

    ticked = (await handout_form(visit)).values("line")

    assert set(ticked) == {await id_of(visit, SISTER), await id_of(visit, "To sleep.")}


async def test_typing_is_kept_while_it_goes_on(visit: OpenVisit) -> None:
    found = await handout_form(visit)

    answer = await visit.browser.post_once(found.action, found.changed({"why": "Half a"}), headers=JSON)

    assert answer.status_code == 200
    assert re.fullmatch(r"\d\d:\d\d", answer.json()["kept_at"])
    assert (await handout_form(visit)).value("why") == "Half a"


async def test_text_typed_after_the_session_ended_is_kept_for_the_next_launch(
    running: Clinic, visit: OpenVisit
) -> None:
    found = await handout_form(visit)
    running.clock.now += timedelta(minutes=30)

    answer = await visit.browser.post_once(found.action, found.changed({"why": "Typed late"}))
    later = await visit.browser.open(ROSA)

    assert answer.status_code == 401
    assert (await handout_form(later)).value("why") == "Typed late"
    assert "before this visit was opened again" in words((await later.page("handout")).text)
    again = form((await later.page("handout")).text, "/handout/again")
    await later.browser.post(again.action, again.fields)
    assert (await handout_form(later)).value("why") == ""


async def test_questions_page_is_not_offered_a_handout_for_a_draft(visit: OpenVisit) -> None:
    await printed(visit, why="Because of the wedding")

    later = await visit.browser.open(ROSA)

    assert "Because of the wedding" not in (await later.page("room")).text
    assert (await later.page()).status_code == 200


async def test_another_patients_visit_sees_nothing_of_it(visit: OpenVisit) -> None:
    await printed(visit, why="Because of the wedding", uses_name="yes")

    marcus = await visit.browser.open(MARCUS)

    for page in ("handout", "handout/page"):
        html = (await marcus.page(page)).text
        assert "wedding" not in html
        assert SONG not in html


@pytest.mark.parametrize(("name", "value", "status"), [("token", "x", 403), ("patient", MARCUS, 409)])
async def test_form_of_another_page_or_patient_changes_nothing(
    visit: OpenVisit, name: str, value: str, status: int
) -> None:
    found = await handout_form(visit)

    answer = await visit.browser.post_once(found.action, found.changed({name: value, "why": "Stolen"}))

    assert answer.status_code == status
    assert (await handout_form(visit)).value("why") == ""


async def test_form_of_one_launch_is_refused_by_another(visit: OpenVisit) -> None:
    found = await handout_form(visit)
    marcus = await visit.browser.open(MARCUS)

    answer = await visit.browser.post_once(marcus.path("handout"), found.changed({"why": "Rosa's"}))

    assert answer.status_code == 403
    assert "Rosa&#39;s" not in (await marcus.page("handout")).text


@pytest.mark.parametrize("page", ["handout", "handout/page", "handout.pdf"])
async def test_another_browser_gets_none_of_the_pages(running: Clinic, visit: OpenVisit, page: str) -> None:
    answer = await running.browser().get_once(APP + visit.path(page))

    assert answer.status_code == 403
    assert "Rosa" not in answer.text


async def test_line_that_was_not_offered_cannot_be_put_on_the_page(visit: OpenVisit) -> None:
    marcus = await visit.browser.open(MARCUS)
    await marcus.write(goal="To read aloud.")
    await marcus.send()
    others = await id_of(marcus, "To read aloud.")
    found = await handout_form(visit)

    answer = await visit.browser.post(found.action, [*found.fields, ("line", others), ("next", "page")])

    assert "To read aloud." not in answer.text


async def test_there_is_no_handout_for_somebody_who_died() -> None:
    async with sams_visit(patient=sam(deceasedBoolean=True)) as visit:
        page = await visit.page("handout")
        as_it_prints = await visit.page("handout/page")

    assert "There is no handout here." in words(page.text)
    assert not any("/handout" in one.action for one in forms(page.text))
    assert as_it_prints.url.path == visit.path("handout")


@pytest.mark.parametrize("tag", TAGS)
async def test_fixed_text_of_the_rendered_page_is_plain(visit: OpenVisit, tag: str) -> None:
    lines = fixed_lines(await printed(visit, ticked=[SONG, SISTER], language=tag, uses_name="yes"))
    sentences = [line for line in lines if line.endswith((".", "?", ":", "。", "？", "："))]

    assert len(sentences) > 15
    for measured in (lines, sentences):
        level = reading_level(measured, tag)
        assert level is not None
        assert level.is_plain, level.told


async def test_links_hold_codes_of_this_chart_and_no_patient(visit: OpenVisit) -> None:
    await printed(visit, language="es")
    html = (await visit.page("handout")).text
    links = re.findall(r'<a href="(https://connect\.medlineplus\.gov/[^"]+)"([^>]*)>', html)

    assert links
    for url, attributes in links:
        assert re.fullmatch(r"mainSearchCriteria\.v\.cs=[\d.]+&amp;mainSearchCriteria\.v\.c=[\w.]+&amp;.*=es",
                            url.partition("?")[2])  # fmt: skip
        assert 'rel="noopener noreferrer" referrerpolicy="no-referrer"' in attributes
        assert 'target="_blank"' in attributes
    assert "medlineplus" not in await printed(visit)


async def test_site_prints_its_numbers_and_offers_no_links_when_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "handout_site.toml").write_text(
        '[[site]]\nclinic = "Cedar Hill"\ncall = "555-0117"\nportal = "portal.example.org"\n'
        'mediation = "Patient relations, 555-0100"\neducation_links = false\n',
        encoding="utf-8",
    )
    async with clinic(setting={"content_dir": tmp_path}) as running:
        visit = await running.browser().open(ROSA)
        page = (await visit.page("handout")).text
        text = words(await printed(visit))

    assert "medlineplus" not in page
    assert form(page, "/handout").value("call") == "555-0117"
    for line in ("at Cedar Hill.", "555-0117", "portal.example.org", "Patient relations, 555-0100"):
        assert line in text


async def test_number_that_the_clinician_took_off_stays_off(tmp_path: Path) -> None:
    (tmp_path / "handout_site.toml").write_text('[[site]]\ncall = "555-0117"\n', encoding="utf-8")
    async with clinic(setting={"content_dir": tmp_path}) as running:
        visit = await running.browser().open(ROSA)
        html = await printed(visit, call="")

    assert "555-0117" not in html


def pages_of(body: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(BytesIO(body))
    try:
        return [document[number].get_textpage().get_text_bounded() for number in range(len(document))]
    finally:
        document.close()


@pytest.mark.parametrize(
    ("tag", "title"),
    [("en", "What matters to you"), ("es", "Lo que le importa a usted"), ("zh-Hans", "对您重要的事")],
)
async def test_pdf_file_says_what_the_page_says(visit: OpenVisit, tag: str, title: str) -> None:
    pytest.importorskip("weasyprint", reason="NO WEASYPRINT: PDF files were not tested", exc_type=ImportError)
    await printed(visit, ticked=[SONG], language=tag, next_steps="Terapia: acción")

    answer = await visit.page("handout.pdf")

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="handout.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    text = " ".join(" ".join(pages_of(answer.content)).split())
    assert title in text
    assert SONG in text
    assert "Terapia: acción" in text
    assert SISTER not in text


async def test_without_the_extra_the_browser_prints(running: Clinic, visit: OpenVisit) -> None:
    running.app.state.services = replace(running.app.state.services, pdf=None)

    html = await printed(visit)
    answer = await visit.page("handout.pdf")

    assert "Save as PDF" not in html
    assert "The browser prints it with Ctrl P" in words(html)
    assert answer.url.path == visit.path("handout/page")


async def test_pdf_file_that_cannot_be_made_says_so(running: Clinic, visit: OpenVisit) -> None:
    much = "x" * 200_000
    await printed(visit, why=much, next_steps=much, call=much)

    answer = await visit.page("handout.pdf")

    assert "The PDF file could not be made. Print the page with the browser." in words(answer.text)


async def test_change_of_language_keeps_what_was_typed_on_the_form(visit: OpenVisit) -> None:
    found = await handout_form(visit)
    html = (await visit.page("handout")).text
    assert 'form="handout" name="next" value="language-es"' in html

    answer = await visit.browser.post(
        found.action, found.changed({"why": "You want to dance.", "next": "language-es"})
    )

    assert answer.url.path == visit.path("handout")
    assert '<html lang="es"' in answer.text
    assert form(answer.text, "/handout").value("why") == "You want to dance."
