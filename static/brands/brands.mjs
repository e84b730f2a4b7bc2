// Writes brand marks as symbols of one SVG file; docs/brands.md tells how to run it.
import { readFileSync } from "node:fs";

const slugs = readFileSync(process.argv[2], "utf8").match(/": "([a-z0-9]+)"/g).map((pair) => pair.slice(4, -1));
const symbols = [...new Set(slugs)].sort().map((slug) => {
  const svg = readFileSync(`node_modules/simple-icons/icons/${slug}.svg`, "utf8");
  return `<symbol id="${slug}" viewBox="0 0 24 24">${svg.match(/<path[^>]*>/)[0]}</symbol>`;
});
console.log(`<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>`);
