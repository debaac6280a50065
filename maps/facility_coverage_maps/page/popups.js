// What a click on the map tells. Every text is a text node.
const FLAG_WORDS = {
  no_facility: "No facility in the subdistrict",
  no_government_centre: "No government-run centre",
  below_target: "Below the target: {share} within {limit}",
};

function flagText(flag) {
  const words = FLAG_WORDS[flag];
  const target = study.thresholds[study.target];
  return words ? say(words, { limit: limit(target), share: targetShare() }) : flag;
}

function fact(label, value) {
  return make("div", {}, make("dt", {}, say(label)), make("dd", {}, value));
}

// The button that leads from a subdistrict to the very place that was clicked.
function hereButton(at) {
  return at === undefined ? null : make("p", {}, make("button", { type: "button", class: "link",
    onclick: () => showHere(at) }, say("From this point: minutes and coordinates")));
}

function facts(...rows) {
  return make("dl", {}, ...rows);
}

// One row for each threshold; a column is a heading and its text at a place in the thresholds.
function thresholdTable(...columns) {
  const head = make("tr", {}, make("th", { scope: "col" }, say("Limit")),
    ...columns.map(([heading]) => make("th", { scope: "col" }, say(heading))));
  const rows = study.thresholds.map((threshold, at) => make("tr", {},
    make("th", { scope: "row" }, limit(threshold)),
    ...columns.map(([, text]) => make("td", {}, text(at)))));
  return make("table", { class: "by-limit" }, make("thead", {}, head), make("tbody", {}, ...rows));
}

function reasons(flags) {
  return flags.length === 0 ? null
    : make("ul", { class: "reasons" }, ...flags.map((flag) => make("li", {}, flagText(flag))));
}

function popup(title, subtitle, ...content) {
  return make("article", { class: "popup" }, make("h3", {}, title),
    subtitle ? make("p", { class: "subtitle" }, subtitle) : null, ...content);
}

function unitPopup(unit) {
  return popup(unit.unit_name, unit.unit_id, reasons(unit.flags),
    after ? make("p", {}, say("With the proposal"), ": ", change.name) : null,
    facts(
      fact("Population", number(unit.population)),
      fact("Not assessed (no street near)", number(unit.unassessed_population)),
      fact("Facilities", number(unit.facilities)),
      fact("Government-run", number(unit.government_facilities)),
      unit.older_population === undefined ? null
        : fact("Residents of 60 and over", number(unit.older_population)),
      change === null ? null : fact("Change within the limit", changeText(changeOf(unit)))),
    thresholdTable(
      ["Residents", (at) => number(covered(unit, "covered_population")[at])],
      ["of residents", (at) => percent(covered(unit, "covered_share")[at])],
      ...(unit.older_population === undefined ? [] : [["of 60+", (at) =>
        percent(ratio(unit.older_covered_population[at], unit.older_population))]]),
      ["of area", (at) => percent(unit.covered_area_share[at])],
      ["of streets", (at) => percent(unit.covered_street_share[at])]),
    unit.notes ? make("p", { class: "small" }, unit.notes.split("; ").map(dataWord).join("; ")) : null,
    findingList("unit", unit.unit_id), hereButton(unit.at));
}

function facilityPopup(facility) {
  const refused = facility.status === "refused";
  return popup(facilityName(facility),
    `${category(facility.kind)} · ${category(facility.ownership)}`,
    facility.change ? make("p", { class: "refused" }, say(CHANGE_WORDS[facility.change])) : null,
    refused ? make("p", { class: "refused" }, say("Refused, not counted"), ": ",
      dataWord(facility.reason || "–")) : null,
    facts(
      fact("Id", facility.facility_id),
      fact("Subdistrict", unitName(facility.unit_name)),
      facility.floor_area_m2 === null ? null
        : fact("Floor area", say("{value} m²", { value: number(facility.floor_area_m2) })),
      facility.beds === null ? null : fact("Beds", number(facility.beds)),
      fact("Way to the street", facility.access_m === null ? "–"
        : say("{value} m", { value: number(facility.access_m) }))),
    refused ? null : thresholdTable(
      ["People reached", (at) => number(facility.people_reached[at])],
      ["by no other", (at) => number(facility.people_reached_only[at])]),
    findingList("facility", facility.facility_id));
}

function proposedPopup(facility) {
  return popup(facilityName(facility),
    `${category(facility.kind)} · ${category(facility.ownership || "unknown")}`,
    make("p", {}, make("strong", {}, say(CHANGE_WORDS[facility.change]))),
    facts(fact("Id", facility.facility_id), fact("Proposal", change.name)));
}

function gapPopup(gap) {
  const seconds = gap.mean_travel_time_s;
  return popup(say("Gap {rank}", { rank: gap.rank }), unitName(gap.unit_name),
    facts(
      fact("Residents beyond the limit", number(gap.population)),
      fact("Demand points", number(gap.demand_points)),
      fact("Mean walk to the nearest facility", seconds === null
        ? say("none is reached") : say("{value} min", { value: number(seconds / 60) }))));
}

function sitePopup(site) {
  return popup(say("Suggested site {rank}", { rank: site.rank }),
    [site.candidate_name, unitName(site.unit_name)].filter(Boolean).join(" · "),
    facts(
      fact("Newly covered residents", number(site.gain_population)),
      fact("Covered with all up to this rank", number(site.cumulative_population)),
      fact("Share of all residents", percent(site.cumulative_share)),
      fact("If no other were built", number(site.alone_population)),
      fact("Loss if this one fails", number(site.last_population)),
      fact("Mean over every order", number(site.mean_population)),
      site.stays_share === null ? null
        : fact("Chosen again in trials, within 300 m", percent(site.stays_share)),
      fact("Gap of the whole plan", gapText(study.siting.answer.gap))),
    gainTable(site),
    site.rules ? make("p", { class: "small" }, say("Allowed: {rules}", { rules: site.rules })) : null);
}

// Whom a site newly covers, subdistrict by subdistrict, most first.
function gainTable(site) {
  const rows = site.by_unit.slice(0, 6).map(([unit, people]) => make("tr", {},
    make("th", { scope: "row" }, unitName(unit)), make("td", {}, number(people))));
  return rows.length === 0 ? null : make("table", {}, make("thead", {}, make("tr", {},
    make("th", { scope: "col" }, say("Subdistrict")),
    make("th", { scope: "col" }, say("Newly covered residents")))), make("tbody", {}, ...rows));
}
