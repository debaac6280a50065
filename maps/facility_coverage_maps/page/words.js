// The study's data, the words of the page in both languages, and how they become elements.
const byId = (identifier) => document.getElementById(identifier);
const study = JSON.parse(byId("study-data").textContent);
const chinese = new Map(Object.entries(JSON.parse(byId("study-words").textContent)));
const TAGS = { en: "en", zh: "zh-CN" };
let language = study.language;

// Rows that came as columns, as packed_rows.py writes them.
function unpack({ count, columns }) {
  const read = Object.entries(columns).map(([key, column]) => [key, Array.isArray(column)
    ? (row) => column[row] : (row) => column.values[column.at[row]]]);
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(read.map(([key, value]) => [key, value(row)])));
}
for (const name of ["facilities", "findings", "units"]) {
  study[name] = unpack(study[name]);
}
study.circles.shapes = unpack(study.circles.shapes);

// The text of a message of the program; {holes} are filled with values.
function say(message, values) {
  if (!chinese.has(message)) {
    throw new Error(`the catalogue lacks "${message}"`);
  }
  const text = language === "zh" ? chinese.get(message) : message;
  return text.replace(/\{(\w+)\}/g, (hole, name) => String(values[name]));
}

// A word of the data: in the reader's language where the catalogue knows it, else as it is.
function dataWord(text) {
  return language === "zh" && chinese.get(text) || text;
}

// A value of a fixed list, such as a kind or an owner.
function category(value) {
  return dataWord(value).replace(/_/g, " ");
}

// A subdistrict's name is never translated; only the row of all others has a name of ours.
function unitName(name) {
  return name === "outside every subdistrict" ? dataWord(name) : name || "–";
}

function number(value, digits = 0) {
  return value === null || value === undefined ? "–"
    : new Intl.NumberFormat(TAGS[language], { maximumFractionDigits: digits }).format(value);
}

// A share is cut, not rounded, so that none below a bound is shown as if it met it.
function percent(share) {
  return share === null ? "–" : `${(Math.floor(share * 1000 + 1e-9) / 10).toFixed(1)}%`;
}

// A gap is rounded up, so that none is shown smaller than it is.
function gapText(gap) {
  return gap === null ? "–" : `${(Math.ceil(gap * 1e4 - 1e-9) / 100).toFixed(2)}%`;
}

const targetShare = () => `${Number((study.target_share * 100).toFixed(2))}%`;

function people(value) {
  return say("{count} people", { count: number(value) });
}

function limit(threshold) {
  const { kind, value } = threshold;
  return kind === "minutes" ? say("{value} min", { value }) : say("{value} m", { value });
}

// An element with attributes ("on…" are listeners) and children; text is never read as markup.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}
