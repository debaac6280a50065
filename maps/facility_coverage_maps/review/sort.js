"use strict";
for (const heading of document.querySelectorAll("th[data-sort]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = heading.textContent;
  heading.replaceChildren(button);
  button.addEventListener("click", () => {
    const body = heading.closest("table").tBodies[0];
    const place = heading.cellIndex;
    const rising = heading.getAttribute("aria-sort") !== "ascending";
    const numbers = heading.dataset.sort === "number";
    const value = (row) => row.cells[place].dataset.value ?? row.cells[place].textContent;
    const rows = [...body.rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (numbers && (x === "" || y === "")) return (x === "") - (y === "");
      const order = numbers ? Number(x) - Number(y) : x.localeCompare(y);
      return rising ? order : -order;
    });
    for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
    body.append(...rows);
  });
}
