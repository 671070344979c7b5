// Makes the two files that the pages load: `make bundle`. Each says in its first lines what it was made from, so that a
// test sees without Node whether it is up to date, and under which licence its parts are.

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const HERE = new URL("./", import.meta.url);
const STATIC = new URL("../src/practicum/web/static/", HERE);
const SHARED = ["build.mjs", "package.json", "package-lock.json"];
const MADE = {
  "editor-code.js": ["editor.js", "editor.css", "names.js"],
  "plot-live.js": ["plot.js", "plot.css"],
};

const read = (name) => readFile(new URL(name, HERE), "utf8");

async function sum(names) {
  const hash = createHash("sha256");
  for (const name of names) hash.update(await read(name));
  return hash.digest("hex");
}

// The packages of which something is in the file, each with its copyright line. All are under the MIT licence.
async function licences(output) {
  const used = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput);
  const packages = new Set(used.map(([path]) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean));
  const lines = [];
  let terms = "";
  for (const name of [...packages].sort()) {
    const { version, license } = JSON.parse(await read(`node_modules/${name}/package.json`));
    if (license !== "MIT") throw new Error(`${name} is under ${license}, not MIT: say so here before it is bundled`);
    const text = await read(`node_modules/${name}/LICENSE`);
    lines.push(`${name} ${version}: ${/Copyright.*/.exec(text)[0]}`);
    terms ||= text.slice(text.indexOf("Permission is hereby"));
  }
  return [...lines, "", "The MIT License", "", ...terms.trim().split("\n")];
}

for (const [made, sources] of Object.entries(MADE)) {
  const { outputFiles, metafile } = await build({
    entryPoints: [sources[0]],
    absWorkingDir: HERE.pathname,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    loader: { ".css": "text" },
    metafile: true,
    write: false,
  });
  const banner = [
    `Made by \`make bundle\` from bundle/${sources[0]}; change that.`,
    `sources sha256 ${await sum([...SHARED, ...sources])}`,
    "",
    ...(await licences(Object.values(metafile.outputs)[0])),
  ];
  const text = `/*!\n${banner.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n${outputFiles[0].text}`;
  await writeFile(new URL(made, STATIC), text);
  console.log(`${made}: ${Math.round(text.length / 1000)} kB`);
}
