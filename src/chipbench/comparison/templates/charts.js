"use strict";
// The charts, each drawn when it comes into view. Colours are the style sheet's, so that light,
// dark and print are one drawing; lines are told apart by dashes and points too.

const COLOURS = ["var(--c0)", "var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)"];
const DASHES = [null, "8 4", "2 3", "10 3 2 3", "4 2", "14 4"];
const SYMBOLS = ["circle", "square", "diamond", "triangle", "star", "times"];
const SHAPES = { circle: d3.symbolCircle, square: d3.symbolSquare, diamond: d3.symbolDiamond, triangle: d3.symbolTriangle, star: d3.symbolStar, times: d3.symbolTimes };
const look = (looks, place) => looks[place % looks.length];
const cut = (name, most) => name.length > most ? `${name.slice(0, most - 1)}…` : name;

function drawBars(chart, width) {
  const narrow = width < 560, room = narrow ? 130 : 320, letters = narrow ? 19 : 53;
  const rows = chart.bars.map((bar, place) => ({ ...bar, place }));
  const repeats = rows.flatMap(row => row.repeats.map(value => ({ place: row.place, value })));
  const bounds = rows.filter(row => row.interval).map(row => ({ place: row.place, low: row.interval[0], high: row.interval[1] }));
  const least = 1.3 * Math.max(...rows.map(row => row.interval ? row.interval[1] : row.value));
  const plot = Plot.plot({
    width, height: 26 * rows.length + 60, marginLeft: room, marginBottom: 40,
    x: { label: chart.x, domain: [0, least], grid: true, ticks: narrow ? 4 : 8 },
    y: { label: null, domain: rows.map(row => row.place), tickFormat: place => cut(rows[place].name, letters), tickSize: 0 },
    marks: [
      Plot.barX(rows, { y: "place", x: "value", fill: row => row.published ? "url(#hatch)" : "var(--measured)", stroke: row => row.published ? "var(--published)" : "var(--measured)" }),
      Plot.ruleY(bounds, { y: "place", x1: "low", x2: "high", stroke: "var(--ink)", strokeWidth: 2 }),
      Plot.dot(repeats, { y: "place", x: "value", r: 3, fill: "var(--paper)", stroke: "var(--ink)" }),
      Plot.text(rows, { y: "place", x: row => row.interval ? row.interval[1] : row.value, text: "label", dx: 6, textAnchor: "start", fill: "currentColor" }),
      Plot.tip(rows, Plot.pointerY({ y: "place", x: "value", title: row => `${row.name}: ${row.label}${row.repeats.length ? `, ${row.repeats.length} repeats` : ", one run"}` })),
    ],
  });
  return [plot];
}

// Batch sizes have a tick each; between two epochs there is none.
function ticksOf(chart, points) {
  const known = [...new Set(points.map(point => point.x))];
  if (chart.doubling) return { ticks: known, tickFormat: String };
  const whole = !chart.logarithmic && known.every(Number.isInteger);
  return whole ? { ticks: d3.ticks(...d3.extent(known), 8).filter(Number.isInteger), tickFormat: tick => tick.toLocaleString("en") } : {};
}

function drawCurves(chart, width) {
  const points = chart.lines.flatMap((line, place) => line.points.map(([x, y]) => ({ x, y, place })));
  const few = points.length < 200;
  const plot = Plot.plot({
    width, height: Math.min(320, 0.62 * width + 40), marginLeft: 56, marginBottom: 40,
    x: { label: chart.x, type: chart.doubling || chart.logarithmic ? "log" : "linear", base: chart.doubling ? 2 : undefined, ...ticksOf(chart, points) },
    y: { label: chart.y, grid: true, ...(chart.logarithmic ? { type: "log" } : { zero: true }) },
    marks: [
      ...(chart.logarithmic ? [] : [Plot.ruleY([0])]),
      ...chart.lines.map((line, place) => Plot.line(line.points, { x: "0", y: "1", stroke: look(COLOURS, place), strokeWidth: 2, strokeDasharray: look(DASHES, place) })),
      ...(few ? chart.lines.map((line, place) => Plot.dot(line.points, { x: "0", y: "1", stroke: look(COLOURS, place), fill: "var(--paper)", symbol: look(SYMBOLS, place), r: 3.5 })) : []),
      Plot.tip(points, Plot.pointer({ x: "x", y: "y", title: point => `${chart.lines[point.place].name}\n${chart.x} ${point.x.toLocaleString("en")}: ${point.y.toLocaleString("en")}` })),
    ],
  });
  return [plot, keyOf(chart.lines)];
}

