"""The settings of a registration about writing, joined with its vendor's deviations."""

from smartapp.ehr.profile import NoteShape
from smartapp.smart.registration import Questionnaire, Registration
from smartapp.writing.model import WriteSite
from smartapp.writing.site import site_of

FORM = Questionnaire("https://q.example/1", (("goal", "1"),))


def test_every_setting_about_writing_reaches_the_sender() -> None:
    registration = Registration(
        id="x",
        label="X",
        iss=("https://x.example",),
        vendor="epic",
        write_order=("DocumentReference",),
        provenance=False,
        transactions=False,
        us_core="7.0",
        pco=True,
        note_type="34117-2",
        questionnaire=FORM,
    )

    assert site_of(registration) == WriteSite(
        order=("DocumentReference",),
        provenance=False,
        transactions=False,
        us_core="7.0",
        pco=True,
        note_shape=NoteShape.EPIC,
        note_type="34117-2",
        questionnaire=FORM,
        creates_of_other_kinds=frozenset({"Observation"}),
    )


def test_no_provenance_is_sent_where_the_vendor_takes_it_of_other_things_only() -> None:
    oracle = Registration(id="x", label="X", iss=("https://x.example",), vendor="oracle")

    assert oracle.provenance
    assert not site_of(oracle).provenance
    assert site_of(Registration(id="x", label="X", iss=("https://x.example",))).provenance
