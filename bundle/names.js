// Names to complete with: those of Keras and NumPy as the run environment has them, found through the buffer's imports.

const KINDS = { class: "class", function: "function", module: "namespace", value: "constant" };

// What a name at the top of the buffer stands for: `np` is `numpy`, `layers` is `keras.layers`.
export function imported(text) {
  const known = new Map();
  const clear = text.replace(/\\\n/g, " ").replace(/#.*$/gm, "");
  for (const [, list] of clear.matchAll(/^[ \t]*import[ \t]+([\w., \t]+)$/gm)) {
    for (const one of list.split(",")) {
      const [path, as] = one.trim().split(/\s+as\s+/);
      if (as) known.set(as, path);
      else if (path) known.set(path.split(".")[0], path.split(".")[0]);
    }
  }
  for (const [, from, list] of clear.matchAll(/^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[\w, \t]+)/gm)) {
    for (const one of list.replace(/[()]/g, "").split(",")) {
      const [name, as] = one.trim().split(/\s+as\s+/);
      if (name) known.set(as ?? name, `${from}.${name}`);
    }
  }
  return known;
}

// What a variable was made by: `model = keras.Sequential(…)`.
function made(text, name) {
  const lines = [...text.matchAll(new RegExp(`^[ \\t]*${name}[ \\t]*=[ \\t]*([\\w.]+)\\(`, "gm"))];
  return lines.at(-1)?.[1];
}

// Where the path that stands before the last dot leads: a key of `modules`, or nothing.
export function place(modules, text, path, depth = 0) {
  const known = imported(text);
  const [head, ...rest] = path.split(".");
  const whole = [known.get(head) ?? head, ...rest].join(".");
  if (modules[whole]) return whole;
  if (/^keras\.applications\.\w+$/.test(whole) && depth) return modules["keras.Model"] && "keras.Model";
  const by = rest.length || known.has(head) || depth ? null : made(text, head);
  return by ? place(modules, text, by, 1) : undefined;
}

function option([name, kind, more = ""]) {
  const type = KINDS[kind] ?? "variable";
  return { label: name, type, detail: more && (more.length > 44 ? `${more.slice(0, 43)}…` : more) };
}

// Whether a line breaks off within a string: while it is typed, no parser can know.
const inWords = (line) => /["'#]/.test(line.replace(/f?(["'])(?:\\.|(?!\1).)*\1/g, ""));

// A source of completions. `ask` gives a promise of `{modules}` and is called when first needed.
export function source(ask) {
  return async (context) => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const wanted =
      /^\s*from\s+([\w.]+)\s+import\s+\(?(?:[\w\s]+,\s*)*(\w*)$/.exec(before) ?? /(?<![\w.)\]])([A-Za-z_][\w.]*)\.(\w*)$/.exec(before);
    const module = wanted ? null : /^\s*(?:from|import)\s+(\w*)$/.exec(before);
    if ((!wanted && !module) || inWords(before)) return null;
    const { modules } = await ask();
    if (module) return { from: context.pos - module[1].length, options: tops(modules), validFor: /^\w*$/ };
    const [, path, typed] = wanted;
    const members = modules[place(modules, context.state.doc.toString(), path)];
    return members ? { from: context.pos - typed.length, options: members.map(option), validFor: /^\w*$/ } : null;
  };
}

function tops(modules) {
  const names = new Set(Object.keys(modules).map((path) => path.split(".")[0]));
  return [...names].map((label) => ({ label, type: "namespace" }));
}
