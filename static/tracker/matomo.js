/*
 * For pages written for Matomo's matomo.js or piwik.js: their `_paq` queue and the functions of
 * their trackers, so that such a page changes nothing but an address. Functions that have no
 * meaning here do nothing. It sets no cookie, and stores only the reader's own wish not to be
 * counted. Footfall's own tracker, footfall.js, counts more.
 */
(() => {
  const DOWNLOADS =
    /\.(7z|aac|apk|avi|bin|bz2|csv|deb|dmg|docx?|epub|exe|flv|gz|iso|jar|mp[34]|mpe?g|mov|msi|odp|ods|odt|ogg|pdf|pkg|pptx?|rar|rpm|rtf|svg|tar|tgz|torrent|txt|wav|wm[av]|xlsx?|xml|zip)([?&#]|$)/i;
  // The published snippet sets these after it asks for the pageview.
  const FIRST = new Set(
    "setTrackerUrl setSiteId setUserId setDomains setDoNotTrack requireConsent setConsentGiven".split(" "),
  );

  const stored = (work) => {
    try {
      return work(localStorage);
    } catch {}
  };

  const trackers = [];

  class Tracker {
    page = "";
    title = "";
    referrer = null;
    user = "";
    domains = [location.hostname];
    dimensions = {};
    appended = "";
    silent = false;
    waiting = null; // what waits for consent, where that is needed
    sent = 0;
    listens = false;

    constructor(url, site) {
      this.url = url;
      this.site = site;
    }

    // Settings

    setTrackerUrl(url) { this.url = url; }
    getTrackerUrl() { return this.url; }
    setSiteId(site) { this.site = site; }
    getSiteId() { return this.site; }
    setCustomUrl(url) { this.page = new URL(url, location).href; }
    getCurrentUrl() { return this.page || location.href; }
    setDocumentTitle(title) { this.title = title; }
    setReferrerUrl(url) { this.referrer = url; }
    setUserId(user) { this.user = user; }
    resetUserId() { this.user = ""; }
    getUserId() { return this.user; }
    setDomains(domains) { this.domains = [location.hostname].concat(domains); }
    setCustomDimension(id, value) { this.dimensions[`dimension${id}`] = value; }
    getCustomDimension(id) { return this.dimensions[`dimension${id}`]; }
    deleteCustomDimension(id) { delete this.dimensions[`dimension${id}`]; }
    appendToTrackingUrl(query) { this.appended = query; }

    // Consent

    setDoNotTrack(honoured) { this.silent = honoured && navigator.doNotTrack == "1"; }
    requireConsent() { this.waiting ||= []; }
    hasConsent() { return !this.waiting; }
    setConsentGiven() {
      const waiting = this.waiting || [];
      this.waiting = null;
      waiting.forEach((fields) => this.send(fields));
    }
    rememberConsentGiven() { this.setConsentGiven(); }
    forgetConsentGiven() { this.requireConsent(); }
    optUserOut() { stored((storage) => (storage.footfall_ignore = "true")); }
    forgetUserOptOut() { stored((storage) => storage.removeItem("footfall_ignore")); }
    isUserOptedOut() { return stored((storage) => storage.footfall_ignore) == "true"; }

    // Counting

    trackPageView(title, dimensions) {
      this.track({ action_name: title || this.title || document.title }, dimensions);
    }
    trackEvent(category, action, name, value, dimensions) {
      this.track({ e_c: category, e_a: action, e_n: name, e_v: value, ca: 1 }, dimensions);
    }
    trackLink(url, type = "link", dimensions) { this.track({ [type]: url }, dimensions); }
    trackGoal(goal, revenue, dimensions) { this.track({ idgoal: goal, revenue }, dimensions); }
    trackSiteSearch(search, category, results, dimensions) {
      this.track({ search, search_cat: category || "", search_count: results }, dimensions);
    }
    trackEcommerceOrder(order, total) { this.track({ idgoal: 0, ec_id: order, revenue: total }); }
    trackEcommerceCartUpdate(total) { this.track({ idgoal: 0, revenue: total }); }
    trackContentImpression(name, piece, target) { this.track({ c_n: name, c_p: piece, c_t: target }); }
    trackContentInteraction(interaction, name, piece, target) {
      this.track({ c_i: interaction, c_n: name, c_p: piece, c_t: target });
    }
    trackRequest(query) { this.track(Object.fromEntries(new URLSearchParams(query))); }
    ping() { this.track({ ping: 1 }); }

    track(fields, dimensions) {
      const all = {
        ...this.dimensions,
        ...dimensions,
        ...fields,
        idsite: this.site,
        rec: 1,
        url: this.getCurrentUrl(),
        urlref: this.referrer ?? document.referrer,
        uid: this.user,
        res: `${screen.width}x${screen.height}`,
        send_image: 0,
      };
      this.waiting ? this.waiting.push(all) : this.send(all);
    }

    send(fields) {
      this.sent = performance.now();
      if (this.silent || this.isUserOptedOut()) return;
      const said = Object.entries(fields).filter(([, value]) => value || value === 0);
      const body = new URLSearchParams(said);
      for (const [name, value] of new URLSearchParams(this.appended)) body.set(name, value);
      if (navigator.sendBeacon?.(this.url, body)) return;
      // An image where the page's policy forbids beacons.
      body.set("send_image", 1);
      new Image().src = `${this.url}?${body}`;
    }

    // Listening

    enableLinkTracking() {
      if (this.listens) return;
      this.listens = true;
      const click = (event) => {
        const link = event.composedPath().find((node) => node.href && node.host);
        if (!link || event.button > 1) return;
        const type = this.typeOf(link);
        if (type) this.trackLink(link.href, type);
      };
      addEventListener("click", click, true);
      addEventListener("auxclick", click, true);
    }

    typeOf(link) {
      const marked = /(?:^| )(?:piwik|matomo)[_-](link|download|ignore)(?: |$)/.exec(link.className);
      if (marked) return marked[1] == "ignore" ? "" : marked[1];
      if (!/^https?:$/.test(link.protocol)) return "";
      if (link.hasAttribute("download") || DOWNLOADS.test(link.href)) return "download";
      const own = this.domains.some((domain) => {
        const host = domain.split("/")[0].replace(/^\*/, "");
        return link.hostname == host || (host[0] == "." && link.hostname.endsWith(host));
      });
      return own ? "" : "link";
    }

    enableHeartBeatTimer(seconds = 15) {
      const leave = () => {
        if (document.hidden && performance.now() - this.sent > seconds * 1000) this.ping();
      };
      addEventListener("visibilitychange", leave, true);
    }
  }

  // A page may call any of Matomo's functions; those that are unknown here do nothing.
  const forgiving = (tracker) =>
    new Proxy(tracker, {
      get: (target, name) => (name in target || name == "then" ? target[name] : () => {}),
    });

  const make = (url, site) => forgiving(new Tracker(url, site));
  const first = () => trackers[0] || Matomo.addTracker();

  const Matomo = {
    initialized: false,
    getTracker: (url = first().getTrackerUrl(), site = first().getSiteId()) => make(url, site),
    getAsyncTracker: first,
    getAsyncTrackers: () => trackers,
    addTracker(url = trackers[0]?.getTrackerUrl(), site = trackers[0]?.getSiteId()) {
      const tracker = make(url, site);
      trackers.push(tracker);
      return tracker;
    },
    on() {},
    off() {},
    trigger() {},
    addPlugin() {},
  };

  const apply = (command) => {
    const [name, ...values] = command;
    if (name == "addTracker") return Matomo.addTracker(...values);
    for (const tracker of [...trackers]) {
      // Where several trackers count, each keeps the address and number it was made with.
      if (/^set(TrackerUrl|SiteId)$/.test(name) && tracker != trackers[0]) continue;
      typeof name == "function" ? name.apply(tracker, values) : tracker[name]?.(...values);
    }
  };

  window.Matomo = window.Piwik = window.AnalyticsTracker = Matomo;
  window.piwikAsyncInit?.();
  window.matomoAsyncInit?.();
  first();
  const queue = Array.isArray(window._paq) ? window._paq : [];
  window._paq = { push: (...commands) => commands.forEach(apply) };
  queue.filter(([name]) => FIRST.has(name)).forEach(apply);
  queue.filter(([name]) => !FIRST.has(name)).forEach(apply);
  Matomo.initialized = true;
})();
