import { afterAll } from "bun:test";

const PROTOTYPES = { Object: Object.prototype, Array: Array.prototype, Function: Function.prototype };

const before = listProperties();

// Preloaded, and so run once, after the last test of the whole suite.
afterAll(() => {
  const added = listProperties().filter((name) => !before.includes(name));
  if (added.length > 0) throw new Error(`the suite has polluted prototypes: ${added.join(", ")}`);
});

function listProperties(): readonly string[] {
  return Object.entries(PROTOTYPES).flatMap(([name, prototype]) =>
    Reflect.ownKeys(prototype).map((key) => `${name}.prototype.${String(key)}`),
  );
}
