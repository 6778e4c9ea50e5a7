#!/usr/bin/env node
// Checks recorded requests against the contracts of the APIs they went to: GitHub's official OpenAPI description and
// GraphQL schema, the request types of the official `openai` package, and review comments against the diff.
//
//   tests/contract/validate.mjs [--allow-missing-diff] [--quiet] [--require OPERATION]… JOURNAL…
//
// A JOURNAL is a file of JSON lines, or a folder that is searched for *.jsonl. One line is one request:
//   {"server":"github"|"model","method":"POST","path":"/repos/o/r/pulls/1/reviews","query":"per_page=100",
//    "headers":{"lower-case-name":"value"},"body":"raw text","status":200,"test":"name","diff":"unified diff or absent"}
// `path` may begin with /api/v3 (GitHub Enterprise Server). Requests that carry inline comments need `diff`, the unified
// diff of that pull request; --allow-missing-diff lets them pass unchecked. --require names an operation that must have been
// seen (GitHub's operation id such as pulls/create-review; graphql, responses, chat), so that no kind goes missing unnoticed.
//
// Prints one line a problem, a table of what was validated, and "N requests validated, N problems". Exit code 1 when there
// is a problem or nothing to validate, 2 on wrong usage.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkRest } from './lib/github.mjs';
import { checkGraphql } from './lib/graphql.mjs';
import { checkModel } from './lib/model.mjs';

function usage(message) {
    console.error(`validate.mjs: ${message}\nusage: validate.mjs [--allow-missing-diff] [--quiet] [--require OPERATION]… JOURNAL…`);
    process.exit(2);
}

function readArguments() {
    try {
        const { values, positionals } = parseArgs({
            allowPositionals: true,
            options: {
                'allow-missing-diff': { type: 'boolean', default: false },
                quiet: { type: 'boolean', default: false },
                require: { type: 'string', multiple: true, default: [] },
            },
        });
        if (positionals.length === 0) usage('no journal given');
        return { options: { ...values, allowMissingDiff: values['allow-missing-diff'] }, positionals };
    } catch (error) {
        return usage(error.message);
    }
}

function journalFiles(path) {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { withFileTypes: true })
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .flatMap((entry) => {
            const inner = join(path, entry.name);
            if (entry.isDirectory()) return journalFiles(inner);
            return entry.name.endsWith('.jsonl') ? [inner] : [];
        });
}

function shapeProblem(entry) {
    if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) return 'is no object';
    if (!['github', 'model'].includes(entry.server)) return `unknown server ${JSON.stringify(entry.server)}`;
    for (const field of ['method', 'path']) {
        if (typeof entry[field] !== 'string') return `${field} must be a string`;
    }
    if (!entry.path.startsWith('/')) return 'path must begin with /';
    if (entry.query !== undefined && entry.query !== null && typeof entry.query !== 'string') return 'query must be a string';
    if (entry.headers === null || typeof entry.headers !== 'object') return 'headers must be an object';
    return null;
}

function check(original, options) {
    const entry = { ...original };
    const mark = entry.path.indexOf('?');
    if (mark >= 0) {
        entry.query = [entry.path.slice(mark + 1), entry.query].filter(Boolean).join('&');
        entry.path = entry.path.slice(0, mark);
    }
    entry.query = (entry.query ?? '').replace(/^\?/, '');
    if (entry.server === 'model') return checkModel(entry, entry.path);
    if (entry.path === '/graphql' || entry.path === '/api/graphql') return checkGraphql(entry);
    return checkRest(entry, entry.path.replace(/^\/api\/v3(?=\/)/, ''), options);
}

const { options, positionals } = readArguments();
const counts = new Map();
const seen = new Set();
let validated = 0;
let problemCount = 0;

function report(place, problems) {
    problemCount += problems.length;
    for (const problem of problems) console.log(`${place}: ${problem}`.replaceAll('\n', ' '));
}

for (const argument of positionals) {
    let files;
    try {
        files = journalFiles(argument);
    } catch (error) {
        report(argument, [`cannot read the journal: ${error.code ?? error.message}`]);
        continue;
    }
    for (const file of files) {
        for (const [i, line] of readFileSync(file, 'utf8').split('\n').entries()) {
            if (line.trim() === '') continue;
            const place = `${file}:${i + 1}`;
            let entry;
            try {
                entry = JSON.parse(line);
            } catch (error) {
                report(place, [`is no JSON (${error.message})`]);
                continue;
            }
            const wrong = shapeProblem(entry);
            if (wrong) {
                report(place, [`is no journal entry: ${wrong}`]);
                continue;
            }
            const { operation, problems } = check(entry, options);
            validated += 1;
            seen.add(operation.split('  ')[0]);
            const key = `${entry.server.padEnd(6)}  ${operation}`;
            const count = counts.get(key) ?? { requests: 0, problems: 0 };
            counts.set(key, { requests: count.requests + 1, problems: count.problems + problems.length });
            report(`${entry.test ?? '(no test name)'} [${place}]: ${entry.method} ${entry.path}`, problems);
        }
    }
}

for (const operation of options.require) {
    if (!seen.has(operation)) report('journals', [`no request of ${operation} was recorded`]);
}
if (!options.quiet) {
    for (const [key, count] of [...counts].sort()) {
        const bad = count.problems > 0 ? `  (${count.problems} problems)` : '';
        console.log(`${String(count.requests).padStart(6)}  ${key}${bad}`);
    }
}
console.log(`${validated} requests validated, ${problemCount} problems`);
process.exitCode = problemCount > 0 || validated === 0 ? 1 : 0;
