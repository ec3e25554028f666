import type { PolicyFile } from "../../src/config/policies/read-policies.ts";
import { type Dice, happens, pick, seededDice, several } from "../oracle/dice.ts";
import * as pool from "../oracle/pools.ts";
import { exportPostureRules } from "./export-posture-rules.ts";
import { drawRuleLists, type Referable } from "./export-rules.ts";
import { spellInput, spellVersion4, spellVersion5 } from "./terraform-spelling.ts";

const STAMPS = { created_at: "2026-03-01T10:00:00Z", updated_at: "2026-03-02T10:00:00Z" };
const APPLICATIONS = 200;
const GROUPS = 60;
const LISTS = 30;
const REUSABLE = 40;

/** A whole organisation: what the API has, and the same as people come by it, in files of all spellings. */
export interface Organisation {
  /** The objects of the API, unmodified, as one policy file. */
  readonly raw: PolicyFile;
  /** Exports: pages, envelopes, bare lists, parts, and Terraform's states. */
  readonly exports: readonly PolicyFile[];
}

type Lists = ReturnType<typeof drawRuleLists>;
type Policy = ReturnType<typeof drawPolicy>;
type Group = ReturnType<typeof drawGroup>;
type List = ReturnType<typeof drawList>;
type Application = ReturnType<typeof drawApplication>;

export function drawOrganisation(seed: number): Organisation {
  const dice = seededDice(seed);
  const lists = Array.from({ length: LISTS }, (_, number) => drawList(dice, number));
  const ofType = (type: string) => lists.filter((list) => list.type === type).map(({ id }) => id);
  const tokens = pool.CLIENT_IDS.map((client_id, number) => ({
    id: drawId(dice),
    name: `Robot ${number}`,
    client_id,
    duration: "8760h",
    ...STAMPS,
  }));
  const postureRules = exportPostureRules(pick(dice, ofType("SERIAL")), pick(dice, ofType("DEVICE")));
  const to: Referable = {
    emailLists: ofType("EMAIL"),
    ipLists: ofType("IP"),
    tokens: tokens.map(({ id }) => id),
    postures: postureRules.map(({ id }) => id),
    groups: [],
  };
  const groups: Group[] = [];
  for (let number = 0; number < GROUPS; number++) {
    groups.push(drawGroup(dice, number, { ...to, groups: groups.map(({ id }) => id) }));
  }
  const everything = { ...to, groups: groups.map(({ id }) => id) };
  const reusable = Array.from({ length: REUSABLE }, (_, number) =>
    drawPolicy(dice, `Reusable ${number}`, everything, true),
  );
  const applications = Array.from({ length: APPLICATIONS }, (_, number) =>
    drawApplication(dice, number, everything, reusable),
  );
  const identityProviders = pool.IDPS.map((id) => ({
    id,
    name: id === "otp" ? "" : `Login with ${id}`,
    type: id === "otp" ? "onetimepin" : id === "entra" ? "azureAD" : "okta",
    config: { client_id: "id", client_secret: "idp-secret" },
    scim_config: { enabled: true, secret: "scim-secret" },
  }));
  const sections = {
    applications,
    policies: reusable,
    groups,
    lists,
    posture_rules: postureRules,
    identity_providers: identityProviders,
    service_tokens: tokens,
  };
  return {
    raw: { file: "raw.json", text: JSON.stringify(sections) },
    exports: [
      ...exportApplications(applications),
      ...exportTerraform(groups, reusable, postureRules),
      ...exportLists(lists),
      asFile(
        "tokens.json",
        tokens.map((token) => ({ ...token, client_secret: "token-secret" })),
      ),
      asFile("logins.json", { success: true, errors: [], messages: [], result: identityProviders }),
      asFile("one-more-time.json", { result: groups[0], success: true }),
    ],
  };
}

function asFile(file: string, value: unknown): PolicyFile {
  return { file, text: JSON.stringify(value, null, 1) };
}

function drawId(dice: Dice): string {
  const hex = (length: number) => Array.from({ length }, () => dice(16).toString(16)).join("");
  return [8, 4, 4, 4, 12].map(hex).join("-");
}

function drawList(dice: Dice, number: number) {
  const type = ["EMAIL", "IP", "SERIAL", "DEVICE"][number % 4] ?? "EMAIL";
  const values = type === "EMAIL" ? pool.ADDRESSES : type === "IP" ? pool.RANGES : ["C02X", "C03Y"];
  const items = values
    .filter(() => happens(dice, 60))
    .map((value) => ({ value, description: "", created_at: STAMPS.created_at }));
  return {
    id: drawId(dice),
    name: `List ${number}`,
    description: "",
    type,
    count: items.length,
    items,
    ...STAMPS,
  };
}

function drawGroup(dice: Dice, number: number, to: Referable) {
  // Some share a name, so that only their ids tell them apart.
  const name = number % 10 === 9 ? "Contractors" : `Group ${number}: R&D`;
  return { id: drawId(dice), uid: "", name, ...drawRuleLists(dice, to), is_default: [], ...STAMPS };
}

function drawPolicy(dice: Dice, name: string, to: Referable, reusable: boolean) {
  const decision = pick(dice, ["allow", "deny", "bypass", "non_identity", "allow"]);
  const switchedOff = {
    isolation_required: false,
    purpose_justification_required: false,
    purpose_justification_prompt: "",
    approval_required: false,
    approval_groups: [],
    mfa_config: null,
    session_duration: pick(dice, ["24h", "30m", ""]),
  };
  return {
    id: drawId(dice),
    name,
    decision,
    ...drawRuleLists(dice, to),
    reusable,
    ...switchedOff,
    ...STAMPS,
  };
}

