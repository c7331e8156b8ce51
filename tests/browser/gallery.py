"""One picture a state: 400, 768 and 1280 px beside each other, light above dark, in one file for the docs."""

from base64 import b64decode, b64encode

from playwright.sync_api import Page

from tests.browser.checks import Look, take
from tests.browser.stage import Stage, View

WIDTHS = (400, 768, 1280)
MOST_BYTES = 250_000
SHEET_PX = 1800
_MOST_HEIGHT_PX = 1500
"""What is below is cut off, so that three widths of a long page fit on a sheet."""
_QUALITIES = (0.7, 0.55, 0.4, 0.25)
_SHEET = """<!doctype html><title>Sheet</title><style>
body {{ margin: 0; padding: 16px; width: {width}px; box-sizing: border-box; background: #8d9490 }}
div {{ display: grid; grid-template-columns: 400fr 768fr 1280fr; gap: 16px; align-items: start }}
div + div {{ margin-top: 16px }}
img {{ width: 100%; display: block }}
</style>{rows}"""
_AS_WEBP = """async ([png, quality]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: image.width, height: image.height });
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", quality);
}"""


def shots(at: Stage, view: View) -> list[list[bytes]]:
    """By row: the state in the three widths, in light, then in dark."""
    return [[_shot(at.page, view, Look(width, scheme)) for width in WIDTHS] for scheme in ("light", "dark")]


def _shot(page: Page, view: View, look: Look) -> bytes:
    take(page, look)
    view.evaluate("scrollTo(0, 0)")
    height = int(view.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": look.width, "height": min(max(height, 600), _MOST_HEIGHT_PX)})
    return page.screenshot(animations="disabled", caret="hide")


def sheet(page: Page, rows: list[list[bytes]]) -> bytes:
    """One picture of them all, small enough to be kept, as WebP: of text it is a third of a JPEG."""
    images = "".join(f"<div>{''.join(map(_image, row))}</div>" for row in rows)
    page.set_viewport_size({"width": SHEET_PX, "height": 800})
    page.set_content(_SHEET.format(width=SHEET_PX, rows=images))
    taken = b64encode(page.screenshot(full_page=True)).decode()
    for quality in _QUALITIES:
        body = b64decode(page.evaluate(_AS_WEBP, [taken, quality]).partition(",")[2])
        if len(body) <= MOST_BYTES:
            return body
    raise AssertionError(f"no quality makes this picture smaller than {MOST_BYTES} bytes")


def _image(body: bytes) -> str:
    return f'<img alt="" src="data:image/png;base64,{b64encode(body).decode()}">'
