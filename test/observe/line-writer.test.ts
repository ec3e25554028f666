import { expect, test } from "bun:test";
import { closeSync, openSync, writeSync } from "node:fs";
import fc from "fast-check";
import { createLineWriter, type LineWriterOptions, LogWriteError } from "../../src/observe/line-writer.ts";

interface Device {
  /** Bytes it has room for. */
  readonly room?: number;
  /** Bytes it takes in one write. */
  readonly atOnce?: number;
}

function createDevice(
  { room = Number.POSITIVE_INFINITY, atOnce = Number.POSITIVE_INFINITY }: Device = {},
  options: LineWriterOptions = {},
) {
  const device = {
    room,
    text: "",
    writes: [] as string[],
    failures: [] as string[],
    isStalled: false,
    tries: 0,
  };
  const writer = createLineWriter((bytes) => {
    device.tries++;
    const code = device.isStalled ? "EAGAIN" : device.failures.shift();
    if (code !== undefined) throw Object.assign(new Error(code), { code });
    const taken = bytes.subarray(0, Math.min(atOnce, device.room));
    if (taken.length === 0) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    device.room -= taken.length;
    const text = new TextDecoder().decode(taken);
    device.text += text;
    device.writes.push(text);
    return taken.length;
  }, options);
  return { device, writer };
}

test("lines that are taken a few bytes at a time are written to their end", () => {
  const { device, writer } = createDevice({ atOnce: 3 });
  writer.write("one line\nand another\n");
  expect(device.text).toBe("one line\nand another\n");
});

test("a pipe that is full is waited for", () => {
  const { device, writer } = createDevice();
  device.failures.push("EAGAIN", "EAGAIN");
  writer.write("late\n");
  expect(device.text).toBe("late\n");
});

test("a reader who stalls is waited for once, and not for long; then lines fail until there is room again", () => {
  const { device, writer } = createDevice();
  device.isStalled = true;
  expect(() => writer.write("lost\n")).toThrow(LogWriteError);
  device.tries = 0;
  expect(() => writer.write("lost\n")).toThrow("the reader of the log is too slow");
  expect(device.tries).toBe(1);
  device.isStalled = false;
  writer.write("kept\n");
  device.failures.push("EAGAIN");
  writer.write("waited for\n");
  expect(device.text).toBe("kept\nwaited for\n");
});

test("where nobody reads any more, whoever hands a line over is told", () => {
  const { device, writer } = createDevice();
  device.failures.push("EPIPE");
  expect(() => writer.write("unread\n")).toThrow("nobody reads the log any more");
  expect(device.text).toBe("");
});

test("that nothing can be written is told once, until something can", () => {
  const told: string[] = [];
  const { device, writer } = createDevice({}, { onBroken: ({ code }) => told.push(code) });
  device.failures.push("EPIPE", "EPIPE", "EIO");
  for (const line of ["1\n", "2\n", "3\n"]) expect(() => writer.write(line)).toThrow();
  expect(told).toEqual(["no_reader"]);
  writer.write("4\n");
  device.failures.push("ENOSPC");
  expect(() => writer.write("5\n")).toThrow();
  expect(told).toEqual(["no_reader", "not_written"]);
});

test("what cannot be written is told at once and is not kept for later", () => {
  const full = openSync("/dev/full", "w");
  try {
    const writer = createLineWriter((bytes) => writeSync(full, bytes));
    expect(() => writer.write("lost\n")).toThrow("ENOSPC");
  } finally {
    closeSync(full);
  }
  const { device, writer } = createDevice({ room: 0 });
  expect(() => writer.write("lost\n")).toThrow("ENOSPC");
  device.room = 100;
  writer.write("kept\n");
  expect(device.text).toBe("kept\n");
});

test("the rest of a line that could not be finished does not spoil the next one", () => {
  const { device, writer } = createDevice({ room: 4 });
  expect(() => writer.write('{"half":1}\n')).toThrow("ENOSPC");
  expect(() => writer.write('{"none":1}\n')).toThrow("ENOSPC");
  device.room = 100;
  writer.write('{"whole":1}\n');
  writer.write('{"whole":2}\n');
  expect(device.text).toBe('{"ha\n{"whole":1}\n{"whole":2}\n');
});

test("a line that was not begun leaves nothing behind", () => {
  const { device, writer } = createDevice();
  device.failures.push("EAGAIN", "EPIPE");
  expect(() => writer.write("not begun\n")).toThrow();
  writer.write("next\n");
  expect(device.text).toBe("next\n");
});

test("what others write to, too, gets whole lines, as many as it takes at once, and a longer one by itself", () => {
  const line = fc.string({ maxLength: 30 }).map((text) => `${text.replaceAll("\n", " ")}\n`);
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), (lines) => {
      const { device, writer } = createDevice({}, { atOnceBytes: 16 });
      writer.write(lines.join(""));
      expect(device.text).toBe(lines.join(""));
      for (const piece of device.writes) {
        expect(piece).toEndWith("\n");
        if (Buffer.byteLength(piece) > 16) expect(piece.indexOf("\n")).toBe(piece.length - 1);
      }
    }),
  );
});
