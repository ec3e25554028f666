import { createColors } from "picocolors";
import type { Verdict } from "../core/verdict.ts";

/** How text is to look: with colours or plain, and how many columns wide. */
export interface Style {
  readonly color: boolean;
  readonly width: number;
}

const DEFAULT_WIDTH = 100;

/** The style of an output stream: plain where it is not a terminal or NO_COLOR is set (no-color.org). */
export function styleOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): Style {
  const color = stream.isTTY === true && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
  // A terminal that does not know its width says 0.
  return { color, width: stream.columns || DEFAULT_WIDTH };
}

/** The colours of a style; all of them leave text alone where it has none. */
export function paint({ color }: Style) {
  return createColors(color);
}

const MARKS: {
  readonly [V in Verdict]: { readonly sign: string; readonly color: "green" | "red" | "yellow" };
} = {
  match: { sign: "✓", color: "green" },
  no_match: { sign: "✗", color: "red" },
  unknown: { sign: "?", color: "yellow" },
};

/** ✓, ✗ or ? for a verdict. */
export function renderMark(verdict: Verdict, style: Style): string {
  const { sign, color } = MARKS[verdict];
  return paint(style)[color](sign);
}

/** Rows with their columns aligned; the last column is not padded. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, Bun.stringWidth(cell));
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - Bun.stringWidth(cell)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** A line of text with others below it. */
export interface Tree {
  readonly text: string;
  readonly children: readonly Tree[];
}

/** Trees side by side, joined by ├─ and └─, each text wrapped to the width. */
export function renderTrees(trees: readonly Tree[], style: Style): string {
  const lines: string[] = [];
  const draw = (siblings: readonly Tree[], indent: string) => {
    siblings.forEach(({ text, children }, index) => {
      const last = index === siblings.length - 1;
      const below = `${indent}${last ? "   " : "│  "}`;
      const [first = "", ...rest] = wrapText(text, style.width - Bun.stringWidth(below)).split("\n");
      // Under a wrapped text the line to its children goes on.
      const beside = children.length > 0 ? `${below}│ ` : `${below}  `;
      lines.push(`${indent}${last ? "└─ " : "├─ "}${first}`, ...rest.map((line) => beside + line));
      draw(children, below);
    });
  };
  draw(trees, "");
  return lines.join("\n");
}

/** Breaks text at spaces into lines of at most `width` columns; a longer word keeps a line of its own. */
export function wrapText(text: string, width: number): string {
  return Bun.wrapAnsi(text, Math.max(width, 20), { hard: false, trim: true });
}

const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text from outside, made safe to print: what would steer the terminal is shown as \uXXXX. */
export function printable(text: string): string {
  return text.replace(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

export interface Progress {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
}

const PATIENCE_MS = 2_000;

/** One line about work that takes longer than two seconds; empty before that. */
export function renderProgress({ label, done, total, elapsedMs }: Progress, style: Style): string {
  if (elapsedMs < PATIENCE_MS) return "";
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
  const line = `${label}: ${done} of ${total} (${percent} %), ${formatDuration(elapsedMs)}`;
  return paint(style).dim(line);
}

const UNITS = [
  { unit: "d", ms: 86_400_000 },
  { unit: "h", ms: 3_600_000 },
  { unit: "min", ms: 60_000 },
  { unit: "s", ms: 1_000 },
] as const;

/** A duration in its largest whole unit: `2 min`, `0 s`. */
export function formatDuration(ms: number): string {
  const { unit, ms: size } = UNITS.find((candidate) => ms >= candidate.ms) ?? { unit: "s", ms: 1_000 };
  return `${Math.floor(Math.max(ms, 0) / size)} ${unit}`;
}
