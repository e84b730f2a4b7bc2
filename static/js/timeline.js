/** The slider that winds the live page back over the last 24 hours, minute by minute. */
const PATIENCE = 200;
const MINUTE = 60_000;

/**
 * `onMoment({now, html, clock, moment})` is called with what was shown at a chosen moment, `onNow()` when the
 * page returns, `onFailed()` when a moment could not be fetched. `clockAhead` is what this clock is
 * ahead of the server's, `at` the address that answers for moments.
 */
export function timeline({ slider, back, at, clockAhead, moment, onMoment, onNow, onFailed }) {
  let timer = null;
  let asked = null;

  const minute = () => Math.floor((Date.now() - clockAhead) / MINUTE) * MINUTE;

  function keep(chosen) {
    const here = new URL(location.href);
    if (chosen) here.searchParams.set("moment", chosen);
    else here.searchParams.delete("moment");
    history.replaceState(history.state, "", here);
  }

  function cancel() {
    clearTimeout(timer);
    asked?.abort();
  }

  async function show(chosen) {
    cancel();
    asked = new AbortController();
    const target = new URL(at, location.href);
    target.searchParams.set("moment", chosen);
    const { signal } = asked;
    try {
      const answer = await fetch(target, { headers: { Accept: "application/json" }, signal });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const shown = await answer.json();
      if (signal.aborted) return;
      slider.setAttribute("aria-valuetext", shown.clock);
      keep(chosen);
      onMoment({ ...shown, moment: chosen });
    } catch {
      if (!signal.aborted) onFailed();
    }
  }

  function home() {
    cancel();
    slider.value = 0;
    slider.setAttribute("aria-valuetext", "Now");
    keep(null);
    onNow();
  }

  slider.addEventListener("input", () => {
    cancel();
    if (slider.value === "0") return home();
    const chosen = minute() + slider.value * MINUTE;
    timer = setTimeout(() => show(chosen), PATIENCE);
  });
  back.addEventListener("click", (event) => {
    event.preventDefault();
    home();
    slider.focus();
  });
  if (moment) {
    slider.value = Math.round((moment - minute()) / MINUTE);
    show(moment);
  }
}
