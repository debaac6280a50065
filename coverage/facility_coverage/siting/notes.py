"""The sentences that a reader of suggested sites must know."""

from collections.abc import Mapping

from facility_coverage.siting.plan import Plan
from facility_coverage.siting.site_rules import CAUSES
from facility_coverage.siting.suggestion import Suggestion
from facility_coverage.siting.unreachable import UNREACHABLE_CAUSES
from facility_coverage.study_file import FREE_NUMBER_MODELS, SitingSection
from facility_coverage.words import Language, say

MODEL_NAMES = {
    "mclp": "cover the most people (MCLP)",
    "lscp": "fewest sites that cover everybody (LSCP)",
    "partial_lscp": "fewest sites that meet the target share (partial LSCP)",
    "p_median": "shortest way on average (p-median)",
    "p_center": "shortest longest way (p-center)",
    "capacitated_mclp": "serve the most people within capacities (capacitated MCLP)",
    "capacitated_p_median": "shortest way on average within capacities (capacitated p-median)",
    "two_tier": "centres, and stations where no centre reaches (two tiers)",
}

STATUS_WORDS = {
    "optimal": "proven optimal",
    "feasible": "good; how much better the best could be, the bound says",
    "time_limit": "stopped by the time limit; how much better the best could be, the bound says",
    "infeasible": "no plan meets what was asked",
    "none": "nothing to choose",
}

UNIT_WORDS = {
    "people": "people",
    "sites": "sites",
    "person-cost": "person-seconds or person-metres",
    "cost": "seconds or metres",
}

_ONE_PERSON = 0.5


class _Notes:
    """Collects sentences in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.sentences: list[str] = []

    def add(self, message: str, **values: object) -> None:
        """Say one sentence."""
        self.sentences.append(say(message, self.language).format(**values))

    def counts(self, words: Mapping[str, str], count: Mapping[str, float]) -> str:
        """Return how often each cause holds, in words."""
        return "; ".join(f"{say(words[c], self.language)} {n:,.0f}" for c, n in count.items())


def siting_notes(plan: Plan, section: SitingSection, language: Language) -> tuple[str, ...]:
    """Return what a reader of the suggested sites must know.

    Parameters
    ----------
    plan
        The sites, their candidates and the model's answer.
    section
        What was asked.
    language
        In which language.

    Returns
    -------
    tuple of str
        Sentences.
    """
    notes, suggestion = _Notes(language), plan.suggestion
    _tell_answer(notes, suggestion, section)
    _tell_number(notes, suggestion, section)
    candidates = suggestion.candidates
    if candidates.causes:
        causes = notes.counts(CAUSES, candidates.causes)
        notes.add("places refused as candidates: {causes}", causes=causes)
    lost = suggestion.unreachable
    if lost.people.sum() >= _ONE_PERSON:
        by_cause = {
            cause: float(lost.people[lost.cause == cause].sum())
            for cause in UNREACHABLE_CAUSES
            if (lost.cause == cause).any()
        }
        notes.add(
            "{people} people cannot be served: {causes}",
            people=f"{lost.people.sum():,.0f}",
            causes=notes.counts(UNREACHABLE_CAUSES, by_cause),
        )
    for kind, count in plan.torn.items():
        notes.add(
            "{count} areas are torn apart by the extract and were not excluded: {kind}",
            count=count,
            kind=say(CAUSES[kind], language),
        )
    return (*notes.sentences, *(note.told(language) for note in candidates.notes))


def _tell_answer(notes: _Notes, suggestion: Suggestion, section: SitingSection) -> None:
    """Say what the model answered, and how sure that is."""
    solution, count = suggestion.solution, len(suggestion.candidates.table)
    model = say(MODEL_NAMES[section.model], notes.language)
    if solution is None:
        if not count and section.asks:
            considered = suggestion.candidates.considered
            notes.add(
                "no site is suggested: none of the {considered} places looked at is allowed",
                considered=considered,
            )
        return
    if solution.status == "infeasible":
        notes.add(
            "suggested sites: {model}: no plan from {count} candidates meets what was asked; "
            "{rows} demand points stand against it, see unreachable.csv",
            model=model,
            count=count,
            rows=len(solution.blocking),
        )
        return
    notes.add(
        "suggested sites: {model}, chosen from {count} candidates; {status}: {objective} {unit}, "
        "bound {bound}, gap {gap}",
        model=model,
        count=count,
        status=say(STATUS_WORDS[solution.status], notes.language),
        objective=f"{solution.objective:,.0f}",
        unit=say(UNIT_WORDS[solution.unit], notes.language),
        bound=f"{solution.bound:,.0f}",
        gap=f"{solution.gap:.2%}",
    )


def _tell_number(notes: _Notes, suggestion: Suggestion, section: SitingSection) -> None:
    """Say why there are fewer sites than were asked."""
    if section.model in FREE_NUMBER_MODELS or section.budget is not None:
        return
    count, chosen = len(suggestion.candidates.table), len(suggestion.gains.site)
    if 0 < count < section.sites:
        notes.add(
            "{asked} sites were asked, but there are only {count} candidates",
            asked=section.sites,
            count=count,
        )
    if 0 < chosen < min(section.sites, count):
        notes.add(
            "{asked} sites were asked, {chosen} are suggested: a further one would gain nobody",
            asked=section.sites,
            chosen=chosen,
        )
