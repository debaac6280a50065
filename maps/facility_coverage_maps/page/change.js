// Before and after: which of the two is on the map, and the figures that follow from it.
let after = false;
const change = study.change;

// Shares and people of a subdistrict, or of everybody (null), as they are now on the map.
function covered(unit, measure) {
  if (!after) {
    return unit === null ? study.total[measure] : unit[measure];
  }
  return unit === null ? change.total[measure] : change.units[measure][study.units.indexOf(unit)];
}

// By how much the share of a subdistrict changes within the chosen limit.
function changeOf(unit) {
  const then = change.units.covered_share[study.units.indexOf(unit)][chosen];
  const now = unit.covered_share[chosen];
  return then === null || now === null ? null : then - now;
}

function changeText(share) {
  const points = (share * 100).toFixed(1);
  return share === null ? "–" : say("{points} points",
    { points: share > 0 ? `+${points}` : points.replace("-", "−") });
}

const CHANGE_WORDS = {
  added: "Proposed: new", closed: "Proposed: to close", moved: "Proposed: to move here",
};

// The circles of all facilities together, before or after.
const circlesTogether = () =>
  (after ? change.circles : study.circles.shapes.filter(({ facility }) => facility === null));

// The choice between the two, where there is a proposal.
function drawChange() {
  byId("change").hidden = change === null;
  if (change === null) {
    return;
  }
  byId("change-name").textContent = change.name;
  byId("change-choice").replaceChildren(...[false, true].map((then) => {
    const radio = make("input", { type: "radio", name: "change", value: then ? "after" : "before",
      onchange: () => showChange(then) });
    radio.checked = then === after;
    return make("label", {}, radio, say(then ? "With the proposal" : "Today"));
  }));
}

function showChange(then) {
  after = then;
  drawCoverage();
  drawCircles();
  drawFacilities();
  drawLimits();
}