/** Applications that share hosts, in all the ways that an application can say where it lives. */
function drawApplication(dice: Dice, number: number, to: Referable, reusable: readonly Policy[]) {
  const id = pool.LINKED_APPLICATIONS[number] ?? drawId(dice);
  const policies = several(dice, 1, 4, () =>
    happens(dice, 50) ? pick(dice, reusable) : drawPolicy(dice, `Own ${drawId(dice)}`, to, false),
  );
  const distinct = [...new Set(policies)].map((policy, index) => ({ ...policy, precedence: index + 1 }));
  return {
    id,
    name: number % 50 === 49 ? "Namesake" : `Application ${number} / Öst`,
    type: pick(dice, ["self_hosted", "self_hosted", "ssh", "vnc"]),
    aud: `${drawId(dice)}${drawId(dice)}`.replaceAll("-", ""),
    ...drawDestinations(dice, number),
    allowed_idps: happens(dice, 20) ? [pick(dice, pool.IDPS)] : [],
    session_duration: "24h",
    policies: distinct,
    app_launcher_visible: true,
    cors_headers: null,
    service_auth_401_redirect: happens(dice, 10),
    custom_deny_message: happens(dice, 10) ? "Sorry:\nask #help" : "",
    tags: [],
    logo_url: "",
    ...STAMPS,
  };
}

const PATHS = ["", "/eng", "/eng/exec", "/a/*", "/foo*/bar"];

function drawDestinations(dice: Dice, number: number) {
  const team = Math.floor(number / PATHS.length);
  const path = PATHS[number % PATHS.length] ?? "";
  const domain = `team-${team}.example.com${path}`;
  const wild = `*.team-${team}.example.com${path}`;
  switch (dice(4)) {
    case 0:
      return { domain };
    case 1:
      return { domain, self_hosted_domains: [domain, wild] };
    case 2:
      return { domain: "old.example.com", destinations: [{ type: "public", uri: domain }] };
    default:
      return {
        domain,
        self_hosted_domains: [domain],
        destinations: [wild, domain].map((uri) => ({ type: "public", uri })),
      };
  }
}

/** Two pages; some policies are links, some stand in files of their own. */
function exportApplications(applications: readonly Application[]): readonly PolicyFile[] {
  const apart: PolicyFile[] = [];
  const exported = applications.map((application, number) => {
    const { policies, ...rest } = application;
    if (number % 7 === 3) {
      const result_info = { page: 1, per_page: 25, count: policies.length, total_count: policies.length };
      apart.push(
        asFile(`policies-of-${application.id}.json`, { result: policies, success: true, result_info }),
      );
      return rest;
    }
    const linked = policies.map((policy) =>
      policy.reusable && number % 2 === 0 ? { id: policy.id, precedence: policy.precedence } : policy,
    );
    return { ...rest, policies: linked };
  });
  const half = APPLICATIONS / 2;
  const pages = [exported.slice(0, half), exported.slice(half)].map((result, index) => {
    const result_info = { page: index + 1, per_page: half, count: half, total_count: APPLICATIONS };
    return asFile(`page-${index + 1}.json`, { result, success: true, errors: [], messages: [], result_info });
  });
  return [...pages, ...apart];
}

function spellLists(rules: Lists, version: 4 | 5) {
  const spell = (list: Lists["include"]) =>
    (version === 4 ? spellVersion4(list) : null) ?? spellVersion5(list);
  return { include: spell(rules.include), require: spell(rules.require), exclude: spell(rules.exclude) };
}

function exportTerraform(
  groups: readonly Group[],
  policies: readonly Policy[],
  postureRules: ReturnType<typeof exportPostureRules>,
): readonly PolicyFile[] {
  const resource = (type: string, values: object) => ({
    address: `${type}.x`,
    mode: "managed",
    type,
    values,
  });
  const state = (resources: readonly object[]) => ({
    format_version: "1.0",
    values: { root_module: { resources: [], child_modules: [{ resources }] } },
  });
  const version4 = groups.slice(0, GROUPS / 2).map((group) => {
    const { id, name } = group;
    return resource("cloudflare_access_group", {
      id,
      name,
      account_id: "acme",
      zone_id: null,
      ...spellLists(group, 4),
    });
  });
  const version5 = [
    ...groups.slice(GROUPS / 2).map((group) => {
      const values = { ...group, is_default: null, ...spellLists(group, 5) };
      return resource("cloudflare_zero_trust_access_group", values);
    }),
    ...policies.map((policy) =>
      resource("cloudflare_zero_trust_access_policy", { ...policy, ...spellLists(policy, 5) }),
    ),
    ...postureRules.map((rule) => {
      const values = { ...rule, account_id: "acme", input: spellInput({ ...rule.input }) };
      return resource("cloudflare_zero_trust_device_posture_rule", values);
    }),
    resource("cloudflare_dns_record", { name: "www" }),
  ];
  return [
    asFile("version-4.tfstate.json", state(version4)),
    asFile("version-5.tfstate.json", state(version5)),
  ];
}

/** The API lists lists without their items; Terraform has them all in one. */
function exportLists(lists: readonly List[]): readonly PolicyFile[] {
  const bare = lists.map(({ items: _, ...list }) => list);
  return [
    asFile("lists.json", { result: bare, success: true }),
    ...lists.map(({ id, items }) => asFile(`items-${id}.json`, { result: [items], success: true })),
  ];
}
