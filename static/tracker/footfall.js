/*
 * Footfall's tracker. What you read here is what is served, less its comments and indentation.
 * It sends what docs/tracker.md lists, sets no cookie, and stores nothing but the visitor's own
 * wish not to be counted.
 *
 * Two rules hold everywhere: no error of the tracker reaches the page (`guarded`), and no error
 * of the page is kept from it (the page's own functions are called outside of `guarded`).
 */
(() => {
  const guarded = (work) => (...values) => {
    try {
      return work(...values);
    } catch {}
  };

  // Capturing at the window sees every event of the document, stopped or not.
  const on = (type, work) => addEventListener(type, guarded(work), true);

  const start = guarded((script, earlier) => {
    if (earlier?.loaded) return;
    const settings = script.dataset;
    const manual = "manual" in settings;
    const hashed = "hash" in settings;
    // The server writes the path of its endpoint here.
    const endpoint = settings.api || new URL("/api/event", script.src);

    // Sending

    const isIgnored = guarded(() => {
      if (location.protocol == "file:") return true;
      const wish = /footfall_ignore=(true|false)/.exec(location);
      if (wish) localStorage.footfall_ignore = wish[1];
      return /true/.test([localStorage.footfall_ignore, localStorage.plausible_ignore]);
    });

    const failed = [];
    const retry = () => failed.splice(0).forEach((body) => post(body));

    const deliver = (address, body) =>
      fetch(address, { method: "POST", body, keepalive: true, credentials: "omit" });

    // No answer (0), or one that says to come again.
    const isPassing = (status) => status < 200 || status == 429 || status > 499;

    const post = async (body, first, callback) => {
      let status = 0;
      try {
        status = (await deliver(endpoint, body)).status;
      } catch {}
      if (first && isPassing(status)) {
        failed.push(body);
        setTimeout(() => navigator.onLine && retry(), 2000);
      }
      callback?.({ status });
    };

    // Only https has randomUUID.
    const newId = () =>
      self.crypto?.randomUUID?.() ||
      "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => Math.random().toString(16)[2]);

    const send = (hit, callback) => {
      if (isIgnored()) return callback && setTimeout(callback, 0, {});
      hit.d = settings.domain || location.hostname;
      hit.r = document.referrer || undefined;
      hit.w = screen.width;
      hit.h = hashed ? 1 : undefined;
      hit.visitor = settings.visitor;
      // The same in a retry, so that the server counts it once.
      hit.id = newId();
      post(JSON.stringify(hit), true, callback);
    };

    // Engagement with the page counted last

    let page, attentive, since, engaged, bottom, height, reported;

    const look = () => {
      const now = performance.now();
      if (attentive) engaged += now - since;
      since = now;
      attentive = !document.hidden && document.hasFocus();
    };

    const measure = guarded(() => {
      height = document.scrollingElement.scrollHeight;
      bottom = Math.max(bottom, scrollY + innerHeight);
    });

    const report = guarded(() => {
      look();
      height || measure();
      const depth = Math.round(Math.min(bottom / height, 1) * 100);
      if (page && (depth > reported || engaged >= 3000)) {
        send({ n: "engagement", u: page.u, p: page.p, sd: depth, e: Math.round(engaged) });
        reported = depth;
        engaged = 0;
      }
    });

    // Presence: that the page counted last is being looked at, told for as long as it is

    const tab = newId();
    let beats = 0;
    let lost = 0;
    let present, acted, timer;

    const act = guarded(() => {
      acted = performance.now();
    });

    const beat = async (left) => {
      clearTimeout(timer);
      if (!page || settings.presence == "false" || isIgnored()) return;
      if (left ? !present : document.hidden) return;
      present = !left;
      const number = ++beats;
      let seconds;
      try {
        // A beat that gets no answer is told anew before the server takes this page for left.
        if (present) again(2);
        const state = left ? "left" : performance.now() - acted < 30000 ? "active" : "idle";
        const { d, u, h, visitor } = page;
        const signal = { d, u, h, visitor, t: tab, i: number, s: state };
        const answer = await deliver(endpoint + "/here", JSON.stringify(signal));
        seconds = answer.ok ? +(await answer.text()) : isPassing(answer.status) ? seconds : 0;
      } catch {}
      if (left || number < beats) return;
      lost = seconds == null ? lost + 1 : 0;
      again(lost ? Math.min(4 ** (lost - 1), 60) : seconds);
    };

    // 0, or an answer that is none, ends the beats until something happens to the page.
    const again = (seconds) => {
      clearTimeout(timer);
      if (seconds > 0) timer = setTimeout(beat, seconds * 1000);
    };

    const arrive = () => {
      act();
      // Once for all that happens at the same time.
      again(0.01);
    };

    const leave = () => {
      beat(true);
      measure();
      report();
      retry();
    };

    // Counting

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
        arrive();
      }
      send(hit, callback);
    });

    let seen = manual;
    const view = guarded(() => {
      const place = location.pathname + (hashed ? location.hash : "");
      // A page not seen yet (prerendered, or in a background tab) waits for its first look.
      if (place != seen && (seen || !document.hidden)) {
        seen = place;
        footfall("pageview");
      }
    });

    const extension = RegExp(
      "\\.(" +
        (settings.downloads ||
          "7z|avi|csv|dmg|docx|exe|gz|key|midi|mov|mp3|mp4|mpeg|pdf|pkg|pps|ppt|pptx|rar|rtf|txt|" +
            "wav|wma|wmv|xlsx|zip") +
        ")$",
      "i",
    );

    const click = (event) => {
      measure();
      const link = event.composedPath().find((node) => node.href && node.host);
      if (!link || event.button > 1) return;
      if (settings.outbound != "false" && link.host != location.host) {
        footfall("Outbound Link: Click", { props: { url: link.href } });
      } else if (extension.test(link.pathname)) {
        footfall("File Download", { props: { url: link.origin + link.pathname } });
      }
    };

    window.footfall = footfall;
    footfall.loaded = true;

    if (!manual) {
      const push = history.pushState;
      history.pushState = function () {
        try {
          return push.apply(this, arguments);
        } finally {
          view();
        }
      };
      view();
      // Also when only the hash changes.
      on("popstate", view);
      on("pageshow", (event) => {
        if (event.persisted) {
          seen = "";
          view();
        }
      });
    }
    earlier?.q?.forEach((values) => footfall(...values));

    on("visibilitychange", () => {
      seen || view();
      if (document.hidden) return leave();
      look();
      arrive();
    });
    on("pagehide", leave);
    on("freeze", leave);
    on("resume", arrive);
    on("pageshow", (event) => event.persisted && arrive());
    on("online", () => {
      retry();
      again(0.01);
    });
    on("focus", look);
    on("blur", look);
    on("scroll", measure);
    ["scroll", "keydown", "pointerdown", "pointermove"].forEach((type) => on(type, act));
    on("click", click);
    on("auxclick", click);
    on("submit", () => {
      if (settings.forms != "false") {
        footfall("Form: Submission", { props: { path: location.pathname } });
      }
    });
  });

  start(document.currentScript, window.footfall);
})();
