"""``suggest``: where to build next, and how near that is to the best possible."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facility_coverage.errors import InfeasibleError
from facility_coverage.words import Remark
from facility_coverage_cli.options import Cache, Json, Overwrite, Quiet, checked_section
from facility_coverage_cli.run import carry_out, map_key, refuse_inside
from facility_coverage_cli.spoken import open_study, spoken
from facility_coverage_cli.terminal import say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facility_coverage.result import StudyResult
    from facility_coverage.study_file import SitingSection


def suggest(
    study_file: Annotated[Path, typer.Argument(metavar="STUDY.toml", help="The study file.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")],
    *,
    sites: Annotated[
        int | None, typer.Option("--sites", help="Most new sites; lscp models find the number.")
    ] = None,
    stations: Annotated[
        int | None, typer.Option("--stations", help="Most new stations, with --model two_tier.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            help="mclp, lscp, partial_lscp, p_median, p_center, capacitated_mclp, "
            "capacitated_p_median or two_tier.",
        ),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option("--time-limit", help="Seconds for the solver; without it, a fixed effort."),
    ] = None,
    gap: Annotated[
        float | None, typer.Option("--gap", help="Good enough: 0.005 stops at a gap of 0.5 %.")
    ] = None,
    budget: Annotated[
        float | None, typer.Option("--budget", help="Most that all new sites cost together.")
    ] = None,
    capacity: Annotated[
        float | None, typer.Option("--capacity", help="Residents that a new site can serve.")
    ] = None,
    robustness: Annotated[
        bool,
        typer.Option(
            "--robustness/--no-robustness",
            help="Try the chosen sites at other speeds and populations, and one by one.",
        ),
    ] = True,
    overwrite: Overwrite = False,
    cache: Cache = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Suggest where to build next.

    Takes the [siting] section of the study file; options go before its keys. Writes the sites,
    the candidates, what each site adds, and a map.
    """
    from facility_coverage.files import atomic_folder, refuse_existing
    from facility_coverage.outputs.folder import summary, write_siting
    from facility_coverage_maps.page import write_map

    started_s = time.monotonic()
    asked = {
        "--sites": ("sites", sites),
        "--stations": ("stations", stations),
        "--model": ("model", model),
        "--time-limit": ("time_limit_s", time_limit),
        "--gap": ("gap", gap),
        "--budget": ("budget", budget),
        "--capacity": ("capacity", capacity),
    }
    study = open_study(study_file)
    section = _asked_for(study.siting, asked, robustness=robustness)
    study = study.model_copy(update={"siting": section})
    refuse_existing(out, overwrite=overwrite)
    refuse_inside(out, study_file, study)
    result = carry_out(study, cache=cache, quiet=quiet)
    with atomic_folder(out, overwrite=overwrite) as folder:
        write_siting(result, folder)
        write_map(result, folder / "map.html", tianditu_key=map_key(study))
    if json:
        say_json(summary(result))
    elif not quiet:
        for line in _lines(result, out, time.monotonic() - started_s):
            say(line)
    _refuse_infeasible(result, out)


def _asked_for(
    section: "SitingSection", asked: dict[str, tuple[str, Any]], *, robustness: bool
) -> "SitingSection":
    """Put the options in place of the keys of the study file."""
    given = {option: pair for option, pair in asked.items() if pair[1] is not None}
    values = section.model_dump() | dict(given.values()) | {"robustness": robustness}
    typed = " ".join(f"{option} {value}" for option, (_, value) in given.items())
    return checked_section(typed or "[siting]", type(section), values)


def _refuse_infeasible(result: "StudyResult", out: Path) -> None:
    """Leave with the exit code of an infeasible request, and name the rows that make it so."""
    answer = result.siting.answer
    if answer["status"] == "infeasible":
        msg = (
            "{out}: no plan from {candidates} candidates meets what was asked; {count} demand "
            "points stand against it, listed in {file}; add candidates, or ask for less"
        )
        raise InfeasibleError(
            msg,
            out=out,
            candidates=answer["candidates"],
            count=len(result.siting.unreachable),
            file=out / "unreachable.csv",
        )


def _lines(result: "StudyResult", out: Path, took_s: float) -> "Iterator[Remark]":
    """Yield the answer: how good, how sure, which sites, and where it stands."""
    from facility_coverage.outputs.columns import value_words
    from facility_coverage.siting.notes import MODEL_NAMES
    from facility_coverage.words import say as in_words

    answer = result.siting.answer
    model = in_words(MODEL_NAMES[answer["model"]], spoken())
    yield Remark("{name}: {model}", name=result.study.study.name, model=model)
    message = (
        "  {sites} sites of {candidates:,} candidates ({considered:,} places looked at), "
        "{took_s:.1f} s in all"
    )
    counts = {name: answer[name] for name in ("sites", "candidates", "considered")}
    yield Remark(message, **counts, took_s=took_s)
    yield from _how_good(result)
    message = "  {rank:3}. {place} ({unit_name}): +{people:,.0f} people"
    for site in result.candidates.itertuples():
        place, people = site.candidate_name or site.candidate_id, site.gain_population
        unit = value_words("unit_name", site.unit_name, spoken())
        yield Remark(message, rank=site.rank, place=place, unit_name=unit, people=people)
    for note in result.notes:
        yield Remark("Note: {note}", note=note)
    sites, candidates = out / "sites.csv", out / "candidates.geojson"
    yield Remark("Sites: {sites}, {candidates}", sites=sites, candidates=candidates)
    yield Remark("Map: {path}", path=out / "map.html")


def _how_good(result: "StudyResult") -> "Iterator[Remark]":
    """Yield how sure the plan is, and how many people are covered without it and with it."""
    from facility_coverage.siting.notes import STATUS_WORDS, UNIT_WORDS
    from facility_coverage.words import say as in_words

    answer, language = result.siting.answer, spoken()
    yield Remark("  status: {status}", status=in_words(STATUS_WORDS[answer["status"]], language))
    if answer.get("objective") is not None:
        message = "  objective {objective:,.0f} {unit}, bound {bound:,.0f}, gap {gap:.2%}"
        figures = {name: answer[name] for name in ("objective", "bound", "gap")}
        yield Remark(message, **figures, unit=in_words(UNIT_WORDS[answer["unit"]], language))
    before = result.siting.curve["covered_population"].iloc[0]
    after, total = before + answer["gain_population"], result.total["population"]
    label = result.target.label
    message = "  within {threshold} today      {people:13,.0f} {share:7.1%}"
    yield Remark(message, threshold=label, people=before, share=before / total)
    message = "  within {threshold} with sites {people:13,.0f} {share:7.1%}"
    yield Remark(message, threshold=label, people=after, share=after / total)
