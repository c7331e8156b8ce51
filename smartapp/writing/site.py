"""What one registration decides about writing, joined with how its vendor's EHR differs."""

from smartapp.ehr.profile import profile_for
from smartapp.smart.registration import Registration
from smartapp.writing.model import WriteSite


def site_of(registration: Registration) -> WriteSite:
    """The registration's settings about writing, and its vendor's deviations."""
    profile = profile_for(registration.vendor)
    return WriteSite(
        order=registration.write_order,
        provenance=registration.provenance and "Provenance" not in profile.creates_of_other_kinds,
        transactions=registration.transactions,
        us_core=registration.us_core,
        pco=registration.pco,
        note_shape=profile.note_shape,
        note_type=registration.note_type,
        questionnaire=registration.questionnaire,
        creates_of_other_kinds=profile.creates_of_other_kinds,
        files_handout=registration.files_handout,
        handout_type=registration.handout_type,
    )
