"use strict";
// The first table: another baseline, the prices at another benchmark, a budget, and a cell's details.

const data = JSON.parse(document.getElementById("data").textContent);
const summary = data.summary;
// Half of an interval, as a logarithm, beyond which nothing is known: as in measure/statistics.py.
const WIDEST = Math.log(1e9);
const STEP = 1.5, STEPS = 3;

const chosen = id => document.getElementById(id).value;
const affords = line => summary.lines[line].price !== null && summary.lines[line].price <= filters.budget;

// The line that a column is compared with: the chosen one where it took part, else the column's own.
function baselineOf(column) {
  const wanted = chosen("baseline");
  const own = wanted === "" ? undefined : summary.lines[wanted].standings[column];
  return own && !own.indication ? Number(wanted) : summary.columns[column].baseline;
}

// How many times as fast a line is as the column's baseline.
function speedOf(line, column) {
  const base = baselineOf(column);
  return base === null ? null : ratioOf(line, base, column);
}

// How many times as fast a line is as another, with its interval where there is one; null where one has no place.
function ratioOf(line, base, column) {
  const own = summary.lines[line].standings[column], other = summary.lines[base].standings[column];
  if (!own || own.indication || !other || other.indication) return null;
  if (Number(base) === Number(line)) return { value: 1 };
  const middle = other.centre - own.centre;
  if (own.half === null || other.half === null) return { value: Math.exp(middle) };
  const half = Math.min(Math.hypot(own.half, other.half) + own.rounding + other.rounding, WIDEST);
  return { value: Math.exp(middle), low: Math.exp(middle - half), high: Math.exp(middle + half) };
}

// As in certainty.py: by its interval, or by how far apart two machines of one kind can be.
const PROVEN = { mark: "✓", words: "proven" }, LIKELY = { mark: "", words: "likely, not proven" }, OPEN = { mark: "=", words: "too close to tell" };

function certaintyOf(ratio) {
  if (ratio.low !== undefined) return ratio.low <= 1 && 1 <= ratio.high ? OPEN : PROVEN;
  return Number(Math.max(ratio.value, 1 / ratio.value).toFixed(9)) > summary.close ? LIKELY : OPEN;
}

const timesText = ratio => `${certaintyOf(ratio).mark}${ratio.value.toFixed(2)}×`;

const stepOf = speed => speed === null || certaintyOf(speed) === OPEN ? 0 : Math.max(-STEPS, Math.min(STEPS, Math.round(Math.log(speed.value) / Math.log(STEP))));

function showSpeeds() {
  for (const cell of document.querySelectorAll("#machines td.speed")) {
    const { line } = cell.closest("tr").dataset, { column } = cell.dataset, speed = speedOf(line, column);
    const base = speed !== null && baselineOf(column) === Number(line);
    cell.querySelector("span").textContent = speed === null ? "" : base ? "1.00×" : timesText(speed);
    cell.classList.toggle("base", base);
    cell.dataset.value = speed === null ? "" : speed.value;
    for (let step = -STEPS; step <= STEPS; step++) cell.classList.remove(`s${step}`);
    cell.classList.add(`s${stepOf(speed)}`);
  }
  document.getElementById("apart").textContent = apart();
  showDetail();
  showValue();
}

// The columns that the chosen baseline took no part in, and what these are compared with still.
function apart() {
  const wanted = chosen("baseline");
  if (wanted === "") return "";
  const kept = summary.columns.filter(({ baseline }, column) => baseline !== null && baselineOf(column) !== Number(wanted));
  if (!kept.length) return "";
  const words = kept.map(({ short, baseline }) => `${short} (${summary.lines[baseline].machine})`);
  return `${summary.lines[wanted].machine} took no part in these, whose baseline is still their own: ${words.join(", ")}.`;
}

// A long name, which a narrow column may break where a word begins in it: as in pages.py.
const breakable = name => name.split(/(?<=[a-z]{5})(?=[A-Z])/).flatMap((part, place) => place ? [document.createElement("wbr"), part] : [part]);

// Price and energy at the benchmark that the reader chose.
function showValue() {
  const column = Number(chosen("focus")), { short, basis } = summary.columns[column];
  document.querySelector("#per-money span").replaceChildren(...breakable(short));
  const energy = document.querySelector("#energy span");
  if (energy) energy.textContent = basis ? `${short} (${basis})` : short;
  for (const row of document.querySelectorAll("#machines tbody tr")) {
    const { price, standings } = summary.lines[row.dataset.line], found = standings[column];
    const speed = speedOf(row.dataset.line, column);
    const per = speed && price ? 1000 * speed.value / price : null;
    const money = row.querySelector(".money"), joules = row.querySelector(".energy");
    money.textContent = per === null ? "" : per.toFixed(2);
    money.dataset.value = per === null ? "" : per;
    if (joules) {
      const known = found && found.energy !== null && basis !== null && found.basis === basis;
      joules.textContent = known ? `${Math.round(found.energy).toLocaleString("en")} J` : "";
      joules.dataset.value = known ? found.energy : "";
    }
  }
}

