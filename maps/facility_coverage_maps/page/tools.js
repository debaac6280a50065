// Tools that take a click on the map for themselves: "from here" and measuring. Escape ends them;
// on the keyboard, Enter on the map takes its middle.
let tool = null;
let measured = [];
let measureLine = null;

function distanceText(metres) {
  return metres < 1000 ? say("{value} m", { value: number(metres) })
    : say("{value} km", { value: number(metres / 1000, 2) });
}

function measuredMetres() {
  return measured.slice(1).reduce((sum, place, at) => sum + map.distance(measured[at], place), 0);
}

function drawMeasured() {
  if (measureLine) {
    measureLine.remove();
  }
  const ends = measured.map((place) => L.circleMarker(place, { pane: "tools", interactive: false,
    radius: 4, color: "#ffffff", weight: 1.5, fillColor: "#111820", fillOpacity: 1 }));
  const line = (color, weight, dashArray) => L.polyline(measured, { pane: "tools",
    interactive: false, color, weight, dashArray });
  measureLine = L.layerGroup([line("#ffffff", 5), line("#111820", 2.5, "6 4"), ...ends]).addTo(map);
  drawHint();
}

const hints = {
  here: () => say("Click a place: the nearest facilities and its coordinates. Escape ends."),
  measure: () => (measured.length < 2 ? say("Click places along a way. Escape ends.")
    : distanceText(measuredMetres())),
};

function drawHint() {
  byId("hint").hidden = tool === null;
  byId("hint").textContent = tool === null ? "" : hints[tool]();
}

function useTool(next) {
  tool = next;
  measured = [];
  drawMeasured();
  for (const name of Object.keys(hints)) {
    byId(`tool-${name}`).setAttribute("aria-pressed", name === tool);
  }
  map.getContainer().classList.toggle("using-tool", tool !== null);
}

function takePlace(place) {
  if (tool === "measure") {
    measured.push(place);
    drawMeasured();
  } else {
    showHere(place);
  }
}

// A click goes to the tool before any layer sees it; elsewhere it asks about the bare ground.
map.getContainer().addEventListener("click", (event) => {
  if (tool !== null && !event.target.closest(".leaflet-control, .leaflet-popup")) {
    event.stopPropagation();
    takePlace(map.mouseEventToLatLng(event));
  }
}, { capture: true });
map.on("click", ({ latlng }) => { if (tool === null) { showHere(latlng); } });
map.on("contextmenu", ({ latlng }) => showHere(latlng));
map.getContainer().addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target === map.getContainer()) {
    takePlace(map.getCenter());
  }
});
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") {
    useTool(null);
    map.closePopup();
  }
});

// One stop of the Tab key for many like things: arrow keys go from one to the next.
function roving(container, selector) {
  const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  container.addEventListener("keydown", (event) => {
    const things = [...container.querySelectorAll(selector)];
    const at = things.indexOf(event.target);
    if (at < 0 || !(event.key in steps || event.key === "Home" || event.key === "End")) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const to = event.key === "Home" ? 0 : event.key === "End" ? things.length - 1
      : (at + steps[event.key] + things.length) % things.length;
    things[at].setAttribute("tabindex", -1);
    things[to].setAttribute("tabindex", 0);
    things[to].focus();
  });
}

// A popup that a key opened takes the focus, and gives it back.
let opener = null;
map.on("popupopen", ({ popup }) => {
  const box = popup.getElement();
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", say("Details"));
  box.setAttribute("tabindex", -1);
  box.querySelector(".leaflet-popup-close-button").setAttribute("aria-label", say("Close"));
  const active = document.activeElement;
  if (active.matches(":focus-visible") && !box.contains(active)) {
    opener = active;
    box.focus({ preventScroll: true });
  }
});
map.on("popupclose", ({ popup }) => {
  if (opener && opener.isConnected && popup.getElement().contains(document.activeElement)) {
    opener.focus({ preventScroll: true });
  }
  opener = null;
});
