"""The visit in one line, however little or much the EHR says of it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.fhir.patient_record import Part, PartName, Reason, Visit
from smartapp.web.presenters.visit import visit_name

LATE = datetime(2026, 6, 9, 23, 30, tzinfo=UTC)


def same(moment: datetime) -> datetime:
    return moment


def part(**values: object) -> Part[Visit]:
    return Part(PartName.VISIT, (Visit("e1", "in-progress", **values),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"type": "office visit", "start": LATE, "place": "Ward"}, "Office visit, Tue 9 Jun 2026, Ward"),
        ({"type": "Office visit"}, "Office visit"),
        ({"start": LATE}, "Visit, Tue 9 Jun 2026"),
        ({"place": "Cardiology"}, "Visit, Cardiology"),
        ({}, "Visit"),
    ],
)  # fmt: skip
def test_visit_is_named_by_what_is_known_of_it(values: dict[str, object], name: str) -> None:
    assert visit_name(part(**values), same) == name


def test_day_of_a_visit_is_the_clinics() -> None:
    def local(moment: datetime) -> datetime:
        return moment.astimezone(timezone(timedelta(hours=2)))

    assert "Wed 10 Jun 2026" in visit_name(part(start=LATE), local)


@pytest.mark.parametrize(
    "read", [None, Part(PartName.VISIT), Part(PartName.VISIT, problem=Reason.OTHER_PATIENT)]
)
def test_visit_that_is_not_there_or_not_in_yet_has_no_name(read: Part[Visit] | None) -> None:
    assert visit_name(read, same) == ""


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_words_of_an_ehr_make_one_short_line(kind: str, place: str) -> None:
    name = visit_name(part(type=kind, start=LATE, place=place), same)

    assert name.isprintable()
    assert len(name) <= 40 + 40 + len(", Tue 9 Jun 2026, ") + 2
