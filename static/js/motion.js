/**
 * Motion that informs: counts that roll to their new figure, rows that move to their new place.
 * Who prefers less of it in their system sees none; the button turns it off for this browser.
 */
const KEY = "footfall.motion";
const ROLL = 400;
const MOVE = 300;

const root = document.documentElement;
const reduced = matchMedia("(prefers-reduced-motion: reduce)");

export const isStill = () => reduced.matches || root.dataset.motion === "off";

/** Rules the button, which is not there for those who prefer less motion anyway. */
export function motionButton(button) {
  function show(off) {
    root.dataset.motion = off ? "off" : "on";
    button.setAttribute("aria-pressed", !off);
  }
  button.hidden = reduced.matches;
  reduced.addEventListener("change", () => (button.hidden = reduced.matches));
  button.addEventListener("click", () => {
    const off = root.dataset.motion !== "off";
    if (off) localStorage.setItem(KEY, "off");
    else localStorage.removeItem(KEY);
    show(off);
  });
  show(localStorage.getItem(KEY) === "off");
}

const rolling = new WeakMap();

/** Let an element's figure roll from what it shows to a number. */
export function roll(element, to, words) {
  const from = rolling.get(element)?.to ?? to;
  cancelAnimationFrame(rolling.get(element)?.frame);
  const state = { to, frame: 0 };
  rolling.set(element, state);
  if (from === to || isStill() || document.hidden) {
    element.textContent = words(to);
    return;
  }
  const began = performance.now();
  function step(now) {
    const part = Math.min(1, (now - began) / ROLL);
    element.textContent = words(Math.round(from + (to - from) * (1 - (1 - part) ** 3)));
    if (part < 1) state.frame = requestAnimationFrame(step);
  }
  state.frame = requestAnimationFrame(step);
}

/** Have `change()` put other rows into `container`, and let those that were there move over. */
export function moved(container, change) {
  if (isStill() || document.hidden) return change();
  const places = (each) => [each.closest("section").getAttribute("aria-labelledby") + each.title, each];
  const before = new Map([...container.querySelectorAll(".row")].map(places));
  const tops = new Map([...before].map(([key, row]) => [key, row.getBoundingClientRect().top]));
  change();
  for (const row of container.querySelectorAll(".row")) {
    const top = tops.get(places(row)[0]);
    const distance = top === undefined ? 0 : top - row.getBoundingClientRect().top;
    if (top === undefined) row.animate({ opacity: [0, 1] }, { duration: MOVE });
    else if (distance) row.animate({ translate: [`0 ${distance}px`, "0 0"] }, { duration: MOVE, easing: "ease-out" });
  }
}
