// The signs of facilities, sites and legends, drawn as SVG.
const SVG = "http://www.w3.org/2000/svg";
const OWNER_COLOURS = ["#0b3c8c", "#e69f00", "#009e73", "#cc79a7"];
const OTHER_COLOUR = "#55626f";
const FORMS = [
  "M10 3.2a6.8 6.8 0 1 0 .01 0z",
  "M4 4h12v12H4z",
  "M10 2.5l8 14H2z",
  "M10 1.8l8.2 8.2-8.2 8.2L1.8 10z",
  "M7 2.5h6V7h4.5v6H13v4.5H7V13H2.5V7H7z",
];
const OTHER_FORM = "M10 2l7 5-2.7 8.5H5.7L3 7z";

// The distinct values of a column, most frequent first, "government" before all.
function kinds(column) {
  const counts = new Map();
  for (const facility of study.facilities) {
    facility[column] = facility[column] || "unknown";
    counts.set(facility[column], (counts.get(facility[column]) || 0) + 1);
  }
  const order = ([a, m], [b, n]) =>
    (b === "government") - (a === "government") || n - m || (a < b ? -1 : 1);
  return [...counts].sort(order).map(([value]) => value);
}
const facilityKinds = kinds("kind");
const facilityOwners = kinds("ownership").filter((owner) => owner !== "unknown");

function kindForm(kind) {
  return FORMS[facilityKinds.indexOf(kind)] || OTHER_FORM;
}

function ownerColour(owner) {
  if (facilityOwners.length === 0) {
    return OWNER_COLOURS[0];
  }
  return OWNER_COLOURS[facilityOwners.indexOf(owner)] || OTHER_COLOUR;
}

function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function sign(...children) {
  return svg("svg", { viewBox: "0 0 20 20", class: "sign", "aria-hidden": "true" }, ...children);
}

// How a facility looks: its kind is the form, its owner the colour. What does not count is white
// and crossed out, what is proposed is a star.
const CROSS = "M3 3l14 14M17 3L3 17";
const STAR = "M10 .8l2.7 6.1 6.6.7-4.9 4.4 1.4 6.5L10 15.2l-5.8 3.3 1.4-6.5L.7 7.6l6.6-.7z";

function facilityLook(facility) {
  const crossed = facility.status === "refused" || facility.change === "closed";
  const proposed = facility.change === "added" || facility.change === "moved";
  const form = proposed ? STAR : kindForm(facility.kind);
  return {
    d: crossed ? `${form}${CROSS}` : form,
    fill: crossed ? "#ffffff" : ownerColour(facility.ownership),
    stroke: crossed ? "#c8102e" : "#ffffff",
    "stroke-width": 1.5,
  };
}

const facilitySign = (look) => sign(svg("path", look));

function siteSign(rank) {
  const text = svg("text", { x: 10, y: 10.5, "text-anchor": "middle", fill: "#fff",
    "dominant-baseline": "middle", "font-size": rank > 99 ? 6.5 : 8.5, "font-weight": 700 });
  text.textContent = rank;
  return svg("svg", { viewBox: "0 0 20 26", class: "pin", "aria-hidden": "true" },
    svg("path", { d: "M10 25.2C6 19 1.2 15.4 1.2 10a8.8 8.8 0 0 1 17.6 0c0 5.4-4.8 9-8.8 15.2z",
      fill: "#111820", stroke: "#fff", "stroke-width": 1.4 }), text);
}

// A pattern of slanted lines, which lets what is under it be seen.
function hatch(id, colour) {
  const pattern = svg("pattern", { id, width: 8, height: 8, patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)" }, svg("path", { d: "M0 0v8", stroke: colour,
    "stroke-width": 1.6 }));
  return svg("svg", { width: 0, height: 0, class: "defs" }, svg("defs", {}, pattern));
}

// A patch or a stroke for the legend.
function patch(attributes) {
  return svg("svg", { viewBox: "0 0 26 14", class: "patch", "aria-hidden": "true" },
    svg("rect", { x: 1, y: 1, width: 24, height: 12, rx: 1.5, ...attributes }));
}

function dot(colour) {
  return svg("svg", { viewBox: "0 0 26 14", class: "patch", "aria-hidden": "true" },
    svg("circle", { cx: 13, cy: 7, r: 4, fill: colour, "fill-opacity": 0.75 }));
}

// Colours of the causes why people cannot be served.
function causeColour(at) {
  return ["#7a1020", "#b35900", "#8a6d00", "#5d6873", "#3b2f6b"][at];
}

function stroke(attributes) {
  return svg("svg", { viewBox: "0 0 26 14", class: "patch", "aria-hidden": "true" },
    svg("path", { d: "M1 7h24", fill: "none", "stroke-linecap": "round", ...attributes }));
}

function northArrow() {
  const letter = svg("text", { x: 10, y: 25.5, "text-anchor": "middle", "font-size": 8,
    "font-weight": 700, fill: "#16202b" });
  letter.textContent = "N";
  return svg("svg", { viewBox: "0 0 20 28", class: "north", role: "img" },
    svg("path", { d: "M10 1l6 16-6-4z", fill: "#16202b" }),
    svg("path", { d: "M10 1L4 17l6-4z", fill: "#fff", stroke: "#16202b", "stroke-width": 1 }),
    letter);
}
