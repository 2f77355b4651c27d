// The keyboard of lists: j and k move between rows, / goes to the search field.
"use strict";
document.addEventListener("keydown", (e) => {
  if (e.target.closest("input,textarea,select") || e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === "/") {
    e.preventDefault();
    document.getElementById("q")?.focus();
    return;
  }
  const step = { j: 1, k: -1 }[e.key];
  if (!step) return;
  const links = [...document.querySelectorAll(".list .name")];
  const at = links.indexOf(document.activeElement);
  links[Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
});
