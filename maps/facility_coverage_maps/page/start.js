// Puts the page together.
const extent = L.latLngBounds([study.bounds[1], study.bounds[0]],
  [study.bounds[3], study.bounds[2]]);
const zoom = L.control.zoom({ position: "topleft" });
const attribution = L.control({ position: "bottomright" });
const toolControl = L.control({ position: "topleft" });
const northControl = L.control({ position: "bottomleft" });
const toolButtons = {
  home: ["M4 11l8-7 8 7M6 10v9h4v-5h4v5h4v-9", "Whole area", () => fit(extent)],
  "tool-here": ["M12 2v6M12 16v6M2 12h6M16 12h6M8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0",
    "From here: nearest facilities and coordinates",
    () => useTool(tool === "here" ? null : "here")],
  "tool-measure": ["M3 15.5L15.5 3l5.5 5.5L8.5 21zM7 11.5l2 2M10 8.5l2.5 2.5M13 5.5l2 2",
    "Measure a distance", () => useTool(tool === "measure" ? null : "measure")],
  print: ["M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z", "Print", () => window.print()],
};

attribution.onAdd = () => make("div", { class: "attribution" });
northControl.onAdd = () => make("div", { class: "north-box" }, northArrow());
toolControl.onAdd = () => {
  const bar = make("div", { class: "leaflet-bar" }, ...Object.entries(toolButtons).map(
    ([id, [sign, , onclick]]) => make("button", { type: "button", class: "tool", id, onclick },
      svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: sign })))));
  L.DomEvent.disableClickPropagation(bar);
  return bar;
};

function drawControls() {
  const label = (element, text) => {
    element.title = text;
    element.setAttribute("aria-label", text);
  };
  const [nearer, farther] = zoom.getContainer().children;
  label(nearer, say("Zoom in"));
  label(farther, say("Zoom out"));
  Object.entries(toolButtons).forEach(([id, [, name]]) => label(byId(id), say(name)));
  map.getContainer().setAttribute("aria-label", say("Map"));
  northControl.getContainer().firstChild.setAttribute("aria-label", say("North is up"));
  const [ground, ...others] = sources();
  attribution.getContainer().replaceChildren(study.synthetic === null
    ? make("a", { href: "https://www.openstreetmap.org/copyright", rel: "noopener" }, ground)
    : ground, ...others.map((part) => ` · ${part}`),
  study.approval === null ? "" : ` · ${study.approval}`, " · Leaflet");
  drawHint();
}

function speak(next) {
  language = next;
  drawPanel();
  drawControls();
  const shownPopup = map._popup;
  if (shownPopup && shownPopup.isOpen()) {
    shownPopup.update();
  }
}

zoom.addTo(map);
toolControl.addTo(map);
attribution.addTo(map);
L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 140 }).addTo(map);
northControl.addTo(map);
["panel", "legend"].forEach((part) =>
  byId(`${part}-fold`).addEventListener("click", () => fold(part, !open[part])));
byId("language").addEventListener("click", () => speak(language === "en" ? "zh" : "en"));
byId("search").addEventListener("input", search);
byId("search").addEventListener("keydown", searchKey);
roving(byId("layers"), "input[data-layer]");
roving(map.getPane("facilities"), ".facility");
document.body.append(hatch("hatch", study.colours.gap));
speak(language);

// The panel has its size now, and with it the map.
map.invalidateSize({ animate: false });
fit(extent, { animate: false });
map.setMinZoom(map.getZoom() - 2);
for (const layer of layers) {
  layer.group = null;
}
for (const key of ["coverage", "circles", "facility-circles"]) {
  layerOf.get(key).group = layerOf.get(key).build().addTo(map);
}
layers.filter((layer) => layer.on).forEach((layer) => show(layer.key, true));
map.on("zoomend resize", drawScale);
drawScale();
