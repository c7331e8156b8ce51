"""What `smartapp check` tells of writing, before any EHR was asked."""

from dataclasses import replace

from smartapp.smart.registration import Mode, Questionnaire, Registration
from smartapp.writing.forecast import forecast

EPIC = Registration(
    id="epic",
    label="Epic",
    iss=("https://fhir.example/R4",),
    vendor="epic",
    scopes=("launch", "patient/Goal.rs", "patient/Observation.crus", "patient/DocumentReference.crus"),
)
OPEN = Registration(id="open", label="Open", iss=("https://o.example/r4",), mode=Mode.OPEN)


def told(registration: Registration) -> str:
    return "\n".join(forecast(registration))


def way(registration: Registration, kind: str) -> list[str]:
    """The lines under the heading that names the kind."""
    lines = list(forecast(registration))
    start = next(
        n for n, line in enumerate(lines) if line.endswith(":") and kind in line.strip(" :").split(", ")
    )
    under = lines[start + 1 :]
    end = next(n for n, line in enumerate(under) if not line.startswith("    "))
    return [line.strip() for line in under[:end]]


def test_whole_forecast_for_epic() -> None:
    assert forecast(EPIC) == (
        "What is written, best first. In a visit, the EHR's own statement and the granted scopes decide too.",
        "  Goal:",
        "    a note (DocumentReference), then text to copy",
        "    not Goal: no scope to create it is asked for",
        "  Hope, Worry, What matters, Not acceptable, Treatment preference, Care preference, How to decide, "
        "Who is involved, Confidence, Strength:",
        "    a note (DocumentReference), then text to copy",
        "    not Observation: taken by this vendor for other things only",
        "  Decision:",
        "    a note (DocumentReference), then text to copy",
        "    not CarePlan: no scope to create it is asked for",
        "  In order of importance:",
        "    a note (DocumentReference), then text to copy",
        "    not List: no scope to create it is asked for",
        "",
        "A note is filed as a draft, and only in a visit that is known. Its type is LOINC 11506-3.",
        "Questionnaire: this file names none.",
        "The patient's handout: not filed, by this file.",
        "Changed or taken back, where the EHR takes updates: Observation, DocumentReference.",
        "Who said and who recorded it (Provenance): not written, no scope is asked for.",
        "Several resources in one transaction: where the EHR takes it.",
        "Profiles claimed, of those that the EHR lists: US Core of any version.",
        "Vendor 'epic': of all this it takes DocumentReference, QuestionnaireResponse. From: the sandbox's "
        'CapabilityStatement "Epic May 2026", captured 2026-07-24.',
        "It takes for other things only: Observation.",
    )


def test_open_sandbox_may_write_everything_that_its_file_names() -> None:
    assert way(OPEN, "Goal") == ["Goal, then a note (DocumentReference), then text to copy"]
    assert way(OPEN, "Confidence") == ["Observation, then a note (DocumentReference), then text to copy"]
    assert way(OPEN, "Decision") == ["CarePlan, then a note (DocumentReference), then text to copy"]
    assert way(OPEN, "In order of importance") == ["List, then a note (DocumentReference), then text to copy"]


def test_order_of_the_file_is_the_order_of_the_ladder() -> None:
    assert way(replace(OPEN, write_order=("DocumentReference", "Goal")), "Goal") == [
        "a note (DocumentReference), then Goal, then text to copy"
    ]
    assert way(replace(OPEN, write_order=("clipboard",)), "Goal") == [
        "text to copy",
        "not Goal: left out in this file",
        "not a note (DocumentReference): left out in this file",
    ]


def test_questionnaire_is_told_with_what_it_does_not_ask() -> None:
    site = replace(OPEN, questionnaire=Questionnaire("https://q.example/1", (("goal", "1"),)))

    assert way(site, "Goal")[0].endswith(
        "then the site's questionnaire (QuestionnaireResponse), then text to copy"
    )
    assert way(site, "Hope")[-1] == "not the site's questionnaire (QuestionnaireResponse): no question for it"
    assert "Questionnaire: https://q.example/1\n" in told(site)


