import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Contract } from "../../src/server/proxy/contract.ts";
import { createGate, type PassGate } from "../../src/server/proxy/gate.ts";
import { openDirectly } from "./direct-rig.ts";
import { findEscape } from "./mutations.ts";
import { accessTokenFor, HTTP_KINDS } from "./rig.ts";

test("no mutation of a denied request is ever permitted", async () => {
  expect(await findEscape(20_261_121, 50_000)).toBeNull();
}, 180_000);

/** Takes the first of several headers, as many servers do: the client's own. */
function createCredulousGate(contract: Contract): PassGate {
  const passGate = createGate(contract);
  return (raw) => {
    const seen = new Set<string>();
    const first = raw.headers.filter((_, at) => {
      const name = (raw.headers[at - (at % 2)] ?? "").toLowerCase();
      if (at % 2 === 1) return seen.has(`${name} ${at - 1}`);
      if (seen.has(name)) return false;
      seen.add(name).add(`${name} ${at}`);
      return true;
    });
    return passGate({ ...raw, headers: first });
  };
}

test("a gate that let duplicates through would be found out", async () => {
  expect(await findEscape(20_261_121, 50_000, createCredulousGate)).not.toBeNull();
}, 180_000);

const SPELLED = `
applications:
  - name: wiki
    aud: 97e2aae1207e7c4a
    domain: wiki.example.com
    policies: [{ name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }] }]
  - name: admin
    domain: wiki.example.com/admin/users
    policies: [{ name: Nobody, decision: deny, include: [{ everyone: {} }] }]
  - name: open
    domain: wiki.example.com/open
    policies: [{ name: Anybody, decision: bypass, include: [{ everyone: {} }] }]
`;

const segment = fc.constantFrom("admin", "users", "open", "a", "b c", "%41", "Admin");
/** Ways to write the same path (RFC 3986, 6.2.2), and ways that servers take for the same. */
const spelling = fc.constantFrom<(path: string) => string>(
  (path) => path.replace(/[a-z]/, (char) => `%${char.charCodeAt(0).toString(16)}`),
  (path) => path.replace(/[a-z]/, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
  (path) => path.replace("/", "/./"),
  (path) => path.replace("/", "//"),
  (path) => path.replace("/", "/x/../"),
  (path) => `${path}/`,
  (path) => `${path}/.`,
  (path) => `${path}?x=/open`,
  (path) => path.replace("/", "/%2e/"),
  (path) => path.replace(/(.)\//, "$1%2f"),
  (path) => path.replace(/(.)\//, "$1\\"),
  (path) => path.replace("/", "/;v=1/"),
);

test("equivalent spellings of a path come to the same answer, or to 403", async () => {
  const header = ["Cf-Access-Jwt-Assertion", await accessTokenFor()];
  for (const kind of HTTP_KINDS.filter((one) => one === "envoy-http")) {
    const { answer } = await openDirectly(kind, SPELLED);
    const ask = async (target: string) =>
      (await answer({ method: "GET", target, headers: ["Host", "wiki.example.com", ...header] })).status;
    await fc.assert(
      fc.asyncProperty(
        fc.array(segment, { maxLength: 4 }),
        fc.array(spelling, { minLength: 1, maxLength: 3 }),
        async (segments, spellings) => {
          const plain = `/${segments.map(encodeURIComponent).join("/")}`;
          const spelt = spellings.reduce((path, spell) => spell(path), plain);
          const told = await ask(spelt);
          expect([await ask(plain), 403]).toContain(told);
        },
      ),
      { numRuns: 3_000 },
    );
  }
}, 180_000);
