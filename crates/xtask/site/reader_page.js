// The pad of the front page: what is drawn goes through `convlabReader`, and its probabilities and maps are shown.
(() => {
  const root = document.getElementById("reader"), pad = document.getElementById("pad"), side = pad.width;
  const packed = Uint8Array.from(atob(document.getElementById("weights").textContent.trim()), (letter) => letter.charCodeAt(0));
  const net = convlabReader.tensors(packed.buffer);
  const said = root.querySelector("[role=status]"), canvases = root.querySelectorAll(".maps canvas");
  const bars = Array.from({ length: 10 }, (_, digit) => {
    const row = root.querySelector("tbody").insertRow();
    row.insertCell().textContent = digit;
    const bar = row.insertCell().appendChild(document.createElement("div"));
    return { bar, text: row.insertCell() };
  });
  // A seven, until somebody draws.
  let strokes = [[[75, 70], [205, 70], [140, 215]]], example = true, stroke = null, pen = [side / 2, side / 2], down = false, keys = false;

  const paper = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
  function paint(where, colour) {
    where.clearRect(0, 0, side, side);
    Object.assign(where, { lineWidth: 22, lineCap: "round", lineJoin: "round", strokeStyle: colour });
    for (const points of strokes) {
      where.beginPath();
      points.forEach(([x, y]) => where.lineTo(x, y));
      if (points.length === 1) where.lineTo(points[0][0], points[0][1] + 0.01);
      where.stroke();
    }
  }

  /** Maps side by side: white is zero, red positive, blue negative, as in the labs. */
  function draw(canvas, { shape: [count, h, w], data }) {
    const columns = 8, gap = 1, rows = Math.ceil(count / columns);
    [canvas.width, canvas.height] = [columns * (w + gap) - gap, rows * (h + gap) - gap];
    const page = canvas.getContext("2d"), most = data.reduce((most, one) => Math.max(most, Math.abs(one)), 1e-9);
    for (let map = 0; map < count; map++) {
      const image = page.createImageData(w, h);
      for (let at = 0; at < h * w; at++) {
        const value = data[map * h * w + at] / most, end = value < 0 ? [33, 102, 172] : [178, 24, 43];
        end.forEach((colour, k) => { image.data[4 * at + k] = 247 + (colour - 247) * Math.abs(value); });
        image.data[4 * at + 3] = 255;
      }
      page.putImageData(image, (map % columns) * (w + gap), Math.floor(map / columns) * (h + gap));
    }
  }

  function show() {
    const page = pad.getContext("2d");
    paint(page, example ? "#8a8a86" : "#111");
    if (keys) {
      page.strokeStyle = down ? "#c00" : "#06c";
      page.lineWidth = 2;
      page.strokeRect(pen[0] - 5, pen[1] - 5, 10, 10);
    }
    paint(paper, "#000");
    const colours = paper.getImageData(0, 0, side, side).data;
    const ink = Uint8Array.from({ length: side * side }, (_, at) => colours[4 * at + 3]);
    const image = convlabReader.prepared(ink, side);
    if (!image) {
      said.textContent = "The pad is empty: draw a digit.";
      bars.forEach(({ bar, text }) => { bar.style.width = "0"; text.textContent = ""; });
      return;
    }
    const { maps, logits } = convlabReader.run(net, image), chances = convlabReader.softmax(logits);
    const best = chances.indexOf(Math.max(...chances)), percent = (chance) => `${(100 * chance).toFixed(1)} %`;
    said.textContent = `It reads ${best}, with ${percent(chances[best])}.`;
    bars.forEach(({ bar, text }, digit) => {
      bar.style.width = `${100 * chances[digit]}%`;
      text.textContent = percent(chances[digit]);
    });
    maps.forEach((map, stage) => draw(canvases[stage], map));
  }

  function begin(point) {
    if (example) [strokes, example] = [[], false];
    strokes.push(stroke = [point]);
    show();
  }
  function clear() {
    [strokes, stroke, example, down] = [[], null, false, false];
    show();
  }
  const at = (event) => {
    const box = pad.getBoundingClientRect();
    return [(event.clientX - box.left) * side / box.width, (event.clientY - box.top) * side / box.height];
  };
  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pad.setPointerCapture(event.pointerId);
    [keys, down] = [false, false];
    begin(at(event));
  });
  pad.addEventListener("pointermove", (event) => {
    if (!stroke || !pad.hasPointerCapture(event.pointerId)) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) stroke.push(at(one));
    show();
  });
  for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, () => { stroke = null; });
  root.querySelector("button").addEventListener("click", clear);
  const moves = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, -5], ArrowDown: [0, 5] };
  pad.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moves[event.key];
    if (move) {
      keys = true;
      pen = pen.map((one, axis) => Math.min(side, Math.max(0, one + move[axis])));
      if (down) stroke.push([...pen]);
      show();
    } else if (event.key === " ") {
      [down, keys] = [!down, true];
      if (down) begin([...pen]);
      else [stroke] = [null, show()];
    } else if (event.key.toLowerCase() === "c") clear();
    else return;
    event.preventDefault();
  });
  pad.addEventListener("blur", () => { if (keys) [keys, down, stroke] = [false, false, null, show()]; });
  show();
})();
