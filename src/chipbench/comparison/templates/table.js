"use strict";
// Tables that a reader sorts by a press on a head, and filters by the machine's name.

const valueOf = (row, column) => {
  const cell = row.cells[column], value = cell.dataset.value;
  if (value !== undefined && value !== "") return parseFloat(value);
  return value === "" || cell.classList.contains("none") ? null : cell.textContent.trim() || null;
};

const compare = (one, other) =>
  typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other), "en", { numeric: true });

// What is not known stands last, whichever way the rest is sorted.
function sortBy(head) {
  const table = head.closest("table"), body = table.tBodies[0], column = head.cellIndex;
  const sorted = head.getAttribute("aria-sort"), falls = head.dataset.first === "descending";
  const rising = sorted === null ? !falls : sorted === "descending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", rising ? "ascending" : "descending");
  const rows = [...body.rows].map(row => [valueOf(row, column), row]);
  const known = rows.filter(([value]) => value !== null);
  known.sort(([one], [other]) => compare(one, other) * (rising ? 1 : -1));
  const rest = rows.filter(([value]) => value === null);
  body.append(...[...known, ...rest].map(([, row]) => row));
}

for (const head of document.querySelectorAll("table.sortable thead th")) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  button.addEventListener("click", () => sortBy(head));
  head.append(button);
}

const filters = { name: "", published: true, budget: null };

// A row is shown where every filter takes it; only the first table's rows have a price.
function applyFilters() {
  for (const row of document.querySelectorAll("table.sortable tbody tr")) {
    const named = row.cells[0].textContent.toLowerCase().includes(filters.name);
    const kind = filters.published || !row.classList.contains("published");
    const affordable = filters.budget === null || row.dataset.line === undefined || affords(row.dataset.line);
    row.hidden = !(named && kind && affordable);
  }
}
