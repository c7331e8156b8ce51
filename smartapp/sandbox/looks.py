"""How the demo EHR shows the apps that it opens: the style that it asks of them, and a banner of its own.

https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#styling
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

_FACES = {
    "font_family_body": "'Helvetica Neue', Arial, sans-serif;",
    "font_family_heading": "'Helvetica Neue', Arial, sans-serif;",
}
STYLES: dict[str, dict[str, str]] = {
    "plain": {
        "color_background": "#f4f2ec;",
        "color_error": "#9e2d2d;",
        "color_highlight": "#1b5d80;",
        "color_modal_backdrop": "#00000080;",
        "color_success": "#1d6b35;",
        "color_text": "#2b2b2b;",
        "dim_border_radius": "6px;",
        "dim_font_size": "15px;",
        "dim_spacing_size": "8px;",
        **_FACES,
    },
    "dark": {
        "color_background": "#1e2430",
        "color_error": "#ff9c8f",
        "color_highlight": "#8cc4ff",
        "color_success": "#8fd6a0",
        "color_text": "#e6e9ef",
        "dim_border_radius": "2px",
        "dim_font_size": "14px",
        "dim_spacing_size": "8px",
    },
    "large": {
        "color_highlight": "rgb(27, 93, 128)",
        "dim_border_radius": "8px",
        "dim_font_size": "20px",
        "dim_spacing_size": "20px",
    },
    "faint": {
        "color_background": "#edeae3",
        "color_error": "#ffb3b3",
        "color_highlight": "#69b5ce",
        "color_success": "#9ad59a",
        "color_text": "#b9b9b9",
        "dim_font_size": "8px",
    },
}
"""By name. "faint" cannot be read, and a careful app takes only of it what can."""

LABELS = {
    "": "The app's own",
    "plain": "Plain, light",
    "dark": "Dark",
    "large": "Large",
    "faint": "Too faint to read",
}
"""By the value in the form: what the page calls it."""


@dataclass(slots=True)
class Around:
    """`look`: a name of STYLES, "" for none. `has_banner`: this EHR shows the patient's banner around apps,
    so that they need none.
    """

    look: str = ""
    has_banner: bool = False


async def style(request: Request) -> Response:
    """The style in the path."""
    found = STYLES.get(request.path_params["look"])
    if found is None:
        return JSONResponse({"message": "no such style"}, status_code=404)
    return JSONResponse(found)
