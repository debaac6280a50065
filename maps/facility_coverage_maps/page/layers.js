// The layers of the map. Each is built when it is first shown; shown() tells which are on.
const map = map_study;
const NARROW = window.matchMedia("(max-width: 760px)");
let chosen = study.target;
let far = null;
let selectedCircles = null;
const canvases = new Map();

function pane(name, zIndex, clickable) {
  const element = map.createPane(name);
  element.style.zIndex = zIndex;
  if (!clickable) {
    element.style.pointerEvents = "none";
  }
}
pane("coverage", 400, true);
pane("findings", 405, false);
pane("main-streets", 410, false);
pane("circles", 420, false);
pane("streets", 430, false);
pane("borders", 440, false);
pane("gaps", 450, true);
pane("facility-circles", 460, false);
pane("unreachable", 462, false);
pane("places", 464, false);
pane("names", 470, false);

function canvas(name) {
  if (!canvases.has(name)) {
    canvases.set(name, L.canvas({ pane: name, padding: 0.3 }));
  }
  return canvases.get(name);
}

function shareColour(share) {
  if (share === null) {
    return study.colours.no_data;
  }
  let at = study.colours.classes.length - 1;
  while (at > 0 && share < study.colours.classes[at]) {
    at -= 1;
  }
  return study.colours.coverage[at];
}

// What covers the map at its left (buttons) and right (legend), in pixels.
const coveredLeft = () => [NARROW.matches ? 8 : 56, 16];
const coveredRight = () => [NARROW.matches ? 8 : 256, 16];

function fit(bounds, options) {
  map.fitBounds(bounds, { paddingTopLeft: coveredLeft(), paddingBottomRight: coveredRight(),
    ...options });
}

function withPopup(layer, content) {
  return layer.bindPopup(content, { maxWidth: 330, minWidth: 230,
    autoPanPaddingTopLeft: coveredLeft(), autoPanPaddingBottomRight: coveredRight() });
}

function pinned(position, className, size, anchor, html, options) {
  const icon = L.divIcon({ className, html, iconSize: size, iconAnchor: anchor });
  return L.marker([position[1], position[0]], { icon, ...options });
}

const sameKind = (threshold) => threshold.kind === study.thresholds[chosen].kind;

// The circles of one facility, or of all together (null), widest first.
function circles(facility, pane, style) {
  const own = study.circles.filter((circle) =>
    circle.facility === facility && sameKind(study.thresholds[circle.threshold]));
  return own.sort((a, b) => b.threshold - a.threshold).map((circle) =>
    L.polygon(decode(circle.shape), {
      pane, interactive: false, color: study.thresholds[circle.threshold].colour,
      lineJoin: "round", ...style }));
}

function buildCoverage() {
  for (const unit of study.units) {
    unit.polygon = L.polygon(decode(unit.shape), { pane: "coverage", stroke: false });
    withPopup(unit.polygon, () => unitPopup(unit));
  }
  return L.layerGroup(study.units.map((unit) => unit.polygon));
}

function buildBorders() {
  const layers = [];
  const line = (unit, color, weight, options) => layers.push(L.polygon(decode(unit.shape), {
    pane: "borders", interactive: false, fill: false, color, weight, lineJoin: "round",
    ...options }));
  const flagged = study.units.filter((unit) => unit.flags.length > 0);
  study.units.forEach((unit) => line(unit, "#4a5560", 1, { opacity: 0.8 }));
  flagged.forEach((unit) => line(unit, "#ffffff", 5.5, { opacity: 0.85 }));
  flagged.forEach((unit) => line(unit, study.colours.flag, 2.6));
  for (const unit of study.units.filter(({ position }) => position)) {
    const text = make("span", {}, unit.unit_name);
    const name = pinned(unit.position, unit.flags.length > 0 ? "name flagged" : "name",
      [0, 0], [0, 0], text, { pane: "names", interactive: false, keyboard: false });
    unit.nameText = text;
    layers.push(name);
  }
  return L.layerGroup(layers);
}

// A name is shown where its subdistrict is wide enough on the screen to carry it.
function fitNames() {
  for (const { nameText, polygon } of study.units) {
    const bounds = polygon.getBounds();
    if (nameText && bounds.isValid()) {
      const west = map.latLngToLayerPoint(bounds.getSouthWest());
      const east = map.latLngToLayerPoint(bounds.getNorthEast());
      nameText.hidden = false;
      nameText.hidden = nameText.offsetWidth > (east.x - west.x) * 0.95;
    }
  }
}

// From afar signs are small and lines are thin, so that the picture stays clear.
function drawScale() {
  const isFar = map.getZoom() < 13.5;
  if (isFar !== far) {
    far = isFar;
    map.getContainer().classList.toggle("far", far);
    drawCircles();
  }
  fitNames();
}

function buildStreets(main) {
  const name = main ? "main-streets" : "streets";
  const groups = study.streets.filter((group) => group.main || !main);
  const colour = ({ threshold }) => threshold === null
    ? study.colours.gap : study.thresholds[threshold].colour;
  return L.layerGroup(groups.map((group) => L.polyline(decodeLines(group.shape), {
    renderer: canvas(name), pane: name, interactive: false,
    color: main ? "#5d6873" : colour(group), opacity: main ? 0.45 : 0.9,
    weight: main ? 1.1 : group.main ? 2.4 : 1.5 })));
}

