import { describe, expect, test } from "bun:test";
import { createLog, type LogLevel } from "../../src/observe/log.ts";
import { collectLines, NOON } from "../support/records.ts";

function openLog(level: LogLevel = "info") {
  const destination = collectLines();
  return { log: createLog({ clock: () => NOON, level, destination }), lines: destination.lines };
}

describe("the service log", () => {
  test("is one JSON line per message, with level, time and fields", () => {
    const { log, lines } = openLog();
    log.info("listening", { address: "127.0.0.1:8080" });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: "info", time: "2026-11-21T12:00:00.000Z", msg: "listening", address: "127.0.0.1:8080" },
    ]);
  });

  test("leaves out what is below its level", () => {
    const { log, lines } = openLog("warn");
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["c", "d"]);
  });

  test("tells an error with its causes", () => {
    const { log, lines } = openLog();
    const error = new Error("cannot load", { cause: new Error("no such file") });
    log.error("reload failed", { error });
    const written = JSON.parse(lines.join("")).error;
    expect(written.message).toBe("cannot load");
    expect(written.cause.message).toBe("no such file");
  });

  test.each(["authorization", "cookie", "token", "secret", "password", "passphrase"])(
    "never writes the field %p, at the top or below",
    (field) => {
      const { log, lines } = openLog();
      log.info("asked", { [field]: "hunter2", headers: { [field]: "hunter2" } });
      expect(lines.join("")).not.toContain("hunter2");
    },
  );

  test("masks credentials in an error's message", () => {
    const { log, lines } = openLog();
    log.error("store", { error: new Error("cannot reach redis://u:hunter2@127.0.0.1") });
    expect(lines.join("")).not.toContain("hunter2");
  });

  test("goes elsewhere where its destination takes nothing, and nobody is the worse for it", () => {
    const fallback = collectLines();
    const destination = {
      write() {
        throw new Error("no space left on the device");
      },
    };
    createLog({ clock: () => NOON, level: "info", destination, fallback }).info("listening");
    expect(fallback.lines.map((line) => JSON.parse(line).msg)).toEqual(["listening"]);
  });
});
