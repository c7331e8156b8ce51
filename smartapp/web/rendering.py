"""Templates to HTML: whole pages, and pages that are sent piece by piece while the chart is still being read.

A streamed template prints `{{ flush }}` where what stands so far can be painted. Its panels come between
that and what closes the page, each a template of its own, in the order in which they are there
(`streaming`). Nothing is awaited in a template, and none of it needs a script.
"""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from smartapp import i18n
from smartapp.web.keys import keys
from smartapp.web.speaking import content_language, switch

# A unit separator: no HTML holds it, and it is taken out again here.
_FLUSH = Markup("\x1f")
_HERE = Path(__file__).parent.parent
TEMPLATES = _HERE / "templates"
STATIC = _HERE / "static"
HANDOUT_CSS = STATIC / "handout.css"


class Pages:
    """`root`: the path under which browsers reach the app, "" for most."""

    def __init__(self, root: str = "") -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            enable_async=True,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self._environment.policies["ext.i18n.trimmed"] = True
        # The extension puts this method on the environment, which its type does not tell.
        self._environment.install_gettext_callables(  # type: ignore[attr-defined]
            i18n.gettext, i18n.ngettext, newstyle=True
        )
        self._environment.globals.update(
            flush=_FLUSH,
            language=i18n.language,
            direction=i18n.direction,
            switch=switch,
            keys=keys,
            content_lang=content_language,
            root=root,
            css_url=f"{root}/static/app.css?v={_version(STATIC / 'app.css')}",
            handout_css_url=f"{root}/static/{HANDOUT_CSS.name}?v={_version(HANDOUT_CSS)}",
            icon_url=f"{root}/static/icon.svg?v={_version(STATIC / 'icon.svg')}",
            js_url=f"{root}/static/app.js?v={_version(STATIC / 'app.js')}",
        )

    async def html(self, template: str, page: object) -> str:
        """The whole page. `page` is all that the template gets."""
        text = await self._environment.get_template(template).render_async(page=page)
        return text.replace(_FLUSH, "")

    async def pieces(self, template: str, page: object) -> AsyncIterator[str]:
        """The page, cut where the template says `flush`."""
        waiting: list[str] = []
        async for piece in self._environment.get_template(template).generate_async(page=page):
            if piece == _FLUSH:
                yield "".join(waiting)
                waiting.clear()
            else:
                waiting.append(piece.replace(_FLUSH, ""))
        yield "".join(waiting)


def _version(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]
