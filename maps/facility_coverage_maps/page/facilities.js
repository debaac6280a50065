// Facilities on the map: a form for their kind, a colour for their owner, each a button.
study.facilities.forEach((facility, at) => { facility.at = at; });
const facilityOf = new Map(study.facilities.map((facility) => [facility.facility_id, facility]));
const facilityMarks = new Map();
let selected = null;

// A sign that is drawn as one path, so that thousands of them stay light.
const Sign = L.CircleMarker.extend({
  _updatePath() {
    const size = far ? 12 : 20;
    const { x, y } = this._point;
    this._path.setAttribute("d", this.options.look.d);
    this._path.setAttribute("transform",
      `translate(${x - size / 2} ${y - size / 2}) scale(${size / 20})`);
  },
});

const facilityName = (facility) => facility.facility_name || facility.facility_id;

// Before, all of the register; after, what is closed or moves away is crossed out, what is new
// is a star.
function facilitiesShown() {
  const placed = study.facilities.filter(({ position }) => position);
  if (!after) {
    return placed;
  }
  const changed = new Map(change.facilities.map((facility) => [facility.facility_id, facility]));
  const stay = placed.map((facility) =>
    (changed.has(facility.facility_id) ? { ...facility, change: "closed" } : facility));
  const fresh = change.facilities.filter(({ change: kind, position }) =>
    kind !== "closed" && position);
  return [...stay, ...fresh];
}

function facilityMark(facility, at) {
  const look = facilityLook(facility);
  const mark = new Sign([facility.position[1], facility.position[0]], { pane: "facilities", look,
    radius: 9, color: look.stroke, weight: look["stroke-width"], fillColor: look.fill,
    fillOpacity: 1 });
  withPopup(mark, () => (facility.change && facility.change !== "closed"
    ? proposedPopup(facility) : facilityPopup(facility)));
  mark.on("popupopen", () => selectFacility(facility.at ?? null));
  mark.on("popupclose", () => selectFacility(null));
  mark.on("add", () => {
    const path = mark.getElement();
    const title = svg("title", {});
    title.textContent = facilityName(facility);
    path.replaceChildren(title);
    path.classList.add("facility");
    path.setAttribute("role", "button");
    path.setAttribute("aria-label", facilityName(facility));
    path.setAttribute("tabindex", at === 0 ? 0 : -1);
  });
  facilityMarks.set(facility.facility_id, mark);
  return mark;
}

function buildFacilities() {
  facilityMarks.clear();
  return L.layerGroup(facilitiesShown().map(facilityMark));
}

function drawFacilities() {
  const layer = layerOf.get("facilities");
  if (layer.group) {
    layer.group.remove();
    layer.group = buildFacilities();
    show("facilities", layer.on);
  }
}

function selectFacility(facility) {
  if (selected) {
    selected.remove();
  }
  selected = facility === null ? null : L.layerGroup(circles(facility)).addTo(map);
  map.getPane("circles").style.opacity = facility === null ? 1 : 0.25;
}

// Leads to a facility wherever it is named.
function goToFacility(facility) {
  fold("panel", false);
  turnOn("facilities");
  map.setView([facility.position[1], facility.position[0]], Math.max(map.getZoom(), 15),
    { animate: false });
  facilityMarks.get(facility.facility_id).openPopup();
}
