// The panel beside the map: figures, layers with their legends, lists that lead to places.
const byId = (identifier) => document.getElementById(identifier);

function drawLimits() {
  byId("limits").replaceChildren(...study.thresholds.map((threshold, at) => {
    const radio = make("input", { type: "radio", name: "limit", value: at,
      onchange: () => { choose(at); drawLayers(); } });
    radio.checked = at === chosen;
    const bar = make("span", { class: "bar" });
    bar.style.setProperty("--share", study.total.covered_share[at] || 0);
    return make("label", { class: "card" }, radio,
      make("span", { class: "limit" }, limit(threshold)),
      make("span", { class: "share" }, percent(study.total.covered_share[at])), bar,
      make("span", { class: "count" }, number(study.total.covered_population[at])));
  }));
}

function key(sample, text) {
  return make("li", {}, sample, make("span", {}, text));
}

function coverageLegend() {
  const { coverage, classes, no_data } = study.colours;
  const steps = coverage.map((colour, at) => {
    const step = make("span", {}, `${Number((classes[at] * 100).toFixed(1))}%`);
    step.style.setProperty("--colour", colour);
    return step;
  });
  const items = [make("li", { class: "steps" }, ...steps),
    make("li", {}, say("The lightest meets the target of {share}.", { share: targetShare() }))];
  if (study.units.some((unit) => unit.covered_share[chosen] === null)) {
    items.push(key(patch({ fill: no_data, stroke: "#8a949e" }), say("no share: see the notes")));
  }
  return items;
}

function circleLegend() {
  return study.thresholds.filter(sameKind).map((threshold) =>
    key(stroke({ stroke: threshold.colour, "stroke-width": 3 }), limit(threshold)));
}

function facilityLegend() {
  const items = facilityKinds.slice(0, FORMS.length).map((kind) =>
    key(facilitySign(kindForm(kind), "#4a5560", false), category(kind)));
  if (facilityKinds.length > FORMS.length) {
    items.push(key(facilitySign(OTHER_FORM, "#4a5560", false), say("other kinds")));
  }
  for (const owner of facilityOwners.slice(0, OWNER_COLOURS.length)) {
    items.push(key(patch({ fill: ownerColour(owner) }), category(owner)));
  }
  const unknown = study.facilities.some(({ ownership }) =>
    !facilityOwners.slice(0, OWNER_COLOURS.length).includes(ownership));
  if (facilityOwners.length > 0 && unknown) {
    items.push(key(patch({ fill: OTHER_COLOUR }), say("other or unknown owner")));
  }
  if (study.facilities.some(({ status }) => status === "refused")) {
    items.push(key(facilitySign(FORMS[0], "", true), say("refused, not counted")));
  }
  return items;
}

const legends = {
  coverage: coverageLegend,
  borders: () => [
    key(stroke({ stroke: "#4a5560", "stroke-width": 1.2 }), say("Subdistrict")),
    key(stroke({ stroke: study.colours.flag, "stroke-width": 3 }), say("Falls short"))],
  findings: findingLegend,
  circles: circleLegend,
  "facility-circles": () => [
    key(patch({ fill: study.thresholds[chosen].colour, "fill-opacity": 0.2,
      stroke: study.thresholds[chosen].colour }), limit(study.thresholds[chosen]))],
  streets: () => [
    ...study.thresholds.filter(({ kind }) => kind === study.thresholds[study.target].kind)
      .map((threshold) =>
        key(stroke({ stroke: threshold.colour, "stroke-width": 3 }), limit(threshold))),
    key(stroke({ stroke: study.colours.gap, "stroke-width": 3 }), say("farther"))],
  "main-streets": () => [key(stroke({ stroke: "#5d6873", "stroke-opacity": 0.6,
    "stroke-width": 1.6 }), say("for orientation"))],
  facilities: facilityLegend,
  gaps: () => [key(patch({ fill: "url(#hatch)", stroke: study.colours.gap }),
    say("Residents beyond {limit}", { limit: limit(study.thresholds[study.target]) }))],
  sites: () => [key(siteSign(1), say("by rank"))],
  places: () => [key(dot("#5b3a8c"), say("allowed, not chosen"))],
  unreachable: () => study.siting.unreachable.map(({ reason, population }, at) =>
    key(dot(causeColour(at)), `${dataWord(reason)}: ${number(population)}`)),
};

function drawLayers() {
  byId("layers").replaceChildren(...layers.map((layer) => {
    const box = make("input", { type: "checkbox", "data-layer": layer.key,
      onchange: () => show(layer.key, box.checked) });
    box.checked = layer.on;
    const name = say(layer.name, { limit: limit(study.thresholds[chosen]) });
    return make("li", {}, make("label", {}, box, name),
      make("ul", { class: "plain legend" }, ...legends[layer.key]()));
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
    fit(bounds, { maxZoom: 15 });
    unit.polygon.openPopup(unit.position && [unit.position[1], unit.position[0]]);
  }
}

function goToSite(site) {
  fold("panel", false);
  byId("layers").querySelector('[data-layer="sites"]').checked = true;
  show("sites", true);
  map.setView(site.marker.getLatLng(), Math.max(map.getZoom(), 15));
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

function drawNotes() {
  const fixed = [
    study.mode === "foot" && typeof study.speed_kph === "number"
      ? say("A resident counts as covered when the walk along the streets, off-street ways "
        + "included, is within the limit: at {speed} km/h and at most {metres} m off the street.",
      { speed: study.speed_kph, metres: study.off_street_limit_m })
      : say("A resident counts as covered when the trip along the streets (profile {profile}), "
        + "off-street ways included, is within the limit, at most {metres} m off the street.",
      { profile: study.profile, metres: study.off_street_limit_m }),
    say("Shapes are simplified for display; the figures are not."),
  ];
  byId("notes").replaceChildren(...[...fixed, ...study.notes.filter((note) => note !== study.synthetic).map(dataWord)]
    .map((note) => make("li", {}, note)));
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
  byId("study-name").textContent = study.name;
  byId("language").textContent = language === "en" ? "中文" : "English";
  byId("banner").hidden = study.synthetic === null;
  byId("banner").replaceChildren(make("strong", {}, say("Synthetic data")), " ",
    study.synthetic === null ? "" : dataWord(study.synthetic));
  byId("total").textContent = say("Of {all}: {outside} live outside every subdistrict, "
    + "{unassessed} have no street near and are not assessed.", {
    all: people(study.total.population), outside: number(study.outside_population),
    unassessed: number(study.total.unassessed_population) });
  drawLimits();
  drawLayers();
  drawFlagged();
  drawSites();
  drawNotes();
  fold("panel", open.panel);
  fold("legend", open.legend);
}
