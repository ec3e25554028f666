import type { Target } from "./target.ts";
import { accessTokenTarget } from "./targets/access-token.ts";
import { applicationsTarget } from "./targets/applications.ts";
import { configTarget } from "./targets/config.ts";
import { emailTarget } from "./targets/email.ts";
import { hostTarget } from "./targets/host.ts";
import { identityTarget } from "./targets/identity.ts";
import { importTarget } from "./targets/import.ts";
import { cidrTarget, ipTarget } from "./targets/ip.ts";
import { jwtGateTarget } from "./targets/jwt-gate.ts";
import { pathTarget } from "./targets/path.ts";
import { policiesTarget } from "./targets/policies.ts";
import { strictJsonTarget } from "./targets/strict-json.ts";
import { factsFileTarget, testFileTarget } from "./targets/written-requests.ts";

/** Everything that reads text from outside. */
export const TARGETS: readonly Target[] = [
  jwtGateTarget(),
  accessTokenTarget(),
  strictJsonTarget(),
  hostTarget(),
  pathTarget(),
  applicationsTarget(),
  emailTarget(),
  ipTarget(),
  cidrTarget(),
  identityTarget(),
  configTarget(),
  policiesTarget(),
  importTarget(),
  factsFileTarget(),
  testFileTarget(),
];
