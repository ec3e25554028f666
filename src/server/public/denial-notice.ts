import { sentenceOf } from "../proxy/refusal.ts";
import type { RenderDenial } from "../proxy/reply.ts";
import { elsewhereOf } from "./elsewhere.ts";
import { escapeHtml } from "./escape-html.ts";

/** The body of a denial stays below 4 KiB: a login that has to know the way back to a longer address is in `Location` alone. */
const MAX_WAY_CHARS = 1_500;

/**
 * What proxies that hand the body of a denial on show of it: a line that leads a browser on, to the login or
 * to the page of the denial, for their status cannot.
 */
export function createDenialNotice(publicUrl: string): RenderDenial {
  return ({ id, status, reason, application, isAnonymous, loginUrl }) => {
    const isDenied = status === 403 && application !== null;
    // Nothing is kept of who is not known, so that there is nothing to show on a page of ours.
    const elsewhere = isDenied && isAnonymous ? elsewhereOf(application, false) : null;
    const page = isDenied ? (elsewhere ?? `${publicUrl}/denied/${id}`) : null;
    const title = status === 401 ? "Log in" : "Access denied";
    return {
      contentType: "text/html; charset=utf-8",
      body: [
        "<!doctype html>",
        '<meta charset="utf-8">',
        `<title>${title}</title>`,
        renderWay(loginUrl ?? page),
        `<p>${title}: ${escapeHtml(sentenceOf(reason))}.</p>`,
        `<p>Decision ${id}</p>`,
        "",
      ].join("\n"),
    };
  };
}

function renderWay(url: string | null): string {
  const to = escapeHtml(url ?? "");
  if (to === "" || to.length > MAX_WAY_CHARS) return "";
  return `<meta http-equiv="refresh" content="0; url=${to}">\n<p><a href="${to}">Go on</a></p>`;
}
