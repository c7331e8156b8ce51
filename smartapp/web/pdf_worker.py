"""The process that makes one PDF file: HTML and CSS as JSON on standard input, the file on standard output.

Run by path, so that nothing of the app is loaded. What the HTML or the CSS refers to is not fetched.
"""

import json
import resource
import sys
from contextlib import suppress

_SECONDS = 18
_MEMORY = 1_500_000_000
_MAX_INPUT = 4_000_000


def main() -> None:
    # Some systems refuse a limit; the parent's clock holds in any case.
    for limit, most in ((resource.RLIMIT_CPU, _SECONDS), (resource.RLIMIT_AS, _MEMORY)):
        with suppress(OSError, ValueError):
            resource.setrlimit(limit, (most, most))
    order = json.loads(sys.stdin.buffer.read(_MAX_INPUT))
    # Under the limits, as everything that it does.
    import weasyprint  # noqa: PLC0415
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    # No protocol at all: files of this machine are not fetched either.
    nothing = URLFetcher(allowed_protocols=())
    style = weasyprint.CSS(string=order["css"], url_fetcher=nothing)
    page = weasyprint.HTML(string=order["html"], url_fetcher=nothing)
    sys.stdout.buffer.write(page.write_pdf(stylesheets=[style], pdf_tags=True))


if __name__ == "__main__":
    main()
