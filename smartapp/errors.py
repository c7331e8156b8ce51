"""Everything that can go wrong, as one tree.

    AppError                        a page in plain words, a code for IT, a log line without PHI
    ├── BadRequest                  400  the request itself is wrong
    │   ├── UnknownIssuer           400  no registration for this iss; refused before any socket opens
    │   ├── LaunchParameterError    400  launch parameters missing, repeated or malformed
    │   ├── ForgedForm              403  a form that this app's own page did not send
    │   └── TooLarge                413  more text than one page may send
    ├── LaunchRefused               4xx  this launch cannot go on; launch again from the chart
    │   ├── LaunchExpired           400  state unknown, used or too old
    │   ├── LaunchNotYours          403  state or launch of another browser
    │   ├── CookiesBlocked          400  this window keeps no cookies; seen before the EHR is asked
    │   ├── AuthorizationDenied     403  the EHR answered an OAuth error at authorize
    │   │   ├── AccessDenied        403  somebody or some rule said no (access_denied)
    │   │   ├── ScopeRefused        403  the EHR does not allow what we ask for (invalid_scope)
    │   │   └── SignInUnavailable   503  the EHR's sign-in is down (server_error, temporarily_unavailable)
    │   ├── TokenRefused            502  the token endpoint refused, lied or made no sense
    │   ├── IdTokenInvalid          502  the id_token cannot be trusted
    │   └── NoPatient               400  no patient in context, and none to be found
    ├── SessionEnded                401  the EHR session is over; typed text is kept
    │   ├── VisitEnded              401  the clinician ended it
    │   └── PatientChanged          409  the EHR's session went on to another patient; this page is closed
    ├── NotFound                    404
    ├── WrongPatient                409  a form or an answer names another patient than the launch
    ├── GuardRefused                500  a resource that must not leave; nothing was sent
    ├── OutboundError               502  talking to the EHR failed
    │   ├── ForeignOrigin           502  a URL outside the registration's origins; nothing was sent
    │   ├── AnswerTooLarge          502
    │   ├── AnswerUnreadable        502  not the JSON that was asked for
    │   └── TemporaryOutboundError  503  slow, down or cut off: may be tried again
    │       └── EhrLeftAlone        503  it failed too often, and is asked again in a moment; nothing was sent
    ├── StoreUnavailable            503  our database is locked, full or gone
    │   ├── SendingUnclear          503  the same while something was being sent
    │   └── AuditUnavailable        503  its audit trail cannot be written, so nothing was read or sent
    ├── Unfinished                  500  nobody expected this, and the form may have done half of its work
    └── ConfigurationError          (start only) all faults at once, each with file and line

`message` is what the clinician reads: what happened, what was kept, what to do next. `code` is for IT.
`detail` goes to the log only and never holds PHI or a token.
"""

from dataclasses import dataclass
from typing import ClassVar

from smartapp.i18n import marked


