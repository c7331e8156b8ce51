"""Documents with their text: EHRs give back a link where the text itself was sent."""

import base64
from collections.abc import Mapping, Sequence
from typing import Final

from smartapp.errors import OutboundError
from smartapp.fhir.client import FhirClient
from smartapp.fhir.words import attachments_of, document_text
from smartapp.writing import readback

_FORMATS: Final = ("text/plain", "text/html", "application/xhtml+xml")
MAX_FETCHED: Final = 10
"""Documents of one day whose text is fetched to find the one that was sent."""


async def with_contents(
    client: FhirClient, sent: Mapping[str, object], stored: Sequence[dict[str, object]]
) -> list[dict[str, object]]:
    """The same entries; documents that may be the one that was sent have their text in them, at most
    MAX_FETCHED. Raises SessionEnded.
    """
    found, fetched = [], 0
    for one in stored:
        is_wanted = sent["resourceType"] == "DocumentReference" and readback.may_be_ours(
            sent, one, patient=client.patient
        )
        if is_wanted and document_text(one) is None and fetched < MAX_FETCHED:
            fetched += 1
            found.append(await with_content(client, one))
        else:
            found.append(one)
    return found


async def with_content(client: FhirClient, stored: dict[str, object]) -> dict[str, object]:
    """A document whose text is elsewhere on this server, with it; anything else, and a document whose text
    cannot be read, as it is. Raises SessionEnded.
    """
    if stored.get("resourceType") != "DocumentReference" or document_text(stored) is not None:
        return stored
    for attachment in attachments_of(stored):
        url, content_type = attachment.get("url"), attachment.get("contentType")
        if not isinstance(url, str) or not isinstance(content_type, str):
            continue
        if not content_type.lower().startswith(_FORMATS):
            continue
        try:
            body = await client.attachment(url, content_type)
        except OutboundError:
            continue
        data = base64.b64encode(body).decode("ascii")
        read = stored | {"content": [{"attachment": {"contentType": content_type, "data": data}}]}
        if document_text(read) is not None:
            return read
    return stored
