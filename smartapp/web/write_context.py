"""Whose chart a sending is for, by whom and in which visit, from the launch and nothing else."""

from smartapp.errors import WrongPatient
from smartapp.fhir.patient_record import PartName, Reason
from smartapp.fhir.patient_record import Visit as Encounter
from smartapp.web.presenters.banner import full_name
from smartapp.web.visit import Visit
from smartapp.writing.model import WriteContext
from smartapp.writing.site import site_of


def owner_context(visit: Visit) -> WriteContext:
    """Only whose draft and launch it is: to look into the ledger, not to write a chart."""
    return WriteContext(
        launch_id=visit.id,
        owner=visit.session.owner,
        patient_id=visit.session.launch.patient_id,
        patient_name="",
        encounter_id="",
        practitioner="",
        practitioner_name="",
        organization="",
        organization_name="",
    )


async def write_context(visit: Visit) -> WriteContext:
    """Raises as `Visit.patient` does, and WrongPatient when the launch's visit is another patient's: then
    one of the two is wrong, and nobody here can tell which.
    """
    reading = visit.services.charts.of(visit.session)
    launch, registration = visit.session.launch, visit.session.registration
    part = await reading.part(PartName.VISIT)
    if part.problem is Reason.OTHER_PATIENT:
        raise WrongPatient("the encounter of the launch")
    clinician = await reading.clinician()
    encounters = [item for item in part.items if isinstance(item, Encounter)]
    return WriteContext(
        launch_id=launch.id,
        owner=visit.session.owner,
        patient_id=launch.patient_id,
        patient_name=full_name(await visit.patient()),
        # A visit that could not be read is not known to be this patient's, and is left out.
        encounter_id=encounters[0].id if encounters else "",
        practitioner=launch.clinician.reference,
        practitioner_name=clinician.name,
        organization=clinician.organization or (encounters[0].organization if encounters else ""),
        organization_name=registration.label,
        site=site_of(registration),
        audited=visit.session.audited,
    )
