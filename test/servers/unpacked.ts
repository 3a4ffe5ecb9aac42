// Servers that were unpacked from their Debian packages by unpack.sh, run in a mount namespace of their own: there they
// find the users that their packages would have made, and folders that this machine does not have. Needs root.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const UNPACKED = fileURLToPath(new URL('./unpacked/', import.meta.url));
const LIBRARIES = 'usr/lib/x86_64-linux-gnu';

export type UnpackedName = 'exim' | 'opensmtpd';

/** For a test's `skip` option, as `missing` of free-port.ts: a server that is not there is no reason under `CI=true`. */
export function notUnpacked(name: UnpackedName): string | false {
  if (process.env.CI === 'true') return false;
  if (!existsSync(join(UNPACKED, name, 'whole'))) return `${name} is not unpacked (test/servers/unpack.sh)`;
  const may = spawnSync('unshare', ['--mount', '--pid', '--fork', 'true']).status === 0;
  return may ? false : `${name} needs a mount namespace, which cannot be made here`;
}

/** Where its files lie, as if that were `/`. */
export function rootOf(name: UnpackedName): string {
  return join(UNPACKED, name, 'root');
}

/** A server at work. `said` is what it wrote to its output. */
export interface UnpackedServer {
  readonly child: ChildProcess;
  said(): string;
  /** Kills it with all that it started, and removes the folder. */
  stop(): Promise<void>;
}

/**
 * Runs the command, which gets `users` as further users of the machine, each with a group of its name. `mounts` is shell
 * that mounts what else it needs. When this process dies, so does the server.
 */
export function runUnpacked(
  name: UnpackedName,
  folder: string,
  users: Readonly<Record<string, number>>,
  mounts: string,
  command: readonly string[],
): UnpackedServer {
  const lines = Object.entries(users);
  const passwd = lines.map(([user, id]) => `${user}:x:${id}:${id}::/nonexistent:/usr/sbin/nologin\n`);
  const group = lines.map(([user, id]) => `${user}:x:${id}:\n`);
  writeFileSync(join(folder, 'passwd'), readFileSync('/etc/passwd', 'utf8') + passwd.join(''));
  writeFileSync(join(folder, 'group'), readFileSync('/etc/group', 'utf8') + group.join(''));
  const inside = [
    'set -e',
    'mount --bind "$FOLDER/passwd" /etc/passwd',
    'mount --bind "$FOLDER/group" /etc/group',
    // Not by LD_LIBRARY_PATH, which set-uid programs must not heed.
    'cat /etc/ld.so.conf > "$FOLDER/ld.so.conf"; echo "$LIBRARIES" >> "$FOLDER/ld.so.conf"',
    'ldconfig -X -C "$FOLDER/ld.so.cache" -f "$FOLDER/ld.so.conf"',
    'mount --bind "$FOLDER/ld.so.cache" /etc/ld.so.cache',
    mounts,
    'exec "$@"',
  ].join('\n');
  // The shell ends the server when its own standard input ends: by `stop`, or because this process died. A process
  // namespace dies with its first process, which is unshare's child; `--kill-child` would not reach a set-uid program.
  const guard = [
    'unshare --mount --pid --fork sh -c "$INSIDE" "$@" & cat',
    'kill -9 $(cat /proc/$!/task/$!/children) || true; wait; rm -rf "$FOLDER"',
  ].join('\n');
  const child = spawn('sh', ['-c', guard, name, 'inside', ...command], {
    env: {
      PATH: process.env.PATH,
      FOLDER: folder,
      ROOT: rootOf(name),
      INSIDE: inside,
      LIBRARIES: join(rootOf(name), LIBRARIES),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  return {
    child,
    said: () => said,
    stop: () => {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.stdin.end();
      return ended;
    },
  };
}
