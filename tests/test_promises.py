"""What the app promises never to do, held against what it is made of."""

import re
from pathlib import Path

from smartapp.sdm.knowledge import Reminder
from smartapp.sdm.model import Kind
from smartapp.smart.scopes import parse
from smartapp.web.routes import routes
from smartapp.writing.model import RESOURCE_TYPES
from tests.launch_files import load_registration
from tests.sdm.charts import shipped

ROOT = Path(__file__).parent.parent
CATALOGUE = shipped()
LABELS = re.compile(r"score|trust|credib|difficult|risk|flag|adheren|complian", re.IGNORECASE)
SAID_TO_BE_COMMON = re.compile(r"\b(common|widespread|typical|usual)\b", re.IGNORECASE)
ADDRESS_ELSEWHERE = re.compile(r'(?:src|action|srcset|data)="https?://|@import|url\(\s*["\']?https?:')


def texts(reminder: Reminder) -> tuple[str, ...]:
    return (reminder.text, reminder.why, reminder.limits)


def test_nothing_that_is_kept_or_written_is_a_score_or_a_label_of_the_patient() -> None:
    assert [kind for kind in Kind if LABELS.search(kind.value)] == []
    assert {"Flag", "RiskAssessment", "Condition", "Communication"}.isdisjoint(RESOURCE_TYPES.values())


def test_no_launch_file_asks_for_flags_or_for_anything_about_other_patients() -> None:
    for file in sorted((ROOT / "launch_config").glob("*.toml")):
        registration = load_registration(file, environ={}, base_url="https://app.example")
        asked = parse(" ".join(registration.scopes))
        assert not asked.allows("Flag", "r"), file.name
        assert not asked.allows("Flag", "s"), file.name
        assert not any(scope.context == "system" for scope in asked.resources), file.name


def test_no_address_of_the_app_is_about_a_clinician_or_counts_anything() -> None:
    """But for /metrics, off by default, whose labels hold no person: tests/test_metrics.py."""
    paths = [path for route in routes() if (path := getattr(route, "path", "")) != "/metrics"]

    assert paths
    assert not [
        path for path in paths if re.search(r"clinician|practitioner|report|metric|stat(s|istics)\b", path)
    ]


def test_no_page_or_style_fetches_anything_from_elsewhere() -> None:
    files = [*(ROOT / "smartapp" / "templates").glob("*.html"), *(ROOT / "smartapp" / "static").glob("*.*ss")]

    assert files
    assert [file.name for file in files if ADDRESS_ELSEWHERE.search(file.read_text(encoding="utf-8"))] == []


def test_no_text_says_that_prejudice_is_common() -> None:
    """To read that others do it too can make it seem allowed."""
    said = [
        (reminder.id, text)
        for reminder in CATALOGUE.reminders
        for text in texts(reminder)
        if SAID_TO_BE_COMMON.search(text)
    ]

    assert said == []


def test_no_reminder_claims_that_it_changes_anything() -> None:
    claims = re.compile(r"\bthis (app|reminder) (reduc|improv|prevent|help)", re.IGNORECASE)

    assert [one.id for one in CATALOGUE.reminders for text in texts(one) if claims.search(text)] == []


def test_a_sentence_to_close_with_has_twenty_words_at_most() -> None:
    closing = [question for question in CATALOGUE.questions if question.moment == "closing"]

    assert {"heard-all", "mirror", "teach-back"} <= {question.id for question in closing}
    assert all(len(question.text.split()) <= 20 for question in closing)
