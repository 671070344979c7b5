// The code editor itself: CodeMirror for Python, as `practicum-editor` (static/editor.js) loads it when it is needed.

import {
  acceptCompletion, autocompletion, closeCompletion, completionKeymap, completionStatus, currentCompletions, ifNotIn,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentLess, indentMore, simplifySelection } from "@codemirror/commands";
import { globalCompletion, localCompletionSource, python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { forEachDiagnostic, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorSelection, EditorState, Prec, Transaction } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import css from "./editor.css";
import { source } from "./names.js";

const STEP = "    ";

const WORDS = ["String", "Comment"]; // In which nothing is completed.

// The colours of code elsewhere on the pages (practicum.css).
const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.bool, tags.null], color: "var(--accent)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--string)" },
  { tag: tags.number, color: "var(--number)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
]);

// With nothing selected, Tab goes on to the next multiple of four; with lines selected, it moves them.
function indent(view) {
  const { state } = view;
  if (state.readOnly) return false;
  if (state.selection.ranges.some((range) => !range.empty)) return indentMore(view);
  const { head } = state.selection.main;
  const column = head - state.doc.lineAt(head).from;
  view.dispatch(state.replaceSelection(STEP.slice(column % STEP.length)), { scrollIntoView: true, userEvent: "input" });
  return true;
}

// Tab leaves the editor, so that the page can be tabbed through, until a click, a change or Enter begins to edit; then
// it indents. Escape ends that, once it has closed what has popped up, and so does leaving. Caret keys only read.
function editing() {
  let isOn = false;
  const turn = (view, on) => {
    isOn = on;
    view.setTabFocusMode(!on);
  };
  const begin = (view) => {
    if (isOn) return false;
    turn(view, true); // The Enter that begins breaks no line.
    return true;
  };
  const escape = (view) => {
    const open = completionStatus(view.state) === "active" && currentCompletions(view.state).length > 0;
    closeCompletion(view);
    if (open) return true;
    simplifySelection(view);
    turn(view, false);
    return true;
  };
  return [
    Prec.high(keymap.of([{ key: "Enter", run: begin }])),
    keymap.of([{ key: "Escape", run: escape }]),
    EditorView.domEventHandlers({
      focus: (_, view) => turn(view, isOn), // A press of the mouse comes before the focus.
      blur: (_, view) => turn(view, false),
      mousedown: (_, view) => turn(view, true),
    }),
    EditorView.updateListener.of(({ transactions, view }) => {
      if (transactions.some((one) => one.docChanged && one.annotation(Transaction.userEvent))) turn(view, true);
    }),
  ];
}

// Where names come from: the run environment, the buffer but for the very word that is being typed, and Python.
function sources(names) {
  const local = (context) => {
    const found = localCompletionSource(context);
    const word = found && context.state.sliceDoc(found.from, context.pos);
    return found && { ...found, options: found.options.filter(({ label }) => label !== word) };
  };
  return [...(names ? [ifNotIn(WORDS, source(names))] : []), local, globalCompletion];
}

// What is typed over a selection, or is more than a line, goes through the state: left to itself, a browser joins lines
// with style attributes, which the page's policy refuses.
const OVER = EditorView.domEventHandlers({
  beforeinput(event, view) {
    if (event.inputType !== "insertText" || event.data === null || view.composing) return false;
    const { from, to } = target(event, view);
    if (from === to && !event.data.includes("\n")) return false;
    event.preventDefault();
    const insert = view.state.toText(event.data);
    const change = { changes: { from, to, insert }, selection: { anchor: from + insert.length } };
    view.dispatch(change, { scrollIntoView: true, userEvent: "input.type" });
    return true;
  },
});

// What the browser would replace: a selection that a script has made is known to the state only later.
function target(event, view) {
  const [range] = event.getTargetRanges?.() ?? [];
  if (!range || ![range.startContainer, range.endContainer].every((node) => view.contentDOM.contains(node))) return view.state.selection.main;
  const from = view.posAtDOM(range.startContainer, range.startOffset);
  return { from, to: Math.max(from, view.posAtDOM(range.endContainer, range.endOffset)) };
}

function keys(submit) {
  const enter = { run: () => (submit(), true), preventDefault: true };
  return keymap.of([
    { key: "Mod-Enter", ...enter },
    { key: "Ctrl-Enter", ...enter },
    { key: "Tab", run: acceptCompletion },
    { key: "Tab", run: indent, shift: indentLess },
    ...completionKeymap.filter(({ key }) => key !== "Escape"),
    ...lintKeymap.filter(({ key }) => key === "F8"),
    ...historyKeymap,
    ...defaultKeymap,
  ]);
}

// A fault is over when its line is changed.
function mended(update) {
  if (!update.docChanged) return;
  let touched = false;
  forEachDiagnostic(update.startState, (_, from, to) => { touched ||= Boolean(update.changes.touchesRange(from, to)); });
  if (touched) update.view.dispatch(setDiagnostics(update.state, []));
}

// An editor in the shadow root of `host`. `label` and `described` say what it is for; `names`: gives a promise of
// `{modules}`; `changed(text)` and `submit()` are called as that happens.
export function create(host, { text, from, to, label, described, names, changed, submit }) {
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  const help = document.createElement("p");
  help.id = "help";
  help.hidden = true;
  help.textContent = described;
  root.append(help);
  const state = EditorState.create({
    doc: text,
    selection: EditorSelection.single(from, to),
    extensions: [
      editing(),
      keys(submit),
      OVER,
      lineNumbers(),
      EditorView.lineWrapping,
      history(),
      bracketMatching(),
      indentOnInput(),
      indentUnit.of(STEP),
      EditorState.tabSize.of(4),
      python(),
      autocompletion({ override: sources(names), defaultKeymap: false, selectOnOpen: false, interactionDelay: 0, icons: false, maxRenderedOptions: 60, tooltipClass: () => "names" }),
      syntaxHighlighting(COLOURS),
      EditorView.contentAttributes.of({ spellcheck: "false", autocapitalize: "off", autocorrect: "off", translate: "no", tabindex: "0", "aria-label": label, "aria-describedby": help.id }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed(update.state.doc.toString());
        mended(update);
      }),
    ],
  });
  const view = new EditorView({ state, root, parent: root });
  view.coordsAtPos(0); // Measures now: else the line numbers are drawn once without the padding, and then jump.
  return {
    view,
    focus: () => view.focus(),
    selection: () => view.state.selection.main,
    set: (value) => {
      if (value !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
    },
    mark: (number, message) => {
      const line = view.state.doc.line(Math.min(Math.max(1, number), view.state.doc.lines));
      const start = line.from + line.text.search(/\S|$/);
      const end = Math.max(start, line.from + line.text.trimEnd().length);
      view.dispatch(setDiagnostics(view.state, [{ from: start, to: end, severity: "error", message }]));
    },
    clear: () => view.dispatch(setDiagnostics(view.state, [])),
    destroy: () => view.destroy(),
  };
}
