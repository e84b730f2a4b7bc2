/*
 * For pages written for GoatCounter's count.js: its attributes, settings and functions, so that
 * such a page changes nothing but an address. Footfall's own tracker, footfall.js, counts more.
 * It sets no cookie, and stores only the reader's own wish not to be counted.
 */
(() => {
  const goatcounter = (window.goatcounter = window.goatcounter || {});
  const tag = document.querySelector("script[data-goatcounter]");
  const endpoint = () => tag?.dataset.goatcounter || goatcounter.endpoint;
  const warn = (text) => console.warn(`goatcounter: ${text}`);

  try {
    Object.assign(goatcounter, JSON.parse(tag?.dataset.goatcounterSettings || "{}"));
  } catch (error) {
    warn(`data-goatcounter-settings is not JSON: ${error.message}`);
  }

  // The page's path, or its canonical one where that is on the same site.
  const path = () => {
    const bare = (host) => host.replace(/^www\./, "");
    const canonical = document.querySelector("link[rel=canonical][href]");
    const address = canonical ? new URL(canonical.href) : location;
    const { pathname, search } = bare(address.hostname) == bare(location.hostname) ? address : location;
    return pathname + search;
  };

  // What the call gives, else the page's setting; a function gets the usual value.
  const chosen = (name, vars, usual) => {
    const value = vars?.[name] === undefined ? goatcounter[name] : vars[name];
    return typeof value == "function" ? value(usual) : (value ?? usual);
  };

  goatcounter.get_data = (vars) => ({
    p: chosen("path", vars, path()),
    r: chosen("referrer", vars, document.referrer),
    t: chosen("title", vars, document.title),
    e: Boolean(vars?.event || goatcounter.event),
    s: screen.width,
    b: navigator.webdriver ? 153 : 0,
    q: location.search,
  });

  // Why the page is not to be counted, or false.
  goatcounter.filter = () => {
    const local = /(^|\.)localhost$|^127\.|^10\.|^172\.(1[6-9]|2\d|3[01])\.|^192\.168\.|^0\.0\.0\.0$/;
    if (!goatcounter.allow_frame && window != parent) return "frame";
    if (!goatcounter.allow_local && local.test(location.hostname)) return "localhost";
    if (!goatcounter.allow_local && location.protocol == "file:") return "localfile";
    try {
      if (localStorage.skipgc == "t") return "disabled with #toggle-goatcounter";
    } catch {}
    return false;
  };

  // The address that counts, or undefined where the page's path callback returned null.
  goatcounter.url = (vars) => {
    const data = goatcounter.get_data(vars);
    if (data.p === null) return;
    if (!endpoint()) return warn("no endpoint found");
    data.rnd = Math.random().toString(36).slice(2, 7);
    const sent = Object.entries(data).filter(([, value]) => value !== "" && value !== false);
    return `${endpoint()}?${new URLSearchParams(sent)}`;
  };

  goatcounter.count = (vars) => {
    const reason = goatcounter.filter();
    if (reason) return warn(`not counting because of: ${reason}`);
    const url = goatcounter.url(vars);
    if (!url) return;
    // An image where the page's policy forbids beacons.
    if (!navigator.sendBeacon?.(url)) new Image().src = url;
  };

  goatcounter.get_query = (name) => new URLSearchParams(location.search).get(name) ?? undefined;

  goatcounter.bind_events = () => {
    for (const element of document.querySelectorAll("[data-goatcounter-click]")) {
      const data = element.dataset;
      if (data.goatcounterBound) continue;
      data.goatcounterBound = "true";
      const count = () =>
        goatcounter.count({
          event: true,
          path: data.goatcounterClick || element.name || element.id || "",
          title: data.goatcounterTitle || element.title || element.innerHTML.slice(0, 200),
          referrer: data.goatcounterReferrer || "",
        });
      element.addEventListener("click", count);
      element.addEventListener("auxclick", count);
    }
  };

  if (location.hash == "#toggle-goatcounter") {
    const skip = localStorage.skipgc != "t";
    skip ? (localStorage.skipgc = "t") : localStorage.removeItem("skipgc");
    alert(`Visits of this browser are ${skip ? "not counted any more" : "counted again"}.`);
  }

  const start = () => {
    if (!goatcounter.no_events) goatcounter.bind_events();
    if (!document.hidden) return goatcounter.count();
    const seen = () => {
      if (document.hidden) return;
      document.removeEventListener("visibilitychange", seen);
      goatcounter.count();
    };
    document.addEventListener("visibilitychange", seen);
  };

  if (goatcounter.no_onload) return;
  if (document.readyState == "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
