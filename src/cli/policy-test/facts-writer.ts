import type { Path } from "../../config/path.ts";
import type { FactName } from "../../core/attribute.ts";
import { codecOf } from "../../core/attribute-codec.ts";
import { absent, type Facts, type FactsDraft, known, type Provenance, unknown } from "../../core/fact.ts";
import { put } from "../../core/fact-json.ts";
import type { UnknownReason } from "../../core/reason.ts";
import { lookUp, type NameKind, type PolicyNames } from "./policy-names.ts";

/** A value that its field cannot take; `path` starts at the facts. */
export interface FactsFault {
  readonly path: Path;
  readonly message: string;
}

/** Where facts come from that somebody wrote down. */
const SOURCE = "given";

/** What a value must be, where the schema of the form cannot say it. */
const EXPECTED: { readonly [N in FactName]?: string } = {
  "identity.email": "an e-mail address",
  "network.ip": "an IP address",
  "network.country": 'a country code of two letters, such as "PT"',
  "device.platform": "one of windows, mac, linux, android, ios, chromeos",
};

/** Collects facts, all of them learnt at `now` and good for ever, and what is wrong with them. */
export class FactsWriter {
  readonly faults: FactsFault[] = [];
  readonly #facts: FactsDraft = {};
  readonly #from: Provenance;

  constructor(
    private readonly names: PolicyNames,
    now: number,
  ) {
    this.#from = { source: SOURCE, learntAt: now, expiresAt: Number.POSITIVE_INFINITY };
  }

  get facts(): Facts {
    return this.#facts;
  }

  /** Sets a fact from its JSON: undefined leaves it unknown, null is absent. */
  give(name: FactName, json: unknown, ...path: Path): void {
    if (json === undefined) return;
    const value = json === null ? null : codecOf(name).decode(json);
    if (json === null) put(this.#facts, name, absent(this.#from));
    else if (value === null) this.fault(path, `expected ${EXPECTED[name] ?? "a value of another type"}`);
    else put(this.#facts, name, known(value, this.#from));
  }

  /** Sets a fact to what an id or a name stands for. */
  refer(name: FactName, kind: NameKind, reference: string | null | undefined, ...path: Path): void {
    const isReference = reference !== undefined && reference !== null;
    this.give(name, isReference ? this.find(kind, reference, path) : reference, ...path);
  }

  /** What an id or a name stands for; undefined, and a fault, where that cannot be told. */
  find(kind: NameKind, reference: string, path: Path): string | undefined {
    const found = lookUp(this.names[kind], reference);
    if ("value" in found) return found.value;
    this.fault(path, found.fault);
    return undefined;
  }

  forget(name: FactName, why: UnknownReason): void {
    put(this.#facts, name, unknown(why, SOURCE));
  }

  fault(path: Path, message: string): void {
    this.faults.push({ path, message });
  }
}
