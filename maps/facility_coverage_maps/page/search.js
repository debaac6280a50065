// Search by name or id among subdistricts and facilities: a field with a list of what it finds.
const MOST_FOUND = 12;
let found = [];
let marked = -1;

const folded = (text) => text.normalize("NFKC").toLowerCase();
const searchable = [
  ...study.units.map((unit) => ({ text: folded(`${unit.unit_name} ${unit.unit_id}`),
    title: () => unit.unit_name, kind: () => say("Subdistrict"), go: () => goToUnit(unit) })),
  ...study.facilities.filter(({ position }) => position).map((facility) => ({
    text: folded(`${facilityName(facility)} ${facility.facility_id}`),
    title: () => facilityName(facility),
    kind: () => [category(facility.kind), unitName(facility.unit_name)].join(" · "),
    go: () => goToFacility(facility) })),
];

function drawFound() {
  const box = byId("found");
  box.hidden = found.length === 0;
  byId("search").setAttribute("aria-expanded", found.length > 0);
  box.replaceChildren(...found.map((each, at) => make("li", { role: "option", id: `found-${at}`,
    "aria-selected": at === marked, onclick: () => goTo(each) },
  make("strong", {}, each.title()), " ", make("span", {}, each.kind()))));
  if (marked >= 0) {
    byId("search").setAttribute("aria-activedescendant", `found-${marked}`);
    byId(`found-${marked}`).scrollIntoView({ block: "nearest" });
  } else {
    byId("search").removeAttribute("aria-activedescendant");
  }
}

function search() {
  const asked = folded(byId("search").value.trim());
  found = asked === "" ? [] : searchable.filter(({ text }) => text.includes(asked));
  byId("found-none").textContent = asked !== "" && found.length === 0 ? say("nothing found")
    : found.length > MOST_FOUND ? say("and {count} more", { count: found.length - MOST_FOUND }) : "";
  found = found.slice(0, MOST_FOUND);
  marked = found.length > 0 ? 0 : -1;
  drawFound();
}

function closeFound() {
  found = [];
  marked = -1;
  byId("found-none").textContent = "";
  drawFound();
}

function goTo(each) {
  closeFound();
  each.go();
}

function searchKey(event) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps && found.length > 0) {
    event.preventDefault();
    marked = (marked + steps[event.key] + found.length) % found.length;
    drawFound();
  } else if (event.key === "Enter" && marked >= 0) {
    goTo(found[marked]);
  } else if (event.key === "Escape") {
    closeFound();
  }
}
