import { describe, expect, test } from "bun:test";
import { parseLoginUrl, parseSecureOrigin, parseSecureUrl } from "../../src/config/parse-url.ts";

/** What a parser makes of a text, or the message of its refusal. */
function outcome(parse: (text: string) => string | null, text: string): string | null {
  try {
    return parse(text);
  } catch (error) {
    return error instanceof Error ? error.message : null;
  }
}

describe("URLs", () => {
  test.each([
    ["https://a.example.com/x?y=1", "https://a.example.com/x?y=1"],
    ["http://127.0.0.1:9/certs", "http://127.0.0.1:9/certs"],
    ["http://localhost/", "http://localhost/"],
    ["http://[::1]/", "http://[::1]/"],
  ])("%s is one", (text, url) => {
    expect(outcome(parseSecureUrl, text)).toBe(url);
  });

  const plain = "plain http is for this machine only (localhost, 127.0.0.1, [::1]); use https";
  test.each([
    ["http://example.com/", plain],
    ["http://127.evil.com/", plain],
    ["http://127.0.0.1.evil.com/", plain],
    ["http://localhost.evil.com/", plain],
    ["https://user@example.com/", "credentials in a URL; remove them"],
    ["https://user:s3cret@example.com/", "credentials in a URL; remove them"],
    ["https://example.com/#x", "a fragment in a URL; remove what follows the #"],
    ["ftp://example.com/", null],
    ["javascript:alert(1)", null],
    ["//example.com", null],
    ["https:example.com", null],
    ["https://exa mple.com/", null],
    ["https://example.com\\@evil.com/", null],
    ["", null],
  ])("%s is none", (text, message) => {
    expect(outcome(parseSecureUrl, text)).toBe(message);
  });
});

describe("origins", () => {
  test.each([
    ["https://postern.example.com", "https://postern.example.com"],
    ["https://postern.example.com/", "https://postern.example.com"],
    ["https://Postern.example.com:443", "https://postern.example.com"],
    ["https://postern.example.com:8443", "https://postern.example.com:8443"],
    ["https://postern.example.com/x", "only scheme, host and port belong here; remove the path"],
    ["https://postern.example.com/?x", null],
  ])("%s: %s", (text, origin) => {
    expect(outcome(parseSecureOrigin, text)).toBe(
      origin ?? "only scheme, host and port belong here; remove the path",
    );
  });
});

describe("login URLs", () => {
  test.each([
    ["https://login.example.com/?back={url}", "https://login.example.com/?back={url}"],
    ["https://login.example.com/", "https://login.example.com/"],
    ["https://login.example.com/{url}", "{url} belongs in the query, after the ?"],
    ["https://{url}/?x", "{url} belongs in the query, after the ?"],
    ["https://login.example.com/?a={url}&b={url}", "{url} may stand once"],
    ["https://login.example.com/?a={uri}", "the only placeholder is {url}"],
  ])("%s: %s", (text, result) => {
    expect(outcome(parseLoginUrl, text)).toBe(result);
  });
});
