// Writes the countries of the world as groups of one SVG file; docs/map.md tells how to run it.
import { readFileSync } from "node:fs";
import { feature, merge } from "topojson-client";
import { geoArea, geoCentroid, geoNaturalEarth1, geoPath } from "d3-geo";
import iso from "i18n-iso-countries";

const read = (size) => JSON.parse(readFileSync(`node_modules/world-atlas/countries-${size}.json`));
const [small, large] = [read("110m"), read("50m")];
const [WIDTH, HEIGHT] = [3840, 1880];
const projection = geoNaturalEarth1().fitExtent([[0, 0], [WIDTH, HEIGHT]], { type: "Sphere" });
const path = geoPath(projection).digits(0);

// Coordinates relative to the one before take half the room.
function relative(absolute) {
  return absolute.replace(/M[^MZ]*/g, (run) => {
    const points = run.slice(1).split("L").map((pair) => pair.split(",").map(Number));
    const steps = points.map(([x, y], i) => (i ? [x - points[i - 1][0], y - points[i - 1][1]] : [x, y]));
    const kept = steps.filter(([x, y], i) => i === 0 || x || y);
    return kept.length > 2 ? `M${kept[0]}l${kept.slice(1).map(([x, y]) => `${x}${y < 0 ? "" : " "}${y}`).join(" ")}` : "";
  }).replace(/(^|Z)Z/g, "$1");
}
const without = { Kosovo: "XK", "N. Cyprus": "CY", Somaliland: "SO" };
const code = (f) => iso.numericToAlpha2(f.id) ?? without[f.properties.name];
const groups = {};
for (const f of feature(small, small.objects.countries).features) {
  const c = code(f);
  if (c && c !== "AQ") (groups[c] ??= []).push(relative(path(f)));
}
for (const f of feature(large, large.objects.countries).features) {
  const c = code(f);
  if (!c || groups[c] || c === "AQ") continue;
  const [x, y] = projection(geoCentroid(f)).map((n) => Math.round(n));
  groups[c] = [`M${x - 8},${y}a8 8 0 1 0 16 0a8 8 0 1 0-16 0`];
}
const lines = Object.keys(groups).sort().map((c) => `<g id="${c}"><path d="${groups[c].join("")}"/></g>`);
console.log(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}">\n<g id="world">\n${lines.join("\n")}\n</g>\n</svg>`);
