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
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
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
    facts(
      fact("Population", number(unit.population)),
      fact("Not assessed (no street near)", number(unit.unassessed_population)),
      fact("Facilities", number(unit.facilities)),
      fact("Government-run", number(unit.government_facilities))),
    thresholdTable(
      ["Residents", (at) => number(unit.covered_population[at])],
      ["of residents", (at) => percent(unit.covered_share[at])],
      ["of area", (at) => percent(unit.covered_area_share[at])],
      ["of streets", (at) => percent(unit.covered_street_share[at])]),
    unit.notes ? make("p", { class: "small" }, unit.notes.split("; ").map(dataWord).join("; ")) : null,
    findingList("unit", unit.unit_id));
}

function facilityPopup(facility) {
  const refused = facility.status === "refused";
  return popup(facility.facility_name || facility.facility_id, 
    `${category(facility.kind)} · ${category(facility.ownership)}`,
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
