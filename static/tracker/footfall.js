/*
 * Footfall's tracker. What you read here is what is served, without its comments and
 * indentation. It sends what docs/tracker.md lists, sets no cookie, and stores nothing but
 * the visitor's own wish not to be counted.
 *
 * Two rules hold everywhere: no error of the tracker reaches the page (`guarded`), and no
 * error of the page is kept from it (the page's own functions run outside of `guarded`).
 */
(() => {
  const guarded = (work) => (...values) => {
    try {
      return work(...values);
    } catch (error) {}
  };

  // Capturing at the window sees every event of the document, stopped or not.
  const on = (type, work) => addEventListener(type, guarded(work), true);

  const start = guarded((script, earlier) => {
    if (earlier.loaded) return;
    const settings = script.dataset;
    // The server writes its own path in here.
    const endpoint = settings.api || new URL("/api/event", script.src).href;
    const hashed = "hash" in settings;

    // --- Sending ---

    const ignored = () => {
      try {
        const choice = /[?&#]footfall=(ignore|count)/.exec(location);
        if (choice) localStorage.footfall_ignore = choice[1] == "ignore";
        if ([localStorage.footfall_ignore, localStorage.plausible_ignore].includes("true")) return true;
      } catch (error) {}
      return location.protocol == "file:";
    };

    // randomUUID is there on https only.
    const newId = () => {
      try {
        return crypto.randomUUID();
      } catch (error) {
        return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => (Math.random() * 16 | 0).toString(16));
      }
    };

    const failed = [];
    const retry = () => failed.splice(0).forEach((body) => post(body));

    const post = async (body, first, callback) => {
      let status = 0;
      try {
        status = (await fetch(endpoint, { method: "POST", body, keepalive: true, credentials: "omit" })).status;
      } catch (error) {}
      if (first && (!status || status == 429 || status > 499)) {
        failed.push(body);
        setTimeout(() => navigator.onLine && retry(), 2000);
      }
      if (callback) callback({ status });
    };

    const send = (hit, callback) => {
      if (!ignored())
        post(
          JSON.stringify({
            ...hit,
            d: settings.domain || location.hostname,
            r: document.referrer || undefined,
            w: screen.width,
            h: hashed ? 1 : undefined,
            id: newId(),
          }),
          true,
          callback,
        );
      else if (callback) setTimeout(callback);
    };

    // --- Engagement of the page last counted ---

    let page, attentive, since, engaged, bottom, height, reported;

    const isHidden = () => document.visibilityState == "hidden";

    // Adds the time since the last look, if the visitor was attentive then.
    const look = () => {
      const now = performance.now();
      if (attentive) engaged += now - since;
      since = now;
      attentive = !isHidden() && document.hasFocus();
    };

    const measure = guarded(() => {
      height = document.scrollingElement.scrollHeight;
      bottom = Math.max(bottom, scrollY + innerHeight);
    });

    const report = () => {
      look();
      if (!height) measure();
      const depth = Math.min(Math.round((bottom / height) * 100) || 0, 100);
      if (page && (depth > reported || engaged >= 3000)) {
        send({ n: "engagement", u: page.u, p: page.p, sd: depth, e: Math.round(engaged) });
        reported = depth;
        engaged = 0;
      }
    };

    const leave = () => {
      measure();
      report();
    };

    // --- Counting ---

    const footfall = guarded((name, options) => {
      if (document.prerendering) return on("prerenderingchange", () => footfall(name, options));
      const { url, props, revenue, interactive, callback } = options || {};
      const hit = {
        n: name,
        u: url || (hashed ? location.href : location.href.split("#")[0]),
        p: props,
        $: revenue,
        i: interactive,
      };
      if (name == "pageview") {
        report();
        page = hit;
        engaged = bottom = height = reported = 0;
        // A page that a script draws has its height only after a while.
        setTimeout(measure, 1000);
      }
      send(hit, callback);
    });

    let seen;
    const view = guarded(() => {
      const place = location.pathname + (hashed ? location.hash : "");
      // A page that was never seen (prerendered, in a background tab) waits for its first look.
      if (place != seen && (seen || !isHidden())) {
        seen = place;
        footfall("pageview");
      }
    });

    const act = (event) => {
      measure();
      if (event.button > 1) return;
      const isSubmit = event.type == "submit";
      const path = event.composedPath();
      const link = path.find((node) => node.href && node.host);
      const tagged = path.find(
        ({ dataset, tagName }) => dataset && dataset.footfallEvent && (tagName == "FORM") == isSubmit,
      );
      if (tagged) {
        const props = {};
        for (const { name, value } of tagged.attributes) {
          if (name.startsWith("data-footfall-prop-")) props[name.slice(19)] = value;
        }
        footfall(tagged.dataset.footfallEvent, { props });
      } else if (isSubmit) {
        if (settings.forms != "false") footfall("Form: Submission", { props: { path: location.pathname } });
      } else if (settings.outbound != "false" && link.host != location.host) {
        footfall("Outbound Link: Click", { props: { url: link.href } });
      } else if (extensions.includes(link.pathname.split(".").pop().toLowerCase())) {
        footfall("File Download", { props: { url: link.origin + link.pathname } });
      }
    };

    const extensions = (
      settings.downloads ||
      "7z,avi,csv,dmg,docx,exe,gz,key,midi,mov,mp3,mp4,mpeg,pdf,pkg,pps,ppt,pptx,rar,rtf,txt,wav,wma,wmv,xlsx,zip"
    ).split(",");

    footfall.loaded = true;
    window.footfall = footfall;

    if (!("manual" in settings)) {
      const push = history.pushState;
      history.pushState = function () {
        const result = push.apply(this, arguments);
        view();
        return result;
      };
      on("popstate", view);
      on("hashchange", view);
      on("visibilitychange", () => seen || view());
      on("pageshow", (event) => {
        if (event.persisted) {
          seen = "";
          view();
        }
      });
      view();
    }
    (earlier.q || []).forEach((values) => footfall(...values));

    on("visibilitychange", () => (isHidden() ? leave() : look()));
    on("pagehide", () => {
      leave();
      attentive = false;
      retry();
    });
    on("online", retry);
    on("focus", look);
    on("blur", look);
    on("scroll", measure);
    on("click", act);
    on("auxclick", act);
    on("submit", act);
  });

  start(document.currentScript, window.footfall || {});
})();
