// Where ./install has put the packages and the prepared descriptions.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = resolve(dirname(fileURLToPath(import.meta.url)), '..');

export const root = resolve(here, '../..');

const key = createHash('sha256')
    .update(readFileSync(join(here, 'package-lock.json')))
    .update(readFileSync(join(here, 'prepare.mjs')))
    .digest('hex')
    .slice(0, 16);

export const cache = join(root, 'build/contract', key);

if (!existsSync(join(cache, 'ready'))) {
    console.error('the contract packages are not installed: run tests/contract/install');
    process.exit(2);
}

export const require = createRequire(join(cache, 'package.json'));

export const prepared = (name) => readFileSync(join(cache, name), 'utf8');
