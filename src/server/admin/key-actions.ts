import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { KeyRing } from "../../token/key-ring.ts";
import { TokenError } from "../../token/token-error.ts";
import type { AdminAction } from "./admin-api.ts";
import { type AdminOperation, strictObject } from "./operation.ts";
import { readJson } from "./read-json.ts";

/** Key rings by what their keys are for. */
export type KeyRings = ReadonlyMap<string, Pick<KeyRing, "list" | "rotate" | "revoke">>;

const Rotation = strictObject({ purpose: Type.String() });
const Revocation = strictObject({ purpose: Type.String(), kid: Type.String() });
const Keys = strictObject({
  keys: Type.Array(
    strictObject({
      purpose: Type.String(),
      kid: Type.String(),
      algorithm: Type.String(),
      state: Type.String(),
      since: Type.Number({ description: "Milliseconds since the epoch." }),
    }),
  ),
});

/** The operations of `key-actions`, without what does them. */
export const KEY_OPERATIONS = {
  list: {
    method: "GET",
    path: "/v1/keys",
    action: "keys.list",
    role: "viewer",
    summary: "The signing keys",
    query: null,
    body: null,
    answer: Keys,
  },
  rotate: {
    method: "POST",
    path: "/v1/keys/rotate",
    action: "keys.rotate",
    role: "operator",
    summary: "Lets the next key take over now",
    query: null,
    body: Rotation,
    answer: Keys,
  },
  revoke: {
    method: "POST",
    path: "/v1/keys/revoke",
    action: "keys.revoke",
    role: "operator",
    summary: "Takes a key out at once; the next key replaces it",
    query: null,
    body: Revocation,
    answer: Keys,
  },
} as const satisfies Record<string, AdminOperation>;

const Change = strictObject({ purpose: Type.String(), kid: Type.Optional(Type.String()) });
const CHANGE = TypeCompiler.Compile(Change);

/** What `postern keys` asks: the keys, the next one now, or one of them gone. `onChange` hears of the latter two. */
export function keyActions(rings: KeyRings, onChange = () => {}): readonly AdminAction[] {
  const list = () => {
    const keys = [...rings].flatMap(([purpose, ring]) => ring.list().map((key) => ({ purpose, ...key })));
    return Response.json({ keys }, { headers: { "Cache-Control": "no-store" } });
  };
  const purposeOf = (kid: string) =>
    [...rings].find(([, ring]) => ring.list().some((key) => key.kid === kid))?.[0];
  const change = async (request: Request, work: (ring: Ring, asked: Asked) => Promise<void>) => {
    const asked = await readJson(request, CHANGE);
    const ring = asked === null ? undefined : rings.get(asked.purpose);
    if (asked === null || ring === undefined)
      return refuse("name the purpose of the keys, and for a revocation the kid");
    try {
      await work(ring, asked);
      onChange();
      return list();
    } catch (error) {
      return refuse(error instanceof TokenError ? error.message : "the keys could not be changed");
    }
  };
  return [
    { ...KEY_OPERATIONS.list, handle: async () => list() },
    { ...KEY_OPERATIONS.rotate, handle: (request) => change(request, (ring) => ring.rotate()) },
    {
      ...KEY_OPERATIONS.revoke,
      handle: (request) =>
        change(request, async (ring, { purpose, kid = "" }) => {
          const held = purposeOf(kid) ?? purpose;
          if (held !== purpose) throw new TokenError("unknown_key", explainPurpose(held, purpose));
          await ring.revoke(kid);
        }),
    },
  ];
}

type Ring = Pick<KeyRing, "rotate" | "revoke">;
type Asked = Static<typeof Change>;

/** Nothing is revoked by guess: who takes a key out of use says what it is for. */
function explainPurpose(held: string, asked: string): string {
  return `this is a key of the purpose "${held}", not "${asked}"; ask again with the purpose "${held}"`;
}

function refuse(message: string): Response {
  return Response.json({ error: { code: "refused", message } }, { status: 409 });
}