const money = number => `${number.toLocaleString("en")} USD`;

// What a budget allows: at each benchmark the fastest that it pays for.
function showBudget() {
  const text = chosen("budget");
  filters.budget = text === "" ? null : Number(text);
  applyFilters();
  document.getElementById("affordable").textContent = filters.budget === null ? "" : withinBudget();
}

function withinBudget() {
  const lines = summary.lines.map((line, number) => ({ ...line, number })).filter(line => affords(line.number));
  const unknown = summary.lines.filter(line => line.price === null).length;
  const best = summary.columns.map(({ short }, column) => {
    const able = lines.filter(line => line.standings[column] && !line.standings[column].indication);
    able.sort((one, other) => one.standings[column].time - other.standings[column].time);
    return able.length ? `${short}: ${able[0].machine} (${able[0].standings[column].shown}, ${able[0].price ? money(able[0].price) : "free"})` : null;
  }).filter(Boolean);
  const hidden = unknown ? ` ${unknown} ${unknown === 1 ? "machine" : "machines"} without a known price ${unknown === 1 ? "is" : "are"} hidden.` : "";
  if (!best.length) return `Nothing costs ${money(filters.budget)} or less.${hidden}`;
  return `Fastest for ${money(filters.budget)} or less: ${best.join("; ")}.${hidden}`;
}

// How sure a difference is, in a sentence.
function doubtOf(speed) {
  const found = certaintyOf(speed);
  if (speed.low !== undefined) return found === OPEN ? "It contains 1: too close to tell." : "It does not contain 1: the difference is proven.";
  const single = "single runs, as it takes two repeats on both sides to prove a difference";
  return found === OPEN ? `Too close to tell: ${single}, and two machines of one kind can lie as far apart.` : `Likely, not proven: ${single}.`;
}

// A cell in words.
function describe(line, column) {
  const { machine, standings } = summary.lines[line], own = standings[column], { short } = summary.columns[column];
  const base = baselineOf(column), speed = speedOf(line, column);
  const parts = [`${machine}, ${short}: ${own.shown}, ${own.runs === 1 ? "one run" : `${own.runs} runs`}.`];
  if (own.indication) parts.push(`On ${own.indication}: an indication, ranked nowhere.`);
  if (speed && base !== Number(line)) {
    const other = summary.lines[base];
    parts.push(`${speed.value.toFixed(2)} times as fast as ${other.machine} (${other.standings[column].shown}).`);
    if (speed.low !== undefined) parts.push(`Interval ${speed.low.toFixed(3)} to ${speed.high.toFixed(3)}.`);
    parts.push(doubtOf(speed));
  } else if (base === Number(line)) parts.push("The baseline.");
  if (own.caveats) parts.push(`${own.caveats}.`);
  return parts.join(" ");
}

let shown = null;

// The cell that was pointed at, tapped or focused last; again when another baseline is chosen.
function showDetail(event) {
  const cell = event?.target.closest("td.speed") ?? shown;
  if (!cell) return;
  shown?.classList.remove("shown");
  cell.classList.add("shown");
  shown = cell;
  document.getElementById("detail").textContent = describe(cell.closest("tr").dataset.line, cell.dataset.column);
}

// One stop of the Tab key for the table's cells; the arrows go from cell to cell.
function walk(event) {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const from = event.target.closest("td.speed");
  if (!step || !from) return;
  const rows = [...from.closest("tbody").rows].filter(row => !row.hidden);
  let row = rows.indexOf(from.closest("tr")), column = from.cellIndex;
  do {
    row += step[0]; column += step[1];
    const to = rows[row]?.cells[column];
    if (!to) return;
    if (to.matches(".speed")) {
      from.tabIndex = -1; to.tabIndex = 0; to.focus();
      event.preventDefault();
      return;
    }
  } while (true);
}

if (summary) {
  const table = document.getElementById("machines");
  document.querySelector(".controls").hidden = false;
  document.querySelector(".controls").addEventListener("submit", event => event.preventDefault());
  for (const cell of table.querySelectorAll("td.speed")) cell.tabIndex = -1;
  const first = table.querySelector("td.speed");
  if (first) first.tabIndex = 0;
  document.getElementById("detail").textContent = "Point at, tap or focus a cell for its interval, its repeats, and what speaks against it.";
  for (const kind of ["mouseover", "focusin", "click"]) table.addEventListener(kind, showDetail);
  table.addEventListener("keydown", walk);
  document.getElementById("baseline").addEventListener("change", showSpeeds);
  document.getElementById("focus").addEventListener("change", showValue);
  document.getElementById("budget").addEventListener("input", showBudget);
  document.getElementById("filter").addEventListener("input", event => { filters.name = event.target.value.toLowerCase(); applyFilters(); });
  document.getElementById("published").addEventListener("change", event => { filters.published = event.target.checked; applyFilters(); });
}
