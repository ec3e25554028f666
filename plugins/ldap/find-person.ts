import { type Client, EqualityFilter } from "ldapts";

/** Where things are in a directory, and what they are called. */
export interface DirectoryNames {
  readonly base: string;
  readonly email: string;
  readonly member: string;
  readonly name: string;
}

/** The DN of the only entry that has the address; null where there is none, or more than one. */
export async function findPerson(
  directory: Client,
  { base, email: attribute }: DirectoryNames,
  email: string,
): Promise<string | null> {
  const { searchEntries } = await directory.search(base, {
    // A filter that is built, not written: nothing in an address can be a part of it.
    filter: new EqualityFilter({ attribute, value: email }),
    attributes: ["1.1"],
    paged: true,
  });
  const [person, ...others] = searchEntries;
  return person === undefined || others.length > 0 ? null : person.dn;
}
