    // Web vitals, where a page asks for them: https://web.dev/articles/vitals says what they are. Of
    // the page that was loaded, as it was counted then, they are told once, when it is first hidden.

    let loaded;

    guarded(() => {
      let vitals, longest, earlier, shifted, sessionStart, lastShift;
      const rests = [];

      const supports = (type) => PerformanceObserver.supportedEntryTypes.includes(type);

      const observe = (type, take, options) => {
        if (!supports(type)) return;
        const takeAll = guarded((entries) => entries.forEach(take));
        const observer = new PerformanceObserver((list) => takeAll(list.getEntries()));
        observer.observe({ type, buffered: true, ...options });
        rests.push(() => takeAll(observer.takeRecords()));
      };

      const begin = () => {
        vitals = supports("layout-shift") ? { cls: 0 } : {};
        lastShift = sessionStart = -Infinity;
        longest = {};
        earlier = performance.interactionCount || 0;
      };

      // What comes after one like this in 50 interactions is what one of them feels like.
      const worst = () => {
        const durations = Object.values(longest).sort((one, other) => other - one);
        const count = performance.interactionCount - earlier || durations.length;
        return durations[Math.min(durations.length - 1, Math.floor(count / 50))];
      };

      const tell = guarded(() => {
        if (!loaded) return;
        rests.forEach((take) => take());
        vitals.inp = worst();
        send({ n: "engagement", u: loaded.u, p: loaded.p, vitals });
        loaded = false;
      });

      begin();
      const [navigation] = performance.getEntriesByType("navigation");
      const activated = navigation.activationStart || 0;
      const since = (time) => Math.round(Math.max(time - activated, 0));
      const first = vitals;
      first.ttfb = since(navigation.responseStart);
      // A page that loads in the background is drawn when somebody looks, not when it is ready.
      if (!document.hidden || document.prerendering) {
        observe("paint", ({ name, startTime }) => {
          if (name == "first-contentful-paint") first.fcp = since(startTime);
        });
        observe("largest-contentful-paint", ({ startTime }) => {
          first.lcp = since(startTime);
        });
      }

      // Shifts less than a second apart are one session, which lasts five at most.
      observe("layout-shift", ({ startTime, value, hadRecentInput }) => {
        if (hadRecentInput) return;
        if (startTime - lastShift >= 1000 || startTime - sessionStart >= 5000) {
          sessionStart = startTime;
          shifted = 0;
        }
        lastShift = startTime;
        shifted += value;
        vitals.cls = Math.max(vitals.cls, Math.round(shifted * 1000) / 1000);
      });

      const interaction = ({ interactionId, duration }) => {
        if (interactionId) {
          longest[interactionId] = Math.max(longest[interactionId] || 0, duration);
        }
      };
      observe("event", interaction, { durationThreshold: 40 });
      observe("first-input", interaction);

      // Back from the browser's cache, a page waits for no server and is there when it is drawn.
      on("pageshow", ({ persisted, timeStamp }) => {
        if (!persisted) return;
        loaded = undefined;
        begin();
        const back = vitals;
        back.ttfb = 0;
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            back.lcp = back.fcp = Math.round(performance.now() - timeStamp);
          }),
        );
      });
      on("visibilitychange", () => document.hidden && tell());
      on("pagehide", tell);
    })();
