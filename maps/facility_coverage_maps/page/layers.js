// The layers of the map. Each is built when it is first shown; shown() tells which are on.
const map = map_study;
const NARROW = window.matchMedia("(max-width: 760px)");
let chosen = study.target;
let far = null;
const canvases = new Map();

function pane(name, zIndex, clickable) {
  const element = map.createPane(name);
  element.style.zIndex = zIndex;
  if (!clickable) {
    element.style.pointerEvents = "none";
  }
}
pane("ground", 390, false);
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
pane("tools", 480, false);
pane("facilities", 590, true);

function canvas(name) {
  if (!canvases.has(name)) {
    canvases.set(name, L.canvas({ pane: name, padding: 0.15 }));
  }
  return canvases.get(name);
}

// What covers the map at its left (buttons) and right (legend), in pixels.
const coveredLeft = () => [NARROW.matches ? 8 : 56, 16];
const coveredRight = () => [NARROW.matches ? 8 : 266, 16];

function fit(bounds, options) {
  map.fitBounds(bounds, { paddingTopLeft: coveredLeft(), paddingBottomRight: coveredRight(),
    ...options });
}

const popupOptions = () => ({ maxWidth: 360, minWidth: 230,
  autoPanPaddingTopLeft: coveredLeft(), autoPanPaddingBottomRight: coveredRight() });

const withPopup = (layer, content) => layer.bindPopup(content, popupOptions());

function pinned(position, className, size, anchor, html, options) {
  const icon = L.divIcon({ className, html, iconSize: size, iconAnchor: anchor });
  return L.marker([position[1], position[0]], { icon, ...options });
}

function buildCoverage() {
  for (const unit of study.units) {
    unit.polygon = L.polygon(decode(unit.shape), { pane: "coverage", stroke: false });
    unit.polygon.on("click", ({ latlng }) => { unit.at = latlng; });
    withPopup(unit.polygon, () => unitPopup(unit));
  }
  return L.layerGroup(study.units.map((unit) => unit.polygon));
}

// Subdistricts stay on the map for the sake of clicks; switched off, they lose their colour.
function drawCoverage() {
  const scale = classes();
  for (const unit of study.units) {
    unit.polygon.setStyle({ fillColor: classColour(measures[measure].value(unit), scale),
      fillOpacity: shown("coverage") ? 0.68 : 0 });
  }
}

function buildBorders() {
  const lines = [];
  const line = (unit, color, weight, options) => lines.push(L.polygon(decode(unit.shape), {
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
    lines.push(name);
  }
  return L.layerGroup(lines);
}

// A name is shown where its subdistrict is wide enough on the screen to carry it.
function fitNames() {
  const named = study.units.filter(({ nameText, polygon }) =>
    nameText && polygon.getBounds().isValid());
  named.forEach(({ nameText }) => { nameText.hidden = false; });
  const widths = named.map(({ nameText }) => nameText.offsetWidth);
  named.forEach(({ nameText, polygon }, at) => {
    const bounds = polygon.getBounds();
    const west = map.latLngToLayerPoint(bounds.getSouthWest());
    const east = map.latLngToLayerPoint(bounds.getNorthEast());
    nameText.hidden = widths[at] > (east.x - west.x) * 0.95;
  });
}

// From afar signs are small and lines are thin, so that the picture stays clear.
function drawScale() {
  const isFar = map.getZoom() < 13.5;
  if (isFar !== far) {
    far = isFar;
    map.getContainer().classList.toggle("far", far);
    drawTogether();
    facilityMarks.forEach((mark) => mark.redraw());
  }
  fitNames();
}

function buildStreets(main) {
  const name = main ? "main-streets" : "streets";
  const groups = study.streets.groups.filter((group) => group.main || !main);
  const colour = ({ threshold }) => threshold === null
    ? study.colours.gap : study.thresholds[threshold].colour;
  return L.layerGroup(groups.map((group) => new Ink(decodeWorld(group.shape), {
    renderer: canvas(name), pane: name, fill: false,
    color: main ? "#5d6873" : colour(group), opacity: main ? 0.45 : 0.9,
    weight: main ? 1.1 : group.main ? 2.4 : 1.5 })));
}

const GROUND_COLOURS = { water: "#a9cbe0", park: "#cfe3c4" };

const buildGround = () => L.layerGroup(study.ground.map(({ kind, shape }) =>
  new Ink(decodeWorld(shape), { renderer: canvas("ground"), pane: "ground", fill: true,
    stroke: false, fillColor: GROUND_COLOURS[kind], fillOpacity: 1 })));

// The subdistrict under a click on something above it.
function unitAt({ clientX, clientY }) {
  const under = document.elementsFromPoint(clientX, clientY);
  return study.units.find(({ polygon }) => under.includes(polygon.getElement()));
}

function buildGaps() {
  return L.layerGroup(study.gaps.map((gap) => {
    gap.polygon = L.polygon(decode(gap.shape), { pane: "gaps", color: study.colours.gap,
      weight: 1.2, fillColor: "url(#hatch)", fillOpacity: 1 });
    gap.polygon.on("click", ({ originalEvent, latlng }) => {
      gap.under = unitAt(originalEvent);
      if (gap.under) {
        gap.under.at = latlng;
      }
    });
    return withPopup(gap.polygon, () => make("div", {}, gap.under ? unitPopup(gap.under) : null,
      gapPopup(gap)));
  }));
}

function buildSites() {
  return L.layerGroup(study.candidates.filter(({ position }) => position).map((site) => {
    site.marker = pinned(site.position, "site", [24, 31], [12, 30], siteSign(site.rank),
      { title: `#${site.rank}`, alt: `#${site.rank}`, zIndexOffset: 1000 });
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
  { key: "coverage", on: true, build: buildCoverage },
  { key: "borders", name: "Subdistricts", on: true, build: buildBorders },
  ...(study.clauses.length > 0
    ? [{ key: "findings", name: "Standards", on: false, build: buildFindings }] : []),
  { key: "circles", name: "Walking circles", on: true, build: () => L.layerGroup() },
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
  ...(study.ground.length > 0
    ? [{ key: "ground", name: "Water and parks", on: true, build: buildGround }] : []),
  ...(study.basemap === null ? [] : [{ key: "basemap", name: "Base map", on: true,
    build: buildBasemap }]),
];
const layerOf = new Map(layers.map((layer) => [layer.key, layer]));
const shown = (key) => layerOf.get(key).on;

// What has to be drawn anew when a layer is switched; the others keep what they show.
const redraw = {
  coverage: () => { drawCoverage(); drawCircles(); },
  borders: fitNames,
  circles: drawCircles,
  "facility-circles": drawCircles,
};

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
  (redraw[key] || (() => {}))();
}

function choose(threshold) {
  chosen = threshold;
  drawCoverage();
  drawCircles();
}
