import { describe, expect, test } from "bun:test";
import {
  formatDuration,
  printable,
  renderMark,
  renderProgress,
  renderTable,
  renderTrees,
  styleOf,
  wrapText,
} from "../../src/cli/terminal.ts";

const PLAIN = { color: false, width: 40 };
const COLORED = { color: true, width: 40 };

describe("the style of a stream", () => {
  test.each([
    ["a terminal", { isTTY: true, columns: 120 }, {}, { color: true, width: 120 }],
    ["a terminal that does not know its width", { isTTY: true, columns: 0 }, {}, { color: true, width: 100 }],
    ["a file", {}, {}, { color: false, width: 100 }],
    [
      "a terminal under NO_COLOR",
      { isTTY: true, columns: 80 },
      { NO_COLOR: "1" },
      { color: false, width: 80 },
    ],
    [
      "a terminal under an empty NO_COLOR",
      { isTTY: true, columns: 80 },
      { NO_COLOR: "" },
      { color: true, width: 80 },
    ],
    ["a dumb terminal", { isTTY: true, columns: 80 }, { TERM: "dumb" }, { color: false, width: 80 }],
  ])("of %s", (_, stream, env, style) => {
    expect(styleOf(stream, env)).toEqual(style);
  });
});

test("a verdict has a mark, the same with and without colour", () => {
  const marks = (style: typeof PLAIN) =>
    (["match", "no_match", "unknown"] as const).map((verdict) => renderMark(verdict, style));
  expect(marks(PLAIN)).toEqual(["✓", "✗", "?"]);
  expect(marks(COLORED)).toEqual(["\u001b[32m✓\u001b[39m", "\u001b[31m✗\u001b[39m", "\u001b[33m?\u001b[39m"]);
});

test("the columns of a table are aligned by what the eye sees: wide letters count two, colours none", () => {
  const table = renderTable([
    ["id", "name"],
    ["日本", "x"],
    ["\u001b[31mred\u001b[39m", "y"],
  ]);
  expect(Bun.stripANSI(table).split("\n")).toEqual(["id    name", "日本  x", "red   y"]);
});

test("trees are joined by lines, and long texts stay under their branch", () => {
  const leaf = (text: string) => ({ text, children: [] });
  const trees = renderTrees(
    [
      {
        text: "one",
        children: [leaf("first"), leaf("a text that is too long for the width of the terminal")],
      },
      leaf("two"),
    ],
    PLAIN,
  );
  expect(trees).toBe(
    [
      "├─ one",
      "│  ├─ first",
      "│  └─ a text that is too long for the",
      "│       width of the terminal",
      "└─ two",
    ].join("\n"),
  );
});

test("no line of a wrapped text is wider than asked for, but for a word that cannot be broken", () => {
  const lines = wrapText("who may reach this application https://wiki.example.com/eng now", 20).split("\n");
  expect(lines).toEqual(["who may reach this", "application", "https://wiki.example.com/eng", "now"]);
});

test("progress is shown only for what takes longer than two seconds", () => {
  const progress = { label: "decisions", done: 5, total: 20 };
  expect(renderProgress({ ...progress, elapsedMs: 1_999 }, PLAIN)).toBe("");
  expect(renderProgress({ ...progress, elapsedMs: 61_000 }, PLAIN)).toBe("decisions: 5 of 20 (25 %), 1 min");
});

test.each([
  [0, "0 s"],
  [-3, "0 s"],
  [59_999, "59 s"],
  [120_000, "2 min"],
  [7_200_000, "2 h"],
  [200_000_000, "2 d"],
])("%d ms read %p", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test("text from outside cannot steer the terminal", () => {
  expect(printable("a\u001b[2Jb\n\u009bc\u202ed")).toBe("a\\u001b[2Jb\\u000a\\u009bc\\u202ed");
  expect(printable("Zoë 日本 ✓")).toBe("Zoë 日本 ✓");
});
