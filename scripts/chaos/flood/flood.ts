import { type Dice, happens, pick } from "../../../test/oracle/dice.ts";
import type { Crowd } from "../crowd.ts";
import type { LoggedIn } from "../people.ts";
import type { ApplicationName } from "../policies.ts";
import type { Tally } from "../tally.ts";
import type { Question, Witness } from "../witness.ts";
import type { Fleet } from "./fleet.ts";
import { type Forgery, forge } from "./forgeries.ts";
import { renderGet } from "./render-get.ts";
import type { ReplicaProcess } from "./replica-process.ts";
import { headersFor } from "./tokens.ts";
import type { Verdicts } from "./verdicts.ts";
import { type Exchange, Wire } from "./wire.ts";

export interface FloodOptions {
  readonly fleet: Fleet;
  readonly crowd: Crowd;
  readonly witness: Witness;
  readonly verdicts: Verdicts;
  readonly tally: Tally;
  readonly dice: Dice;
  /** Whether connections may end under a request. */
  readonly mayLose: boolean;
}

/** At each replica. */
const WIRES = 48;
const FORGED_PERCENT = 30;
const FORGERS = 4;
const CHECK_EVERY_MS = 1_000;
const APPLICATIONS: readonly ApplicationName[] = ["wiki", "vault"];

/** Requests without a pause at every replica: of people as they are, as they were, and as somebody pretends. */
export class Flood {
  readonly #options: FloodOptions;
  readonly #forgeries: readonly Forgery[];
  readonly #wires: readonly Wire[];
  readonly #timer: Timer;
  /** Honest requests, null while they are being signed. */
  readonly #rendered = new WeakMap<LoggedIn, Map<ApplicationName, Uint8Array | null>>();

  private constructor(options: FloodOptions, forgeries: readonly Forgery[]) {
    this.#options = options;
    this.#forgeries = forgeries;
    this.#wires = options.fleet.processes.flatMap((process) =>
      Array.from({ length: WIRES }, () => {
        const url = () => process.urlOf("nginx");
        return new Wire({ url, next: () => this.#next(process) });
      }),
    );
    this.#timer = setInterval(() => {
      for (const wire of this.#wires) wire.check(performance.now());
    }, CHECK_EVERY_MS);
  }

  static async start(options: FloodOptions): Promise<Flood> {
    const { crowd, dice } = options;
    const forgers = Array.from({ length: FORGERS }, () => {
      const login = crowd.pickLogin(dice);
      let other = login;
      while (other.person === login.person) other = crowd.pickLogin(dice);
      return forge(login, other);
    });
    return new Flood(options, (await Promise.all(forgers)).flat());
  }

  /** Resolves once everything has been answered. */
  async stop(): Promise<void> {
    await Promise.all(this.#wires.map((wire) => wire.stop()));
    clearInterval(this.#timer);
  }

  #next(replica: ReplicaProcess): Exchange {
    const { crowd, dice } = this.#options;
    if (happens(dice, FORGED_PERCENT)) return this.#forged(pick(dice, this.#forgeries));
    const login = crowd.pickLogin(dice);
    const application = pick(dice, APPLICATIONS);
    const bytes = this.#render(login, application);
    return bytes === null
      ? this.#forged(pick(dice, this.#forgeries))
      : this.#honest(login, application, bytes, replica);
  }

  #honest(
    login: LoggedIn,
    application: ApplicationName,
    bytes: Uint8Array,
    replica: ReplicaProcess,
  ): Exchange {
    const { witness } = this.#options;
    const question = { login, application, kind: "decision", startedAt: performance.now() } as const;
    return {
      bytes,
      onReply: (status, head) => {
        if (!isStatus(status)) return witness.miss(question, new Error(`status ${status}`));
        const permitted = status === 200;
        if (permitted && !this.#isSound(head, question, replica)) return;
        witness.see(question, permitted, permitted ? "" : headerOf(head, "X-Postern-Reason"));
      },
      onLost: (why) => witness.miss(question, new Error(why)),
    };
  }

  /** Whether a permit says whom it is for, and by a key that counts. */
  #isSound(head: string, { login, startedAt }: Question, replica: ReplicaProcess): boolean {
    const { tally, verdicts } = this.#options;
    const { name, subject } = login.person;
    const verdict = headerOf(head, "X-Postern-Verdict");
    const isTheirs = headerOf(head, "X-Postern-Subject") === subject;
    if (!isTheirs || !verdicts.holds(verdict, startedAt)) {
      tally.count("wrong_permit", true, () => `a permit for ${name} is another's, or by a key that is gone`);
      return false;
    }
    verdicts.verify(verdict, subject, replica);
    return true;
  }

  #forged({ name, bytes }: Forgery): Exchange {
    const { tally, mayLose } = this.#options;
    return {
      bytes,
      onReply(status) {
        const permitted = status === 200;
        if (!isStatus(status)) tally.count("error", false, () => `status ${status} for ${name}`);
        else tally.count(permitted ? "wrong_permit" : "right", permitted, () => `a permit for ${name}`);
      },
      onLost(why) {
        if (!mayLose) tally.count("error", false, () => `${why} under ${name}`);
      },
    };
  }

  #render(login: LoggedIn, application: ApplicationName): Uint8Array | null {
    const requests = this.#rendered.get(login) ?? new Map<ApplicationName, Uint8Array | null>();
    this.#rendered.set(login, requests);
    const before = requests.get(application);
    if (before !== undefined) return before;
    requests.set(application, null);
    void headersFor(login, application).then((headers) =>
      requests.set(application, renderGet(Object.entries(headers))),
    );
    return null;
  }
}

function isStatus(status: number): boolean {
  return status === 200 || status === 401 || status === 403;
}

/** Value of a header, spelled as Postern spells it. */
function headerOf(head: string, name: string): string {
  const at = head.indexOf(`\r\n${name}: `);
  if (at < 0) return "";
  const from = at + name.length + 4;
  const to = head.indexOf("\r\n", from);
  return head.slice(from, to < 0 ? undefined : to);
}
