import { describe, expect, test } from "bun:test";
import { unknownReasonOf } from "../../src/pip/error-to-unknown.ts";
import { apiUrl, readAs, t } from "../../src/plugin.ts";

const Person = t.Object({ on_call: t.Boolean() });

function errorOf(value: unknown): unknown {
  try {
    return readAs(Person, value);
  } catch (error) {
    return error;
  }
}

describe("what a source answered, read as what it should be", () => {
  test("is itself where it is that", () => {
    const person = { on_call: true, more: 1 };
    expect(readAs(Person, person)).toBe(person);
  });

  test("is malformed where it is not, and told by place and expectation alone", () => {
    const error = errorOf({ on_call: "a secret" });
    expect(error).toBeInstanceOf(SyntaxError);
    expect(error).toHaveProperty("message", "on_call: expected a boolean");
    expect(unknownReasonOf(error)).toBe("malformed");
  });
});

describe("the address of an API", () => {
  const accepts = (url: string) => new RegExp(apiUrl().pattern ?? "$^").test(url);
  test.each([
    "https://hr.example.com",
    "https://hr.example.com/api/v1",
    "http://127.0.0.1:8080",
    "http://localhost/api",
  ])("may be %s", (url) => expect(accepts(url)).toBe(true));
  test.each([
    "https://hr.example.com/",
    "http://hr.example.com",
    "hr.example.com",
    "https://hr.example.com?a=b",
    "http://localhost.example.com",
  ])("is not %s", (url) => expect(accepts(url)).toBe(false));
});
