/** A page, or what leads to another. */
export interface Answer {
  readonly url: string;
  readonly status: number;
  readonly location: string | null;
  readonly cookies: readonly string[];
  readonly body: string;
}

export interface Load {
  readonly method: "GET" | "POST";
  readonly cookie: string;
  readonly form: string | null;
}

export type LoadPage = (url: string, load: Load) => Promise<Answer>;

const MAX_REDIRECTS = 20;

interface Cookie {
  /** A host, or `.example.com` for all below. */
  readonly domain: string;
  readonly name: string;
  readonly value: string;
}

/** A person's browser, as far as a login needs one: redirects, cookies and forms. */
export class Browser {
  #cookies: readonly Cookie[] = [];
  /** Every address that it was led to, without queries. */
  readonly visited: string[] = [];

  constructor(readonly load: LoadPage) {}

  async open(url: string, form: string | null = null): Promise<Answer> {
    let [next, filled] = [url, form];
    for (let left = MAX_REDIRECTS; left > 0; left -= 1) {
      const { hostname } = new URL(next);
      this.visited.push(next.split("?")[0] ?? next);
      const method = filled === null ? "GET" : "POST";
      const answer = await this.load(next, { method, cookie: this.cookieFor(hostname), form: filled });
      for (const line of answer.cookies) this.#keep(hostname, line);
      if (answer.location === null || answer.status === 401) return answer;
      [next, filled] = [new URL(answer.location, next).href, null];
    }
    throw new Error("the redirects have no end");
  }

  /** Sends the form of a page, with its hidden fields and these. */
  submit({ url, body }: Answer, fields: Readonly<Record<string, string>>): Promise<Answer> {
    const [, action] = /<form[^>]* action="([^"]+)"/.exec(body) ?? [];
    if (action === undefined) throw new Error(`there is no form at ${url}`);
    const hidden = [...body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    const sent = Object.fromEntries(hidden.map(([, name = "", value = ""]) => [name, value]));
    const form = new URLSearchParams({ ...sent, ...fields });
    return this.open(new URL(action, url).href, String(form));
  }

  /** What it sends to a host as its `Cookie`. */
  cookieFor(host: string): string {
    const fits = ({ domain }: Cookie) => (domain.startsWith(".") ? host.endsWith(domain) : host === domain);
    return this.#cookies
      .filter(fits)
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
  }

  #keep(host: string, line: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    const [, domain = host] = /; *domain=([^;]+)/i.exec(line) ?? [];
    const others = this.#cookies.filter((cookie) => cookie.name !== name || cookie.domain !== domain);
    this.#cookies = value === "" ? others : [...others, { domain, name, value }];
  }
}
