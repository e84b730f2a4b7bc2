/*
 * Under the names /js/pa-….js, which Plausible has given its script since October 2025, this stands
 * in the place of footfall.js's last statement: such a page says its settings in a call of
 * `plausible.init(options)`, before the script has come or after.
 */
const script = document.currentScript;

const isSwitchedOff = (option) => option === false && "false";

const change = ({ customProperties, transformRequest }) => (hit) => {
  const props = typeof customProperties == "function" ? customProperties(hit.n) : customProperties;
  if (props) hit.p = { ...props, ...hit.p };
  return transformRequest ? transformRequest(hit) : hit;
};

const init = guarded((options) => {
  const { fileDownloads, ...rest } = options || {};
  const dataset = {
    change: change(rest),
    domain: rest.domain,
    api: rest.endpoint,
    outbound: isSwitchedOff(rest.outboundLinks),
    forms: isSwitchedOff(rest.formSubmissions),
    // An expression that nothing matches.
    downloads: fileDownloads === false ? "(?!)" : fileDownloads?.fileExtensions?.join("|"),
  };
  // What a page makes of its addresses before they are sent, beats do not know.
  if (rest.transformRequest) dataset.presence = "false";
  if (rest.hashBasedRouting) dataset.hash = "";
  if (rest.autoCapturePageviews === false) dataset.manual = "";
  start({ src: script.src, dataset }, window.plausible);
  window.plausible = Object.assign(window.footfall, { init });
});

const waiting = (window.plausible ||= (...values) => (waiting.q ||= []).push(values));
waiting.init = init;
if (waiting.o) init(waiting.o);
