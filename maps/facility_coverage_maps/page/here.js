// From here: the nearest facility and minutes, from a coarse field; every facility whose circle
// holds the place; and its coordinates.
const field = study.nearest;
field.steps = decodeNumbers(field.steps, field.rows * field.columns);
field.facilities = decodeNumbers(field.facilities, field.rows * field.columns);

// Row and column of a place in the field, between the middles of its corner cells; a flat district
// is not quite a rectangle of degrees, so a few steps of Newton's method find them.
function cellOf({ lat, lng }) {
  const [nw, ne, sw, se] = field.corners;
  let u = 0.5;
  let v = 0.5;
  for (let round = 0; round < 4; round += 1) {
    const at = (axis) => (1 - v) * ((1 - u) * nw[axis] + u * ne[axis])
      + v * ((1 - u) * sw[axis] + u * se[axis]);
    const alongU = (axis) => (1 - v) * (ne[axis] - nw[axis]) + v * (se[axis] - sw[axis]);
    const alongV = (axis) => (1 - u) * (sw[axis] - nw[axis]) + u * (se[axis] - ne[axis]);
    const missing = [lat - at(0), lng - at(1)];
    const area = alongU(0) * alongV(1) - alongV(0) * alongU(1);
    u += (missing[0] * alongV(1) - alongV(0) * missing[1]) / area;
    v += (alongU(0) * missing[1] - missing[0] * alongU(1)) / area;
  }
  const row = Math.round(v * (field.rows - 1));
  const column = Math.round(u * (field.columns - 1));
  const inside = row >= 0 && row < field.rows && column >= 0 && column < field.columns;
  return inside ? row * field.columns + column : null;
}

// The nearest facility and seconds to it, or null where nothing is known to be reached.
function nearestTo(place) {
  const cell = cellOf(place);
  return cell === null || field.steps[cell] < 0 ? null
    : { facility: study.facilities[field.facilities[cell]], time_s: field.steps[cell] * field.step_s };
}

// Whether a place lies in a polygon of rings of [lat, lon], by counting crossings.
function holds(polygons, { lat, lng }) {
  let inside = false;
  for (const ring of polygons.flat()) {
    for (let at = 0, before = ring.length - 1; at < ring.length; before = at, at += 1) {
      const [aLat, aLon] = ring[at];
      const [bLat, bLon] = ring[before];
      if (aLat > lat !== bLat > lat && lng < (bLon - aLon) * (lat - aLat) / (bLat - aLat) + aLon) {
        inside = !inside;
      }
    }
  }
  return inside;
}

// For each threshold the facilities whose circle holds the place and no narrower one of its kind.
function facilitiesAround(place) {
  const found = study.thresholds.map(() => []);
  const seen = { minutes: new Set(), metres: new Set() };
  const own = study.circles.shapes.filter(({ facility }) => facility !== null);
  for (const circle of own.sort((a, b) => a.threshold - b.threshold)) {
    const { kind } = study.thresholds[circle.threshold];
    if (!seen[kind].has(circle.facility) && holds(decode(circle.shape), place)) {
      seen[kind].add(circle.facility);
      found[circle.threshold].push(study.facilities[circle.facility]);
    }
  }
  return found;
}

const facilityButton = (facility) => make("button", { type: "button", class: "link",
  onclick: () => goToFacility(facility) }, facilityName(facility));

function coordinateTable(place) {
  const rows = coordinateRows(place).map(([system, first, second]) => make("tr", {},
    make("th", { scope: "row" }, system), make("td", {}, first), make("td", {}, second)));
  const head = ["System", "East", "North"].map((text) => make("th", { scope: "col" }, say(text)));
  return make("table", { class: "coordinates" }, make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...rows));
}

function herePopup(place) {
  const near = nearestTo(place);
  const lists = facilitiesAround(place).flatMap((facilities, at) => (facilities.length === 0 ? []
    : [make("dt", {}, limit(study.thresholds[at])),
      make("dd", {}, ...facilities.slice(0, 6).map((each) => make("div", {}, facilityButton(each))),
        facilities.length > 6 ? say("and {count} more", { count: facilities.length - 6 }) : "")]));
  return popup(say("From here"), null,
    near === null ? make("p", {}, say("no street near, or no facility is reached"))
      : make("p", {}, say("Nearest: "), facilityButton(near.facility), ", ",
        make("strong", {}, say("about {value} min", { value: number(near.time_s / 60) }))),
    lists.length > 0 ? make("p", { class: "small" }, say("This point lies in the circles of")) : null,
    lists.length > 0 ? make("dl", { class: "around" }, ...lists) : null,
    coordinateTable(place),
    make("p", { class: "small" }, say("Minutes are those of the middle of a cell of {size} m: "
      + "coarse, for a first look.", { size: field.cell_size_m })));
}

function showHere(place) {
  L.popup(popupOptions()).setLatLng(place).setContent(() => herePopup(place)).openOn(map);
}
