import { type ApplicationIndex, compileApplications } from "../../src/core/application-index.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import { known } from "../../src/core/fact.ts";
import { compileOnly } from "./compile.ts";
import { learntNow, readEmail, readIp } from "./read-facts.ts";

/** Something that policies can have many of. */
export interface Growing {
  readonly name: string;
  readonly unit: string;
  readonly sizes: readonly number[];
  /** Decides about other entries each time, and about one in two that is not there. */
  create(size: number): (index: number) => boolean;
}

const NOW = Date.UTC(2026, 0, 1);
const FROM = learntNow(NOW);
const LIST_SIZES = [10, 1_000, 100_000];
/** Requests prepared beforehand, so that only decisions are measured. A power of two. */
const REQUESTS = 1_024;
const NAME = "wiki";
const DOMAIN = "wiki.example.com";

/** What grows, by name. */
export const GROWING: readonly Growing[] = [
  {
    name: "e-mail list",
    unit: "entries",
    sizes: LIST_SIZES,
    create(size) {
      const application = compileOnly({
        lists: [{ id: "l", name: "l", type: "EMAIL", items: entries(size, emailOf) }],
        applications: [allowing([{ email_list: { id: "l" } }])],
      });
      const facts = requests(size, (index) => ({
        "identity.subject": known(`user-${index}`, FROM),
        "identity.email": readEmail(emailOf(index), FROM),
      }));
      return (index) => evaluate(application, at(facts, index), NOW).outcome === "permit";
    },
  },
  {
    name: "IP list",
    unit: "ranges",
    sizes: LIST_SIZES,
    create(size) {
      const application = compileOnly({
        lists: [
          { id: "l", name: "l", type: "IP", items: entries(size, (index) => `${addressOf(index)}/31`) },
        ],
        applications: [allowing([{ ip_list: { id: "l" } }])],
      });
      const facts = requests(size, (index) => ({
        "identity.subject": known(`user-${index}`, FROM),
        "network.ip": readIp(addressOf(index), FROM),
      }));
      return (index) => evaluate(application, at(facts, index), NOW).outcome === "permit";
    },
  },
  {
    name: "application table",
    unit: "hosts",
    sizes: LIST_SIZES,
    create(size) {
      const application = compileOnly({
        applications: [allowing([{ email_domain: { domain: "example.com" } }])],
      });
      const place = { file: "policies.json", line: 1, column: 1 };
      const table: ApplicationIndex<typeof application> = compileApplications(
        Array.from({ length: size }, (_, index) => ({
          destination: { host: hostOf(index), path: "", place },
          value: application,
        })),
      );
      const facts = {
        "identity.subject": known("user", FROM),
        "identity.email": readEmail("ada@example.com", FROM),
      };
      const hosts = requests(size, hostOf);
      return (index) => {
        const found = table.find(at(hosts, index), "/eng/start");
        return found.match === "found" && evaluate(found.value, facts, NOW).outcome === "permit";
      };
    },
  },
  {
    name: "one application",
    unit: "policies",
    sizes: [1, 10, 100, 1_000],
    create(size) {
      const policies = Array.from({ length: size }, (_, index) =>
        allow(`p${index}`, [{ email: { email: emailOf(index) } }]),
      );
      const application = compileOnly({ applications: [{ name: NAME, domain: DOMAIN, policies }] });
      const facts = requests(size, (index) => ({
        "identity.subject": known(`user-${index}`, FROM),
        "identity.email": readEmail(emailOf(index), FROM),
      }));
      return (index) => evaluate(application, at(facts, index), NOW).outcome === "permit";
    },
  },
];

function allow(name: string, include: readonly object[]) {
  return { name, decision: "allow", include };
}

function allowing(include: readonly object[]) {
  return { name: NAME, domain: DOMAIN, policies: [allow("Members", include)] };
}

function entries(size: number, nameOf: (index: number) => string) {
  return Array.from({ length: size }, (_, index) => ({ value: nameOf(index) }));
}

/** Requests for entries spread over the whole, each followed by one for what is not there. */
function requests<T>(size: number, requestFor: (index: number) => T): readonly T[] {
  return Array.from({ length: REQUESTS }, (_, index) =>
    requestFor(index % 2 === 0 ? Math.floor((index * size) / REQUESTS) : size + index),
  );
}

function at<T>(requested: readonly T[], index: number): T {
  const request = requested[index & (REQUESTS - 1)];
  if (request === undefined) throw new Error("no such request");
  return request;
}

const emailOf = (index: number) => `person-${index}@example.com`;
const hostOf = (index: number) => `app-${index}.example.com`;

/** Every second block of two addresses, so that no two ranges touch. */
function addressOf(index: number): string {
  const address = 0x0a000000 + index * 4;
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}
