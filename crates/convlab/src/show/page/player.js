((root, film) => {
  const find = (what) => [...root.querySelectorAll(what)];
  const [back, play, forward] = find("button");
  const [slider, speed] = find("input");
  const parts = (group) => ["rect", "text"].map((name) => find(`${group} > ${name}`));
  const [squares, numbers] = parts(".cl-changing");
  const [outputs, sums] = parts(".cl-output");
  const status = root.querySelector(".cl-step");
  const last = film.frames.length - 1;
  let at = 0;
  let timer = 0;

  const move = (frame, [x, y], [fromX, fromY]) => {
    frame.style.transform = `translate(${x - fromX}px, ${y - fromY}px)`;
  };

  function show(step) {
    at = Math.max(0, Math.min(last, step));
    const [here, there, cells, sum] = film.frames[at];
    const end = film.frames[last];
    for (const frame of find(".cl-here")) move(frame, here, end[0]);
    for (const frame of find(".cl-there")) move(frame, there, end[1]);
    cells.forEach((cell, index) => {
      const [text, fill, ink] = film.cells[cell];
      if (squares[index]) squares[index].setAttribute("fill", fill);
      if (numbers[index]) {
        numbers[index].setAttribute("fill", ink);
        numbers[index].textContent = text;
      }
    });
    for (const list of [outputs, sums]) list.forEach((part, index) => { part.style.visibility = index > at ? "hidden" : ""; });
    const [row, column] = [Math.floor(at / film.columns), at % film.columns];
    const say = `Step ${at + 1} of ${last + 1}: the products sum to ${sum}, at row ${row}, column ${column} of the output`;
    slider.value = at;
    slider.setAttribute("aria-valuetext", say);
    status.textContent = say;
  }

  function pause() {
    clearTimeout(timer);
    timer = 0;
    play.textContent = "Play";
    status.setAttribute("aria-live", "polite");
  }

  function next() {
    if (at === last || !root.isConnected) return pause();
    show(at + 1);
    timer = setTimeout(next, 1000 / 2 ** speed.value);
  }

  function toggle() {
    if (timer) return pause();
    status.setAttribute("aria-live", "off");
    play.textContent = "Pause";
    if (at === last) show(0);
    timer = setTimeout(next, 1000 / 2 ** speed.value);
  }

  const go = (step) => { pause(); show(step); };
  const keys = {
    ArrowLeft: () => go(at - 1),
    ArrowRight: () => go(at + 1),
    Home: () => go(0),
    End: () => go(last),
    " ": toggle,
  };

  // Before JupyterLab sees it, whose own arrow keys fold headings.
  function key(event) {
    const { target } = event;
    if (!root.contains(target) || !keys[event.key] || target.closest("[role=group]") !== root) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    event.stopPropagation();
    if (target === speed && event.key !== " " || target.tagName === "BUTTON" && event.key === " ") return;
    event.preventDefault();
    keys[event.key]();
  }

  // An output value lights up its window, a pixel all outputs that it takes part in; a click goes there.
  const svg = root.querySelector("svg");
  const light = svg.appendChild(document.createElementNS(svg.namespaceURI, "g"));
  light.setAttribute("class", "cl-light");
  function frame(x, y, width, height) {
    const rect = light.appendChild(document.createElementNS(svg.namespaceURI, "rect"));
    Object.entries({ x, y, width, height }).forEach(([name, value]) => rect.setAttribute(name, value));
  }
  root.addEventListener("convlab", ({ detail }) => {
    light.replaceChildren();
    if (!detail) return;
    const { name, index, click } = detail, { kernel: [kh, kw], stride, columns, side } = film;
    if (name === "output") {
      const [row, column] = [Math.floor(index / columns), index % columns];
      for (const [x, y] of film.images) frame(x + column * stride * side, y + row * stride * side, kw * side, kh * side);
      if (click) go(index);
    } else if (name.endsWith("image")) {
      const [row, column] = [Math.floor(index / film.padded[1]), index % film.padded[1]];
      const [x, y, w] = film.output, out = w / columns;
      for (let step = 0; step <= last; step++) {
        const [r, c] = [Math.floor(step / columns), step % columns];
        const inside = (at, from, length) => at >= from * stride && at < from * stride + length;
        if (inside(row, r, kh) && inside(column, c, kw)) frame(x + c * out, y + r * out, out, out);
      }
    }
  });

  root.classList.add("convlab-steps");
  root.tabIndex = 0;
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", `${root.querySelector("figcaption").textContent}. Arrow keys step, space plays.`);
  root.addEventListener("focusin", () => addEventListener("keydown", key, true));
  root.addEventListener("focusout", () => removeEventListener("keydown", key, true));
  back.onclick = () => go(at - 1);
  forward.onclick = () => go(at + 1);
  play.onclick = toggle;
  slider.oninput = () => go(Number(slider.value));
  root.querySelector(".cl-controls").hidden = false;
  show(0);
})
