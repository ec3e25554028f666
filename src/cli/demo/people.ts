/** Somebody who wants in, as Access describes them to an external evaluation. */
export interface Visitor {
  readonly who: string;
  /** What is worth knowing about them, for the table. */
  readonly circumstances: string;
  readonly application: string;
  /** Signed by somebody who is not Access. */
  readonly forged: boolean;
  readonly identity: object;
}

type Laptop = "encrypted" | "not encrypted" | "not heard of";

export interface Person {
  readonly name: string;
  readonly country: string;
  readonly groups?: readonly string[];
  readonly laptop: Laptop;
}

/** The visitors of the demo. `at` is the time of their posture checks, ISO 8601. */
export function visitorsAt(at: string): readonly Visitor[] {
  const visit = (application: string, person: Person, forged = false): Visitor => ({
    who: `${person.name}@example.com`,
    circumstances: describe(person),
    application,
    forged,
    identity: identityOf(person, at),
  });
  const carla = { name: "carla", country: "PT", groups: ["finance"], laptop: "encrypted" } as const;
  return [
    visit("wiki", { name: "ada", country: "PT", laptop: "encrypted" }),
    visit("wiki", { name: "bob", country: "PT", laptop: "not encrypted" }),
    visit("wiki", { name: "dan", country: "DE", laptop: "not heard of" }),
    visit("wiki", { name: "mallory", country: "US", laptop: "encrypted" }),
    visit("payroll", carla),
    visit("payroll", { ...carla, country: "FR" }),
    visit("payroll", { name: "eve", country: "US", groups: ["finance"], laptop: "encrypted" }),
    {
      who: "build robot",
      circumstances: "service token",
      application: "metrics",
      forged: false,
      identity: {
        service_token_status: true,
        service_token_id: ROBOT,
        ip: "192.0.2.7",
        geo: { country: "US" },
      },
    },
    { ...visit("payroll", carla, true), circumstances: "a token that Access did not sign" },
  ];
}

const ROBOT = "e367826f93b8d71185e03fe518aff3b4.access";

function describe({ country, groups = [], laptop }: Person): string {
  return [`from ${country}`, ...groups.map((group) => `in ${group}`), `laptop ${laptop}`].join(", ");
}

/** A person as Access tells of them; more than these fields is in it. */
export interface DemoIdentity {
  readonly email: string;
  readonly user_uuid: string;
  readonly device_id: string;
}

/** The identity of a login whose posture was checked at `at`. */
export function identityOf({ name, country, groups = [], laptop }: Person, at: string): DemoIdentity {
  const identity = {
    email: `${name}@example.com`,
    user_uuid: `user-${name}`,
    idp: { id: "okta", type: "okta" },
    groups,
    geo: { country },
    ip: "192.0.2.10",
    auth_status: "NONE",
    service_token_status: false,
    is_warp: true,
    is_gateway: true,
    device_id: `laptop-of-${name}`,
    devicePosture:
      laptop === "not heard of"
        ? {}
        : { "disk-encryption": { success: laptop === "encrypted", timestamp: at, type: "disk_encryption" } },
  };
  return identity;
}