function keyOf(lines) {
  const list = document.createElement("ul");
  list.className = "key";
  lines.forEach((line, place) => {
    const item = document.createElement("li");
    const sample = d3.create("svg").attr("width", 34).attr("height", 12).attr("aria-hidden", "true");
    sample.append("line").attr("x2", 34).attr("y1", 6).attr("y2", 6).attr("stroke", look(COLOURS, place)).attr("stroke-width", 2).attr("stroke-dasharray", look(DASHES, place));
    if (line.points.length === 1) {
      const symbol = d3.symbol(SHAPES[look(SYMBOLS, place)], 50);
      sample.select("line").remove();
      sample.append("path").attr("d", symbol()).attr("transform", "translate(17 6)").attr("fill", "none").attr("stroke", look(COLOURS, place)).attr("stroke-width", 1.5);
    }
    item.append(sample.node(), ` ${line.name}`);
    list.append(item);
  });
  return list;
}

// The chart's numbers as a table, for those who do not see it.
function numbersOf(chart) {
  const details = document.createElement("details"), head = document.createElement("summary"), table = document.createElement("table");
  head.textContent = "The chart's numbers";
  const rows = chart.bars
    ? chart.bars.map(bar => [bar.name, bar.label, bar.repeats.map(value => value.toPrecision(5)).join(", ")])
    : chart.lines.flatMap(line => line.points.map(([x, y]) => [line.name, x, y]));
  table.createTHead().insertRow().append(...(chart.bars ? ["machine", "time", "repeats (s)"] : ["machine", chart.x, chart.y]).map(text => {
    const cell = document.createElement("th");
    cell.scope = "col"; cell.textContent = text;
    return cell;
  }));
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const text of row) line.insertCell().textContent = text;
  }
  const wide = document.createElement("div");
  wide.className = "wide"; wide.tabIndex = 0; wide.role = "group"; wide.ariaLabel = `Numbers of ${chart.title}`;
  wide.append(table);
  details.append(head, wide);
  watchSideways(wide);
  return details;
}

// Hatching is a pattern of the page, not of one chart.
function addHatch() {
  const svg = d3.create("svg").attr("width", 0).attr("height", 0).attr("aria-hidden", "true").style("position", "absolute");
  const pattern = svg.append("defs").append("pattern").attr("id", "hatch").attr("width", 7).attr("height", 7)
    .attr("patternUnits", "userSpaceOnUse").attr("patternTransform", "rotate(45)");
  pattern.append("rect").attr("width", 7).attr("height", 7).attr("fill", "var(--paper)");
  pattern.append("rect").attr("width", 3).attr("height", 7).attr("fill", "var(--published)");
  document.body.append(svg.node());
}

function draw(figure) {
  const chart = data.charts[figure.dataset.chart];
  const width = Math.floor(figure.clientWidth);
  if (!chart || !width || figure.dataset.width === String(width)) return;
  const [svg, ...beside] = (chart.bars ? drawBars : drawCurves)(chart, width);
  // One picture with one name: its parts have none.
  for (const part of svg.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${chart.title}; its numbers are in the table below`);
  for (const old of figure.querySelectorAll(":scope > :not(figcaption):not(details)")) old.remove();
  figure.dataset.width = width;
  figure.querySelector("figcaption").after(svg, ...beside);
  if (!figure.querySelector("details")) figure.append(numbersOf(chart));
}

addHatch();
const seen = new IntersectionObserver(entries => entries.filter(entry => entry.isIntersecting).forEach(entry => draw(entry.target)), { rootMargin: "600px" });
const sized = new ResizeObserver(entries => entries.filter(entry => entry.target.dataset.width).forEach(entry => draw(entry.target)));
for (const figure of document.querySelectorAll("figure[data-chart]")) {
  figure.classList.add("drawn");
  seen.observe(figure);
  sized.observe(figure);
}
// On paper there is no scrolling.
addEventListener("beforeprint", () => document.querySelectorAll("figure.drawn").forEach(draw));
