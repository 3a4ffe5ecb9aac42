// How sizes are written for people. Pure.

/** `980 octets`, `39.8 kB`, `1.2 MB`. */
export function formatSize(octets: number): string {
  if (octets < 1000) return `${Math.round(octets)} octets`;
  return octets < 1_000_000 ? `${(octets / 1000).toFixed(1)} kB` : `${(octets / 1_000_000).toFixed(1)} MB`;
}
