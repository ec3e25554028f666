/** An e-mail address, parsed once: both parts lower case, the domain in its ASCII form. */
export interface Email {
  readonly address: string;
  readonly domain: string;
}
