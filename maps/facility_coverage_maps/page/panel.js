// The panel beside the map: figures, and lists that lead to places.
function drawLimits() {
  byId("limits").replaceChildren(...study.thresholds.map((threshold, at) => {
    const share = covered(null, "covered_share")[at];
    const radio = make("input", { type: "radio", name: "limit", value: at,
      onchange: () => { choose(at); drawLayers(); } });
    radio.checked = at === chosen;
    const bar = make("span", { class: "bar" });
    bar.style.setProperty("--share", share || 0);
    const was = study.total.covered_share[at];
    return make("label", { class: "card" }, radio,
      make("span", { class: "limit" }, limit(threshold)),
      make("span", { class: "share" }, percent(share)), bar,
      make("span", { class: "count" }, number(covered(null, "covered_population")[at])),
      after ? make("span", { class: "count" }, changeText(share - was)) : null);
  }));
}

// A list entry that leads to a place; its popup opens there.
function place(go, title, ...lines) {
  return make("li", {}, make("button", { type: "button", onclick: go },
    make("strong", {}, title), ...lines));
}

function goToUnit(unit) {
  fold("panel", false);
  const bounds = unit.polygon.getBounds();
  if (bounds.isValid()) {
    unit.at = undefined;
    fit(bounds, { maxZoom: 15, animate: false });  // so that the popup finds its room at once
    unit.polygon.openPopup(unit.position && [unit.position[1], unit.position[0]]);
  }
}

function goToSite(site) {
  fold("panel", false);
  turnOn("sites");
  map.setView(site.marker.getLatLng(), Math.max(map.getZoom(), 15), { animate: false });
  site.marker.openPopup();
}

function drawFlagged() {
  const flagged = study.units.filter((unit) => unit.flags.length > 0)
    .sort((a, b) => (a.covered_share[study.target] ?? 2) - (b.covered_share[study.target] ?? 2)
      || (a.unit_id < b.unit_id ? -1 : 1));
  byId("flagged-heading").textContent = say("{count} of {all} subdistricts fall short",
    { count: flagged.length, all: study.units.length });
  byId("flagged").replaceChildren(...flagged.map((unit) => place(() => goToUnit(unit),
    unit.unit_name, make("span", { class: "figure" }, percent(unit.covered_share[study.target])),
    reasons(unit.flags))));
}

// What the model answered, how sure that is, and the curve with its bound.
function drawAnswer() {
  const { answer, curve, n_sites } = study.siting;
  byId("siting").textContent = answer.gap === null ? dataWord(answer.status) : say(
    "{model}: {status}. Gap to the best possible: {gap}.", { model: dataWord(answer.model),
      status: dataWord(answer.status), gap: gapText(answer.gap) });
  byId("curve").replaceChildren(...(curve.length < 2 ? [] : [
    make("figcaption", {}, say("Residents covered within {limit} by number of new sites",
      { limit: limit(study.thresholds[study.target]) })),
    curveChart(curve, n_sites), curveLegend()]));
}

function drawSites() {
  drawAnswer();
  byId("sites").replaceChildren(...study.candidates.filter(({ position }) => position)
    .map((site) => place(() => goToSite(site), `${site.rank}. ${unitName(site.unit_name)}`,
      make("span", { class: "figure" }, `+${number(site.gain_population)}`))));
}

// What this page leaves out or draws coarsely, beside what the figures themselves rest on.
function pageNotes() {
  const { circles: { tolerance_m }, streets } = study;
  return [
    say("Shapes are simplified for display (circles by up to {circles} m, streets by up to "
      + "{streets} m); the figures are not.", { circles: tolerance_m, streets: streets.tolerance_m }),
    streets.only_main ? say("There are too many streets for this page: only main ones are drawn; "
      + "results.gpkg holds all.") : null,
    study.findings_left_out > 0 ? say("{count} findings on facilities that pass are left out of "
      + "this page; findings.csv holds all.", { count: number(study.findings_left_out) }) : null,
    study.basemap_missing ? say("The base map {name} needs a key and none was given.",
      { name: study.basemap_missing }) : null,
  ].filter((note) => note !== null);
}

function drawNotes() {
  const fixed = [
    study.mode === "foot" && typeof study.speed_kph === "number"
      ? say("A resident counts as covered when the walk along the streets, off-street ways "
        + "included, is within the limit: at {speed} km/h and at most {metres} m off the street.",
      { speed: study.speed_kph, metres: study.off_street_limit_m })
      : say("A resident counts as covered when the trip along the streets (profile {profile}), "
        + "off-street ways included, is within the limit, at most {metres} m off the street.",
      { profile: study.profile, metres: study.off_street_limit_m }),
    ...pageNotes(),
  ];
  const own = study.notes.filter((note) => note !== study.synthetic).map(dataWord);
  byId("notes").replaceChildren(...[...fixed, ...own].map((note) => make("li", {}, note)));
}

// The legend folds away; on a narrow screen the panel does so too, as a sheet under the map.
const open = { panel: false, legend: !NARROW.matches };
const foldWords = {
  panel: () => (open.panel ? say("Map") : say("Details")),
  legend: () => say("Layers and legend"),
};

function fold(part, unfolded) {
  open[part] = unfolded;
  byId(part).classList.toggle("open", unfolded);
  const button = byId(`${part}-fold`);
  button.setAttribute("aria-expanded", unfolded);
  button.textContent = foldWords[part]();
}

function drawPanel() {
  document.documentElement.lang = TAGS[language];
  document.querySelectorAll("[data-say]").forEach((element) => {
    element.textContent = say(element.dataset.say);
  });
  byId("search").placeholder = say("Subdistrict or facility");
  byId("study-name").textContent = study.name;
  byId("language").textContent = language === "en" ? "中文" : "English";
  byId("banner").hidden = study.synthetic === null;
  byId("banner").replaceChildren(make("strong", {}, say("Synthetic data")), " ",
    study.synthetic === null ? "" : dataWord(study.synthetic));
  byId("total").textContent = say("Of {all}: {outside} live outside every subdistrict, "
    + "{unassessed} have no street near and are not assessed.", {
    all: people(study.total.population), outside: number(study.outside_population),
    unassessed: number(study.total.unassessed_population) });
  drawChange();
  drawLimits();
  drawLayers();
  drawFlagged();
  drawSites();
  drawNotes();
  fold("panel", open.panel);
  fold("legend", open.legend);
}
