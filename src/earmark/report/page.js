"use strict";
// Tables that sort by any column, and a switch between light and dark. The page reads well without either.
for (const head of document.querySelectorAll("th[data-sort]")) {
  const words = head.textContent;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words;
  head.replaceChildren(button);
  button.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "descending"
      || (!head.hasAttribute("aria-sort") && head.dataset.sort === "text");
    for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "ascending" : "descending");
    const body = head.closest("table").tBodies[0];
    const place = head.cellIndex;
    const value = (row) => {
      const cell = row.cells[place];
      return head.dataset.sort === "text" ? cell.textContent : Number(cell.dataset.value ?? "NaN");
    };
    const order = (a, b) => {
      const [x, y] = [value(a), value(b)];
      if (typeof x === "string") return x.localeCompare(y);
      if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || 0;
      return x - y;
    };
    const rows = [...body.rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      const gap = Number.isNaN(x) || Number.isNaN(y);
      return gap || down ? order(a, b) : -order(a, b);
    });
    body.append(...rows);
  });
}
const theme = document.querySelector("button.theme");
theme.hidden = false;
theme.addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
