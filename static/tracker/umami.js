/*
 * For pages written for Umami's script.js: its attributes, `umami.track`, `umami.identify` and marked
 * elements, so that such a page changes nothing but an address. It measures no web vitals, sets no
 * cookie and stores nothing. Footfall's own tracker, footfall.js, counts more.
 */
(() => {
  const script = document.currentScript;
  if (!script || window.umami) return;
  const settings = script.dataset;
  const endpoint = new URL("api/send", `${settings.hostUrl || new URL(".", script.src)}/`.replace(/\/+$/, "/"));
  const domains = settings.domains?.split(",").map((domain) => domain.trim());

  let identity, current, before;

  const cleaned = (address) => {
    if (!address) return "";
    const url = new URL(address, location.href);
    if (settings.excludeSearch == "true") url.search = "";
    if (settings.excludeHash == "true") url.hash = "";
    return url.href;
  };

  const isIgnored = () => {
    let disabled;
    try {
      disabled = localStorage["umami.disabled"];
    } catch {}
    const asked = settings.doNotTrack == "true" && /^(1|yes)$/.test(navigator.doNotTrack);
    return disabled || asked || (domains && !domains.includes(location.hostname));
  };

  const page = () => ({
    website: settings.websiteId,
    hostname: location.hostname,
    screen: `${screen.width}x${screen.height}`,
    language: navigator.language,
    title: document.title,
    url: current,
    referrer: before,
    tag: settings.tag,
    id: identity,
  });

  const send = async (payload, type = "event") => {
    if (isIgnored()) return;
    const change = window[settings.beforeSend];
    if (typeof change == "function") payload = await change(type, payload);
    if (!payload) return;
    try {
      await fetch(endpoint, {
        method: "POST",
        body: JSON.stringify({ type, payload }),
        keepalive: true,
        credentials: "omit",
      });
    } catch {}
  };

  const track = (what, data) => {
    if (typeof what == "string") return send({ ...page(), name: what, data });
    if (typeof what == "function") return send(what(page()));
    return send(typeof what == "object" ? { ...what } : page());
  };

  const identify = (id, data) => {
    if (typeof id == "string") identity = id;
    return send({ ...page(), data: typeof id == "object" ? id : data }, "identify");
  };

  window.umami = { track, identify };
  current = cleaned(location.href);
  before = document.referrer.startsWith(location.origin) ? "" : cleaned(document.referrer);
  if (settings.autoTrack == "false") return;

  for (const method of ["pushState", "replaceState"]) {
    const change = history[method];
    history[method] = function () {
      const answer = change.apply(this, arguments);
      const next = cleaned(location.href);
      if (next != current) {
        before = current;
        current = next;
        // By then a page that a script draws has its title.
        setTimeout(track, 300);
      }
      return answer;
    };
  }

  addEventListener(
    "click",
    (event) => {
      const marked = event.target.closest?.("[data-umami-event]");
      if (!marked) return;
      const data = {};
      for (const { name, value } of marked.attributes) {
        if (name.startsWith("data-umami-event-")) data[name.slice(17)] = value;
      }
      track(marked.dataset.umamiEvent, data);
    },
    true,
  );

  if (document.readyState == "complete") track();
  else addEventListener("load", () => track());
})();
