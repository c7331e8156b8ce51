"""What a new CarePlan (a decision) and a new List (an order of importance) must be."""

import re
from html import unescape
from typing import Final, cast

from smartapp.fhir import guard_terms as terms
from smartapp.fhir.guard_expected import Expected, refuse
from smartapp.fhir.guard_rules import (
    Resource,
    check_each_once,
    check_fixed,
    check_identity,
    check_kind,
    check_notes,
    check_profiles,
    check_tag,
    check_words,
    check_words_note,
    coded,
)
from smartapp.sdm.model import Kind

_PARAGRAPH: Final = r"<p>(?:[^<>&]|&(?:amp|lt|gt|quot|#39|#x27);|<br/>)+</p>"
_DIV: Final = re.compile(rf'<div xmlns="http://www\.w3\.org/1999/xhtml">((?:{_PARAGRAPH})+)</div>')
_NOT_WORDS: Final = re.compile("<[^>]*>|[^\\x21-\\ud7ff\\ue000-\\ufffc\\U00010000-\\U0010ffff]|\\s")
"""Tags, white space, and what XML does not take, which a narrative has as U+FFFD."""


def check_care_plan(resource: Resource, expected: Expected) -> None:
    check_kind(resource, expected, {Kind.DECISION})
    check_identity(resource, expected)
    check_fixed(resource, "status", "active")
    check_fixed(resource, "intent", "plan")
    pco = [coded(terms.PCO_PERSON_CENTERED)] if expected.form.pco else []
    check_fixed(resource, "category", [coded(terms.ASSESS_PLAN), *pco])
    check_words("CarePlan.description", resource["description"], expected)
    _check_narrative(cast("Resource", resource["text"]), str(resource["description"]))
    check_each_once(resource, "contributor", "addresses", "goal", "supportingInfo")
    check_tag(resource, expected)
    check_notes(resource, expected)
    check_profiles(resource, expected, {terms.CARE_PLAN_PROFILE})


def _check_narrative(text: Resource, description: str) -> None:
    """Nothing but paragraphs of plain text, and they say what the description says."""
    if text["status"] != "additional":
        refuse("CarePlan.text.status", "not what a new one has")
    paragraphs = _DIV.fullmatch(str(text["div"]))
    if paragraphs is None:
        refuse("CarePlan.text.div", "not plain paragraphs")
    told = unescape(re.sub("<[^>]*>", " ", paragraphs[1]))
    if _NOT_WORDS.sub("", told) != _NOT_WORDS.sub("", description):
        refuse("CarePlan.text.div", "not the words of the description")


def check_list(resource: Resource, expected: Expected) -> None:
    check_kind(resource, expected, {Kind.PRIORITIES})
    check_identity(resource, expected)
    check_fixed(resource, "status", "current")
    check_fixed(resource, "mode", "snapshot")
    check_fixed(resource, "code", coded(terms.PRIORITIES))
    check_fixed(resource, "orderedBy", coded(terms.BY_PRIORITY))
    notes = cast("list[Resource]", resource["note"])
    check_words_note(notes[0], expected, path="List.note[0]")
    items = [cast("Resource", entry["item"]) for entry in cast("list[Resource]", resource["entry"])]
    if tuple((item.get("reference", ""), item.get("display", "")) for item in items) != expected.entries:
        refuse("List.entry", "not in the order that was said")
    check_tag(resource, expected)
    check_notes(resource, expected)
    check_profiles(resource, expected, {terms.PCO_PRIORITIES_PROFILE} if expected.form.pco else set())
