// Puts the page together.
const extent = L.latLngBounds([study.bounds[1], study.bounds[0]],
  [study.bounds[3], study.bounds[2]]);
const zoom = L.control.zoom({ position: "topleft" });
const attribution = L.control({ position: "bottomright" });
const homeControl = L.control({ position: "topleft" });

attribution.onAdd = () => make("div", { class: "attribution" });
homeControl.onAdd = () => {
  const button = make("button", { type: "button", class: "home", id: "home", onclick: () => fit(extent) }, "⌂");
  const bar = make("div", { class: "leaflet-bar" }, button);
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
  label(byId("home"), say("Whole area"));
  map.getContainer().setAttribute("aria-label", say("Map"));
  attribution.getContainer().replaceChildren(study.synthetic === null
    ? make("a", { href: "https://www.openstreetmap.org/copyright", rel: "noopener" },
      say("© OpenStreetMap contributors (ODbL)"))
    : say("Synthetic data"), " · Leaflet");
}

function speak(next) {
  language = next;
  drawPanel();
  drawControls();
  const open = map._popup;
  if (open && open.isOpen()) {
    open.update();
  }
}

zoom.addTo(map);
homeControl.addTo(map);
attribution.addTo(map);
L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 140 }).addTo(map);
["panel", "legend"].forEach((part) =>
  byId(`${part}-fold`).addEventListener("click", () => fold(part, !open[part])));
byId("language").addEventListener("click", () => speak(language === "en" ? "zh" : "en"));
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
