// What colours the subdistricts: a choice of measures, each with its classes and its legend.
const CENTRES = study.units.some(({ centres }) => centres > 0);
const STEPS = study.colours.coverage.length;
let measure = "covered";

const ratio = (part, whole) => (part === null || !(whole > 0) ? null : part / whole);

// Lower bounds of equal round classes, from nothing up to the largest value.
function roundBounds(values) {
  const largest = Math.max(...values, 1);
  const step = ticks(0, largest, STEPS)[1] || largest;
  return Array.from({ length: STEPS }, (_, at) => at * step);
}

// Measures by key. The classes of a share rise to the target; where less is better, colours turn.
const measures = {
  covered: {
    name: "{limit}: residents covered", share: true,
    value: (unit) => covered(unit, "covered_share")[chosen],
  },
  older: {
    name: "{limit}: residents of 60 and over covered", share: true,
    value: (unit) => ratio(unit.older_covered_population[chosen], unit.older_population),
    missing: () => !study.units.some((unit) => "older_population" in unit),
  },
  area: {
    name: "{limit}: area covered", share: true,
    value: (unit) => unit.covered_area_share[chosen],
  },
  per_centre: {
    name: CENTRES ? "Residents per centre" : "Residents per facility",
    value: (unit) => ratio(unit.population, CENTRES ? unit.centres : unit.facilities),
    without: CENTRES ? "no centre" : "no facility",
  },
  change: {
    name: "{limit}: change of coverage", value: changeOf, missing: () => change === null,
  },
};
const measureKeys = Object.keys(measures).filter((key) => {
  const { missing } = measures[key];
  return !missing || !missing();
});

function measureName(key) {
  return say(measures[key].name, { limit: limit(study.thresholds[chosen]) });
}

// Colours of the classes with their lower bounds, lowest first.
function classes() {
  const { coverage, change: changes, change_bounds, classes: shares } = study.colours;
  if (measure === "change") {
    return { bounds: change_bounds, colours: changes };
  }
  if (measures[measure].share) {
    return { bounds: shares, colours: coverage };
  }
  const values = study.units.map(measures[measure].value).filter((value) => value !== null);
  return { bounds: roundBounds(values), colours: [...coverage].reverse() };
}

// Where there is no share, nothing is known; where there is no centre, that is the worst.
const missingColour = () => (measures[measure].without ? "url(#hatch)" : study.colours.no_data);

function classColour(value, { bounds, colours }) {
  if (value === null) {
    return missingColour();
  }
  let at = bounds.length - 1;
  while (at > 0 && value < bounds[at]) {
    at -= 1;
  }
  return colours[at];
}

function boundText(bound, at) {
  if (measure === "change") {
    return at === 0 ? "" : `${bound > 0 ? "+" : "−"}${Number(Math.abs(bound * 100).toFixed(2))}`;
  }
  return measures[measure].share ? `${Number((bound * 100).toFixed(1))}%`
    : new Intl.NumberFormat(TAGS[language], { notation: "compact" }).format(bound);
}

function measureLegend() {
  const { bounds, colours } = classes();
  const steps = bounds.map((bound, at) => {
    const step = make("span", {}, boundText(bound, at));
    step.style.setProperty("--colour", colours[at]);
    return step;
  });
  const items = [make("li", { class: "steps" }, ...steps)];
  if (measures[measure].share) {
    items.push(make("li", {}, say("The lightest meets the target of {share}.",
      { share: targetShare() })));
  } else if (measure === "change") {
    items.push(make("li", {}, say("percentage points, from loss to gain")));
  }
  if (study.units.some((unit) => measures[measure].value(unit) === null)) {
    items.push(key(patch({ fill: missingColour(), stroke: "#8a949e" }),
      say(measures[measure].without || "no share: see the notes")));
  }
  return items;
}

// The chooser, which stands under the layer that it colours.
function measureChooser() {
  const options = measureKeys.map((key) => {
    const option = make("option", { value: key }, measureName(key));
    option.selected = key === measure;
    return option;
  });
  return make("select", { id: "measure", "aria-label": say("Colour of the subdistricts"),
    onchange: ({ target }) => chooseMeasure(target.value) }, ...options);
}

function chooseMeasure(next) {
  measure = next;
  drawCoverage();
  drawLegend("coverage");
}
