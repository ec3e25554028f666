/** An IP address as it is compared: mapped IPv4 (`::ffff:a.b.c.d`) is IPv4. */
export interface IpAddress {
  readonly family: 4 | 6;
  /** Canonical text (RFC 5952 for IPv6). */
  readonly text: string;
}
