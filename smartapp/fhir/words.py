"""The words that a resource of the app's holds, as a person reads them."""

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from smartapp.notes.text import text_in_place, text_of_markup

_MAX_DEPTH = 10


def words_of(resource: Mapping[str, object]) -> str:
    """What was said or decided, as the resource has it; "" where it holds no words, or not here (a document
    whose content is elsewhere).
    """
    reader = _READERS.get(str(resource.get("resourceType")))
    return reader(resource) if reader else ""


def document_text(resource: Mapping[str, object]) -> str | None:
    """The text of the document where it stands inside the resource, None where it does not or is no text."""
    found = _readable(resource)
    return found[0] if found else None


def is_markup(resource: Mapping[str, object]) -> bool:
    """Whether the text of the document had to be taken out of a web page."""
    found = _readable(resource)
    return found is not None and not _is_plain(found[1])


def _readable(resource: Mapping[str, object]) -> tuple[str, str] | None:
    """Text and content type of the attachment that reads best."""
    for attachment in attachments_of(resource):
        content_type = _text(attachment, "contentType")
        try:
            body = base64.b64decode(_text(attachment, "data"), validate=True)
        except (binascii.Error, ValueError):
            continue
        note = text_in_place(body, content_type)
        if body and note.readable:
            return note.text, content_type
    return None


def attachments_of(resource: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Plain text first, which no server has worded anew."""
    attachments = [content.get("attachment") for content in objects(resource, "content")]
    found = [one for one in attachments if isinstance(one, Mapping)]
    return sorted(found, key=lambda one: not _is_plain(_text(one, "contentType")))


def _is_plain(content_type: str) -> bool:
    return content_type.lower().startswith("text/plain")


def answers_of(resource: Mapping[str, object], depth: int = 0) -> Iterator[tuple[str, str]]:
    """linkId and words of every text answer of a QuestionnaireResponse, also of nested items."""
    if depth > _MAX_DEPTH:
        return
    for item in objects(resource, "item"):
        for answer in objects(item, "answer"):
            words = _text(answer, "valueString")
            if words:
                yield _text(item, "linkId"), words
            yield from answers_of(answer, depth + 1)
        yield from answers_of(item, depth + 1)


def objects(resource: Mapping[str, object], element: str) -> list[Mapping[str, object]]:
    """The objects in a list element; what is none is left out."""
    value = resource.get(element)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _value(observation: Mapping[str, object]) -> str:
    number = observation.get("valueInteger")
    if type(number) is int:
        return str(number)
    return _text(observation, "valueString") or _text(observation.get("valueCodeableConcept"), "text")


def _text(value: object, element: str) -> str:
    found = value.get(element) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else ""


def _plan(plan: Mapping[str, object]) -> str:
    return _text(plan, "description") or text_of_markup(_text(plan.get("text"), "div"))


def _list(priorities: Mapping[str, object]) -> str:
    shown = [_text(entry.get("item"), "display") for entry in objects(priorities, "entry")]
    return "\n".join(one for one in shown if one)


_READERS: Final[Mapping[str, Callable[[Mapping[str, object]], str]]] = MappingProxyType(
    {
        "Goal": lambda goal: _text(goal.get("description"), "text"),
        "Observation": _value,
        "CarePlan": _plan,
        "List": _list,
        "DocumentReference": lambda document: document_text(document) or "",
        "QuestionnaireResponse": lambda response: "\n".join(words for _, words in answers_of(response)),
    }
)
