"""Keeps `smartapp/locales/*/messages.po` in step with the messages in templates and modules.

.venv/bin/python tools/messages.py           takes new messages in, drops those that are gone
.venv/bin/python tools/messages.py --check   only says what is not in step; exit code 1 when something is
"""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent / "smartapp"
LOCALES = ROOT / "locales"
_METHODS = [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
_OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
_SKIPPED = {"sandbox"}  # a stand-in for somebody else's server
_WIDTH = 110
_DRAFT = "draft, needs a qualified translator"
_STATE = re.compile(r'"X-Review-State: (.*?)\\n"')
# Babel would add dates that change with every run, and drop the review state.
_HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"X-Review-State: {state}\\n"

"""


def messages(root: Path = ROOT) -> Catalog:
    """Every message of the interface, with where it stands."""
    catalog = Catalog(fuzzy=False)
    found = extract_from_dir(
        root,
        _METHODS,
        _OPTIONS,
        keywords={**DEFAULT_KEYWORDS, "marked": None},
        comment_tags=("Translators:",),
        directory_filter=lambda folder: Path(folder).name not in _SKIPPED,
    )
    for file, _line, message, comments, _context in found:
        # No line numbers: they would change with every edit.
        catalog.add(message, None, [(str(file), 0)], auto_comments=comments)
    return catalog


def po_files(folder: Path = LOCALES) -> list[Path]:
    return sorted(folder.glob("*/messages.po"))


def read(file: Path) -> Catalog:
    with file.open("rb") as stream:
        return read_po(stream, abort_invalid=True)


def faults(file: Path, wanted: Catalog) -> Iterator[str]:
    """Everything that keeps a file from being complete: missing, stale, fuzzy, or with other placeholders."""
    catalog = read(file)
    known = {message.id for message in catalog if message.id}
    needed = {message.id for message in wanted if message.id}
    yield from (f"missing: {_first(id_)}" for id_ in sorted(needed - known, key=str))
    yield from (f"stale: {_first(id_)}" for id_ in sorted(known - needed, key=str))
    for message in catalog:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.fuzzy or not all(texts):
            yield f"not translated: {_first(message.id)}"
        yield from (f"{error}: {_first(message.id)}" for error in message.check(catalog))


def update(file: Path, wanted: Catalog) -> None:
    """Take new messages in, empty; drop what nobody asks for any more; keep every translation."""
    catalog = read(file)
    catalog.update(wanted, no_fuzzy_matching=True, update_header_comment=False, keep_user_comments=True)
    write(file, catalog)


def write(file: Path, catalog: Catalog) -> None:
    """The file anew, with the header that says who has reviewed it."""
    state = review_state(file)
    body = BytesIO()
    write_po(
        body,
        catalog,
        width=_WIDTH,
        omit_header=True,
        ignore_obsolete=True,
        include_lineno=False,
        sort_by_file=True,
    )
    header = _HEADER.format(language=file.parent.name, plurals=catalog.plural_forms, state=state)
    file.write_text(header + body.getvalue().decode(), encoding="utf-8")


def review_state(file: Path) -> str:
    """What the header says of who has looked at the translation."""
    found = _STATE.search(file.read_text(encoding="utf-8"))
    return found[1] if found else _DRAFT


def _first(id_: Message | str | tuple[str, ...] | list[str]) -> str:
    return str(id_[0] if isinstance(id_, tuple | list) else id_)


def main() -> int:
    wanted, found = messages(), 0
    for file in po_files():
        if "--check" not in sys.argv:
            update(file, wanted)
        for fault in faults(file, wanted):
            found += 1
            print(f"{file.parent.name}: {fault}")
    return 1 if found and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
