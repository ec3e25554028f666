/** Answers that are none, or that say nothing of a text attribute. */
export const ABSURD: { readonly [title: string]: unknown } = {
  nothing: undefined,
  null: null,
  text: "text",
  "a number": 7,
  "not a number": Number.NaN,
  "an empty list": [],
  "a list of pairs": [["device.serial_number", "C02"]],
  "a map": new Map([["device.serial_number", "C02"]]),
  "a number for text": { "device.serial_number": 7 },
  "empty text": { "device.serial_number": "" },
  "an object for text": { "device.serial_number": {} },
  "a list for text": { "device.serial_number": ["C02"] },
  "what is inherited": Object.create({ "device.serial_number": "inherited" }),
  "what would pollute a prototype": JSON.parse('{"__proto__": {"device.serial_number": "C02"}}'),
};
