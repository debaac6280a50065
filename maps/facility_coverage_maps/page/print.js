// Printing: one sheet A4 landscape with title, map, legend, date of the data and sources.
const PAPER = window.matchMedia("print");
let screenView = null;

const groundSource = () => (study.synthetic === null ? say("© OpenStreetMap contributors (ODbL)")
  : say("Synthetic data"));

function sources() {
  const parts = [groundSource()];
  if (study.basemap !== null && study.basemap.attribution) {
    parts.push(study.basemap.attribution);
  }
  if (study.data_date !== null) {
    parts.push(say("Data of {date}", { date: study.data_date }));
  }
  return parts;
}

// What the screen shows beside the legend; the whole district where all of it is seen.
function seen() {
  const { x, y } = map.getSize();
  const [[west, north], [east, south]] = [coveredLeft(), coveredRight()];
  const open = L.latLngBounds(map.containerPointToLatLng([west, y - south]),
    map.containerPointToLatLng([x - east, north]));
  return open.pad(0.02).contains(extent) ? extent : open;
}

// The map is as large as the sheet allows before it is drawn, and shows what the screen showed.
function drawForPaper() {
  byId("paper-title").textContent = study.name;
  byId("paper-subtitle").textContent = [measureName(measure),
    after ? `${say("With the proposal")}: ${change.name}` : null].filter(Boolean).join(" · ");
  byId("paper-sources").textContent = [`${say("Sources")}: ${sources().join(" · ")}`,
    study.synthetic === null ? null : dataWord(study.synthetic), study.approval].filter(Boolean).join(" · ");
  screenView = { centre: map.getCenter(), zoom: map.getZoom() };
  const view = seen();
  map.invalidateSize({ animate: false });
  map.fitBounds(view, { animate: false, padding: [6, 6] });
  fitNames();
}

function drawForScreen() {
  map.invalidateSize({ animate: false });
  map.setView(screenView.centre, screenView.zoom, { animate: false });
  fitNames();
}

PAPER.addEventListener("change", ({ matches }) => (matches ? drawForPaper() : drawForScreen()));
