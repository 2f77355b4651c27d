// Sorting, searching and filtering of the list; everything else works without a script.
(function () {
  "use strict";
  var table = document.querySelector("table.list");
  if (table) {
    var body = table.tBodies[0], rows = Array.prototype.slice.call(body.rows);
    var search = document.getElementById("search"), said = document.getElementById("shown");
    var picks = Array.prototype.slice.call(document.querySelectorAll(".controls select"));
    document.querySelector(".controls").classList.remove("hidden");
    var filter = function () {
      var words = search.value.trim().toLowerCase().split(/\s+/), shown = 0;
      rows.forEach(function (row) {
        var text = row.textContent.toLowerCase();
        var fits = words.every(function (w) { return text.indexOf(w) >= 0; }) &&
          picks.every(function (p) { return !p.value || row.getAttribute("data-" + p.name) === p.value; });
        row.classList.toggle("hidden", !fits);
        if (fits) { shown += 1; }
      });
      said.textContent = "显示 " + shown + " / " + rows.length + " 篇";
    };
    search.addEventListener("input", filter);
    picks.forEach(function (p) { p.addEventListener("change", filter); });
    filter();
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, n) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending";
        Array.prototype.forEach.call(head.parentNode.cells, function (c) { c.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        rows.sort(function (a, b) {
          var x = a.cells[n].getAttribute("data-key") || a.cells[n].textContent;
          var y = b.cells[n].getAttribute("data-key") || b.cells[n].textContent;
          var d = isNaN(x) || isNaN(y) ? x.localeCompare(y, "zh-CN") : x - y;
          return down ? -d : d;
        });
        rows.forEach(function (row) { body.appendChild(row); });
      });
    });
  }
  var open = function () {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") { node.open = true; }
    }
    if (target) { target.scrollIntoView(); }
  };
  window.addEventListener("hashchange", open);
  window.addEventListener("beforeprint", function () {
    Array.prototype.forEach.call(document.querySelectorAll(".cases>details"), function (d) { d.open = true; });
  });
  open();
}());