function buildFacilities() {
  return L.layerGroup(study.facilities.filter(({ position }) => position).map((facility) => {
    const refused = facility.status === "refused";
    const html = facilitySign(kindForm(facility.kind), ownerColour(facility.ownership), refused);
    const marker = pinned(facility.position, "facility", [20, 20], [10, 10], html,
      { title: facility.facility_name || facility.facility_id });
    withPopup(marker, () => facilityPopup(facility));
    marker.on("popupopen", () => selectFacility(study.facilities.indexOf(facility)));
    marker.on("popupclose", () => selectFacility(null));
    return marker;
  }));
}

function selectFacility(facility) {
  if (selectedCircles) {
    selectedCircles.remove();
  }
  selectedCircles = facility === null ? null : L.layerGroup(circles(facility, "facility-circles",
    { weight: 2, fillOpacity: 0.3 })).addTo(map);
  map.getPane("circles").style.opacity = facility === null ? 1 : 0.25;
}

// The subdistrict under a click on something above it.
function unitAt({ clientX, clientY }) {
  const under = document.elementsFromPoint(clientX, clientY);
  return study.units.find(({ polygon }) => under.includes(polygon.getElement()));
}

function buildGaps() {
  return L.layerGroup(study.gaps.map((gap) => {
    gap.polygon = L.polygon(decode(gap.shape), { pane: "gaps", color: study.colours.gap,
      weight: 1.2, fillColor: "url(#hatch)", fillOpacity: 1 });
    gap.polygon.on("click", ({ originalEvent }) => { gap.under = unitAt(originalEvent); });
    return withPopup(gap.polygon, () => make("div", {}, gap.under ? unitPopup(gap.under) : null,
      gapPopup(gap)));
  }));
}

function buildSites() {
  return L.layerGroup(study.candidates.filter(({ position }) => position).map((site) => {
    site.marker = pinned(site.position, "site", [24, 31], [12, 30], siteSign(site.rank),
      { title: `#${site.rank}`, zIndexOffset: 1000 });
    site.marker.options.icon.options.popupAnchor = [0, -26];
    return withPopup(site.marker, () => sitePopup(site));
  }));
}

// Many points of one colour, which nobody clicks.
function dots(shape, pane, colour, radius) {
  return decodeLines(shape).flat().map((place) => L.circleMarker(place, { renderer: canvas(pane),
    pane, interactive: false, stroke: false, radius, fillColor: colour, fillOpacity: 0.7 }));
}

const buildPlaces = () => L.layerGroup(dots(study.siting.places, "places", "#5b3a8c", 3));

const buildUnreachable = () => L.layerGroup(study.siting.unreachable.flatMap(({ shape }, at) =>
  dots(shape, "unreachable", causeColour(at), 3.5)));

const layers = [
  { key: "coverage", name: "Residents covered within {limit}", on: true, build: buildCoverage },
  { key: "borders", name: "Subdistricts", on: true, build: buildBorders },
  ...(study.clauses.length > 0
    ? [{ key: "findings", name: "Standards", on: false, build: buildFindings }] : []),
  { key: "circles", name: "Walking circles", on: true,
    build: () => L.layerGroup() },
  { key: "facility-circles", name: "Circle of each facility", on: false,
    build: () => L.layerGroup() },
  { key: "streets", name: "Streets by walking time", on: false, build: () => buildStreets(false) },
  { key: "main-streets", name: "Main streets", on: true, build: () => buildStreets(true) },
  { key: "facilities", name: "Facilities", on: true, build: buildFacilities },
  { key: "gaps", name: "Gaps", on: false, build: buildGaps },
  { key: "unreachable", name: "Residents whom nothing can serve", on: false,
    build: buildUnreachable },
  { key: "places", name: "Other candidate sites", on: false, build: buildPlaces },
  { key: "sites", name: "Suggested sites", on: true, build: buildSites },
];
const layerOf = new Map(layers.map((layer) => [layer.key, layer]));
const shown = (key) => layerOf.get(key).on;

// Subdistricts stay on the map for the sake of clicks; switched off, they lose their colour.
function drawCoverage() {
  for (const unit of study.units) {
    unit.polygon.setStyle({ fillColor: shareColour(unit.covered_share[chosen]),
      fillOpacity: shown("coverage") ? 0.68 : 0 });
  }
}

// Over the coloured subdistricts the circles are outlines; alone they are filled.
function drawCircles() {
  const all = layerOf.get("circles").group;
  const each = layerOf.get("facility-circles").group;
  const filled = shown("coverage") ? { fill: false } : { fillOpacity: 0.32 };
  all.clearLayers();
  if (shown("circles")) {
    const weight = far ? 1.3 : 2.2;
    circles(null, "circles", { color: "#ffffff", weight: weight * 2.2, opacity: 0.8, fill: false })
      .forEach((halo) => all.addLayer(halo));
    circles(null, "circles", { weight, ...filled }).forEach((line) => all.addLayer(line));
  }
  each.clearLayers();
  if (shown("facility-circles")) {
    study.circles.filter((circle) => circle.facility !== null && circle.threshold === chosen)
      .forEach((circle) => each.addLayer(L.polygon(decode(circle.shape), {
        renderer: canvas("facility-circles"), pane: "facility-circles", interactive: false,
        color: study.thresholds[chosen].colour, weight: 1, fillOpacity: 0.06 })));
  }
}

function show(key, on) {
  const layer = layerOf.get(key);
  layer.on = on;
  if (on && !layer.group) {
    layer.group = layer.build();
  }
  if (layer.group && key !== "coverage") {
    if (on) {
      layer.group.addTo(map);
    } else {
      layer.group.remove();
    }
  }
  drawCoverage();
  drawCircles();
  fitNames();
}

function choose(threshold) {
  chosen = threshold;
  drawCoverage();
  drawCircles();
}
