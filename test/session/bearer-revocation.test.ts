import { describe, expect, test } from "bun:test";
import { known } from "../../src/core/fact.ts";
import { parseIp } from "../../src/core/ip-address.ts";
import { NOW } from "../token/access-team.ts";
import { IDP, SessionRig } from "./rig.ts";

const POLICIES = `
applications:
  - name: wiki
    policies:
      - { name: Office, decision: bypass, include: [{ ip: { ip: 192.0.2.0/24 } }] }
      - { name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }] }
`;
const SECONDS = NOW / 1_000;

describe.each([
  ["the user", "user", `${IDP}#1`],
  ["the e-mail address", "email", "ada@example.com"],
] as const)("after %s was revoked, a bearer token", (_, kind, id) => {
  async function openRevoked() {
    const rig = await SessionRig.open(POLICIES);
    expect(await rig.askBearer({ auth_time: SECONDS - 60 })).toBe("permit");
    await rig.revoke(kind, id);
    return rig;
  }

  test("of an earlier login never counts, however often it is issued anew", async () => {
    const rig = await openRevoked();
    for (const hours of [0, 1, 24, 24 * 62]) {
      rig.now = NOW + hours * 3_600_000;
      expect(await rig.askBearer({ auth_time: SECONDS - 60 })).toBe("login_required");
    }
  });

  test("of a later login counts, once no clock that is ahead can have dated it so", async () => {
    const rig = await openRevoked();
    rig.now = NOW + 3_600_000;
    expect(await rig.askBearer({ auth_time: SECONDS + 60 })).toBe("login_required");
    expect(await rig.askBearer({ auth_time: SECONDS + 61 })).toBe("permit");
  });

  test("is of no login later than itself", async () => {
    const rig = await openRevoked();
    rig.now = NOW + 50_000;
    expect(await rig.askBearer({ auth_time: SECONDS + 3_600 })).toBe("login_required");
  });

  test.each([[undefined], ["yesterday"], [1.5]])(
    "with auth_time %p is denied, and no login is asked for that would change nothing",
    async (auth_time) => {
      const rig = await openRevoked();
      rig.now = NOW + 3_600_000;
      expect(await rig.askBearer({ auth_time })).toBe("undecided");
    },
  );

  test("keeps nobody out where nobody has to log in", async () => {
    const rig = await openRevoked();
    const address = parseIp("192.0.2.7");
    if (address === null) throw new Error("not an address");
    const from = { source: "proxy", learntAt: NOW, expiresAt: Number.POSITIVE_INFINITY };
    expect(await rig.askBearer({}, { "network.ip": known(address, from) })).toBe("permit");
  });
});