class AppError(Exception):
    """An error with a page of its own. `registration`: the id of the EHR's registration for the log, where
    known. `retry_after_s`: seconds after which it is worth trying again, where known.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "unexpected"
    heading: ClassVar[str] = marked("Something went wrong in Common Ground.")
    message: ClassVar[str] = marked("Nothing was sent to the chart. What you typed is kept.")
    next_step: ClassVar[str] = marked("Open Common Ground again from the patient's chart.")

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.registration = ""
        self.retry_after_s: int | None = None


class BadRequest(AppError):
    status = 400
    code = "bad-request"
    heading = marked("This address is not complete.")
    message = marked("No patient data was read.")


class UnknownIssuer(BadRequest):
    code = "unknown-issuer"
    heading = marked("This EHR is not set up for Common Ground yet.")
    message = marked("The app stopped before it asked for anything. No patient data was read.")
    next_step = marked("Send the lines below to your IT team. They add this address to the launch settings.")


class LaunchParameterError(BadRequest):
    code = "launch-parameters"
    heading = marked("The EHR opened Common Ground with an incomplete address.")
    next_step = marked(
        "Open Common Ground again from the patient's chart. If it happens twice, tell your IT team."
    )


class ForgedForm(BadRequest):
    status = 403
    code = "form-not-ours"
    heading = marked("This form was not sent from its own page. It was stopped.")
    message = marked("Nothing was changed, and nothing was sent to the chart.")
    next_step = marked(
        "Go back and copy what you typed. Then load the page again, and press the button once more."
    )


class TooLarge(BadRequest):
    status = 413
    code = "too-large"
    heading = marked("This is more text than one page can send.")
    message = marked("Nothing was changed. Your text is still on the page before this one.")
    next_step = marked("Go back, shorten the longest text, and press the button once more.")


class LaunchRefused(AppError):
    status = 400
    code = "launch-refused"
    heading = marked("Common Ground could not be opened.")
    message = marked("No patient data was read, and nothing was sent to the chart.")


class LaunchExpired(LaunchRefused):
    code = "launch-expired"
    heading = marked("This launch took too long or was used before.")


class LaunchNotYours(LaunchRefused):
    status = 403
    code = "launch-other-browser"
    heading = marked("This page belongs to another browser window.")


class CookiesBlocked(LaunchRefused):
    code = "cookies-blocked"
    heading = marked("This browser keeps no cookies for Common Ground.")
    message = marked(
        "Without one, the app cannot tell this window from any other, so it stopped. "
        "No patient data was read, and nothing was sent to the chart."
    )
    next_step = marked(
        "Send the lines below to your IT team. Then open Common Ground again from the patient's chart."
    )


class AuthorizationDenied(LaunchRefused):
    status = 403
    code = "authorization-denied"
    heading = marked("The EHR did not allow Common Ground to open.")
    next_step = marked(
        "If you meant to allow it, open Common Ground again. If not, tell your IT team the code below."
    )


class AccessDenied(AuthorizationDenied):
    code = "access-denied"


class ScopeRefused(AuthorizationDenied):
    code = "scope-refused"
    heading = marked("The EHR does not allow what Common Ground asks for.")
    next_step = marked(
        "Tell your IT team the code below. They compare the scopes in the launch settings with the EHR."
    )


class SignInUnavailable(AuthorizationDenied):
    status = 503
    code = "sign-in-unavailable"
    heading = marked("The EHR's sign-in is not working right now.")
    next_step = marked("Wait a moment, then open Common Ground again from the patient's chart.")


class TokenRefused(LaunchRefused):
    status = 502
    code = "token-refused"
    heading = marked("The EHR did not complete the sign-in.")


class IdTokenInvalid(LaunchRefused):
    status = 502
    code = "id-token-invalid"
    heading = marked("The EHR's sign-in answer could not be trusted.")


class NoPatient(LaunchRefused):
    code = "no-patient"
    heading = marked("The EHR did not say which patient this is.")
    next_step = marked("Open a patient's chart, then open Common Ground from there.")


class SessionEnded(AppError):
    status = 401
    code = "session-ended"
    heading = marked("Your EHR session ended. Your text is safe.")
    message = marked(
        "What you typed is kept for 12 hours, for you and this patient only. "
        "Nothing more was sent to the chart."
    )
    next_step = marked("Open Common Ground again from the patient's chart. You will be offered the text.")


class VisitEnded(SessionEnded):
    code = "visit-ended"
    heading = marked("This visit was ended.")


class PatientChanged(SessionEnded):
    status = 409
    code = "patient-changed"
    heading = marked("Another patient is open now. This page is closed.")
    message = marked(
        "To keep charts apart, nothing more was read or sent. "
        "What you typed is kept for 12 hours, for you and its own patient only."
    )


class NotFound(AppError):
    status = 404
    code = "not-found"
    heading = marked("There is no such page.")
    message = marked("Nothing was changed.")


class WrongPatient(AppError):
    status = 409
    code = "wrong-patient"
    heading = marked("This page belongs to another patient. It was stopped.")
    message = marked("To keep charts apart, nothing was read, sent or changed.")


class GuardRefused(AppError):
    code = "guard-refused"
    heading = marked("Common Ground stopped before sending.")
    message = marked(
        "What would have been sent did not pass our own safety check. Nothing was sent. Your words are kept."
    )
    next_step = marked("Copy the text into your note, and send the code below to your IT team.")


class OutboundError(AppError):
    status = 502
    code = "ehr-answer"
    heading = marked("The EHR could not be read.")
    message = marked("Nothing was sent to the chart. What you typed is kept.")
    next_step = marked("Try again in a moment. If it stays, tell your IT team the code below.")


class ForeignOrigin(OutboundError):
    code = "foreign-origin"


class AnswerTooLarge(OutboundError):
    code = "ehr-answer-too-large"


class AnswerUnreadable(OutboundError):
    code = "ehr-answer-unreadable"


class TemporaryOutboundError(OutboundError):
    """Slow, down or cut off. `may_have_arrived`: the request may have reached the server, so a write is in
    doubt.
    """

    status = 503
    code = "ehr-unavailable"
    heading = marked("The EHR is not answering.")

    def __init__(self, detail: str = "", *, may_have_arrived: bool = True) -> None:
        super().__init__(detail)
        self.may_have_arrived = may_have_arrived


class EhrLeftAlone(TemporaryOutboundError):
    """Nothing left for the EHR. `retry_after_s`: when it will be asked again."""

    code = "ehr-left-alone"
    message = marked(
        "It did not answer several times in a row, so Common Ground leaves it alone for a moment. "
        "Nothing was sent to the chart. What you typed is kept."
    )
    next_step = marked("Wait a minute, then try again. If it stays, tell your IT team the code below.")

    def __init__(self, *, retry_after_s: int) -> None:
        super().__init__("left alone", may_have_arrived=False)
        self.retry_after_s = retry_after_s


class StoreUnavailable(AppError):
    status = 503
    code = "store-unavailable"
    heading = marked("Common Ground cannot keep your text right now.")
    message = marked(
        "Nothing was sent to the chart. Leave this page open, so that the text on it is not lost."
    )
    next_step = marked(
        "Wait a moment, then press the button again. If it stays, copy your text and tell your IT team."
    )


class SendingUnclear(StoreUnavailable):
    code = "sending-unclear"
    heading = marked("Common Ground could not write down what the EHR answered.")
    message = marked(
        "Some of what you sent may be in the chart. The words are kept, and nothing is sent twice."
    )
    next_step = marked(
        "Wait a moment, go back, and press the button again. "
        "Common Ground searches the chart before it sends a statement again."
    )


class AuditUnavailable(StoreUnavailable):
    code = "audit-unavailable"
    heading = marked("Common Ground cannot write its audit trail right now.")
    message = marked(
        "Without it, the app reads no chart and sends nothing. "
        "Nothing was sent to the chart, and everything that you typed is kept."
    )
    next_step = marked("Wait a moment, then try again. If it stays, tell your IT team the code below.")


class Unfinished(AppError):
    message = marked("It is not certain how much of this was done.")
    next_step = marked(
        "Load the page again: it shows what is kept and what is in the chart. "
        "If it happens twice, tell your IT team the code below."
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a file that a person edits: what is wrong and, where known, on which line."""

    file: str
    line: int | None
    problem: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.problem}"


class ConfigurationError(AppError):
    """Settings, launch configuration or content cannot be used. Holds every fault, not the first."""

    code = "configuration"
    heading = marked("Common Ground is not set up correctly.")

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
