"""What a new DocumentReference (a note or a handout) and a new QuestionnaireResponse (answers) must be.

US Core: us-core-6 (a note has its text). The three forms of a note: ehr/profile.py.
"""

import base64
import binascii
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, cast

from smartapp.ehr.profile import NoteShape
from smartapp.fhir import guard_terms as terms
from smartapp.fhir.guard_expected import Expected, refuse
from smartapp.fhir.guard_rules import (
    Resource,
    check_each_once,
    check_fixed,
    check_identity,
    check_once,
    check_profiles,
    check_tag,
    coded,
)

_CONTENT_TYPES: Final[Mapping[NoteShape, str]] = MappingProxyType(
    {
        NoteShape.US_CORE: "text/plain; charset=utf-8",
        NoteShape.EPIC: "text/plain",
        NoteShape.ORACLE: "text/plain;charset=utf-8",
    }
)


def check_document(resource: Resource, expected: Expected) -> None:
    check_identity(resource, expected)
    check_fixed(resource, "status", "current")
    is_signed = expected.note_shape is NoteShape.ORACLE
    check_fixed(resource, "docStatus", "final" if is_signed else "preliminary")
    _check_type(resource, expected)
    check_fixed(resource, "category", [coded(terms.CLINICAL_NOTE)])
    contents = cast("list[Resource]", resource["content"])
    if len(contents) != 1:
        refuse("DocumentReference.content", "not one attachment")
    _check_attachment(cast("Resource", contents[0]["attachment"]), expected)
    _check_context(resource, expected)
    check_tag(resource, expected)
    check_profiles(resource, expected, {terms.DOCUMENT_PROFILE})


def _check_type(resource: Resource, expected: Expected) -> None:
    if expected.handout is not None:
        loinc = expected.handout.loinc
        kind = terms.coding(terms.LOINC, loinc) if loinc else terms.UNKNOWN_TYPE
        check_fixed(resource, "type", coded(kind) | {"text": terms.HANDOUT})
        check_fixed(resource, "description", terms.HANDOUT_DESCRIPTION)
        return
    if expected.note_type == terms.PROGRESS_NOTE["code"]:
        named = coded(terms.PROGRESS_NOTE) | {"text": terms.PROGRESS_NOTE["display"]}
    else:
        named = coded(terms.coding(terms.LOINC, expected.note_type))
    check_fixed(resource, "type", named)


def _check_attachment(attachment: Resource, expected: Expected) -> None:
    path = "DocumentReference.content[0].attachment"
    if attachment["contentType"] != _CONTENT_TYPES[expected.note_shape]:
        refuse(f"{path}.contentType", "not what this EHR takes")
    # Epic keeps none of it.
    wanted = set() if expected.note_shape is NoteShape.EPIC else {"title", "creation"}
    if wanted and expected.handout is not None:
        wanted |= {"language"}
        named = (attachment.get("title"), attachment.get("language"))
        if named != (expected.handout.title, expected.handout.language):
            refuse(path, "not the handout that was confirmed")
    if attachment.keys() - {"contentType", "data"} != wanted:
        refuse(path, "not the form that this EHR takes")
    text = _decoded(f"{path}.data", str(attachment["data"]))
    for words in expected.words:
        if _line(words) not in _line(text):
            refuse(f"{path}.data", "words missing")
    if text != expected.note_text:
        refuse(f"{path}.data", "not the text that was confirmed")


def _decoded(path: str, data: str) -> str:
    try:
        body = base64.b64decode(data, validate=True)
        text = body.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        text, body = "", b""
    if not text.strip() or base64.b64encode(body).decode("ascii") != data:
        refuse(path, "not text in base64")
    return text


def _check_context(resource: Resource, expected: Expected) -> None:
    """Epic asks for the visit; Oracle for author, visit and the end of the visit."""
    context = cast("Resource", resource.get("context", {}))
    is_vendors = expected.note_shape is not NoteShape.US_CORE
    is_epic = expected.note_shape is NoteShape.EPIC
    if ("encounter" in context) != bool(expected.encounter) or (is_vendors and "encounter" not in context):
        refuse("DocumentReference.context.encounter", "missing")
    if ("period" in context) == is_epic:
        refuse("DocumentReference.context.period", "not the form that this EHR takes")
    if "related" in context and is_vendors:
        refuse("DocumentReference.context.related", "not the form that this EHR takes")
    authors = cast("list[Resource]", resource.get("author", []))
    if len(authors) > 1 or (expected.note_shape is NoteShape.ORACLE and not authors):
        refuse("DocumentReference.author", "not one author")
    for element in ("encounter", "related"):
        listed = cast("list[Resource]", context.get(element, []))
        check_once(f"DocumentReference.context.{element}", [one["reference"] for one in listed])
    check_each_once(resource, "author")


def check_answers(resource: Resource, expected: Expected) -> None:
    check_identity(resource, expected)
    check_fixed(resource, "status", "completed")
    if not expected.questionnaire or resource["questionnaire"] != expected.questionnaire:
        refuse("QuestionnaireResponse.questionnaire", "not the site's")
    items = cast("list[Resource]", resource["item"])
    if sorted(str(item["linkId"]) for item in items) != sorted(expected.answers):
        refuse("QuestionnaireResponse.item.linkId", "not the questions that were answered")
    for number, item in enumerate(items):
        answers = [str(one["valueString"]) for one in cast("list[Resource]", item["answer"])]
        said = expected.answers[str(item["linkId"])]
        are_all = len(answers) == len(said)
        if not are_all or any(words not in answer for words, answer in zip(said, answers, strict=True)):
            refuse(f"QuestionnaireResponse.item[{number}].answer", "not what was said about it")
    check_tag(resource, expected)
    check_profiles(resource, expected, {terms.ANSWERS_PROFILE})


def _line(text: str) -> str:
    return " ".join(text.split())