def test_questionnaire_that_is_never_reached_is_told() -> None:
    site = replace(
        OPEN,
        write_order=("Goal", "clipboard"),
        questionnaire=Questionnaire("https://q.example/1", (("goal", "1"),)),
    )

    assert "https://q.example/1 (not used: write.order has no QuestionnaireResponse)" in told(site)


def test_narrow_scope_is_understood() -> None:
    survey = "user/Observation.c?category=http://terminology.hl7.org/CodeSystem/observation-category|survey"
    site = replace(OPEN, mode=Mode.SMART, scopes=(survey,))

    assert way(site, "Confidence")[0] == "Observation, then text to copy"
    assert way(site, "Worry")[0] == "text to copy"
    assert "Changed or taken back, where the EHR takes updates: nothing." in told(site)


def test_what_a_vendor_asks_of_a_note_is_told() -> None:
    assert "A note is signed at once, when the clinician says yes to that;" in told(
        replace(EPIC, vendor="oracle", note_type="34117-2")
    )
    assert "Its type is LOINC 34117-2." in told(replace(EPIC, note_type="34117-2"))
    assert "A note is filed as a draft, with the visit where it is known." in told(OPEN)
    assert "A note is" not in told(replace(OPEN, write_order=("Goal",)))


def test_provenance_is_told_with_the_reason_why_not() -> None:
    oracle = replace(EPIC, vendor="oracle", scopes=("patient/Provenance.crs",))

    assert "(Provenance): where the EHR takes it." in told(OPEN)
    assert "(Provenance): not written, by this file." in told(replace(OPEN, provenance=False))
    assert "(Provenance): not written, this vendor takes it of other things only." in told(oracle)


def test_form_is_told() -> None:
    site = replace(OPEN, us_core="7.0", pco=True, transactions=False)

    assert "Several resources in one transaction: never." in told(site)
    assert "of those that the EHR lists: US Core 7.0, and in the form of PCO 1.0.0." in told(site)
    assert "of those that the EHR lists: none of US Core." in told(replace(OPEN, us_core="none"))


def test_vendor_that_nobody_knows_is_told() -> None:
    assert told(replace(EPIC, vendor="epci")).endswith(
        "Vendor 'epci': nothing is known, so it is taken to be as US Core says."
    )


def handout(registration: Registration) -> str:
    (line,) = [line for line in forecast(registration) if line.startswith("The patient's handout: ")]
    return line.removeprefix("The patient's handout: ")


def test_whether_the_handout_can_be_filed_is_told_or_why_not() -> None:
    files = replace(EPIC, files_handout=True)
    typed = replace(files, handout_type="34117-2")

    assert handout(files) == ("not filed: this vendor wants a type of its list, and handout.type names none.")
    assert handout(typed) == "filed when the clinician presses for it, as text; its type is LOINC 34117-2."
    assert handout(replace(typed, scopes=("patient/DocumentReference.rs",))) == (
        "not filed: no scope to create it is asked for."
    )
    assert handout(replace(typed, vendor="meditech")).startswith("not filed where the EHR is as this vendor")
    assert handout(replace(OPEN, files_handout=True)).endswith("its type is unknown, told as text.")


def test_narrow_scope_for_notes_is_enough_for_the_handout() -> None:
    category = "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category|clinical-note"
    narrow = f"user/DocumentReference.c?category={category}"
    other = "user/DocumentReference.c?category=http://loinc.org|42348-3"
    files = replace(EPIC, vendor="generic", files_handout=True)

    assert handout(replace(files, scopes=(narrow,))).startswith("filed when")
    assert handout(replace(files, scopes=(other,))) == "not filed: no scope to create it is asked for."
