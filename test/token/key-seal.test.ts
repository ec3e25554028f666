import { describe, expect, test } from "bun:test";
import { createKeySealer, isSealedInClear } from "../../src/token/key-seal.ts";
import { refusalOf } from "./access-team.ts";

const KEY = new Uint8Array([1, 2, 3, 4]);
const sealer = createKeySealer("correct horse");

describe("a private key at rest", () => {
  test("opens with the passphrase and the label it was sealed with", async () => {
    const sealed = await sealer.seal(KEY, "label");
    expect(isSealedInClear(sealed)).toBe(false);
    expect(await sealer.open(sealed, "label")).toEqual(KEY);
    expect(await createKeySealer("correct horse").open(sealed, "label")).toEqual(KEY);
  });

  test("is never sealed twice to the same text", async () => {
    expect(await sealer.seal(KEY, "label")).not.toBe(await sealer.seal(KEY, "label"));
  });

  test("does not open for anything else", async () => {
    const sealed = await sealer.seal(KEY, "label");
    const [kind, salt, iv, box = ""] = sealed.split(".");
    const changed = `${box.startsWith("A") ? "B" : "A"}${box.slice(1)}`;
    expect(await refusalOf(() => sealer.open(sealed, "other label"))).toBe("passphrase_wrong");
    expect(await refusalOf(() => sealer.open([kind, salt, iv, changed].join("."), "label"))).toBe(
      "passphrase_wrong",
    );
    expect(await refusalOf(() => createKeySealer("wrong").open(sealed, "label"))).toBe("passphrase_wrong");
    expect(await refusalOf(() => createKeySealer(null).open(sealed, "label"))).toBe("passphrase_missing");
  });

  test.each(["", "scrypt-a256gcm", "scrypt-a256gcm.a.b", "rot13.a.b.c"])(
    "in a form that is not known: %s",
    async (text) => {
      expect(await refusalOf(() => sealer.open(text, "label"))).toBe("vault_corrupt");
    },
  );

  test("without a passphrase lies in the clear, and can be read when there is one later", async () => {
    const sealed = await createKeySealer(null).seal(KEY, "label");
    expect(isSealedInClear(sealed)).toBe(true);
    expect(await createKeySealer(null).open(sealed, "label")).toEqual(KEY);
    expect(await sealer.open(sealed, "label")).toEqual(KEY);
  });
});
