// Editing a rulebook's text: which line the cursor is on, and a way to the line that is wrong. Without scripts the page says the same in words.
"use strict";
(() => {
  const text = document.getElementById("toml");
  const at = document.getElementById("at");
  const button = document.getElementById("to-line");
  if (!text) return;
  const tell = () => {
    at.textContent = `光标在第 ${text.value.slice(0, text.selectionStart).split("\n").length} 行`;
  };
  for (const name of ["keyup", "click", "focus"]) text.addEventListener(name, tell);
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const start = Number(button.dataset.start);
    text.focus();
    text.setSelectionRange(start, start + Number(button.dataset.length));
    const line = text.value.slice(0, start).split("\n").length;
    text.scrollTop = (line - 5) * parseFloat(getComputedStyle(text).lineHeight);
    text.scrollLeft = 0;
    tell();
  });
})();
