/** What stands between the texts of a list in one cell. */
const SEPARATOR = ";";
const NUMBER = /^-?\d+(?:\.\d+)?$/;

type CellType = "text" | "number" | "boolean" | "texts";
type CellValue = string | number | boolean | string[] | undefined;

/**
 * What a cell holds; undefined where it is empty, which says nothing but for a list. A text that is not of the
 * type is left as it is, and so found to be malformed.
 */
export function readCell(cell: unknown, type: CellType): CellValue {
  if (typeof cell === "string") return readText(cell, type);
  if (typeof cell === "number" || typeof cell === "boolean") return cell;
  return isTexts(cell) ? cell : undefined;
}

function isTexts(cell: unknown): cell is string[] {
  return Array.isArray(cell) && cell.every((part) => typeof part === "string");
}

function readText(text: string, type: CellType): CellValue {
  if (type === "texts") {
    return text
      .split(SEPARATOR)
      .map((part) => part.trim())
      .filter((part) => part !== "");
  }
  if (text === "") return undefined;
  if (type === "number" && NUMBER.test(text)) return Number(text);
  if (type === "boolean" && /^(?:true|false)$/i.test(text)) return text.toLowerCase() === "true";
  return text;
}
