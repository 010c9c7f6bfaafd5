"use strict";
// Two machines against each other: what one costs more, and at what it is as much faster.

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

// As in money.py: "yes" where the gain is likely as large as what it costs more, "no" where there is none to tell.
function worth(ratio, dearer) {
  const beside = Object.fromEntries(Object.entries(ratio).map(([name, value]) => [name, value / dearer]));
  if (ratio.value <= 1 || certaintyOf(ratio) === OPEN) return "no";
  if (certaintyOf(beside) === OPEN) return "perhaps";
  return beside.value > 1 ? "yes" : "no";
}

function pairVerdict(both, [one, other], dearer) {
  if (!both.length) return "No benchmark has both of them.";
  if (dearer === null) return "The price of one of them is not known, or it is free.";
  const difference = money(Math.abs(one.price - other.price));
  if (dearer <= 1) return dearer === 1 ? "They cost the same." : `${difference} less.`;
  const named = answer => both.filter(({ ratio }) => worth(ratio, dearer) === answer).map(({ short, kind }) => kind ? `${short} (${kind})` : short);
  const [yes, perhaps, no] = ["yes", "perhaps", "no"].map(named);
  const parts = [];
  if (yes.length) parts.push(`worth it for ${yes.join(", ")}`);
  if (no.length) parts.push(`not worth it for ${no.length === 1 ? no[0] : `${no.length} of these ${both.length}`}`);
  if (perhaps.length) parts.push(`perhaps for ${perhaps.join(", ")}`);
  return `${difference} more, ${dearer.toFixed(2)} times as much: ${parts.join("; ")}.`;
}

function pairRow({ short, kind, place, ratio }, lines, dearer) {
  const row = document.createElement("tr"), head = document.createElement("th"), small = document.createElement("small");
  head.scope = "row";
  small.textContent = kind;
  head.append(`${short} `, small);
  const answer = dearer === null || dearer <= 1 ? "" : worth(ratio, dearer);
  const cells = lines.map(line => [line.standings[place].shown, "number"]);
  cells.push([answer, "answer"], [pairWords(ratio), ""]);
  row.append(head, ...cells.map(([text, kind]) => {
    const cell = document.createElement("td");
    cell.className = kind;
    cell.append(text);
    return cell;
  }));
  return row;
}

function pairWords(ratio) {
  const found = certaintyOf(ratio), times = `${ratio.value.toFixed(2)}×`;
  return found === OPEN ? `${times} ${found.words}` : `${times} ${found === PROVEN ? "proven" : "likely"} ${ratio.value < 1 ? "slower" : "faster"}`;
}

if (summary) offerPair();
