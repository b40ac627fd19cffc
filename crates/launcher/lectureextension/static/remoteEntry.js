// The lecture's edition in JupyterLab and on the wall: written by hand, so that nothing has to be built.
//
// In JupyterLab it names the edition and opens the slides in a window of their own; among the slides (RISE) it opens the
// speaker's notes from any slide, keeps them in step, and brings what a cell has drawn into view.
(() => {
  const NAME = "convlab-lecture";
  let scope;

  /** JupyterLab's own copy of a module. */
  const shared = async (name) => {
    const versions = scope[name];
    return (await versions[Object.keys(versions)[0]].get())();
  };

  const isLecture = (panel) => panel.model?.getMetadata("convlab")?.edition === "lecture";

  /** Whether a key pressed there is text that somebody writes. */
  const isWriting = (target) => Boolean(target?.closest?.("input, textarea, select, [contenteditable='true']"));

  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

  /** The words of a slide's first heading, else of its first text. */
  const headOf = (section) => {
    const text = section?.querySelector("h1, h2, h3") ?? section?.querySelector(".jp-RenderedMarkdown p");
    const copy = text?.cloneNode(true);
    copy?.querySelectorAll(".jp-InternalAnchorLink").forEach((link) => link.remove());
    return copy?.textContent.trim() ?? "";
  };

  const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Speaker's notes</title><style>
    :root { color-scheme: light dark }
    body { margin: 0; font: 24px/1.45 system-ui, sans-serif; display: grid; grid-template-rows: auto 1fr auto; height: 100vh }
    header, footer { display: flex; flex-wrap: wrap; gap: .2em 1.5em; align-items: baseline; padding: .5em 1em; background: #8882 }
    main { overflow-y: auto; padding: .5em 1em; max-width: 46em }
    #time { font-size: 1.6em } #time, #spent, #where { font-variant-numeric: tabular-nums }
    #next { flex: 1 1 12em } h1 { font-size: 1.3em; margin: .3em 0 }
    button { font: inherit; padding: .1em .9em } .minutes { opacity: .75 }
  </style></head><body>
    <header><time id="time"></time><span><span id="spent"></span> <button id="restart">Restart</button></span>
      <span id="plan"></span><span id="where"></span></header>
    <main aria-live="polite"><h1 id="section"></h1><div id="notes"></div></main>
    <footer><span id="next"></span><button id="back">Back</button><button id="forward">Next</button></footer>
  </body></html>`;

  /** The window with the speaker's notes. */
  class Notes {
    constructor(notebook) {
      this.notebook = notebook;
      this.begun = 0;
      const slides = document.querySelector(".reveal .slides");
      new MutationObserver(() => this.show()).observe(slides, { subtree: true, attributeFilter: ["class"] });
      window.addEventListener("pagehide", () => this.window?.close());
      setInterval(() => this.tick(), 500);
    }

    open() {
      this.window = window.open("", NAME, "popup,width=1100,height=760");
      if (!this.window) return;
      const page = this.window.document;
      page.open();
      page.write(PAGE);
      page.close();
      const on = (id, act) => page.getElementById(id).addEventListener("click", act);
      on("back", () => this.go("prev"));
      on("forward", () => this.go("next"));
      on("restart", () => { this.begun = Date.now(); this.tick(); });
      page.addEventListener("keydown", (event) => this.key(event));
      this.begun ||= Date.now();
      this.section = null;
      this.show();
      this.tick();
      this.window.focus();
    }

    /** The keys of a presenter, and those that go through the slides. */
    key(event) {
      const verbs = { " ": event.shiftKey ? "prev" : "next", PageDown: "next", ArrowRight: "next", ArrowDown: "next",
        PageUp: "prev", ArrowLeft: "prev", ArrowUp: "prev" };
      const verb = verbs[event.key];
      if (!verb || (event.key === " " && event.target.tagName === "BUTTON")) return;
      event.preventDefault();
      this.go(verb);
    }

    /** Reveal takes its own methods as messages. */
    go(method) {
      window.postMessage(JSON.stringify({ method }), location.origin);
    }

    get page() {
      return this.window && !this.window.closed ? this.window.document : null;
    }

    tick() {
      if (!this.page) return;
      const now = new Date();
      this.page.getElementById("time").textContent = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      this.page.getElementById("spent").textContent = clock((now - this.begun) / 1000);
    }

    /** Shows the notes of the section in which the present slide is. */
    show() {
      const section = document.querySelector(".reveal .slides section.present:not(.stack)");
      if (!this.page || !section || section === this.section) return;
      this.section = section;
      const stacks = [...document.querySelectorAll(".reveal .slides > section")];
      const slides = stacks.flatMap((stack) => [...stack.querySelectorAll(":scope > section")]);
      const at = stacks.indexOf(section.parentElement);
      const minutes = stacks.map((stack) => this.notesOf(stack).reduce((sum, note) => sum + note.minutes, 0));
      const before = minutes.slice(0, at).reduce((sum, one) => sum + one, 0);
      const set = (id, text) => { this.page.getElementById(id).textContent = text; };
      set("section", headOf(section.parentElement));
      set("where", `slide ${slides.indexOf(section) + 1} of ${slides.length}`);
      set("plan", minutes[at] ? `planned: minutes ${before} to ${before + minutes[at]}` : "");
      const following = slides[slides.indexOf(section) + 1];
      const more = following?.parentElement === section.parentElement ? "Next in this section: " : "Next: ";
      set("next", following ? more + (headOf(following) || "code") : "This is the last slide.");
      const notes = this.notesOf(section.parentElement).map(({ node }) => this.page.importNode(node, true));
      this.page.getElementById("notes").replaceChildren(...notes);
    }

    /** The notes of a section, as they are rendered, without what folds them away from the room. */
    notesOf(stack) {
      const cells = this.notebook.widgets.filter((cell) => stack.contains(cell.node) && cell.node.closest("aside.notes"));
      return cells.map((cell) => {
        const node = document.createElement("section");
        const shown = cell.node.querySelector(".jp-RenderedMarkdown");
        for (const child of (shown?.querySelector("details") ?? shown)?.childNodes ?? []) {
          if (child.nodeName === "SUMMARY") {
            node.append(Object.assign(document.createElement("p"), { className: "minutes", textContent: child.textContent }));
          } else node.append(child.cloneNode(true));
        }
        return { node, minutes: cell.model.getMetadata("convlab")?.minutes ?? 0 };
      });
    }
  }

  /** Among the slides. */
  const onTheWall = (panel, executed) => {
    let notes;
    const begin = () => {
      if (!document.querySelector(".reveal .slides section.present")) return setTimeout(begin, 200);
      notes = new Notes(panel.content);
    };
    begin();
    window.addEventListener("keydown", (event) => {
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (!notes || !isPlain || event.key.toLowerCase() !== "t" || isWriting(event.target)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      notes.open();
    }, true);
    executed.connect((_, { notebook, cell }) => {
      // What is drawn grows while its pictures are decoded.
      const bring = () => cell.outputArea?.node.scrollIntoView({ block: "nearest" });
      if (notebook === panel.content) [0, 300].forEach((late) => setTimeout(bring, late));
    });
  };

  /** In JupyterLab: which edition this is, and its slides in a window of their own. */
  const atTheDesk = (app, Widget, panel) => {
    const node = document.createElement("div");
    node.style.cssText = "display:flex;align-items:center;gap:.5em;padding:0 .5em;white-space:nowrap";
    const name = Object.assign(document.createElement("strong"), { textContent: "Lecture edition, with solutions" });
    const slides = Object.assign(document.createElement("button"), { type: "button", textContent: "Slides", title: "Open the slides (Alt+R)" });
    node.append(name, slides);
    const open = () => app.commands.execute("RISE:slideshow");
    slides.addEventListener("click", open);
    panel.toolbar.insertBefore("kernelName", NAME, new Widget({ node }));
    panel.addClass(NAME);
    window.addEventListener("keydown", (event) => {
      if (!event.altKey || event.code !== "KeyR" || app.shell.currentWidget !== panel) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      open();
    }, true);
  };

  const plugin = async () => {
    const names = ["@jupyterlab/notebook", "@lumino/widgets"];
    const [{ INotebookTracker, NotebookActions }, { Widget }] = await Promise.all(names.map(shared));
    // RISE's own button shows the slides in half a window.
    const style = Object.assign(document.createElement("style"), {
      textContent: `.${NAME} [data-jp-item-name="RISE-button"] { display: none }`,
    });
    return {
      id: `${NAME}:plugin`,
      autoStart: true,
      requires: [INotebookTracker],
      activate: (app, tracker) => {
        document.head.append(style);
        const add = async (panel) => {
          await panel.context.ready;
          if (!isLecture(panel)) return;
          if (app.name === "Rise") onTheWall(panel, NotebookActions.executed);
          else atTheDesk(app, Widget, panel);
        };
        tracker.forEach(add);
        tracker.widgetAdded.connect((_, panel) => add(panel));
      },
    };
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = {
    init: (given) => { scope = given; },
    get: async () => {
      const made = await plugin();
      return () => ({ __esModule: true, default: made });
    },
  };
})();
