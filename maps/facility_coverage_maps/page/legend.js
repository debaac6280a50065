// The list of layers, each with its switch and its legend.
function key(sample, text) {
  return make("li", {}, sample, make("span", {}, text));
}

const thresholdKeys = (thresholds) => thresholds.map((threshold) =>
  key(stroke({ stroke: threshold.colour, "stroke-width": 3 }), limit(threshold)));

function facilityLegend() {
  const grey = { fill: "#4a5560", stroke: "#ffffff", "stroke-width": 1.5 };
  const items = facilityKinds.slice(0, FORMS.length).map((kind) =>
    key(facilitySign({ ...grey, d: kindForm(kind) }), category(kind)));
  if (facilityKinds.length > FORMS.length) {
    items.push(key(facilitySign({ ...grey, d: OTHER_FORM }), say("other kinds")));
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
    items.push(key(facilitySign(facilityLook({ kind: facilityKinds[0], status: "refused" })),
      say("refused, not counted")));
  }
  for (const kind of change === null ? [] : ["added", "moved", "closed"]) {
    if (change.facilities.some((facility) => facility.change === kind)) {
      items.push(key(facilitySign(facilityLook({ kind: facilityKinds[0], change: kind })),
        say(CHANGE_WORDS[kind])));
    }
  }
  return items;
}

const legends = {
  coverage: measureLegend,
  borders: () => [
    key(stroke({ stroke: "#4a5560", "stroke-width": 1.2 }), say("Subdistrict")),
    key(stroke({ stroke: study.colours.flag, "stroke-width": 3 }), say("Falls short"))],
  findings: findingLegend,
  circles: () => thresholdKeys(study.thresholds.filter(distinct)),
  "facility-circles": () => [
    key(patch({ fill: study.thresholds[chosen].colour, "fill-opacity": 0.2,
      stroke: study.thresholds[chosen].colour }), limit(study.thresholds[chosen]))],
  streets: () => [
    ...thresholdKeys(study.thresholds.filter(({ kind }) =>
      kind === study.thresholds[study.target].kind)),
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
  ground: () => study.ground.map(({ kind }) =>
    key(patch({ fill: GROUND_COLOURS[kind] }), category(kind))),
  basemap: () => [make("li", {}, study.basemap.attribution)],
};

function layerItem(layer, at) {
  const box = make("input", { type: "checkbox", "data-layer": layer.key,
    tabindex: at === 0 ? 0 : -1, onchange: () => { show(layer.key, box.checked); dim(); } });
  const name = layer.name ? say(layer.name) : say("Colour of the subdistricts");
  const item = make("li", { id: `layer-${layer.key}` }, make("label", {}, box, name),
    layer.key === "coverage" ? measureChooser() : null,
    make("ul", { class: "plain legend" }));
  const dim = () => item.classList.toggle("off", !box.checked);
  box.checked = layer.on;
  dim();
  return item;
}

function drawLegend(name) {
  document.querySelector(`#layer-${name} > .legend`).replaceChildren(...legends[name]());
}

function drawLayers() {
  byId("layers").replaceChildren(...layers.map(layerItem));
  layers.forEach(({ key }) => drawLegend(key));
}

// Switches a layer on from elsewhere on the page.
function turnOn(name) {
  const box = document.querySelector(`[data-layer="${name}"]`);
  if (!box.checked) {
    box.click();
  }
}
