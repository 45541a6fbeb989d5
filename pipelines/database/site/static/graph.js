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
  // Plain arrays of numbers, every pair once: five hundred parties take a tenth of a second.
  // `wide` is how much wider than high the picture is: the middle pulls less that way, so that the room is used.
  function layout(nodes, ties, wide) {
    const n = nodes.length, x = new Float64Array(n), y = new Float64Array(n), vx = new Float64Array(n), vy = new Float64Array(n);
    const from = Int32Array.from(ties, tie => tie.s.place), to = Int32Array.from(ties, tie => tie.t.place);
    const stiff = Float64Array.from(ties, tie => .03 / Math.sqrt(Math.min(tie.s.near.size, tie.t.near.size)));
    for (let i = 0; i < n; i++) { const angle = i * 2.399963, radius = 34 * Math.sqrt(i + .5); x[i] = radius * Math.cos(angle) * Math.sqrt(wide); y[i] = radius * Math.sin(angle) / Math.sqrt(wide); }
    const far = 260 * 260, rounds = n > 250 ? 110 : 260, across = .004 / wide, down = .004 * wide;
    for (let round = 0; round < rounds; round++) {
      const heat = 1 - round / rounds;
      for (let i = 0; i < n; i++) {
        const xi = x[i], yi = y[i];
        let fx = 0, fy = 0;
        for (let j = i + 1; j < n; j++) {
          const dx = xi - x[j], dy = yi - y[j], d2 = dx * dx + dy * dy + 4;
          if (d2 > far) continue;
          const push = 900 / d2;
          fx += dx * push; fy += dy * push; vx[j] -= dx * push; vy[j] -= dy * push;
        }
        vx[i] += fx - xi * across; vy[i] += fy - yi * down;
      }
      for (let k = 0; k < from.length; k++) {
        const s = from[k], t = to[k], dx = x[t] - x[s], dy = y[t] - y[s], d = Math.sqrt(dx * dx + dy * dy) || 1, pull = (d - 80) * stiff[k] / d;
        vx[s] += dx * pull; vy[s] += dy * pull; vx[t] -= dx * pull; vy[t] -= dy * pull;
      }
      for (let i = 0; i < n; i++) {
        const speed = Math.sqrt(vx[i] * vx[i] + vy[i] * vy[i]), most = 40 * heat + 1, keep = (speed > most ? most / speed : 1) * heat;
        x[i] += vx[i] * keep; y[i] += vy[i] * keep; vx[i] *= .55; vy[i] *= .55;
      }
    }
    // Circles stand apart at last, so that each can be chosen.
    for (let round = 0; round < 12; round++) for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) {
      const dx = x[j] - x[i], dy = y[j] - y[i], want = nodes[i].r + nodes[j].r + 5;
      if (Math.abs(dx) > want || Math.abs(dy) > want) continue;
      const d = Math.hypot(dx, dy) || .01;
      if (d < want) { const move = (want - d) / 2 / d; x[i] -= dx * move; y[i] -= dy * move; x[j] += dx * move; y[j] += dy * move; }
    }
    nodes.forEach((node, i) => { node.x = x[i]; node.y = y[i]; });
  }

  function draw(box, data) {
    const svg = box.querySelector("svg"), about = box.querySelector(".about");
    const times = box.dataset.times || "{n}";
    about.textContent = "";
    if (!data.nodes.length) { about.textContent = box.dataset.empty || ""; return; }
    const small = Math.max(.5, Math.min(1, Math.sqrt(160 / data.nodes.length))), box0 = svg.getBoundingClientRect();
    const nodes = data.nodes.map((one, place) => ({...one, place, near: new Map(), r: small * (4 + 2.2 * Math.sqrt(Math.min(one.agreements, 60)))}));
    const byId = new Map(nodes.map(one => [one.id, one]));
    const ties = data.ties.map(one => ({...one, s: byId.get(one.a), t: byId.get(one.b)})).filter(one => one.s && one.t);
    for (const tie of ties) { tie.s.near.set(tie.t, tie.weight); tie.t.near.set(tie.s, tie.weight); }
    const begun = performance.now();
    layout(nodes, ties, Math.min(1.7, Math.max(.6, box0.width / (box0.height || 1))));
    performance.measure("graph-layout", {start: begun});
    const stage = make("g", {}, svg), lines = make("g", {"stroke-opacity": Math.min(.45, .4 * Math.sqrt(700 / (ties.length + 1))).toFixed(2)}, stage), lit = make("g", {}, stage), dots = make("g", {}, stage), words = make("g", {}, svg);
    // One path for all ties of a width: thousands of lines would be thousands of things to keep.
    const line = tie => `M${tie.s.x.toFixed(1)} ${tie.s.y.toFixed(1)}L${tie.t.x.toFixed(1)} ${tie.t.y.toFixed(1)}`;
    const thick = tie => Math.min(7, .6 + tie.weight * .7).toFixed(1);
    const trace = (some, parent, look) => {
      const widths = new Map();
      for (const tie of some) widths.set(thick(tie), (widths.get(thick(tie)) || "") + line(tie));
      for (const [width, d] of widths) make("path", {d, fill: "none", "stroke-width": width, "vector-effect": "non-scaling-stroke", ...look}, parent);
    };
    trace(ties, lines, {});
    for (const node of nodes) {
      node.group = make("g", {class: node.armed ? "armed" : "civil"}, dots);
      node.dot = make("circle", {cx: node.x, cy: node.y, r: node.r}, node.group);
      make("title", {}, node.dot).textContent = node.name;
      node.label = make("text", {"font-size": 12}, words);
      node.label.textContent = node.name.length > 46 ? node.name.slice(0, 45) + "…" : node.name;
      node.group.addEventListener("click", event => { event.stopPropagation(); if (!moved) choose(node); });
      node.group.addEventListener("dblclick", event => { event.stopPropagation(); open(node); });
    }
    let scale = 1, ox = 0, oy = 0, chosen = null, moved = false, widths = null;

    function place() {
      stage.setAttribute("transform", `translate(${ox},${oy}) scale(${scale})`);
      // However far away, a circle stays large enough to be hit.
      for (const node of nodes) node.dot.setAttribute("r", node.shown = Math.max(node.r * Math.pow(scale, -.45), 3.5 / scale));
      if (!widths) {
        // Measured on a canvas: asking each label in the picture would lay the page out again every time.
        const pen = document.createElement("canvas").getContext("2d");
        pen.font = "12px " + getComputedStyle(svg).fontFamily;
        widths = new Map(nodes.map(node => [node, pen.measureText(node.label.textContent).width]));
      }
      const room = svg.getBoundingClientRect(), taken = [], circles = [];
      for (const node of nodes) {
        const x = node.x * scale + ox, y = node.y * scale + oy, r = node.shown * scale;
        if (x > -20 && y > -20 && x < room.width + 20 && y < room.height + 20) circles.push({node, x, y, r});
      }
      const here = new Map(circles.map(one => [one.node, one]));
      const order = chosen ? [chosen, ...[...chosen.near.keys()].sort((a, b) => chosen.near.get(b) - chosen.near.get(a))] : nodes;
      const shown = new Set(), most = room.width / 9;
      order.forEach((node, rank) => {
        if (!here.has(node) || taken.length > most) return;
        const {x, y, r} = here.get(node), width = widths.get(node);
        // Right, left, above or below: the first place where nothing lies yet. The busiest may lie over circles.
        const spots = [[x + r + 4, y - 7], [x - r - 4 - width, y - 7], [x - width / 2, y - r - 18], [x - width / 2, y + r + 4]]
          .map(([left, top]) => ({left, top, right: left + width, bottom: top + 15}))
          .filter(spot => spot.left > 2 && spot.right < room.width - 2 && !taken.some(one => one.left < spot.right + 3 && spot.left < one.right + 3 && one.top < spot.bottom + 1 && spot.top < one.bottom + 1));
        const clear = spots.find(spot => !circles.some(one => one.node !== node && one.x + one.r > spot.left && one.x - one.r < spot.right && one.y + one.r > spot.top + 2 && one.y - one.r < spot.bottom - 2));
        const spot = clear || (rank < room.width / 50 || chosen ? spots[0] : null);
        if (!spot) return;
        taken.push(spot); shown.add(node);
        node.label.setAttribute("x", spot.left); node.label.setAttribute("y", spot.top + 11);
      });
      for (const node of nodes) node.label.setAttribute("visibility", shown.has(node) ? "visible" : "hidden");
    }
    function fit(some = nodes) {
      const room = svg.getBoundingClientRect();
      const xs = some.flatMap(n => [n.x - n.r, n.x + n.r]), ys = some.flatMap(n => [n.y - n.r, n.y + n.r]);
      const left = Math.min(...xs), right = Math.max(...xs), top = Math.min(...ys), bottom = Math.max(...ys);
      scale = Math.min(2.2, Math.max(.05, Math.min((room.width - Math.min(90, room.width / 9)) / (right - left || 1), (room.height - 50) / (bottom - top || 1))));
      ox = room.width / 2 - (left + right) / 2 * scale; oy = room.height / 2 - (top + bottom) / 2 * scale;
      place();
    }
    // Brings a party into the picture where it is outside.
    function show(node) {
      const room = svg.getBoundingClientRect(), x = node.x * scale + ox, y = node.y * scale + oy;
      if (x > 40 && y > 40 && x < room.width - 40 && y < room.height - 40) return;
      ox += room.width / 2 - x; oy += room.height / 2 - y; place();
    }
    function open(node) {
      if (/^p\d+$/.test(node.id) && location.protocol.startsWith("http")) location.href = "/" + node.id;
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
      lines.classList.toggle("dim", Boolean(node));
      lit.replaceChildren();
      if (node) trace(ties.filter(tie => tie.s === node || tie.t === node), lit, {class: "lit"});
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
    // Keys, once the picture has the focus: arrows move, + - 0 zoom, j and k go through the parties, Enter opens one.
    svg.addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = 60, moves = {ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step]};
      if (moves[event.key]) { ox += moves[event.key][0]; oy += moves[event.key][1]; place(); }
      else if (event.key === "+" || event.key === "=") zoom(1.5);
      else if (event.key === "-") zoom(1 / 1.5);
      else if (event.key === "0" || event.key === "Escape") { choose(null); fit(); }
      else if (event.key === "j" || event.key === "k") {
        const at = chosen ? chosen.place + (event.key === "j" ? 1 : -1) : 0;
        choose(nodes[(at + nodes.length) % nodes.length]); show(chosen);
      } else if (event.key === "Enter" && chosen) open(chosen);
      else return;
      event.preventDefault(); event.stopPropagation();
    });
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
    performance.measure("graph", {start: begun});
  }

  for (const box of document.querySelectorAll(".graph")) {
    const inside = document.getElementById("graph-data");
    if (inside) draw(box, JSON.parse(inside.textContent));
    else fetch(box.dataset.graph, {credentials: "same-origin"}).then(answer => answer.json()).then(data => draw(box, data));
  }
})();
