// Who signs with whom: springs and repulsion, zoom, labels that never lie on one another. No library, nothing remote.
"use strict";
(() => {
  const NS = "http://www.w3.org/2000/svg";
  const make = (kind, attributes, parent) => {
    const one = document.createElementNS(NS, kind);
    for (const name in attributes) one.setAttribute(name, attributes[name]);
    if (parent) parent.append(one);
    return one;
  };
  const plain = text => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replaceAll("đ", "d");

  // The busiest in the middle of a sunflower, then springs along ties; far nodes do not feel one another.
  function layout(nodes, ties) {
    nodes.forEach((node, i) => {
      const angle = i * 2.399963, radius = 34 * Math.sqrt(i + .5);
      Object.assign(node, {x: radius * Math.cos(angle), y: radius * Math.sin(angle), vx: 0, vy: 0});
    });
    const reach = 260, rounds = nodes.length > 250 ? 140 : 260;
    for (let round = 0; round < rounds; round++) {
      const heat = 1 - round / rounds, cells = new Map();
      for (const node of nodes) {
        const key = Math.floor(node.x / reach) + ":" + Math.floor(node.y / reach);
        (cells.get(key) || cells.set(key, []).get(key)).push(node);
      }
      for (const node of nodes) {
        const cx = Math.floor(node.x / reach), cy = Math.floor(node.y / reach);
        for (let i = -1; i < 2; i++) for (let j = -1; j < 2; j++) for (const other of cells.get((cx + i) + ":" + (cy + j)) || []) {
          if (other === node) continue;
          const dx = node.x - other.x, dy = node.y - other.y, d2 = dx * dx + dy * dy + 4;
          if (d2 > reach * reach) continue;
          const push = 900 / d2;
          node.vx += dx * push; node.vy += dy * push;
        }
        node.vx -= node.x * .004; node.vy -= node.y * .004;
      }
      for (const tie of ties) {
        const dx = tie.t.x - tie.s.x, dy = tie.t.y - tie.s.y, d = Math.hypot(dx, dy) || 1;
        const pull = (d - 80) * .03 / Math.sqrt(Math.min(tie.s.near.size, tie.t.near.size));
        tie.s.vx += dx / d * pull; tie.s.vy += dy / d * pull; tie.t.vx -= dx / d * pull; tie.t.vy -= dy / d * pull;
      }
      for (const node of nodes) {
        const speed = Math.hypot(node.vx, node.vy), most = 40 * heat + 1, keep = speed > most ? most / speed : 1;
        node.x += node.vx * keep * heat; node.y += node.vy * keep * heat; node.vx *= .55; node.vy *= .55;
      }
    }
    // Circles stand apart at last, so that each can be chosen.
    for (let round = 0; round < 12; round++) for (let i = 0; i < nodes.length; i++) for (let j = i + 1; j < nodes.length; j++) {
      const a = nodes[i], b = nodes[j], dx = b.x - a.x, dy = b.y - a.y, want = a.r + b.r + 5;
      if (Math.abs(dx) > want || Math.abs(dy) > want) continue;
      const d = Math.hypot(dx, dy) || .01;
      if (d < want) { const move = (want - d) / 2 / d; a.x -= dx * move; a.y -= dy * move; b.x += dx * move; b.y += dy * move; }
    }
  }

  function draw(box, data) {
    const svg = box.querySelector("svg"), about = box.querySelector(".about");
    const times = box.dataset.times || "{n}";
    about.textContent = "";
    if (!data.nodes.length) { about.textContent = box.dataset.empty || ""; return; }
    const nodes = data.nodes.map(one => ({...one, near: new Map(), r: 4 + 2.2 * Math.sqrt(Math.min(one.agreements, 60))}));
    const byId = new Map(nodes.map(one => [one.id, one]));
    const ties = data.ties.map(one => ({...one, s: byId.get(one.a), t: byId.get(one.b)})).filter(one => one.s && one.t);
    for (const tie of ties) { tie.s.near.set(tie.t, tie.weight); tie.t.near.set(tie.s, tie.weight); }
    layout(nodes, ties);
    const stage = make("g", {}, svg), lines = make("g", {"stroke-opacity": Math.min(.45, .4 * Math.sqrt(700 / (ties.length + 1))).toFixed(2)}, stage), dots = make("g", {}, stage), words = make("g", {}, svg);
    for (const tie of ties) tie.shape = make("line", {x1: tie.s.x, y1: tie.s.y, x2: tie.t.x, y2: tie.t.y, "stroke-width": Math.min(7, .6 + tie.weight * .7), "vector-effect": "non-scaling-stroke"}, lines);
    for (const node of nodes) {
      node.group = make("g", {class: node.armed ? "armed" : "civil"}, dots);
      node.dot = make("circle", {cx: node.x, cy: node.y, r: node.r}, node.group);
      make("title", {}, node.dot).textContent = node.name;
      node.label = make("text", {"font-size": 12}, words);
      node.label.textContent = node.name.length > 46 ? node.name.slice(0, 45) + "…" : node.name;
      node.group.addEventListener("click", event => { event.stopPropagation(); if (!moved) choose(node); });
      node.group.addEventListener("dblclick", event => { event.stopPropagation(); if (/^p\d+$/.test(node.id) && location.protocol.startsWith("http")) location.href = "/" + node.id; });
    }
    let scale = 1, ox = 0, oy = 0, chosen = null, moved = false, widths = null;

    function place() {
      stage.setAttribute("transform", `translate(${ox},${oy}) scale(${scale})`);
      // However far away, a circle stays large enough to be hit.
      for (const node of nodes) node.dot.setAttribute("r", node.shown = Math.max(node.r * Math.pow(scale, -.45), 3.5 / scale));
      if (!widths) widths = new Map(nodes.map(node => [node, node.label.getComputedTextLength()]));
      const room = svg.getBoundingClientRect(), taken = [];
      const order = chosen ? [chosen, ...[...chosen.near.keys()].sort((a, b) => chosen.near.get(b) - chosen.near.get(a))] : nodes;
      const shown = new Set();
      for (const node of order) {
        const x = node.x * scale + ox, y = node.y * scale + oy, r = node.shown * scale, width = widths.get(node);
        if (x < -20 || y < -20 || x > room.width + 20 || y > room.height + 20) continue;
        // Right, left, above or below: the first place where nothing lies yet.
        for (const [left, top] of [[x + r + 4, y - 7], [x - r - 4 - width, y - 7], [x - width / 2, y - r - 18], [x - width / 2, y + r + 4]]) {
          const spot = {left, top, right: left + width, bottom: top + 15};
          if (spot.left < 2 || spot.right > room.width - 2) continue;
          if (taken.some(one => one.left < spot.right + 3 && spot.left < one.right + 3 && one.top < spot.bottom + 1 && spot.top < one.bottom + 1)) continue;
          taken.push(spot); shown.add(node);
          node.label.setAttribute("x", left); node.label.setAttribute("y", top + 11);
          break;
        }
        if (taken.length > 160) break;
      }
      for (const node of nodes) node.label.setAttribute("visibility", shown.has(node) ? "visible" : "hidden");
    }
    function fit(some = nodes) {
      const room = svg.getBoundingClientRect();
      const xs = some.flatMap(n => [n.x - n.r, n.x + n.r]), ys = some.flatMap(n => [n.y - n.r, n.y + n.r]);
      const left = Math.min(...xs), right = Math.max(...xs), top = Math.min(...ys), bottom = Math.max(...ys);
      scale = Math.min(2.2, Math.max(.05, Math.min((room.width - 90) / (right - left || 1), (room.height - 50) / (bottom - top || 1))));
      ox = room.width / 2 - (left + right) / 2 * scale; oy = room.height / 2 - (top + bottom) / 2 * scale;
      place();
    }
    function zoom(factor, x, y) {
      const room = svg.getBoundingClientRect();
      x ??= room.width / 2; y ??= room.height / 2;
      const next = Math.min(10, Math.max(.05, scale * factor));
      ox = x - (x - ox) * next / scale; oy = y - (y - oy) * next / scale; scale = next; place();
    }
    function choose(node) {
      chosen = node;
      for (const one of nodes) {
        one.group.classList.toggle("dim", Boolean(node) && one !== node && !node.near.has(one));
        one.group.classList.toggle("chosen", one === node);
      }
      for (const tie of ties) {
        const own = Boolean(node) && (tie.s === node || tie.t === node);
        tie.shape.classList.toggle("dim", Boolean(node) && !own); tie.shape.classList.toggle("lit", own);
      }
      about.replaceChildren();
      if (node) {
        const link = document.createElement(/^p\d+$/.test(node.id) && location.protocol.startsWith("http") ? "a" : "strong");
        link.textContent = node.name;
        if (link.href !== undefined) link.href = "/" + node.id;
        const partners = [...node.near].sort((a, b) => b[1] - a[1]).map(([one, weight]) => weight > 1 ? `${one.name} (${weight})` : one.name);
        about.append(link, ` · ${times.replace("{n}", node.agreements)} · ${partners.slice(0, 12).join("; ")}${partners.length > 12 ? " …" : ""}`);
      }
      place();
    }
    svg.addEventListener("click", () => { if (!moved) choose(null); });
    svg.addEventListener("wheel", event => {
      event.preventDefault();
      const room = svg.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY / 500), event.clientX - room.left, event.clientY - room.top);
    }, {passive: false});
    const fingers = new Map();
    svg.addEventListener("pointerdown", event => { fingers.set(event.pointerId, event); moved = false; });
    addEventListener("pointermove", event => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      if (fingers.size === 1) {
        const dx = event.clientX - before.clientX, dy = event.clientY - before.clientY;
        if (!moved && Math.hypot(dx, dy) < 4) return;
        moved = true; ox += dx; oy += dy; place();
      } else if (fingers.size === 2) {
        const [other] = [...fingers.values()].filter(one => one.pointerId !== event.pointerId), room = svg.getBoundingClientRect();
        const was = Math.hypot(before.clientX - other.clientX, before.clientY - other.clientY), is = Math.hypot(event.clientX - other.clientX, event.clientY - other.clientY);
        moved = true; zoom(is / (was || 1), (event.clientX + other.clientX) / 2 - room.left, (event.clientY + other.clientY) / 2 - room.top);
      }
      fingers.set(event.pointerId, event);
    });
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, event => { fingers.delete(event.pointerId); });
    box.querySelector(".in")?.addEventListener("click", () => zoom(1.5));
    box.querySelector(".tools .out")?.addEventListener("click", () => zoom(1 / 1.5));
    box.querySelector(".all")?.addEventListener("click", () => { choose(null); fit(); });
    box.querySelector(".find")?.addEventListener("input", event => {
      const wanted = plain(event.target.value.trim());
      const found = wanted ? nodes.find(one => plain(one.name) === wanted) || nodes.find(one => plain(one.name).includes(wanted)) : null;
      choose(found || null);
      if (found) fit([found, ...found.near.keys()]); else fit();
    });
    addEventListener("resize", () => fit());
    fit();
    const centre = data.centre && byId.get(data.centre);
    if (centre && nodes.length > 2) choose(centre);
    box.dataset.ready = nodes.length;
  }

  for (const box of document.querySelectorAll(".graph")) {
    const inside = document.getElementById("graph-data");
    if (inside) draw(box, JSON.parse(inside.textContent));
    else fetch(box.dataset.graph, {credentials: "same-origin"}).then(answer => answer.json()).then(data => draw(box, data));
  }
})();
