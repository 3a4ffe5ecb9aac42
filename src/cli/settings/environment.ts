// The environment's part in the settings: every MAILBLAST_* variable, and how a variable says yes or no.
// Knows the prefix; knows no option. Loaded at every start, so it imports nothing.

export const PREFIX = 'MAILBLAST_';

/** Variables by name. */
export type Variables = ReadonlyMap<string, string>;

/**
 * Takes mailblast's variables out of the process's environment, so that commander does not read them: it would let any
 * word, "false" too, switch a flag on, and call a wrong variable a wrong command. An empty variable counts as not set.
 */
export function takeVariables(): Variables {
  const taken = new Map<string, string>();
  for (const [name, value] of Object.entries(process.env)) {
    if (!name.startsWith(PREFIX) || value === undefined) continue;
    delete process.env[name];
    if (value !== '') taken.set(name, value);
  }
  return taken;
}

/** What a variable says about a flag; undefined when it is neither yes nor no. */
export function yesOrNo(word: string): boolean | undefined {
  if (/^(?:1|true|yes|on)$/i.test(word.trim())) return true;
  return /^(?:0|false|no|off)?$/i.test(word.trim()) ? false : undefined;
}
