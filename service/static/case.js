// The keyboard of the case page. Everything here can be done with a mouse or with Tab and Enter too.
"use strict";
(() => {
  const findings = () => [...document.querySelectorAll(".finding")];
  const typing = (e) => e.target.closest("input:not([type=checkbox]),textarea,select") || e.ctrlKey || e.metaKey || e.altKey;
  let at = -1;

  function go(step) {
    const all = findings();
    if (!all.length) return;
    at = Math.min(all.length - 1, Math.max(0, at + step));
    all[at].focus();
    all[at].scrollIntoView({ block: "nearest" });
    const first = all[at].querySelector(".evidence a");
    if (first) show(first.hash);
  }

  // Bring a place of the text into view and set it apart for the eye.
  function show(hash) {
    const anchor = hash && document.getElementById(decodeURIComponent(hash.slice(1)));
    if (!anchor || !anchor.closest(".sheet")) return;
    if (anchor.matches("p")) return anchor.scrollIntoView({ block: "start" });
    document.querySelectorAll("mark.here").forEach((m) => m.classList.remove("here"));
    let mark = anchor.nextElementSibling;
    while (mark && mark.classList.contains("at")) mark = mark.nextElementSibling;
    if (mark && mark.matches("a")) mark = mark.firstElementChild;
    if (mark && mark.matches("mark")) mark.classList.add("here");
    anchor.scrollIntoView({ block: "center" });
  }

  // A mark leads to its passage, which may lie in a closed part.
  function open(hash) {
    const target = hash && document.getElementById(decodeURIComponent(hash.slice(1)));
    const part = target && target.closest("details");
    if (part) part.open = true;
    if (target) target.scrollIntoView({ block: "nearest" });
  }

  // What went wrong is said where one is, not only in the browser's console.
  function refused(words) {
    const said = Object.assign(document.createElement("p"), { className: "flash bad", textContent: words });
    said.setAttribute("role", "alert");
    document.querySelectorAll("#side > .flash.bad").forEach((old) => old.remove());
    document.getElementById("side").prepend(said);
    said.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("htmx:responseError", (e) => {
    const page = new DOMParser().parseFromString(e.detail.xhr.responseText, "text/html");
    const said = [...page.querySelectorAll("main h1, main h1 + p")].map((x) => x.textContent.trim());
    refused(said.join("。") || "没有保存。请刷新页面后再试。");
  });
  document.addEventListener("htmx:sendError", () => refused("没有连上服务，刚才的操作没有保存。请稍后再试。"));
  document.addEventListener("click", (e) => {
    const link = e.target.closest("a[href^='#']");
    if (!link) return;
    if (link.closest(".case-side")) show(link.hash);
    open(link.hash);
  });
  document.addEventListener("focusin", (e) => {
    const f = e.target.closest && e.target.closest(".finding");
    if (f) at = findings().indexOf(f);
  });
  document.addEventListener("keydown", (e) => {
    if (typing(e)) return;
    if (e.key === "j") return go(1);
    if (e.key === "k") return go(-1);
    const scope = "ado".includes(e.key) ? findings()[at] : document;
    const target = scope && scope.querySelector(`[data-key="${CSS.escape(e.key)}"]`);
    if (target) {
      e.preventDefault();
      target.click();
    }
  });
  if (location.hash) open(location.hash);
})();
