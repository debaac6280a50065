// The circles of walking time: of all facilities together, of each, and of the one selected.
const sameKind = (threshold) => threshold.kind === study.thresholds[chosen].kind;

// From afar, over the coloured subdistricts, only the circle that the colour is about is clear.
const distinct = (threshold) => sameKind(threshold)
  && (!far || !shown("coverage") || threshold === study.thresholds[chosen]);

function outlines(list, pane, style, wanted) {
  return list.filter(({ threshold }) => wanted(study.thresholds[threshold]))
    .sort((a, b) => b.threshold - a.threshold)  // widest first
    .map((circle) => L.polygon(decode(circle.shape), { pane, interactive: false,
      color: study.thresholds[circle.threshold].colour, lineJoin: "round", ...style }));
}

// The circles of one facility, by its place in the list.
const circles = (facility) =>
  outlines(study.circles.shapes.filter((circle) => circle.facility === facility),
    "facility-circles", { weight: 2, fillOpacity: 0.3 }, sameKind);

// Over the coloured subdistricts the circles are outlines; alone they are filled.
function drawTogether() {
  const { group } = layerOf.get("circles");
  group.clearLayers();
  if (!shown("circles")) {
    drawLegend("circles");
    return;
  }
  const weight = far ? 1.3 : 2.2;
  const filled = shown("coverage") ? { fill: false } : { fillOpacity: 0.32 };
  const halo = { color: "#ffffff", weight: weight * 2.2, opacity: 0.8, fill: false };
  for (const style of [halo, { weight, ...filled }]) {
    outlines(circlesTogether(), "circles", style, distinct)
      .forEach((line) => group.addLayer(line));
  }
  drawLegend("circles");
}

function drawEach() {
  const { group } = layerOf.get("facility-circles");
  group.clearLayers();
  if (!shown("facility-circles")) {
    return;
  }
  study.circles.shapes
    .filter((circle) => circle.facility !== null && circle.threshold === chosen)
    .forEach((circle) => group.addLayer(new Ink(decodeWorld(circle.shape), {
      renderer: canvas("facility-circles"), pane: "facility-circles", fill: true,
      color: study.thresholds[chosen].colour, weight: 1, fillOpacity: 0.06 })));
}

function drawCircles() {
  drawTogether();
  drawEach();
}
