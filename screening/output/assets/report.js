// Sorting, searching and filtering of the list, the next case of what is shown, printing; the page is whole without it.
(function () {
  "use strict";
  var all = function (css, root) { return Array.prototype.slice.call((root || document).querySelectorAll(css)); };
  var at = function (id) { return document.getElementById(id); };
  var cases = all(".cases>details");

  var reveal = function () {
    var target = location.hash && at(decodeURIComponent(location.hash.slice(1)));
    for (var node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") { node.open = true; node.classList.remove("hidden"); }
    }
    if (target) { target.scrollIntoView(); }
  };

  var table = document.querySelector("table.list");
  if (table) {
    var body = table.tBodies[0];
    var rows = all("tr", body).map(function (row) {
      var id = row.querySelector("a").getAttribute("href").slice(1);
      return { row: row, text: row.textContent.toLowerCase(), section: at(id), fits: true };
    });
    var search = at("search"), said = at("shown"), picks = all(".controls select"), tiles = all(".tile[data-verdict]");
    document.querySelector(".controls").classList.remove("hidden");

    var filter = function () {
      var words = search.value.trim().toLowerCase().split(/\s+/), shown = 0;
      rows.forEach(function (r) {
        r.fits = words.every(function (w) { return r.text.indexOf(w) >= 0; }) &&
          picks.every(function (p) { return !p.value || r.row.getAttribute("data-" + p.name) === p.value; });
        r.row.classList.toggle("hidden", !r.fits);
        r.section.classList.toggle("hidden", !r.fits);
        if (r.fits) { shown += 1; }
      });
      tiles.forEach(function (t) {
        if (picks[0].value === t.getAttribute("data-verdict")) { t.setAttribute("aria-current", "true"); }
        else { t.removeAttribute("aria-current"); }
      });
      said.textContent = (shown ? "" : "没有符合条件的案例：") + "显示 " + shown + " 篇，共 " + rows.length + " 篇";
    };
    var wait;
    search.addEventListener("input", function () { clearTimeout(wait); wait = setTimeout(filter, rows.length > 300 ? 250 : 0); });
    picks.forEach(function (p) { p.addEventListener("change", filter); });
    at("reset").addEventListener("click", function () {
      search.value = "";
      picks.forEach(function (p) { p.value = ""; });
      filter();
    });
    tiles.forEach(function (t) {
      t.addEventListener("click", function () {
        var verdict = t.getAttribute("data-verdict");
        picks[0].value = picks[0].value === verdict ? "" : verdict;
        filter();
      });
    });

    all("th", table.tHead).forEach(function (head, n, heads) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      var key = function (r) { return r.row.cells[n].getAttribute("data-key") || r.row.cells[n].textContent; };
      var numbers = rows.every(function (r) { return !isNaN(key(r)); });
      var words = new Intl.Collator("zh-CN", { numeric: true });
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        heads.forEach(function (h) { h.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down < 0 ? "descending" : "ascending");
        rows.sort(function (a, b) { return down * (numbers ? key(a) - key(b) : words.compare(key(a), key(b))); });
        rows.forEach(function (r) { body.appendChild(r.row); });
      });
      if (n === 0) { head.setAttribute("aria-sort", "ascending"); }
    });
    filter();

    // "Next" means the next of what the list shows, in the list's order.
    document.addEventListener("click", function (event) {
      var link = event.target.closest && event.target.closest(".turns a[data-step]");
      if (!link) { return; }
      event.preventDefault();
      var here = link.closest("details"), shown = rows.filter(function (r) { return r.fits || r.section === here; });
      var n = shown.map(function (r) { return r.section; }).indexOf(here) + Number(link.getAttribute("data-step"));
      location.hash = shown[n] ? shown[n].section.id : "list";
      if (shown[n]) { here.open = false; shown[n].section.querySelector("summary").focus({ preventScroll: true }); reveal(); }
    });
  }

  var every = function (open) { return function () { cases.forEach(function (d) { d.open = open; }); }; };
  all(".script-only").forEach(function (e) { e.classList.remove("hidden"); });
  if (at("open-all")) {
    at("open-all").addEventListener("click", every(true));
    at("close-all").addEventListener("click", every(false));
  }
  // A button in each case as it is first opened: thousands of them need not stand in the file.
  cases.forEach(function (d) {
    d.addEventListener("toggle", function () {
      if (!d.open || d.querySelector(".print-one")) { return; }
      var button = document.createElement("button");
      button.type = "button";
      button.className = "print-one";
      button.textContent = "打印这一篇";
      d.querySelector(".turns").insertBefore(button, d.querySelector(".turns").lastElementChild);
      button.addEventListener("click", function () {
        all("details", d).forEach(function (inner) { inner.open = true; });
        document.body.classList.add("one");
        d.classList.add("printed");
        window.print();
        document.body.classList.remove("one");
        d.classList.remove("printed");
      });
    });
  });
  window.addEventListener("hashchange", reveal);
  reveal();
}());
