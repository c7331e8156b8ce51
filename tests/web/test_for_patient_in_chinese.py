"""A question for a patient whose own Chinese is written in traditional characters."""

import pytest

from smartapp.app import CONTENT
from smartapp.i18n import load_languages
from smartapp.sdm.catalogue import load_catalogue
from smartapp.sdm.knowledge import Opens
from smartapp.sdm.translations import load_translations
from smartapp.web.presenters.banner import Looks
from smartapp.web.presenters.for_patient import Screen, for_patient_page

LANGUAGES = load_languages()
QUESTION = load_catalogue(CONTENT).opening(Opens.USUALLY)
TRANSLATIONS = load_translations(CONTENT, ["es", "zh-Hans"])


def screen(shown: str, *, reads_traditional: bool) -> Screen:
    return Screen(
        question=QUESTION,
        questions=(QUESTION,),
        wording=TRANSLATIONS.wording(QUESTION, shown),
        wanted=shown,
        languages=tuple(LANGUAGES.values()),
        path="/visits/1/",
        opened="hope",
        is_spoken=True,
        reads_traditional=reads_traditional,
    )


@pytest.mark.parametrize(
    ("shown", "reads_traditional", "line"),
    [
        ("zh-Hans", True, "這裡只有簡體中文。您也可以選擇其他語言。"),
        ("zh-Hans", False, ""),
        ("en", True, ""),
    ],
)
def test_it_is_simplified_and_says_so_in_their_own_characters(
    shown: str, reads_traditional: bool, line: str
) -> None:
    on_screen = screen(shown, reads_traditional=reads_traditional)
    page = for_patient_page(on_screen, LANGUAGES, Looks(is_test_data=False, style_url=""))

    assert page.traditional == line
    assert [each.tag for each in page.languages] == ["en", "es", "zh-Hans"]
