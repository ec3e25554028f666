import { expect, test } from "bun:test";
import { MemoryStore } from "../../src/store/memory-store.ts";
import { Topics } from "../../src/store/topics.ts";
import { STORE_DOWN } from "../support/faulty-store.ts";
import { NOW } from "../token/access-team.ts";
import { identityOfAda, SessionRig } from "./rig.ts";

const POLICIES = `
applications:
  - { id: wiki, name: wiki, policies: [{ name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }] }] }
`;

test("a revocation is told again where the store did not take the message", async () => {
  let lost = 2;
  class StutteringStore extends MemoryStore {
    override async publish(topic: string, message: string) {
      if (lost-- > 0) return STORE_DOWN();
      return super.publish(topic, message);
    }
  }
  const store = new StutteringStore(() => NOW, new Topics(() => {}));
  const rig = await SessionRig.open(POLICIES, { store });
  await rig.login(identityOfAda());
  const iat = Math.floor(rig.now / 1_000);
  expect(await rig.outcome({ iat })).toBe("permit");
  await rig.revoke("user", "u-ada");
  // What was remembered would have let her in.
  expect(await rig.outcome({ iat })).toBe("login_required");
});
