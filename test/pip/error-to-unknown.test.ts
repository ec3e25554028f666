import { describe, expect, test } from "bun:test";
import { unknownReasonOf } from "../../src/pip/error-to-unknown.ts";
import { ProviderError } from "../../src/pip/provider-error.ts";

const coded = (code: string) => Object.assign(new Error("no"), { code });

describe("an error becomes a reason for not knowing", () => {
  test.each([
    ["the host's own", new ProviderError("circuit_open", "no"), "circuit_open"],
    ["a late answer", new DOMException("late", "TimeoutError"), "timeout"],
    ["an abandoned question", new DOMException("late", "AbortError"), "timeout"],
    ["a late connection", coded("ETIMEDOUT"), "timeout"],
    ["a refused connection", coded("ECONNREFUSED"), "unreachable"],
    ["a reset connection", coded("ECONNRESET"), "unreachable"],
    ["an unknown name", coded("ENOTFOUND"), "unreachable"],
    ["a resolver that is down", coded("EAI_AGAIN"), "unreachable"],
    ["an expired certificate", coded("CERT_HAS_EXPIRED"), "unreachable"],
    ["a self-signed certificate", coded("DEPTH_ZERO_SELF_SIGNED_CERT"), "unreachable"],
    ["a certificate for another name", coded("ERR_TLS_CERT_ALTNAME_INVALID"), "unreachable"],
    ["a certificate of nobody", coded("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "unreachable"],
    ["broken JSON", new SyntaxError("no"), "malformed"],
    ["what wraps a cause", new Error("directory", { cause: coded("ECONNRESET") }), "unreachable"],
    ["anything else", new Error("no"), "failed"],
    ["a bug", new TypeError("no"), "failed"],
    ["what is no error", "no", "failed"],
    ["nothing", undefined, "failed"],
  ] as const)("%s", (_, error, reason) => {
    expect(unknownReasonOf(error)).toBe(reason);
  });

  test("even where it is its own cause", () => {
    const error = new Error("round and round");
    error.cause = error;
    expect(unknownReasonOf(error)).toBe("failed");
  });
});
