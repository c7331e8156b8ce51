"""The demo EHR's own small pages: choose a patient for a standalone launch, and why a launch cannot go on."""

from html import escape

from smartapp.sandbox.resource import Resource, values_at

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - demo EHR</title>
</head>
<body>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""


def picker_page(pending: str, patients: list[Resource]) -> str:
    """A form with a button for each patient. `pending` names the waiting request."""
    buttons = "\n".join(_button(patient) for patient in patients)
    form = (
        "<p>Demo EHR with invented patients. Whose chart is open?</p>\n"
        '<form method="post" action="/auth/pick">\n'
        f'<input type="hidden" name="pending" value="{escape(pending)}">\n<ul>\n{buttons}\n</ul>\n'
        '<p><button name="patient" value="">Cancel</button></p>\n</form>'
    )
    return _PAGE.format(title="Choose a patient", content=form)


def error_page(reason: str) -> str:
    return _PAGE.format(title="The app could not be opened", content=f"<p>{escape(reason)}</p>")


def _button(patient: Resource) -> str:
    value, label = escape(patient["id"]), escape(_described(patient))
    return f'<li><button name="patient" value="{value}">{label}</button></li>'


def _described(patient: Resource) -> str:
    names = [name for name in values_at(patient, "name") if isinstance(name, dict)]
    name = names[0] if names else {}
    words = name.get("text") or " ".join(
        str(part) for key in ("given", "family") for part in values_at(name, key)
    )
    return f"{words or 'No name'}, born {patient.get('birthDate', 'unknown')}"
