"""A server that stores other words than it was sent, for each type that can hold words."""

import base64
import copy

from smartapp.sandbox.resource import Resource, as_list
from smartapp.sandbox.type_rules import decoded, objects_at

_MARK = " (changed)"


def other_words(resource: Resource) -> Resource:
    """A copy in which words are changed; the same again when it holds none."""
    changed = copy.deepcopy(resource)
    for element in ("valueString", "title", "description"):
        if isinstance(changed.get(element), str):
            changed[element] += _MARK
    for concept in objects_at(changed, "description"):
        if "text" in concept:
            concept["text"] += _MARK
    for attachment in objects_at(changed, "content.attachment"):
        if words := decoded(attachment.get("data", "")):
            attachment["data"] = base64.b64encode(words + _MARK.encode()).decode()
    for answer in objects_at(changed, "item.answer"):
        if "valueString" in answer:
            answer["valueString"] += _MARK
    if len(as_list(changed.get("entry"))) > 1:
        changed["entry"].reverse()
    return changed
