/** Identity values as they come off the wire: texts, nothing parsed. */
export interface Person {
  readonly email: string;
  readonly subject: string;
  readonly idp: string;
  readonly country: string;
  readonly ip: string;
  readonly groups: readonly string[];
}

const COUNTRIES = ["PT", "DE", "PT", "FR", "PT"] as const;
const DOMAINS = ["example.com", "example.com", "example.com", "partner.example"] as const;

/** `count` people, who differ in every value; some of them get in wherever the benchmarks ask. */
export function createPeople(count: number): readonly Person[] {
  return Array.from({ length: count }, (_, index) => ({
    email: `${index % 16 === 5 ? "mallory" : `person-${index}`}@${pick(DOMAINS, index)}`,
    subject: `user-${index}`,
    idp: "okta",
    country: pick(COUNTRIES, index),
    ip: `10.${index % 50}.${index % 7}.${(index % 250) + 1}`,
    groups: [`team-${index % 60}`, `floor-${index % 9}`, "staff"],
  }));
}

function pick<T>(values: readonly [T, ...T[]] | readonly T[], index: number): T {
  const value = values[index % values.length];
  if (value === undefined) throw new Error("there is nothing to pick from");
  return value;
}

/** The same person as Access describes one to an external evaluation. */
export function identityOf({ email, subject, idp, country, ip, groups }: Person, learntAt: string) {
  return {
    email,
    user_uuid: subject,
    idp: { id: idp, type: "okta" },
    groups,
    geo: { country },
    ip,
    auth_status: "NONE",
    service_token_status: false,
    is_warp: true,
    is_gateway: true,
    device_id: `laptop-of-${subject}`,
    devicePosture: {
      "disk-encryption": { success: true, timestamp: learntAt, type: "disk_encryption" },
    },
  };
}
