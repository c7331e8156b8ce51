"""Whose doing it is, for the audit trail, as a launch says it."""

from smartapp.smart.launch import ActiveLaunch
from smartapp.store.audit import Audited


def audited(launch: ActiveLaunch, *, request: str = "") -> Audited:
    """`request`: the reference of the request, where there is one."""
    return Audited(
        registration_id=launch.registration_id,
        fhir_base=launch.fhir_base,
        launch_id=launch.id,
        fhir_user=launch.clinician.reference,
        subject=launch.clinician.subject,
        patient_id=launch.patient_id,
        request=request,
    )
