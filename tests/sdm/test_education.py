"""Links to general information hold a code and a language, and nothing else, and lead to one source."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from smartapp.sdm.education import link
from smartapp.sdm.facts import Code

ICD = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"


@pytest.mark.parametrize(
    ("code", "system"),
    [(Code(ICD, "M17.11"), "2.16.840.1.113883.6.90"), (Code(SNOMED, "38341003"), "2.16.840.1.113883.6.96")],
)
def test_link_holds_code_and_language_only(code: Code, system: str) -> None:
    found = link([code], "es")

    assert found is not None
    parts = urlsplit(found.url)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "connect.medlineplus.gov", "/application")
    assert dict(parse_qsl(parts.query)) == {
        "mainSearchCriteria.v.cs": system,
        "mainSearchCriteria.v.c": code.code,
        "informationRecipient.languageCode.c": "es",
    }


def test_link_is_in_english_where_the_source_has_not_the_language() -> None:
    found = link([Code(ICD, "E11.9")], "zh-Hans")

    assert found is not None
    assert found.language == "en"


@pytest.mark.parametrize(
    "code",
    [
        Code("http://example.org/local", "E11.9"),
        Code(ICD, ""),
        Code(ICD, "E11.9&dn=Rosa Delgado"),
        Code(ICD, "Rosa Delgado, born 1958"),
        Code(ICD, "糖尿病"),
    ],
)
def test_what_is_no_code_makes_no_link(code: Code) -> None:
    assert link([code], "en") is None
