// Keyboard: "/" goes to the search, j and k to the next and the previous card. Everything works without this file.
"use strict";
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable], .CodeMirror")) return;
  if (event.key === "/") {
    const field = document.querySelector("input[type=search]:not(.find), form[role=search] input");
    event.preventDefault();
    if (field) { field.focus(); field.select(); } else { location.href = "/search"; }
  } else if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll(".card h2 a, .card h3 a, .result h2 a, .list td[data-name] a[href^='/s']")];
    if (!links.length) return;
    const here = links.indexOf(document.activeElement);
    const next = here < 0 ? 0 : Math.min(links.length - 1, Math.max(0, here + (event.key === "j" ? 1 : -1)));
    links[next].focus();
    links[next].closest("article, tr").scrollIntoView({block: "center"});
  }
});
// On a phone the wide row of pages scrolls: show where we are.
document.querySelector(".top nav [aria-current]")?.scrollIntoView({block: "nearest", inline: "center"});
