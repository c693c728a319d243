import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where results that can be made again are kept: $NARROWGATE_CACHE, else $XDG_CACHE_HOME/narrowgate, else ~/.cache/narrowgate. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const { NARROWGATE_CACHE: own, XDG_CACHE_HOME: shared } = env;
  return own || join(shared || join(homedir(), '.cache'), 'narrowgate');
}
