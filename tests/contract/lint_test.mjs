#!/usr/bin/env node
// Tests lint.mjs and payloads.mjs.
//
//   node --test tests/contract/lint_test.mjs
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'contract-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

function run(script, ...args) {
    const program = fileURLToPath(new URL(script, import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
    return { status, lines: stdout.trimEnd().split('\n'), stderr };
}

const action = `name: codex-action
description: Reviews pull requests.
inputs:
  github_token:
    description: The token
    default: \${{ github.token }}
  model:
    description: The model
    default: ''
outputs:
  outcome:
    description: How it ended
runs:
  using: docker
  image: Dockerfile
`;
const workflow = `name: review
on:
  pull_request:
    types: [opened, synchronize]
permissions:
  contents: read
  pull-requests: write
jobs:
  review:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - id: codex
        uses: org/codex-action@v1
        with:
          model: gpt-5.5
      - run: echo "$OUTCOME"
        env:
          OUTCOME: \${{ steps.codex.outputs.outcome }}
`;
const dockerfile = `FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends g++ && rm -rf /var/lib/apt/lists/*
COPY . /src

FROM debian:bookworm-slim
COPY --from=build /src/a /src/b /usr/local/bin/
ENTRYPOINT ["/usr/local/bin/a"]
`;
const readme = `# Title

\`\`\`yaml
${workflow}\`\`\`

| Input | Meaning |
| --- | --- |
| \`github_token\` | the token, \`x\` |
| \`model\` | the model |

| Output | Meaning |
| --- | --- |
| \`outcome\` | how it ended |
`;
const whole = { 'action.yml': action, Dockerfile: dockerfile, 'README.md': readme, 'workflows-examples/review.yml': workflow };

let count = 0;
function lint(files) {
    const root = join(folder, String((count += 1)));
    mkdirSync(root);
    for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(root, name)), { recursive: true });
        writeFileSync(join(root, name), content);
    }
    return run('lint.mjs', '--root', root);
}

test('passes a repository that is in order', () => {
    assert.deepEqual(lint(whole), { status: 0, lines: ['4 files linted, 0 problems'], stderr: '' });
});

test('names every missing file', () => {
    assert.deepEqual(lint({}), {
        status: 1,
        lines: [
            'action.yml: is missing', 'workflows-examples/*.yml: is missing', 'Dockerfile: is missing', 'README.md: is missing',
            '0 files linted, 4 problems',
        ],
        stderr: '',
    });
});

test('catches what is wrong in each file', () => {
    const { status, lines } = lint({
        'action.yml': action
            .replace("    description: The model\n    default: ''", '    default: gpt-5.5\n    required: true')
            .replace('image: Dockerfile', 'image: Dockerfile\n  colour: red')
            .replace('    description: How it ended', "    description: ''"),
        Dockerfile: dockerfile.replace('debian:bookworm-slim\nCOPY', 'debian\nCOPY').replace(/ENTRYPOINT.*/, 'ENTRYPOINT /usr/local/bin/a'),
        'README.md': readme.replace('| `model` | the model |', '| `modell` | the model |').replace('outputs.outcome', 'outputs.result')
            .replace('| `outcome` | how it ended |\n', '| `outcome` | how it ended |\n| `outcome` | again |\n'),
        'workflows-examples/review.yml': workflow.replace('          model:', '          effort: high\n          model:')
            .replace('permissions:\n  contents: read\n  pull-requests: write\n', ''),
        'workflows-examples/bad.yml': workflow.replace('opened', 'opend').replace('pull-requests: write', 'pull_request: write')
            .replace('echo "$OUTCOME"', 'echo "${{ github.event.pull_request.title }}"'),
        '.github/workflows/broken.yml': 'on: push\njobs: [\n',
    });
    assert.equal(status, 1);
    for (const reason of [
        /^action.yml: .*[Aa]dditional/,
        /^action.yml: inputs.model: has no description/,
        /^action.yml: inputs.model: default must be '', is "gpt-5.5"/,
        /^action.yml: inputs.model: other layers may set it/,
        /^action.yml: outputs.outcome: has no description/,
        /^Dockerfile:5: .*missing_tag/,
        /^Dockerfile: ENTRYPOINT must be in exec form/,
        /^README.md: input 'model' of action.yml is not in the table/,
        /^README.md: input 'modell' is not in action.yml/,
        /^README.md: output 'outcome' is listed twice/,
        /^README.md \(workflow at line 4\): jobs.review: action.yml has no output 'result'/,
        /^workflows-examples\/review.yml: jobs.review: action.yml has no input 'effort'/,
        /^workflows-examples\/review.yml: jobs.review: states no permissions/,
        /^workflows-examples\/bad.yml:4:\d+: .*"opend"/,
        /^workflows-examples\/bad.yml:7:\d+: .*"pull_request"/,
        /^workflows-examples\/bad.yml:\d+:\d+: .*github.event.pull_request.title.* potentially untrusted/,
        /^.github\/workflows\/broken.yml/,
    ]) {
        assert.ok(lines.some((line) => reason.test(line)), `no line matches ${reason} in:\n${lines.join('\n')}`);
    }
});

test('a token default of our own making is refused', () => {
    const { lines } = lint({ ...whole, 'action.yml': action.replace("${{ github.token }}", "''") });
    assert.deepEqual(lines, [`action.yml: inputs.github_token: default must be '\${{ github.token }}', is ""`, '4 files linted, 1 problems']);
});

test('payloads: the index lists every file, and what it says of each is consistent with the file', () => {
    const out = join(folder, 'payloads');
    const { status } = run('payloads.mjs', out);
    assert.equal(status, 0);
    const index = JSON.parse(readFileSync(join(out, 'index.json'), 'utf8'));
    assert.deepEqual(index.map((entry) => entry.file).sort(), readdirSync(out).filter((name) => name !== 'index.json').sort());
    assert.equal(index.filter((entry) => !entry.derived).length, 329);
    for (const entry of index) {
        assert.match(entry.expect, /^(act|review|skip|error)(\|(review|skip|error))*$/);
        let payload;
        try {
            payload = JSON.parse(readFileSync(join(out, entry.file), 'utf8'));
        } catch {
            payload = undefined;
        }
        // A file that even a lenient parser refuses can never start a review, except for encoding and nesting alone.
        if (payload === undefined) assert.match(entry.expect, /error/, entry.file);
        if (entry.expect === 'review') {
            assert.ok(Number.isInteger(payload.pull_request.number) && payload.pull_request.head.sha, entry.file);
            assert.deepEqual([entry.repository, entry.number], ['Codertocat/Hello-World', 2], entry.file);
        }
    }
});

test('wrong usage is exit code 2', () => {
    assert.equal(run('lint.mjs', '--rot', 'x').status, 2);
    assert.equal(run('payloads.mjs').status, 2);
});
