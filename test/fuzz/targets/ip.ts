import { type IpAddress, type IpRange, parseIp, parseRange } from "../../../src/core/ip-address.ts";
import { compileIpSet } from "../../../src/core/ip-set.ts";
import { type Dice, happens, pick } from "../../oracle/dice.ts";
import { hold, type Target } from "../target.ts";
import { type BigAddress, readBigAddress, readBigRange } from "./big-addresses.ts";

type ParseIp = (text: string) => IpAddress | null;
type ParseRange = (text: string) => IpRange | null;

const CORPUS = [
  "192.0.2.1",
  "255.255.255.255",
  "2001:db8::1",
  "::",
  "::ffff:192.0.2.1",
  "1:2:3:4:5:6:7:8",
  "64:ff9b::1.2.3.4",
];
const DICTIONARY = [
  ".",
  ":",
  "::",
  "0",
  "00",
  "25",
  "256",
  "ffff",
  "0x",
  "%eth0",
  "/",
  "/0",
  "/32",
  "/128",
  "::ffff:",
];

/** Addresses, against a reader that counts in one big number. */
export function ipTarget(parse: ParseIp = parseIp): Target {
  return {
    name: "ip",
    corpus: CORPUS,
    dictionary: DICTIONARY,
    draw: drawAddress,
    check(text) {
      const address = parse(text);
      const expected = readBigAddress(text);
      hold((address === null) === (expected === null), "an address is read exactly where it is one");
      if (address === null || expected === null) return false;
      hold(address.family === (expected.bits === 32 ? 4 : 6), "an address is of its family");
      hold(toBig(address) === expected.value, "an address is the number that it stands for");
      hold(Bun.deepEquals(parse(address.text), address, true), "canonical text reads as itself");
      return true;
    },
  };
}

/** Ranges, each with an address beside it: `192.0.2.1 192.0.2.0/24`. */
export function cidrTarget(parse: ParseRange = parseRange): Target {
  return {
    name: "cidr",
    corpus: CORPUS.flatMap((address) => [
      `${address} ${address}/24`,
      `${address} 0.0.0.0/0`,
      `${address} ::/0`,
    ]),
    dictionary: DICTIONARY,
    draw: (dice) => `${drawAddress(dice)} ${drawAddress(dice)}/${dice(happens(dice, 50) ? 33 : 129)}`,
    check(text) {
      const [addressText = "", rangeText = ""] = text.split(" ", 2);
      const range = parse(rangeText);
      const expected = readBigRange(rangeText);
      hold((range === null) === (expected === null), "a range is read exactly where it is one");
      const address = parseIp(addressText);
      if (range === null || expected === null || address === null) return false;
      const { base, prefix } = expected;
      const shift = BigInt(base.bits - prefix);
      const inside = base.bits === address.words.length * 32 && (base.value ^ toBig(address)) >> shift === 0n;
      hold(
        compileIpSet([range]).has(address) === inside,
        "a range holds what shares its prefix and nothing else",
      );
      hold(range.hostBits === ((base.value >> shift) << shift !== base.value), "host bits are told");
      const again = parse(range.text);
      hold(Bun.deepEquals(again, { ...range, hostBits: false }, true), "canonical text reads as itself");
      return true;
    },
  };
}

function toBig({ words }: IpAddress): BigAddress["value"] {
  return words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

/** Addresses close to each other, in all the ways there are to write one. */
function drawAddress(dice: Dice): string {
  const octets = () => Array.from({ length: 4 }, () => pick(dice, ["0", "1", "127", "128", "255"])).join(".");
  if (happens(dice, 40)) return octets();
  const group = () => pick(dice, ["0", "0", "0", "1", "ffff", "FFFF", "00ab", "2001"]);
  const groups = Array.from({ length: 8 }, group);
  const tail = happens(dice, 30) ? [octets()] : groups.slice(6);
  const written = [...groups.slice(0, 6), ...tail];
  if (happens(dice, 40)) return written.join(":");
  const from = dice(written.length);
  return `${written.slice(0, from).join(":")}::${written.slice(from + 1 + dice(4)).join(":")}`;
}
