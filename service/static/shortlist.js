// The keyboard of the shortlist beside that of lists: e opens what can be changed of the row.
"use strict";
document.addEventListener("keydown", (e) => {
  if (e.key !== "e" || e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input,textarea,select")) return;
  const part = e.target.closest("tr")?.querySelector(".change");
  if (!part) return;
  e.preventDefault();
  part.open = !part.open;
  (part.open ? part.querySelector("input[type=number]") : part.querySelector("summary")).focus();
});
