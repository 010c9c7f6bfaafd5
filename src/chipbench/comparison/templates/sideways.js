"use strict";
// A table that is wider than the screen says so: its edge fades, its names stay, and a line tells it.

function showSideways(wide) {
  const room = wide.scrollWidth - wide.clientWidth;
  wide.classList.toggle("fits", room <= 1);
  wide.classList.toggle("begun", room > 1 && wide.scrollLeft > 1);
  wide.classList.toggle("more", room > 1 && wide.scrollLeft < room - 1);
  const hint = wide.previousElementSibling;
  if (hint?.matches(".sideways")) hint.hidden = room <= 1;
}

const resized = new ResizeObserver(entries => entries.forEach(entry => showSideways(entry.target.closest(".wide"))));

function watchSideways(wide) {
  const hint = document.createElement("p");
  hint.className = "sideways";
  hint.textContent = "Wider than the screen: scroll it sideways →";
  hint.hidden = true;
  wide.before(hint);
  wide.addEventListener("scroll", () => showSideways(wide), { passive: true });
  resized.observe(wide);
  resized.observe(wide.firstElementChild);
}

document.querySelectorAll(".wide").forEach(watchSideways);
