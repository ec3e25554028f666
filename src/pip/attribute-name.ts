/** The attribute that a fact is of: the fact's own name, without the key where it has one. */
export function attributeOf(name: string): string {
  if (name.startsWith("own.")) return name;
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(0, colon);
}
