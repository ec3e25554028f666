import type { DenialRecord } from "./denial-record.ts";
import { DENIAL_STYLE } from "./denial-style.ts";
import { listMends, tellCheck, tellReason } from "./denial-words.ts";
import { escapeHtml } from "./escape-html.ts";

/** What the page of a denial is made of. */
export interface DenialPage {
  /** Null where it makes no sense as one. */
  readonly id: string | null;
  /** Null where nothing is known of it, or no longer. */
  readonly denial: DenialRecord | null;
  /** How a re-check went that did not help; null for none. */
  readonly note: string | null;
  /** Where Postern is reached from outside: an origin. */
  readonly publicUrl: string;
}

const STYLE_HASH = new Bun.CryptoHasher("sha256").update(DENIAL_STYLE).digest("base64");

/**
 * The page, and always a 403: no proxy that passes it on can make a success of it. Without script, and
 * whatever it shows is text.
 */
export function renderDenialPage(page: DenialPage): Response {
  const { denial, publicUrl } = page;
  const targets = denial === null ? publicUrl : `${publicUrl} ${originOf(denial.url)}`;
  return new Response(render(page), {
    status: 403,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": [
        "default-src 'none'",
        `style-src 'sha256-${STYLE_HASH}'`,
        // A browser asks this of where a form leads on to, too.
        `form-action ${targets}`,
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join("; "),
      "Cache-Control": "no-store",
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
      "X-Robots-Tag": "noindex",
    },
  });
}

function originOf(url: string): string {
  return new URL(url).origin;
}

function render({ id, denial, note, publicUrl }: DenialPage): string {
  const elsewhere = denial?.elsewhere ?? null;
  const refresh =
    elsewhere === null ? "" : `<meta http-equiv="refresh" content="0; url=${escapeHtml(elsewhere)}">`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${refresh}<title>Access denied</title>
<style>${DENIAL_STYLE}</style>
</head>
<body>
<main>
${renderHead(denial)}
${denial === null ? "" : `${renderChecks(denial)}${renderMends(denial)}`}
${note === null ? "" : `<p class="note" role="status">${escapeHtml(note)}</p>`}
${denial === null ? "" : renderDeed(denial, id, publicUrl)}
<footer>
${id === null ? "" : `<p>Decision <code>${escapeHtml(id)}</code></p>`}
<p>If you think that this is wrong, send ${id === null ? "the address of the page" : "this number"} to whoever runs the application.</p>
</footer>
</main>
</body>
</html>
`;
}

function renderHead(denial: DenialRecord | null): string {
  const name = denial?.application ?? null;
  const title = name === null ? "Access denied" : `You cannot open ${name}`;
  const person = denial?.person ?? null;
  const reason = denial?.reason ?? null;
  const message = denial?.message ?? null;
  return [
    `<h1>${escapeHtml(title)}</h1>`,
    message === null ? "" : `<p>${escapeHtml(message)}</p>`,
    reason === null ? "<p>You do not have access.</p>" : `<p>${escapeHtml(tellReason(reason))}</p>`,
    person === null ? "" : `<p>You are logged in as ${escapeHtml(person)}.</p>`,
  ].join("\n");
}

function renderChecks({ policies }: DenialRecord): string {
  return policies
    .filter(({ effect, decided, checks }) => checks.length > 0 && (effect !== "deny" || decided))
    .map(({ policy, effect, checks }) => {
      const title = effect === "deny" ? `Blocked by “${policy}”` : `To be let in by “${policy}”`;
      const shown = checks.filter(({ verdict, isObstacle }) => isObstacle || verdict === "match");
      const items = (effect === "deny" ? checks : shown).map((check) => {
        const { mark, text } = tellCheck(check);
        const of = effect === "deny" ? "open" : mark;
        return `<li class="${of}">${escapeHtml(check.label)}<span>${escapeHtml(text)}</span></li>`;
      });
      return `<h2>${escapeHtml(title)}</h2>\n<ul>${items.join("\n")}</ul>\n`;
    })
    .join("");
}

function renderMends(denial: DenialRecord): string {
  const mends = listMends(denial);
  if (mends.length === 0) return "";
  const items = mends.map((mend) => `<li class="deed">${escapeHtml(mend)}</li>`);
  return `<h2>What you can do</h2>\n<ul>${items.join("\n")}</ul>`;
}

/** Of somebody without a session there is nothing to ask anew. */
function renderDeed({ sessions, url }: DenialRecord, id: string | null, publicUrl: string): string {
  if (id === null || sessions.length === 0) {
    return `<p class="back"><a href="${escapeHtml(url)}">Try again</a></p>`;
  }
  const action = escapeHtml(`${publicUrl}/denied/${id}/recheck`);
  return `<form method="post" action="${action}"><button>Check again</button></form>`;
}
