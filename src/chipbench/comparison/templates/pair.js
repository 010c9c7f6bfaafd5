"use strict";
// Two machines against each other: what one costs more, and at what it is faster by as much.

const ranked = line => summary.columns.some((_, column) => line.standings[column] && !line.standings[column].indication);

function offerPair() {
  const offered = summary.lines.map((line, number) => [line, number]).filter(([line]) => ranked(line));
  if (offered.length < 2) return;
  const [one, other] = summary.pair ?? offered.map(([, number]) => number);
  for (const [id, first] of [["one", one], ["other", other]]) {
    const select = document.getElementById(id);
    select.append(...offered.map(([line, number]) => new Option(`${line.machine}${line.published ? " (published)" : ""}`, number)));
    select.value = first;
    select.addEventListener("change", showPair);
  }
  document.getElementById("pair").hidden = false;
  showPair();
}

function showPair() {
  const [one, other] = ["one", "other"].map(chosen), lines = [one, other].map(number => summary.lines[number]);
  const dearer = lines[0].price && lines[1].price ? lines[0].price / lines[1].price : null;
  const both = summary.columns.map((column, place) => ({ ...column, place, ratio: ratioOf(one, other, place) })).filter(({ ratio }) => ratio !== null);
  const rows = both.map(column => pairRow(column, lines, dearer));
  document.querySelector("#pair tbody").replaceChildren(...rows);
  document.querySelector("#pair table").hidden = !rows.length;
  document.getElementById("verdict").textContent = one === other ? "That is one machine." : pairVerdict(both, lines, dearer);
}

const isWorth = (ratio, dearer) => certaintyOf(ratio) !== OPEN && ratio.value >= dearer;

function pairVerdict(both, [one, other], dearer) {
  if (!both.length) return "No benchmark has both of them.";
  if (dearer === null) return "The price of one of them is not known, or it is free.";
  const difference = money(Math.abs(one.price - other.price));
  if (dearer <= 1) return dearer === 1 ? "They cost the same." : `It costs ${difference} less.`;
  const worth = both.filter(({ ratio }) => isWorth(ratio, dearer)).map(({ short }) => short);
  const times = `${dearer.toFixed(2)} times`;
  if (!worth.length) return `Not worth its ${difference} more for any of these ${both.length}: it costs ${times} as much, and is nowhere as much faster.`;
  return `Worth its ${difference} more for ${worth.join(", ")}: it costs ${times} as much, and is there at least as much faster.`;
}

function pairRow({ short, kind, place, ratio }, lines, dearer) {
  const row = document.createElement("tr"), head = document.createElement("th"), small = document.createElement("small");
  head.scope = "row";
  small.textContent = kind;
  head.append(`${short} `, small);
  const cells = lines.map(line => line.standings[place].shown).map(text => [text, "number"]);
  cells.push([pairWords(ratio, dearer), ""]);
  row.append(head, ...cells.map(([text, kind]) => {
    const cell = document.createElement("td");
    cell.className = kind;
    cell.append(text);
    return cell;
  }));
  return row;
}

function pairWords(ratio, dearer) {
  const found = certaintyOf(ratio), times = timesText(ratio);
  if (found === OPEN) return `${times} ${found.words}`;
  const sure = found === PROVEN ? ", proven" : ", likely";
  if (ratio.value < 1) return `${times} slower${sure}`;
  const price = dearer === null || dearer <= 1 ? "" : isWorth(ratio, dearer) ? "; worth its price" : "; by less than its price";
  return `${times} faster${sure}${price}`;
}

if (summary) offerPair();
