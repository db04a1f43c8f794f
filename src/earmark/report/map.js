"use strict";
// Views of the same songs on one map or several, by genre and by cluster. A song under the pointer, or reached
// by the arrow keys, shows in all; Enter or a click plays it where its file is known.
for (const box of document.querySelectorAll(".map")) {
  const data = JSON.parse(box.querySelector("script").textContent);
  const views = [...box.querySelectorAll("canvas")].map((canvas) => ({ canvas, by: canvas.dataset.by }));
  const said = box.querySelector("output");
  const player = box.querySelector("audio");
  const hidden = { genre: new Set(), cluster: new Set() };
  const number = data.song.length;
  // In mixed order, so that no genre covers the others because it comes last.
  const order = [...data.song.keys()].sort((one, other) => (one * 7919) % number - (other * 7919) % number);
  let chosen = -1;
  let playing = -1;
  const shown = (at) => !hidden.genre.has(data.genre[at]) && !hidden.cluster.has(data.cluster[at]);
  const place = (canvas, at) => {
    const map = canvas.dataset.map;
    return [
      (0.03 + 0.94 * data.x[map][at]) * canvas.clientWidth,
      (0.97 - 0.94 * data.y[map][at]) * canvas.clientHeight,
    ];
  };
  const ring = (pen, x, y, radius, colour) => {
    pen.beginPath(); pen.arc(x, y, radius, 0, 7); pen.strokeStyle = colour; pen.lineWidth = 2; pen.stroke();
  };
  const draw = () => {
    const ink = getComputedStyle(document.body).color;
    for (const { canvas, by } of views) {
      const dense = devicePixelRatio || 1;
      canvas.width = canvas.clientWidth * dense;
      canvas.height = canvas.clientHeight * dense;
      const pen = canvas.getContext("2d");
      pen.scale(dense, dense);
      const side = number > 5000 ? 2 : 4;
      const whole = (far) => Math.round(far * dense) / dense; // a dot between pixels would be fainter
      for (const at of order) {
        if (!shown(at)) continue;
        const [x, y] = place(canvas, at);
        const code = data[by][at];
        pen.fillStyle = code < 0 ? "#808080" : data.colours[by][code];
        pen.fillRect(whole(x - side / 2), whole(y - side / 2), side, side);
      }
      if (chosen >= 0) ring(pen, ...place(canvas, chosen), 7, ink);
    }
  };
  const tell = () => {
    if (chosen < 0) { said.textContent = ""; return; }
    const cluster = data.cluster[chosen];
    said.textContent = `${data.song[chosen]}: ${data.names.genre[data.genre[chosen]]}, `
      + (cluster < 0 ? "in no cluster" : data.names.cluster[cluster])
      + (data.file[chosen] ? (playing === chosen ? ", playing" : ", Enter or a click plays it") : "");
  };
  const choose = (at) => { if (at !== chosen) { chosen = at; draw(); tell(); } };
  const play = () => {
    if (chosen < 0 || !data.file[chosen]) return;
    playing = chosen;
    player.hidden = false;
    player.src = data.file[chosen];
    player.play().catch(() => { said.textContent = `${data.song[playing]} cannot be played here`; });
    tell();
  };
  const nearest = (canvas, x, y, fits) => {
    let best = -1;
    let least = Infinity;
    for (let at = 0; at < number; at++) {
      if (!shown(at)) continue;
      const [px, py] = place(canvas, at);
      const far = fits(px - x, py - y);
      if (far < least) { least = far; best = at; }
    }
    return [best, least];
  };
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  for (const { canvas } of views) {
    canvas.addEventListener("pointermove", (event) => {
      const edge = canvas.getBoundingClientRect();
      const [at, far] = nearest(canvas, event.clientX - edge.left, event.clientY - edge.top, Math.hypot);
      choose(far < 15 ? at : -1);
    });
    canvas.addEventListener("click", play);
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { play(); return; }
      const way = ways[event.key];
      if (!way) return;
      event.preventDefault();
      const from = chosen < 0 ? [canvas.clientWidth / 2, canvas.clientHeight / 2] : place(canvas, chosen);
      const [at] = nearest(canvas, ...from, (x, y) => {
        const ahead = x * way[0] + y * way[1];
        return ahead <= 0.5 ? Infinity : Math.hypot(x, y) * (2 - ahead / Math.hypot(x, y));
      });
      if (at >= 0) choose(at);
    });
  }
  for (const button of box.querySelectorAll("button[data-by]")) {
    button.addEventListener("click", () => {
      const set = hidden[button.dataset.by];
      const code = Number(button.dataset.code);
      const gone = !set.delete(code);
      if (gone) set.add(code);
      button.setAttribute("aria-pressed", String(!gone));
      if (chosen >= 0 && !shown(chosen)) choose(-1);
      draw();
    });
  }
  new ResizeObserver(draw).observe(box);
  document.querySelector("button.theme").addEventListener("click", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
}
