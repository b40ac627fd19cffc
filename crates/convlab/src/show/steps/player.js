((root, film) => {
  const find = (what) => [...root.querySelectorAll(what)];
  const [back, play, forward] = find("button");
  const [slider, speed] = find("input");
  const [changing, output] = [find(".cl-changing > g"), find(".cl-output > g")];
  const last = film.frames.length - 1;
  let at = 0;
  let timer = 0;

  const move = (frame, [x, y], [fromX, fromY]) => {
    frame.style.transform = `translate(${x - fromX}px, ${y - fromY}px)`;
  };

  function show(step) {
    at = Math.max(0, Math.min(last, step));
    const { here, there, cells, say } = film.frames[at];
    const end = film.frames[last];
    for (const frame of find(".cl-here")) move(frame, here, end.here);
    for (const frame of find(".cl-there")) move(frame, there, end.there);
    changing.forEach((cell, index) => {
      const [text, fill, ink] = film.cells[cells[index]];
      const [square, number] = cell.children;
      square.setAttribute("fill", fill);
      if (number) {
        number.setAttribute("fill", ink);
        number.textContent = text;
      }
    });
    output.forEach((cell, index) => { cell.style.visibility = index > at ? "hidden" : ""; });
    slider.value = at;
    slider.setAttribute("aria-valuetext", say);
    root.querySelector("p").textContent = say;
  }

  function pause() {
    clearTimeout(timer);
    timer = 0;
    play.textContent = "Play";
    root.querySelector("p").setAttribute("aria-live", "polite");
  }

  function next() {
    if (at === last || !root.isConnected) return pause();
    show(at + 1);
    timer = setTimeout(next, 1000 / 2 ** speed.value);
  }

  function toggle() {
    if (timer) return pause();
    root.querySelector("p").setAttribute("aria-live", "off");
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
    if (!root.contains(target) || !keys[event.key]) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    event.stopPropagation();
    if (target === speed && event.key !== " " || target.tagName === "BUTTON" && event.key === " ") return;
    event.preventDefault();
    keys[event.key]();
  }

  root.addEventListener("focusin", () => addEventListener("keydown", key, true));
  root.addEventListener("focusout", () => removeEventListener("keydown", key, true));
  back.onclick = () => go(at - 1);
  forward.onclick = () => go(at + 1);
  play.onclick = toggle;
  slider.oninput = () => go(Number(slider.value));
  root.querySelector(".cl-controls").hidden = false;
  show(0);
})
