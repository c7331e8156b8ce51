"""José Herrera: what he said stands in a Spanish note, and nowhere else."""

from datetime import date

from smartapp.sandbox.stories.chart import Chart, Resource, interpreter_needed, race_and_ethnicity
from smartapp.sandbox.stories.codes import (
    CORONARY_DISEASE,
    FOLLOW_UP,
    PROGRESS_NOTE,
    RXNORM,
    SOCIAL_WORK_NOTE,
    TYPE_2_DIABETES,
    coding,
    concept,
)
from smartapp.sandbox.stories.days import born, days_before, years_before
from smartapp.sandbox.stories.shared import MARIN, OKAFOR, Story, display_of

STORY = Story(
    patient_id="herrera-jose",
    encounter_id="herrera-jose-today",
    name="José Herrera",
    age=57,
    line="His words are in a Spanish note.",
    look_at="His own words, in Spanish, with their note. The clinic’s target for him stands apart.",
)


def resources(today: date) -> list[Resource]:
    chart = Chart("herrera-jose", "Herrera", "José", today, visit_time="09:40")
    return [*_basics(chart), *_people(chart), *_said(chart)]


def _basics(chart: Chart) -> list[Resource]:
    today = chart.today
    return [
        chart.patient(
            born(today, STORY.age, month=8, day=21),
            "male",
            mrn="4460918",
            prefix="Mr",
            language="es",
            extensions=[
                *race_and_ethnicity(ethnicity=("2135-2", "Hispanic or Latino")),
                interpreter_needed(),
            ],
        ),
        chart.visit(FOLLOW_UP, concept("Follow-up after a heart attack last year")),
        chart.condition("coronary", CORONARY_DISEASE, since=years_before(today, 1, 40)),
        chart.condition("diabetes", TYPE_2_DIABETES, since=years_before(today, 6)),
        chart.medicine(
            "simvastatin",
            concept("Simvastatin 20 mg", coding(RXNORM, "312961", "Simvastatin 20 MG Oral Tablet")),
            dose="at night",
            since=years_before(today, 1, 38),
        ),
        chart.medicine(
            "clopidogrel",
            concept("Clopidogrel 75 mg", coding(RXNORM, "309362", "Clopidogrel 75 MG Oral Tablet")),
            dose="once a day",
            since=years_before(today, 1, 38),
        ),
        chart.medicine(
            "aspirin", concept("Aspirin 81 mg"), dose="once a day", since=years_before(today, 1, 38)
        ),
    ]


def _people(chart: Chart) -> list[Resource]:
    marisol = chart.person("marisol", "Marisol Herrera", relationship="wife", role="WIFE", language="es")
    return [
        marisol,
        chart.team(("Wife", chart.reference_to(marisol)), ("Cardiologist", display_of(MARIN))),
    ]


def _said(chart: Chart) -> list[Resource]:
    noted_on = days_before(chart.today, 47)
    # The clinic's own target, not something that he said.
    target = chart.goal(
        "a1c",
        "Hemoglobin A1c below 7.5 %",
        said_on=days_before(chart.today, 200),
        said_by=display_of(MARIN),
        recorder=MARIN,
    )
    return [
        target,
        chart.note(
            "nota-cardiologia",
            PROGRESS_NOTE,
            _NOTE,
            written_on=noted_on,
            author=MARIN,
            title="Nota de cardiología",
            language="es",
        ),
        # Of an older system, whose letters are not those of the other notes.
        chart.note(
            "nota-trabajo-social",
            SOCIAL_WORK_NOTE,
            _SOCIAL_WORK,
            written_on=days_before(chart.today, 160),
            author=OKAFOR,
            title="Nota de trabajo social",
            content_type="text/plain; charset=windows-1252",
            language="es",
        ),
    ]


_NOTE = """NOTA DE CARDIOLOGÍA

MOTIVO DE CONSULTA
Control a los once meses del infarto. La visita se hizo en español, sin intérprete.

SUBJETIVO
Camina veinte minutos en llano sin dolor. Niega disnea, mareo o palpitaciones. Toma sus pastillas todos
los días;
la de la noche le da dolor de piernas.
El paciente dice: «Quiero volver a manejar el camión antes de Navidad. Sin el camión no sé quién soy».
Su mayor preocupación es que le dé otro infarto en la carretera.
Nos dijo que prefiere que le expliquen las cosas con su esposa presente.
No quiere que sus hijos traduzcan en las consultas.
La esposa está preocupada por lo que come en la ruta.

OBJETIVO
PA 128/76, FC 64. Sin edemas. Auscultación sin soplos.

EVALUACIÓN Y PLAN
1. Enfermedad coronaria estable. Continuar tratamiento; revisar la estatina por dolor muscular.
2. Diabetes tipo 2. Meta de A1c menor de 7.5 %.
3. Rehabilitación cardíaca: completada.
Traer los papeles de la licencia comercial a la próxima cita. Acudir a urgencias si hay dolor de pecho.
"""

_SOCIAL_WORK = """NOTA DE TRABAJO SOCIAL

Visita a domicilio, ochenta minutos, en español. Presentes: el paciente y su esposa Marisol.

SITUACIÓN
Casa propia con hipoteca. Sin ingresos del camión desde el infarto; la esposa cose en casa. Dos hijos
que estudian. Seguro hasta fin de año.

PREFERENCIAS DEL PACIENTE
El paciente dice: «Prefiero que me llamen por la tarde, cuando Marisol está conmigo».
Le preocupa perder la licencia comercial.

PLAN
Carta para el banco entregada. Solicitud de ayuda para la rehabilitación enviada. Lista de requisitos de la
licencia explicada. Nueva visita en dos meses; antes si cambia el seguro.
"""
