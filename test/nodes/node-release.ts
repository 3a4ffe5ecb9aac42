// Brings a line of Node from the npm registry: the platform package behind the npm package `node` holds the program
// and its headers, needs no install script, and so no other host. Knows npm; knows nothing of the checkout or its tests.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** One version of Node in a folder of its own. */
export interface NodeRelease {
  /** As Node says it: `v24.21.0`. */
  readonly version: string;
  /** An environment in which `node` is this one, `npm` runs on it, and add-ons are built against its headers. */
  readonly env: NodeJS.ProcessEnv;
}

/** Names that npm gives to its scripts, and that would tell a nested npm where it is or what it builds against. */
const OF_THE_OUTER_NPM =
  /^(?:NODE|INIT_CWD|npm_(?:package_|lifecycle_|command$|execpath$|node_execpath$|config_(?:local_prefix|prefix|nodedir|node_gyp)$))/i;

/**
 * Installs the newest release of a line (`24`), or one version (`24.21.0`), under `folder`.
 * @throws Error when the registry has none for this platform.
 */
export function bringNode(wanted: string, folder: string): NodeRelease {
  const name = platformPackage();
  mkdirSync(folder, { recursive: true });
  const npm = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
  execFileSync('npm', [...npm, `${name}@${wanted}`], {
    env: inheritedEnv(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const home = join(folder, 'node_modules', name);
  const bin = join(home, 'bin');
  return {
    version: execFileSync(join(bin, 'node'), ['--version'], { encoding: 'utf8' }).trim(),
    env: {
      ...inheritedEnv(),
      PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
      npm_config_nodedir: home,
      // npm looks for the machine's settings (registry, certificates) beside the Node that it runs on.
      npm_config_globalconfig: execFileSync('npm', ['config', 'get', 'globalconfig'], {
        env: inheritedEnv(),
        encoding: 'utf8',
      }).trim(),
      // A binary that somebody else built proves nothing about the headers, and is fetched from another host.
      npm_config_build_from_source: 'true',
    },
  };
}

function platformPackage(): string {
  const { platform, arch } = process;
  const prefix = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node';
  return `${prefix}-${platform === 'win32' ? 'win' : platform}-${arch}`;
}

function inheritedEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_THE_OUTER_NPM.test(name)));
}
