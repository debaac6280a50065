// Draws every district by its covered share, and the ranking beside it.
const byId = (identifier) => document.getElementById(identifier);
const batch = JSON.parse(byId("batch-data").textContent);
const number = (value) => value === null ? "–"
  : new Intl.NumberFormat(batch.language, { maximumFractionDigits: 0 }).format(value);

// A share is cut, not rounded, so that none below a bound is shown as if it met it.
const percent = (share) => share === null ? "–"
  : `${(Math.floor(share * 1000 + 1e-9) / 10).toFixed(1)}%`;

function colour(share) {
  if (share === null) {
    return batch.no_data;
  }
  return batch.colours[batch.classes.filter((bound) => share >= bound).length - 1];
}

// An element with children; text is never read as markup.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value);
    }
  }
  element.append(...children);
  return element;
}

const total = batch.rows[batch.rows.length - 1];
const districts = batch.rows.slice(0, -1);
const layers = new Map();
const title = (row) => row.district_name || row.district_id;

function popup(row) {
  return make("div", {}, make("strong", {}, title(row)), make("br", {}),
    `${percent(row.covered_share)} ${batch.words.covered}`, make("br", {}),
    `${number(row.population)} ${batch.words.people}`, make("br", {}),
    `${number(row.subdistricts_flagged)} ${batch.words["subdistricts flagged"]}`);
}

for (const row of districts) {
  const shape = batch.shapes[row.district_id];
  if (shape) {
    const style = { color: "#4a5560", fillColor: colour(row.covered_share), fillOpacity: 0.8,
      weight: 1 };
    const drawn = L.geoJSON(shape, { style }).bindPopup(() => popup(row));
    layers.set(row.district_id, drawn.addTo(map_study));
  }
}

function show(row) {
  const drawn = layers.get(row.district_id);
  map_study.fitBounds(drawn.getBounds());
  drawn.openPopup();
}

function rowOf(row) {
  const name = layers.has(row.district_id)
    ? make("span", {}, make("button", { type: "button", onclick: () => show(row) }, title(row)),
      make("span", { class: "reason" }, row.synthetic))
    : make("span", {}, title(row), make("span", { class: "reason" }, row.reason));
  return make("tr", {}, make("td", {}, row.rank === null ? "–" : String(row.rank)),
    make("td", {}, name), make("td", {}, percent(row.covered_share)),
    make("td", {}, number(row.population)), make("td", {}, number(row.subdistricts_flagged)));
}

byId("title").textContent = batch.words.Districts;
byId("total").textContent = `${batch.words["all districts"]}: ${number(total.population)} `
  + `${batch.words.people}, ${percent(total.covered_share)} ${batch.words.covered}`;
byId("head").append(...["#", batch.words.District, batch.words.covered, batch.words.people,
  batch.words["subdistricts flagged"]].map((text) => make("th", { scope: "col" }, text)));
byId("rows").append(...districts.map(rowOf));
byId("legend").append(...batch.classes.map((bound, at) => {
  const sample = make("i", {});
  sample.style.background = batch.colours[at];
  return make("li", {}, sample, `≥ ${percent(bound)}`);
}));
byId("note").textContent =
  batch.words["The map draws outlines to 20 m; batch_summary.gpkg holds them whole."];
L.control.zoom({ position: "topright" }).addTo(map_study);
L.control.scale({ imperial: false }).addTo(map_study);
map_study.setView([0, 0], 2);
if (layers.size > 0) {
  map_study.fitBounds(L.featureGroup([...layers.values()]).getBounds(), { padding: [12, 12] });
}
