import type { ErrorCode } from "yaml";

/**
 * What is wrong and how to mend it, for each complaint of the YAML parser. Its own messages are
 * not used: some repeat the text they stumbled over, which may be a secret.
 */
export const SYNTAX_FAULTS: { readonly [code in ErrorCode]: string } = {
  ALIAS_PROPS: "an alias (*name) carries an anchor or a tag; remove it",
  BAD_ALIAS: "malformed anchor or alias; put text that starts with & or * in quotes",
  BAD_COLLECTION_TYPE: "the tag does not fit the value; remove the tag",
  BAD_DIRECTIVE: "unsupported directive; remove the line that starts with %",
  BAD_DQ_ESCAPE: "unknown escape in double quotes; write \\\\ for a backslash, or use single quotes",
  BAD_INDENT: "wrong indentation, or a bracket that is not closed; align it with its neighbours",
  BAD_PROP_ORDER: "a tag or an anchor in the wrong place; put it right before its value",
  BAD_SCALAR_START: "a value cannot start with this character; put the value in quotes",
  BLOCK_AS_IMPLICIT_KEY: "a key inside a value; begin a new line, or put a value that holds `: ` in quotes",
  BLOCK_IN_FLOW: "an indented block inside brackets; write the brackets' style throughout",
  DUPLICATE_KEY: "the same key twice; keep one",
  IMPOSSIBLE: "cannot be read as YAML; check the lines above",
  KEY_OVER_1024_CHARS: "a key of more than 1024 characters; a quote or a `:` is probably missing",
  MISSING_CHAR: "something is missing, often a closing quote or bracket, a comma or a `:`; add it",
  MULTILINE_IMPLICIT_KEY: "a key that spans lines; a `:` or a closing quote is probably missing",
  MULTIPLE_ANCHORS: "two anchors on one value; keep one",
  MULTIPLE_DOCS: "more than one document; keep one per file",
  MULTIPLE_TAGS: "two tags on one value; keep one",
  NON_STRING_KEY: "a key must be plain text; put it in quotes",
  RESOURCE_EXHAUSTION: "nested too deeply; is a bracket left open?",
  TAB_AS_INDENT: "a tab in the indentation; use spaces",
  TAG_RESOLVE_FAILED: "unsupported tag; remove the word that starts with !, or put the value in quotes",
  UNEXPECTED_TOKEN: "unexpected text; check the indentation, quotes and brackets here and on the line above",
};
