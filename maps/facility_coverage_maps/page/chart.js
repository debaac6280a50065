// The curve of residents covered against the number of new sites, drawn as SVG.
const CHART = { width: 336, height: 196, left: 42, right: 10, top: 10, bottom: 40 };

// Round steps for an axis: at most `most` of them between two values.
function ticks(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const list = [];
  for (let at = Math.ceil(low / step); at * step <= high + step * 1e-9; at += 1) {
    list.push(at * step);
  }
  return list;
}

function chartText(x, y, text, attributes) {
  const element = svg("text", { x, y, fill: "#596673", "font-size": 11, ...attributes });
  element.textContent = text;
  return element;
}

// Each row of the curve: number of sites, share covered by a plan, share that none exceeds.
function curveChart(curve, chosenSites) {
  const { width, height, left, right, top, bottom } = CHART;
  const last = Math.max(curve[curve.length - 1][0], 1);
  const shares = curve.flatMap(([, plan, bound]) => [plan, bound]);
  const spread = Math.max(Math.max(...shares) - Math.min(...shares), 0.01);
  const low = Math.max(Math.min(...shares) - spread * 0.08, 0);
  const high = Math.min(Math.max(...shares) + spread * 0.08, 1);
  const x = (sites) => left + (width - left - right) * (sites / last);
  const y = (share) => height - bottom - (height - top - bottom) * ((share - low) / (high - low));
  const path = (column, rows) => rows.map((row, at) =>
    `${at ? "L" : "M"}${x(row[0]).toFixed(1)} ${y(row[column]).toFixed(1)}`).join("");
  const parts = [];
  for (const share of ticks(low, high, 5)) {
    const digits = high - low < 0.05 ? 1 : 0;
    parts.push(
      svg("path", { d: `M${left} ${y(share)}H${width - right}`, stroke: "#dbe1e6" }),
      chartText(left - 6, y(share) + 4, `${(share * 100).toFixed(digits)}%`,
        { "text-anchor": "end" }));
  }
  for (const sites of ticks(0, last, 6).filter(Number.isInteger)) {
    parts.push(chartText(x(sites), height - bottom + 15, sites, { "text-anchor": "middle" }));
  }
  const back = [...curve].reverse();
  parts.push(
    svg("path", { d: `${path(2, curve)}${path(1, back).replace("M", "L")}Z`, fill: "#0b3c8c",
      "fill-opacity": 0.1 }),
    svg("path", { d: path(2, curve), fill: "none", stroke: "#0b3c8c", "stroke-width": 1.4,
      "stroke-dasharray": "4 3" }),
    svg("path", { d: path(1, curve), fill: "none", stroke: "#0b3c8c", "stroke-width": 2.2,
      "stroke-linejoin": "round" }));
  if (study.target_share > low && study.target_share < high) {
    parts.push(svg("path", { d: `M${left} ${y(study.target_share)}H${width - right}`,
      stroke: study.colours.flag, "stroke-width": 1.2, "stroke-dasharray": "1.5 3" }));
  }
  const plan = curve.find(([sites]) => sites === chosenSites);
  if (plan) {
    parts.push(svg("circle", { cx: x(plan[0]), cy: y(plan[1]), r: 4.5, fill: "#111820",
      stroke: "#fff", "stroke-width": 1.5 }));
  }
  parts.push(chartText((left + width - right) / 2, height - 4, say("number of new sites"),
    { "text-anchor": "middle" }));
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img",
    "aria-label": say("Residents covered within {limit} by number of new sites",
      { limit: limit(study.thresholds[study.target]) }) }, ...parts);
}

function curveLegend() {
  const line = { stroke: "#0b3c8c" };
  const items = [
    key(stroke({ ...line, "stroke-width": 2.2 }), say("a plan that exists")),
    key(stroke({ ...line, "stroke-width": 1.4, "stroke-dasharray": "4 3" }),
      say("no plan covers more")),
    key(svg("svg", { viewBox: "0 0 26 14", class: "patch", "aria-hidden": "true" },
      svg("circle", { cx: 13, cy: 7, r: 4.5, fill: "#111820" })), say("these sites"))];
  return make("ul", { class: "plain legend" }, ...items);
}
