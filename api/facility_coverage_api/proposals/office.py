"""The office: where proposals are handed in, reviewed, decided and compared, for every face."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from facility_coverage.errors import FacilityCoverageError, NotFoundError
from facility_coverage.files import MANIFEST_NAME, sha256_of
from facility_coverage.outputs.review import SHEET_NAME, Replay, replay
from facility_coverage.proposals.audit import Audit, audit
from facility_coverage.proposals.comparison import Comparison, compare
from facility_coverage.proposals.desk import Desk
from facility_coverage.proposals.fields import proposal_of
from facility_coverage.proposals.layers import layers_of
from facility_coverage.proposals.proposal import Proposal
from facility_coverage.proposals.sheet import ReviewSheet, review
from facility_coverage.proposals.signature import Signature
from facility_coverage.proposals.workflow import FINAL, Actor, Case, Request, Sheet, require_allowed
from facility_coverage.words import Language, Remark
from facility_coverage_api.live.warm import Turns, WarmStudies
from facility_coverage_api.store.proposals import require_version
from facility_coverage_api.store.store import Store
from facility_coverage_maps.paper import pdf_bytes
from facility_coverage_maps.review.folder import page_name, sign_sheet, write_sheet
from facility_coverage_maps.review.page import review_html
from facility_coverage_maps.review.picture import pictures

Form = Literal["json", "html", "pdf"]


class NotReviewedError(NotFoundError):
    """The proposal came to its end before anybody reviewed it."""

    code = "not-reviewed"


@dataclass(frozen=True)
class Office:
    """Takes steps of proposals, and makes the reviews that they need.

    Attributes
    ----------
    store
        Keeps proposals, their record and their reviews.
    warm
        The studies, ready to be asked.
    turns
        A review takes one.
    """

    store: Store
    warm: WarmStudies
    turns: Turns

    def add(self, study_id: str, values: Mapping[str, Any], actor: Actor) -> Case:
        """Hand a proposal in as a draft.

        Parameters
        ----------
        study_id
            The study that it is for.
        values
            See ``proposal_of``.
        actor
            Who proposes it.

        Returns
        -------
        Case
            The draft.

        Raises
        ------
        FacilityCoverageError
            There is no such study, or the values are no proposal.
        """
        self.store.studies.get(study_id)
        return self.store.proposals.add(study_id, content_of(proposal_of(values)), actor)

    def edit(self, number: int, version: int, values: Mapping[str, Any], actor: Actor) -> Case:
        """Put other values in place of a proposal's.

        Parameters
        ----------
        number, version
            The proposal, and the version that the caller has seen.
        values
            See ``proposal_of``.
        actor
            Who proposes it.

        Returns
        -------
        Case
            The proposal after it.

        Raises
        ------
        FacilityCoverageError
            See ``ProposalRegister.take``, or the values are no proposal.
        """
        request = Request("edit", content=content_of(proposal_of(values)))
        return self.store.proposals.take(number, version, request, actor)

    def take(self, number: int, version: int, request: Request, actor: Actor) -> Case:
        """Take a step; the review that it needs is made before, or signed.

        Parameters
        ----------
        number, version
            The proposal, and the version that the caller has seen.
        request, actor
            What is asked, and by whom.

        Returns
        -------
        Case
            The proposal after it.

        Raises
        ------
        FacilityCoverageError
            See ``ProposalRegister.take``, or its study cannot be used.
        """
        case = self.store.proposals.get(number)
        require_version(case, version)
        require_allowed(case, request.action, actor)
        if request.action == "submit":
            with self._desk(case.study_id) as (desk, _):
                desk.require(proposal_in(case))
        if request.action in {"start", "rerun"}:
            request = replace(request, sheet=self._reviewed(case))
        if request.action == "approve":
            request = replace(request, sheet=self._signed(case, request, actor))
        return self.store.proposals.take(number, version, request, actor)

    def review(self, case: Case, form: Form, language: Language) -> Path | bytes:
        """Return a proposal's review.

        Parameters
        ----------
        case
            The proposal.
        form, language
            What is wanted; JSON has no language.

        Returns
        -------
        Path or bytes
            The file that is kept since its review began, or was signed; before that, the review as
            it would be today.

        Raises
        ------
        FacilityCoverageError
            It ended without a review, or its study cannot be used.
        """
        if case.sheet is not None:
            name = SHEET_NAME if form == "json" else page_name(language, form)
            return self.store.files.result_folder(case.sheet) / name
        if case.state in FINAL:
            msg = "proposal {number} was {state} before anybody reviewed it"
            raise NotReviewedError(msg, number=case.number, state=case.state)
        with self._desk(case.study_id) as (desk, _):
            sheet = self._sheet(desk, case)
            if form == "json":
                return sheet.to_json().encode()
            maps = pictures(layers_of(desk, sheet), sheet.study.target, language)
            page = review_html(sheet, maps, language)
            return page.encode() if form == "html" else pdf_bytes(page)

    def replay(self, case: Case) -> Replay:
        """Make a kept review again from its manifest and the files that the store holds.

        Parameters
        ----------
        case
            The proposal.

        Returns
        -------
        Replay
            Which files came out as they were, byte for byte.

        Raises
        ------
        FacilityCoverageError
            It has no review, or a file of it or of its study is gone or was changed.
        """
        if case.sheet is None:
            msg = "proposal {number} has no review that is kept; 'start' makes one"
            raise NotReviewedError(msg, number=case.number)
        folder = self.store.files.result_folder(case.sheet)
        sheet = ReviewSheet.model_validate_json((folder / SHEET_NAME).read_bytes())
        with self.store.files.workspace() as inputs, self.turns.turn():
            for source in sheet.study.sources.values():
                self.store.uploads.show(
                    self.store.uploads.holding(source.file, source.sha256), inputs
                )
            return replay(folder, inputs=inputs, cache_folder=self.store.files.networks)

    def language_of(self, case: Case) -> Language:
        """Return the language of a proposal's study; English where the study is gone.

        Parameters
        ----------
        case
            The proposal.

        Returns
        -------
        str
            ``en`` or ``zh``.
        """
        try:
            study = self.store.studies.get(case.study_id).study["study"]
        except NotFoundError:
            return "en"
        return "zh" if study["language"] == "zh" else "en"

    def comparison(self, study_id: str, budget: float | None) -> Comparison:
        """Compare the pending proposals of a study.

        Parameters
        ----------
        study_id
            The study.
        budget
            Most that the best of them may cost together; None looks for none.

        Returns
        -------
        Comparison
            One that cannot stand where it is proposed is among the refused.

        Raises
        ------
        FacilityCoverageError
            The study cannot be used.
        """
        pending = self.store.proposals.pending(study_id)
        with self._desk(study_id) as (desk, _):
            proposals = [proposal_in(case) for case in pending]
            return compare(desk.measured.prepared, proposals, budget, desk=desk)

    def audit(self, noted: str | None = None) -> Audit:
        """Hold the record, the proposals and the kept reviews against each other.

        Parameters
        ----------
        noted
            See ``proposals.audit.audit``.

        Returns
        -------
        Audit
            What is not as it was written.
        """
        with self.store.proposals.whole_record() as (entries, cases):
            kept = list(cases)
            found = audit(entries, kept, noted)
        lost = tuple(fault for case in kept for fault in self._lost(case))
        return replace(found, faults=found.faults + lost)

    def _reviewed(self, case: Case) -> Sheet:
        """Make the review of a proposal as its study is now, and keep it."""
        with self._desk(case.study_id) as (desk, inputs):
            sheet = self._sheet(desk, case)
            layers, study = layers_of(desk, sheet), desk.measured.prepared.study
            kept = self.store.files.put_result(lambda to: write_sheet(sheet, layers, study, to))
        return Sheet(kept, inputs)

    def _sheet(self, desk: Desk, case: Case) -> ReviewSheet:
        """Review a proposal beside the others that may be built."""
        pending = self.store.proposals.pending(case.study_id)
        others = [proposal_in(other) for other in pending if other.number != case.number]
        standing = [other for other in others if _can_stand(desk, other)]
        return review(desk.measured.prepared, proposal_in(case), standing, desk=desk)

    @contextmanager
    def _desk(self, study_id: str) -> Iterator[tuple[Desk, str]]:
        """Lay a study out for as long as it is asked; also tells the digest of its inputs."""
        warm = self.warm.get(study_id)
        with self.turns.turn(), self.warm.laid_out(warm.stored, None) as study:
            prepared = replace(warm.prepared, study=study)
            yield Desk.of(prepared, warm.accesses), warm.stored.digest

    def _signed(self, case: Case, request: Request, actor: Actor) -> Sheet:
        """Put a signature under the review that was made, and keep it."""
        signature = Signature(
            name=actor.name,
            account=actor.account,
            when=self.store.proposals.now(),
            conditions=request.conditions,
            comment=request.comment,
            record=self.store.proposals.events(case.number)[-1].hash,
        )
        reviewed = self.store.files.result_folder(str(case.sheet))
        with self.turns.turn():
            kept = self.store.files.put_result(lambda to: sign_sheet(reviewed, signature, to))
        return Sheet(kept, str(case.inputs))

    def _lost(self, case: Case) -> list[Remark]:
        """Return which files of a proposal's review are not what was kept."""
        if case.sheet is None:
            return []
        review: dict[str, object] = {"number": case.number, "sheet": case.sheet}
        try:
            folder = self.store.files.result_folder(case.sheet)
        except FacilityCoverageError:
            return [Remark("proposal {number}: its review {sheet} is gone", **review)]
        message = "proposal {number}: its review {sheet}: {name} is not what was kept"
        manifest = folder / MANIFEST_NAME
        if not manifest.is_file() or sha256_of(manifest) != case.sheet:
            return [Remark(message, **review, name=MANIFEST_NAME)]
        hashes: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))["outputs"]
        return [
            Remark(message, **review, name=name)
            for name, digest in hashes.items()
            if not (folder / name).is_file() or sha256_of(folder / name) != digest
        ]


def _can_stand(desk: Desk, proposal: Proposal) -> bool:
    """Tell whether a proposal can be built in its study, which may have changed since."""
    try:
        desk.require(proposal)
    except FacilityCoverageError:
        return False
    return True


def proposal_in(case: Case) -> Proposal:
    """Return the proposal that a case is about.

    Parameters
    ----------
    case
        As the store keeps it.

    Returns
    -------
    Proposal
        Its place is in WGS 84 already.
    """
    return Proposal.model_validate(dict(case.content))


def content_of(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal as the record keeps it.

    Parameters
    ----------
    proposal
        The proposal.

    Returns
    -------
    dict
        Plain values for JSON.
    """
    return proposal.model_dump(mode="json")
