"""How long a busy server asks to be left alone.

https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
"""

from email.utils import parsedate_to_datetime

from smartapp.http import Answer

_DIGITS = 9


def retry_after_s(answer: Answer) -> float | None:
    """Seconds, never less than 0; None where the answer does not say, or in a way that makes no sense.

    A date is measured against the server's own Date, so that a wrong clock on either side does no harm.
    """
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value[:_DIGITS])
    try:
        until = parsedate_to_datetime(value)
        return max((until - parsedate_to_datetime(answer.headers.get("date", ""))).total_seconds(), 0.0)
    except (TypeError, ValueError, OverflowError):
        return None
