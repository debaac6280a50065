// What the clauses of standards found: on a click of a subdistrict or facility, and as a layer.
const VERDICT_WORDS = {
  fail: "Fail", advice: "Advice", not_assessable: "Not assessable", pass: "Pass",
};
const VERDICTS = Object.keys(VERDICT_WORDS);  // worst first

// The findings about one subdistrict ("unit") or one facility ("facility"), worst first.
function findingsOf(kind, identifier) {
  return study.findings.filter((finding) => finding[kind] === identifier)
    .sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict)
      || a.clause - b.clause);
}

function findingItem(finding) {
  const { standard_id, clause_id, quote } = study.clauses[finding.clause];
  const measured = number(finding.measured, 3);
  const line = (text) => make("p", { class: "small" }, text);
  return make("li", { "data-verdict": finding.verdict },
    make("strong", {}, say(VERDICT_WORDS[finding.verdict])), ` ${standard_id}: ${clause_id}`,
    line(say("measured {measured}, required {required}",
      { measured, required: finding.required || "–" })),
    finding.reason ? line(finding.reason) : null,
    evidenceLine(finding.evidence),
    make("blockquote", {}, quote));
}

// The facilities that a finding counts; those on the map can be gone to.
function evidenceLine(evidence) {
  if (evidence.length === 0) {
    return null;
  }
  const [before, after] = say("Evidence: {ids}", { ids: "\u0000" }).split("\u0000");
  const parts = evidence.flatMap((identifier, at) => {
    const facility = facilityOf.get(identifier);
    return [at > 0 ? "; " : "", facility && facility.position
      ? make("button", { type: "button", class: "link", onclick: () => goToFacility(facility) },
        identifier) : identifier];
  });
  return make("p", { class: "small" }, before, ...parts, after);
}

function findingList(kind, identifier) {
  const own = findingsOf(kind, identifier);
  return own.length === 0 ? null : make("details", { class: "findings", open: "" },
    make("summary", {}, say("Standards")), make("ul", {}, ...own.map(findingItem)));
}

// Subdistricts in the colour of their worst verdict.
function buildFindings() {
  return L.layerGroup(study.units.map((unit) => {
    const [worst] = findingsOf("unit", unit.unit_id);
    return L.polygon(decode(unit.shape), { pane: "findings", interactive: false, weight: 1,
      color: "#4a5560", fillOpacity: worst ? 0.65 : 0,
      fillColor: worst ? study.colours.verdicts[worst.verdict] : "#ffffff" });
  }));
}

const findingLegend = () => VERDICTS.map((verdict) =>
  key(patch({ fill: study.colours.verdicts[verdict] }), say(VERDICT_WORDS[verdict])));
