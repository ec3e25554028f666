import { expect, test } from "bun:test";
import { known } from "../../src/core/fact.ts";
import type { Gatherer } from "../../src/pip/gather.ts";
import { NOW } from "../token/access-team.ts";
import { identityOfAda, SessionRig } from "./rig.ts";

const POLICIES = `
applications:
  - name: wiki
    policies:
      - { name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }], require: [{ geo: { country_code: PT } }] }
`;

test("a remembered fact that has run out is asked for again, and nobody is denied for it", async () => {
  let asked = 0;
  const gatherer: Gatherer = {
    storeKeys: () => [],
    async gather(_subject, _wanted, _stored, given) {
      asked++;
      const from = { source: "geoip", learntAt: rig.now, expiresAt: rig.now + 1_000 };
      return { facts: { ...given, "network.country": known("PT", from) }, toStore: [], asked: true };
    },
  };
  const rig = await SessionRig.open(POLICIES, { gatherer });
  await rig.login(identityOfAda());
  const iat = NOW / 1_000;
  expect(await rig.outcome({ iat })).toBe("permit");
  const before = asked;
  rig.now += 999;
  expect(await rig.outcome({ iat })).toBe("permit");
  expect(asked).toBe(before);
  rig.now += 1;
  expect(await rig.outcome({ iat })).toBe("permit");
  expect(asked).toBe(before + 1);
});
