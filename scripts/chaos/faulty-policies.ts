/** What somebody may do to a policy file on its way to something better. */
export const FAULTY_POLICIES: readonly ((sound: string) => string)[] = [
  () => "",
  (sound) => sound.slice(0, sound.length / 2),
  (sound) => sound.replace('"exclude"', '"exclud"'),
  (sound) => sound.replace('"email_domain"', '"email_domains"'),
  (sound) => sound.replace('"integration_uid":"healthy"', '"integration_uid":"nowhere"'),
  (sound) => `${sound}\n- : [`,
  () => "\u0000\u0001",
  () => `applications: [${"{},".repeat(1_000)}]`,
];
