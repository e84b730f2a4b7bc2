/**
 * A list of tiles that fills a television: full screen, awake, without a pointer, page by page.
 *
 * The document has data-tv while it does; the page may begin so, or the person chooses it.
 */
const PAGE_SECONDS = 15;
// Smaller tiles could not be read from the other end of a room: shares of the screen's shorter side.
const LEAST_WIDTH = 0.5;
const LEAST_HEIGHT = 0.27;
// What a tile looks best at.
const SHAPE = 1.8;
const STILL_AFTER = 3_000;

const root = document.documentElement;
const theme = root.dataset.theme;
const isAlways = "tv" in root.dataset;
const full = document.querySelector("#full");
const hold = document.querySelector("#hold");
const number = document.querySelector("#page");
const clock = document.querySelector("#clock");

const isOn = () => "tv" in root.dataset;
const isHeld = () => hold.getAttribute("aria-pressed") === "true";

/** Into how many pages, columns and rows so many tiles go, as large as they can be in a box. */
function fit(count, width, height) {
  const side = Math.min(innerWidth, innerHeight);
  const most = {
    columns: Math.max(1, Math.floor(width / (side * LEAST_WIDTH))),
    rows: Math.max(1, Math.floor(height / (side * LEAST_HEIGHT))),
  };
  const pages = Math.max(1, Math.ceil(count / (most.columns * most.rows)));
  const each = Math.max(1, Math.ceil(count / pages));
  let best = { pages, each, ...most, size: 0 };
  for (let columns = 1; columns <= most.columns; columns += 1) {
    const rows = Math.ceil(each / columns);
    const size = Math.min(width / columns / SHAPE, height / rows);
    if (rows <= most.rows && size > best.size) best = { pages, each, columns, rows, size };
  }
  return best;
}

/** Rules `list`; `show(tiles)` puts these there, in the order in which they come. */
export function television(list) {
  let tiles = [];
  let page = 0;
  let lock = null;
  let stillTimer = null;

  function show(fresh) {
    tiles = fresh;
    draw();
  }

  function draw() {
    const all = { pages: 1, each: tiles.length, columns: 1, rows: 1 };
    const { pages, each, columns, rows } = isOn() ? fit(tiles.length, list.clientWidth, list.clientHeight) : all;
    page %= pages;
    list.style.setProperty("--columns", columns);
    list.style.setProperty("--rows", rows);
    put(tiles.slice(page * each, (page + 1) * each));
    number.hidden = hold.hidden = pages === 1;
    number.textContent = `${page + 1} of ${pages}`;
  }

  // Tiles that stand right stay, with the keyboard in them.
  function put(shown) {
    const wanted = new Set(shown);
    for (const tile of [...list.children]) if (!wanted.has(tile)) tile.remove();
    shown.forEach((tile, place) => {
      if (list.children[place] !== tile) list.insertBefore(tile, list.children[place] ?? null);
    });
  }

  function turn(step) {
    page = Math.max(0, page + step);
    draw();
  }

  function turnOn(on) {
    if (on) root.dataset.tv = "";
    else delete root.dataset.tv;
    if (on) root.dataset.theme = theme ?? "dark";
    else if (!theme) delete root.dataset.theme;
    full.textContent = document.fullscreenElement ? "Leave full screen" : "Full screen";
    showClock();
    stayAwake();
    move();
    draw();
  }

  async function stayAwake() {
    if (!isOn() || document.hidden) {
      lock?.release();
      lock = null;
    } else if (!lock && "wakeLock" in navigator) {
      lock = await navigator.wakeLock.request("screen").catch(() => null);
      lock?.addEventListener("release", () => (lock = null));
    }
  }

  function move() {
    clearTimeout(stillTimer);
    if (!isOn()) return;
    root.dataset.tv = "";
    stillTimer = setTimeout(() => isOn() && (root.dataset.tv = "still"), STILL_AFTER);
  }

  function showClock() {
    const now = new Date();
    clock.textContent = isOn() ? now.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }) : "";
    clock.dateTime = now.toISOString();
  }

  full.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen().catch(() => turnOn(true));
  });
  document.addEventListener("fullscreenchange", () => turnOn(isAlways || Boolean(document.fullscreenElement)));
  hold.addEventListener("click", () => hold.setAttribute("aria-pressed", String(!isHeld())));
  document.addEventListener("keydown", (event) => {
    move();
    const step = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    if (step && isOn()) turn(step);
    // A browser leaves full screen by this key; where there is none, the television's look goes.
    if (event.key === "Escape" && isOn() && !isAlways) turnOn(false);
  });
  for (const name of ["pointermove", "pointerdown"]) document.addEventListener(name, move);
  document.addEventListener("visibilitychange", stayAwake);
  addEventListener("resize", draw);
  setInterval(() => isOn() && !isHeld() && turn(1), PAGE_SECONDS * 1000);
  setInterval(showClock, 1000);
  turnOn(isOn());
  return { show };
}
