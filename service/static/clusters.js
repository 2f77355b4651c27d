// The slider says its rate while it moves, and shows the groups when it is let go. Without scripts the button does.
"use strict";
(() => {
  const slider = document.getElementById("rate");
  slider.addEventListener("input", () => (document.getElementById("rate-said").textContent = `${slider.value}%`));
  slider.addEventListener("change", () => slider.form.requestSubmit());
})();
