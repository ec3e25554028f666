import { createHmac } from "node:crypto";
import type { FactName } from "../core/attribute.ts";
import { toPlain, UNLIMITED } from "./plain-value.ts";

/** Hides the values of some attributes. */
export interface Redactor {
  hides(name: FactName): boolean;
  /** `hmac:…`, the same for equal values as long as the key is the same. */
  hash(value: unknown): string;
}

/**
 * Hides what `attributes` name (`identity.email`, `device.provider`) by HMAC-SHA-256 under `key`: who lacks
 * the key cannot try values out.
 */
export function createRedactor(attributes: readonly string[], key: Uint8Array): Redactor {
  const hidden: ReadonlySet<string> = new Set(attributes);
  return {
    hides: (name) => hidden.size > 0 && hidden.has(attributeOf(name)),
    hash(value) {
      const plain = JSON.stringify(toPlain(value, UNLIMITED).value);
      return `hmac:${createHmac("sha256", key).update(plain).digest("base64url")}`;
    },
  };
}

/** `device.provider` of `device.provider:crowdstrike`. */
function attributeOf(name: FactName): string {
  const end = name.indexOf(":");
  return end === -1 ? name : name.slice(0, end);
}
