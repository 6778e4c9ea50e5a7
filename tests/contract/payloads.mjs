#!/usr/bin/env node
// Writes event payloads for the action's entry: every example of @octokit/webhooks-examples, and what real life adds to
// them (forks, bots, deleted accounts, missing fields, broken files), derived from those examples.
//
//   tests/contract/payloads.mjs OUTDIR
//
// Files are <event>.<nr>[.<action>].json and <event>.<slug>.json for derived ones. OUTDIR/index.json lists them:
//   {"file", "event": value of GITHUB_EVENT_NAME, "action": text or null, "expect", "why", "derived": bool,
//    "repository": "o/r" or null, "number": n or null, "head_sha", "base_sha": text or null, "fork": bool}
// `expect` names what the entry may do, alternatives split by "|":
//   review  a review of that pull request starts     act    a command starts
//   skip    outcome=skipped, exit 0, no API call     error  exit 1 or 2 with one clear line
// Whatever it does, it must not crash. Where a payload allows more than one decent reading, more than one is listed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { require } from './lib/packages.mjs';

const out = process.argv[2];
if (!out || process.argv.length !== 3) {
    console.error('usage: payloads.mjs OUTDIR');
    process.exit(2);
}
mkdirSync(out, { recursive: true });

const loaded = require('@octokit/webhooks-examples');
const definitions = loaded.default ?? loaded;
const examples = Object.fromEntries(definitions.map((definition) => [definition.name, definition.examples]));

const kReviewed = ['opened', 'synchronize', 'reopened', 'ready_for_review'];
const kHugeBody = 1 << 20;
const kDeep = 200000;

const index = [];

const text = (value) => (typeof value === 'string' ? value : null);

function parsed(raw) {
    try {
        return JSON.parse(raw);
    } catch {
        return {};  // broken on purpose
    }
}

function write(file, event, content, expect, why, derived) {
    const raw = typeof content === 'string' || Buffer.isBuffer(content);
    writeFileSync(join(out, file), raw ? content : JSON.stringify(content, null, 2));
    const payload = (raw ? parsed(content) : content) ?? {};
    const subject = payload.pull_request ?? payload.issue ?? {};
    const head = payload.pull_request?.head;
    const base = payload.pull_request?.base;
    index.push({
        file,
        event,
        action: text(payload.action),
        expect,
        why,
        derived,
        repository: text(base?.repo?.full_name) ?? text(payload.repository?.full_name),
        number: Number.isInteger(subject.number) ? subject.number : null,
        head_sha: text(head?.sha),
        base_sha: text(base?.sha),
        fork: Boolean(head) && head.repo?.full_name !== base?.repo?.full_name,
    });
}

// --- the examples as they are ------------------------------------------------------------------------------------------

function judge(event, payload) {
    if (event === 'pull_request') {
        if (!kReviewed.includes(payload.action)) return ['skip', `nothing new to review on '${payload.action}'`];
        if (payload.pull_request.draft) return ['review|skip', 'a draft'];
        return ['review', `a pull request was ${payload.action}`];
    }
    if (event === 'issue_comment' && !payload.issue?.pull_request) return ['skip', 'a comment on an issue, not on a pull request'];
    if (['issue_comment', 'pull_request_review_comment'].includes(event)) return ['skip', 'the comment is no /codex command'];
    if (event === 'pull_request_review') return ['skip', 'the review has no command'];
    if (event === 'workflow_dispatch') return ['skip|error', 'no pull request is named'];
    return ['skip', 'an event that is not for us'];
}

for (const [event, list] of Object.entries(examples)) {
    for (const [nr, payload] of list.entries()) {
        const [expect, why] = judge(event, payload);
        const action = typeof payload.action === 'string' ? `.${payload.action.replace(/[^\w-]/g, '_')}` : '';
        write(`${event}.${nr}${action}.json`, event, payload, expect, why, false);
    }
}

// --- derived: pull requests --------------------------------------------------------------------------------------------

const opened = examples.pull_request[12];
const synchronize = examples.pull_request.find((payload) => payload.action === 'synchronize');

// A changed copy of an example; `change` may return another value to use in its place.
function derive(base, change) {
    const copy = structuredClone(base);
    return change(copy) ?? copy;
}

function pull(slug, expect, why, change, base = opened) {
    write(`pull_request.${slug}.json`, 'pull_request', derive(base, change), expect, why, true);
}

const bot = (login) => ({ login, id: 49699333, node_id: 'MDM6Qm90NDk2OTkzMzM=', type: 'Bot', site_admin: false });

function makeFork(payload) {
    const repo = structuredClone(payload.pull_request.base.repo);
    Object.assign(repo, { id: repo.id + 1, fork: true, full_name: 'contributor/Hello-World' });
    repo.owner = { ...repo.owner, login: 'contributor', id: 900001 };
    payload.pull_request.head = {
        ...payload.pull_request.head, label: 'contributor:changes', user: { ...repo.owner }, repo,
    };
    payload.pull_request.user = { ...repo.owner };
    payload.pull_request.author_association = 'FIRST_TIME_CONTRIBUTOR';
    payload.sender = { ...repo.owner };
}

pull('fork', 'review', 'the head is in a fork', makeFork);
pull('fork-synchronize', 'review', 'a push to a fork', makeFork, synchronize);
pull('fork-same-name-other-owner', 'review', 'head and base repositories differ in the owner alone', (p) => {
    makeFork(p);
    p.pull_request.head.ref = p.pull_request.base.ref;
});
pull('head-repo-null', 'review', 'the fork was deleted', (p) => {
    makeFork(p);
    p.pull_request.head.repo = null;
    p.pull_request.head.user = null;
});
pull('author-ghost', 'review', 'the author deleted the account', (p) => {
    p.pull_request.user = null;
    p.pull_request.head.user = null;
});
pull('sender-null', 'review|skip', 'nobody is named as sender', (p) => { p.sender = null; });
pull('sender-bot', 'review|skip', 'opened by a bot', (p) => {
    p.sender = bot('dependabot[bot]');
    p.pull_request.user = bot('dependabot[bot]');
});
for (const association of ['NONE', 'FIRST_TIMER', 'FIRST_TIME_CONTRIBUTOR', 'CONTRIBUTOR', 'MANNEQUIN', 'MEMBER', 'A_NEW_ONE']) {
    pull(`association-${association.toLowerCase()}`, 'review', `author association ${association}`,
        (p) => { p.pull_request.author_association = association; });
}
pull('draft', 'review|skip', 'a draft', (p) => { p.pull_request.draft = true; });
pull('closed-meanwhile', 'review|skip', 'the pull request is closed although it was just pushed to',
    (p) => { p.pull_request.state = 'closed'; }, synchronize);
pull('action-unknown', 'skip', 'an action of the future', (p) => { p.action = 'reticulated'; });
pull('action-in-capitals', 'skip', 'actions are lower case', (p) => { p.action = 'OPENED'; });

pull('body-null', 'review', 'no description', (p) => { p.pull_request.body = null; });
pull('body-empty', 'review', 'an empty description', (p) => { p.pull_request.body = ''; });
pull('body-huge', 'review', 'a description of 1 MiB', (p) => { p.pull_request.body = 'lorem ipsum '.repeat(kHugeBody / 12); });
pull('body-one-line-huge', 'review', 'a description of 1 MiB in one word', (p) => { p.pull_request.body = 'x'.repeat(kHugeBody); });
pull('body-many-lines', 'review', 'a description of half a million empty lines', (p) => { p.pull_request.body = '\n'.repeat(500000); });
pull('text-non-bmp', 'review', 'text beyond the basic plane', (p) => {
    p.pull_request.title = '😀 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧‍👦';
    p.pull_request.body = '🏴󠁧󠁢󠁥󠁮󠁧󠁿 𐍈 '.repeat(500);
});
pull('text-hidden', 'review', 'zero-width, bidirectional and tag characters', (p) => {
    p.pull_request.title = 'tit\u200ble \u202egnp.exe\u202c';
    p.pull_request.body = `<!-- hidden --> \u{e0041}\u{e0042} \ufe0f\u2066x\u2069`;
});
pull('text-controls', 'review', 'NUL, escape and delete characters', (p) => {
    p.pull_request.title = 'a\u0000b\u001b[31mred\u007f';
    p.pull_request.body = 'line\r\nline\rline\u2028line\u0085line';
});
pull('text-workflow-commands', 'review', 'workflow commands in title, branch and body', (p) => {
    p.pull_request.title = '::error::owned';
    p.pull_request.body = '\n::set-output name=outcome::approved\n::stop-commands::x\n##[group]x\n';
    p.pull_request.head.ref = '::add-mask::e';
});
pull('text-format-directives', 'review', 'format directives', (p) => {
    p.pull_request.title = '{} {0} {:>99999999} %s %n';
    p.pull_request.body = '{{}} ${{ secrets.X }} %1$s';
});
pull('ref-hostile', 'review|error', 'a branch name with shell and path syntax', (p) => {
    p.pull_request.head.ref = '$(touch${IFS}x);`id`/../../x';
});
pull('many-labels', 'review', 'ten thousand labels', (p) => {
    p.pull_request.labels = Array.from({ length: 10000 }, (_, i) => ({ id: i, name: `label-${i}` }));
});
pull('unknown-fields', 'review', 'members that no version had', (p) => {
    p.quantum = { state: [null, true, 1.5, 'x'] };
    p.pull_request.quantum = 1;
    p.pull_request.head.repo.quantum = [];
});

// What a reviewer needs is small: everything else may be missing or null.
const kNeeded = ['number', 'head', 'base', 'state', 'draft', 'user', 'title', 'body'];
pull('only-needed', 'review', 'nothing but what a review needs', (p) => ({
    action: p.action,
    number: p.number,
    pull_request: {
        number: p.number,
        head: { ref: p.pull_request.head.ref, sha: p.pull_request.head.sha, repo: { full_name: p.pull_request.head.repo.full_name } },
        base: { ref: p.pull_request.base.ref, sha: p.pull_request.base.sha, repo: { full_name: p.pull_request.base.repo.full_name } },
    },
    repository: { full_name: p.repository.full_name },
}));
pull('rest-null', 'review', 'everything that a review does not need is null', (p) => {
    for (const key of Object.keys(p.pull_request)) if (!kNeeded.includes(key)) p.pull_request[key] = null;
});
pull('rest-of-other-types', 'review', 'everything that a review does not need has another type', (p) => {
    for (const [key, value] of Object.entries(p.pull_request)) {
        if (!kNeeded.includes(key)) p.pull_request[key] = typeof value === 'string' ? 7 : 'seven';
    }
});
pull('no-sender', 'review|skip', 'no sender', (p) => { delete p.sender; });
pull('no-installation', 'review', 'no installation', (p) => { delete p.installation; });
pull('no-title', 'review', 'no title', (p) => { delete p.pull_request.title; });
pull('title-null', 'review', 'title null', (p) => { p.pull_request.title = null; });
pull('no-draft', 'review', 'an old server that knows no drafts', (p) => { delete p.pull_request.draft; });
pull('no-state', 'review', 'no state', (p) => { delete p.pull_request.state; });

const kEither = 'review|skip|error';
pull('no-action', kEither, 'no action', (p) => { delete p.action; });
pull('action-null', kEither, 'action null', (p) => { p.action = null; });
pull('action-number', 'review|skip|error', 'action is a number', (p) => { p.action = 1; });
pull('no-pull-request', 'skip|error', 'no pull request in the event', (p) => { delete p.pull_request; });
pull('pull-request-null', 'skip|error', 'pull request null', (p) => { p.pull_request = null; });
pull('pull-request-array', 'error', 'pull request is an array', (p) => { p.pull_request = [p.pull_request]; });
pull('pull-request-text', 'error', 'pull request is text', (p) => { p.pull_request = 'https://example.com/pull/2'; });
pull('no-repository', 'review|error', 'no repository; GITHUB_REPOSITORY may stand in', (p) => { delete p.repository; });
pull('repository-null', 'review|error', 'repository null', (p) => { p.repository = null; });
pull('no-full-name', 'review|error', 'repository without full_name', (p) => { delete p.repository.full_name; });
pull('full-name-hostile', 'review|error', 'a repository name that would change the URL',
    (p) => { p.repository.full_name = 'o/r/../../../user?x=#'; });
pull('no-head', 'review|error', 'no head', (p) => { delete p.pull_request.head; });
pull('head-null', 'review|error', 'head null', (p) => { p.pull_request.head = null; });
pull('no-head-sha', 'review|error', 'no head SHA', (p) => { delete p.pull_request.head.sha; });
pull('head-sha-number', 'review|error', 'head SHA is a number: the API is asked for the right one', (p) => { p.pull_request.head.sha = 12345; });
pull('head-sha-no-hex', 'review|error', 'head SHA is no SHA: the API is asked for the right one', (p) => { p.pull_request.head.sha = '--upload-pack=touch x'; });
pull('head-sha-short', 'review|error', 'head SHA is abbreviated', (p) => { p.pull_request.head.sha = 'ec26c3e'; });
pull('head-sha-empty', 'review|error', 'head SHA is empty', (p) => { p.pull_request.head.sha = ''; });
pull('no-base', 'review|error', 'no base', (p) => { delete p.pull_request.base; });
pull('base-null', 'review|error', 'base null', (p) => { p.pull_request.base = null; });
pull('no-base-sha', 'review|error', 'no base SHA', (p) => { delete p.pull_request.base.sha; });
pull('no-base-repo', 'review|error', 'no base repository', (p) => { delete p.pull_request.base.repo; });
pull('draft-text', kEither, 'draft is text', (p) => { p.pull_request.draft = 'true'; });

// Strict integers: the number names what is written to.
const kBadNumbers = {
    true: true, fraction: 1.9, text: '2', zero: 0, negative: -2, null: null, array: [2], object: { value: 2 },
};
for (const [slug, value] of Object.entries(kBadNumbers)) {
    pull(`number-${slug}`, 'error', `both numbers are ${JSON.stringify(value)}`, (p) => {
        p.number = value;
        p.pull_request.number = value;
    });
    pull(`number-outer-${slug}`, 'review|error', `the outer number is ${JSON.stringify(value)}`, (p) => { p.number = value; });
}
pull('no-number', 'error', 'no number at all', (p) => {
    delete p.number;
    delete p.pull_request.number;
});
pull('no-number-outer', 'review', 'the number is in the pull request alone', (p) => { delete p.number; });
pull('no-number-inner', 'review|error', 'the number is at the top alone', (p) => { delete p.pull_request.number; });
pull('numbers-differ', 'review|error', 'two different numbers', (p) => { p.number = 3; });
const asText = JSON.stringify(opened);
for (const [slug, literal] of [['exponent', '2e0'], ['decimal-point', '2.0'], ['beyond-64-bits', '36893488147419103234'], ['beyond-double', '1e400']]) {
    const raw = asText.replaceAll('"number":2', `"number":${literal}`);
    write(`pull_request.number-${slug}.json`, 'pull_request', raw, slug === 'decimal-point' || slug === 'exponent' ? 'review|error' : 'error',
        `numbers are written ${literal}`, true);
}

// --- derived: broken files ---------------------------------------------------------------------------------------------

function broken(slug, expect, why, content, event = 'pull_request') {
    write(`${event}.${slug}.json`, event, content, expect, why, true);
}

broken('empty-object', 'skip|error', 'an empty object', '{}');
broken('array', 'error', 'an array', '[]');
broken('array-of-payload', 'error', 'the payload in an array', `[${asText}]`);
broken('null', 'error', 'null', 'null');
broken('number', 'error', 'a number', '42');
broken('string', 'error', 'a string', '"pull_request"');
broken('empty-file', 'error', 'an empty file', '');
broken('blank-file', 'error', 'blanks', ' \n\t\n');
broken('no-json', 'error', 'not JSON at all', 'this is not JSON\n');
broken('html', 'error', 'an HTML page', '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>');
broken('cut', 'error', 'cut in the middle', asText.slice(0, asText.length / 2));
broken('cut-last-byte', 'error', 'the last byte is missing', asText.slice(0, -1));
broken('cut-in-escape', 'error', 'cut within an escape', '{"action":"opened","x":"\\u12');
broken('trailing-garbage', 'error', 'text after the object', `${asText} trailing`);
broken('two-objects', 'error', 'two objects', `${asText}\n${asText}`);
broken('nan', 'error', 'NaN is no JSON', asText.replace('"number":2', '"number":NaN'));
broken('comments', 'error', 'comments are no JSON', `// payload\n${asText}`);
broken('single-quotes', 'error', 'single quotes are no JSON', "{'action':'opened'}");
broken('byte-order-mark', 'review|error', 'a byte order mark in front', `\ufeff${asText}`);
broken('bad-utf8', 'review|error', 'bytes that are no UTF-8',
    Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80]), Buffer.from(`",${asText.slice(1)}`)]));
broken('lone-surrogate', 'review|error', 'half a surrogate pair in an escape',
    asText.replace(/"title":"[^"]*"/, '"title":"half \\ud83d a pair"'));
broken('nul-bytes', 'error', 'NUL bytes between the tokens', asText.replace('{', '{\u0000'));
broken('duplicate-members', 'review|error', 'the same member twice', `{"number":7,"action":"closed",${asText.slice(1)}`);
broken('deep-arrays', 'review|error', `${kDeep} nested arrays`, `{"x":${'['.repeat(kDeep)}${']'.repeat(kDeep)},${asText.slice(1)}`);
broken('deep-objects', 'review|error', `${kDeep} nested objects`, `{"x":${'{"x":'.repeat(kDeep)}1${'}'.repeat(kDeep)},${asText.slice(1)}`);
broken('deep-unclosed', 'error', `${kDeep} opened arrays`, '['.repeat(kDeep));
broken('nested-32', 'review', '32 nested arrays are no attack', `{"x":${'['.repeat(32)}${']'.repeat(32)},${asText.slice(1)}`);
broken('huge-number-text', 'review|error', 'a number of 100,000 digits elsewhere', `{"x":${'9'.repeat(100000)},${asText.slice(1)}`);
broken('many-members', 'review', '200,000 unknown members',
    `{${Array.from({ length: 200000 }, (_, i) => `"k${i}":${i}`).join(',')},${asText.slice(1)}`);
broken('no-json', 'error', 'not JSON at all', 'oops', 'issue_comment');
broken('empty-object', 'skip|error', 'an empty object', '{}', 'issue_comment');
broken('empty-object', 'skip|error', 'an empty object', '{}', 'pull_request_review_comment');
broken('empty-object', 'skip|error', 'an empty object', '{}', 'pull_request_review');
broken('empty-object', 'skip|error', 'an empty object', '{}', 'push');

// --- derived: pull_request_target --------------------------------------------------------------------------------------

for (const [slug, change] of [['opened', () => undefined], ['fork', makeFork]]) {
    write(`pull_request_target.${slug}.json`, 'pull_request_target', derive(opened, change), kEither,
        'reviewed only when no code of the head would be checked out or run', true);
}
write('pull_request_target.closed.json', 'pull_request_target',
    derive(opened, (p) => { p.action = 'closed'; p.pull_request.state = 'closed'; }), 'skip', 'nothing new to review', true);

// --- derived: comments -------------------------------------------------------------------------------------------------

const issueComment = examples.issue_comment.find((payload) => payload.action === 'created');
const reviewComment = examples.pull_request_review_comment[1];
const review = examples.pull_request_review.find((payload) => payload.action === 'submitted');
const link = examples.issues.find((payload) => payload.issue.pull_request).issue.pull_request;

function comment(slug, expect, why, body, change = () => undefined) {
    write(`issue_comment.${slug}.json`, 'issue_comment', derive(issueComment, (p) => {
        p.issue.pull_request = structuredClone(link);
        p.issue.number = 2;
        p.comment.body = body;
        return change(p);
    }), expect, why, true);
}

comment('on-pull-request', 'skip', 'no command', 'You are totally right!');
comment('command-review', 'review|skip', 'asks for a review', '/codex review');
comment('command-act', 'act|skip', 'asks for a change', '/codex fix the typo in README.md');
comment('command-alone', 'act|review|skip|error', 'the bare trigger', '/codex');
comment('command-on-issue', 'skip', 'a command on a plain issue', '/codex fix the typo', (p) => { delete p.issue.pull_request; });
comment('command-issue-link-null', 'skip', 'issue.pull_request is null', '/codex fix the typo', (p) => { p.issue.pull_request = null; });
comment('command-in-the-middle', 'skip', 'the trigger is not at the beginning', 'please /codex fix the typo');
comment('command-on-second-line', 'skip', 'the trigger is not on the first line', 'hello\n/codex fix the typo');
comment('command-quoted', 'skip', 'the trigger is quoted', '> /codex fix the typo\n\nWhat did this do?');
comment('command-in-code', 'skip', 'the trigger is in a code block', '```\n/codex fix the typo\n```');
comment('command-longer-word', 'skip', 'another word that begins like the trigger', '/codexfix the typo');
comment('command-other-slash', 'skip', 'a command for somebody else', '/deploy production');
comment('command-by-bot', 'skip', 'a bot must not command', '/codex fix the typo', (p) => {
    p.comment.user = bot('github-actions[bot]');
    p.sender = bot('github-actions[bot]');
});
comment('command-by-ghost', 'skip|error', 'the commenter deleted the account', '/codex fix the typo', (p) => { p.comment.user = null; });
comment('command-edited', 'skip', 'an edited comment commands nothing', '/codex fix the typo', (p) => { p.action = 'edited'; });
comment('command-deleted', 'skip', 'a deleted comment commands nothing', '/codex fix the typo', (p) => { p.action = 'deleted'; });
comment('body-null', 'skip', 'a comment without text', null);
comment('body-empty', 'skip', 'an empty comment', '');
comment('body-number', 'skip|error', 'a comment whose text is a number', 12);
comment('body-huge', 'skip', 'a comment of 1 MiB', 'x'.repeat(kHugeBody));
comment('body-non-bmp', 'skip', 'a comment beyond the basic plane', '😀'.repeat(1000));
comment('no-comment', 'skip|error', 'no comment in the event', '', (p) => { delete p.comment; });
comment('no-issue', 'skip|error', 'no issue in the event', '/codex fix the typo', (p) => { delete p.issue; });
comment('issue-number-true', 'skip|error', 'the number is true', '/codex fix the typo', (p) => { p.issue.number = true; });
for (const association of ['OWNER', 'MEMBER', 'COLLABORATOR', 'CONTRIBUTOR', 'FIRST_TIME_CONTRIBUTOR', 'NONE']) {
    // The association is no permission: who may command is asked of the API.
    comment(`command-association-${association.toLowerCase()}`, 'act|skip', `a command by association ${association}`,
        '/codex fix the typo', (p) => { p.comment.author_association = association; });
}

function reviewCommentOf(slug, expect, why, change) {
    write(`pull_request_review_comment.${slug}.json`, 'pull_request_review_comment', derive(reviewComment, change), expect, why, true);
}

reviewCommentOf('multi-line', 'skip', 'a comment on several lines', (p) => {
    Object.assign(p.comment, { start_line: 260, original_start_line: 260, start_side: 'RIGHT' });
});
reviewCommentOf('reply', 'skip', 'a reply', (p) => { p.comment.in_reply_to_id = 284312629; });
reviewCommentOf('outdated', 'skip', 'a comment whose line is gone', (p) => { Object.assign(p.comment, { line: null, position: null }); });
reviewCommentOf('file-level', 'skip', 'a comment on a whole file', (p) => {
    Object.assign(p.comment, { subject_type: 'file', line: null, side: null, position: 1 });
});
reviewCommentOf('command', 'act|skip', 'asks for a change', (p) => { p.comment.body = '/codex fix this'; });
reviewCommentOf('command-by-bot', 'skip', 'a bot must not command', (p) => {
    p.comment.body = '/codex fix this';
    p.comment.user = bot('github-actions[bot]');
    p.sender = bot('github-actions[bot]');
});
reviewCommentOf('command-fork', 'act|skip', 'a command on a fork', (p) => {
    p.comment.body = '/codex fix this';
    p.pull_request.head.repo = { ...p.pull_request.head.repo, full_name: 'contributor/Hello-World', fork: true };
});
reviewCommentOf('head-repo-null', 'act|skip|error', 'a command after the fork was deleted', (p) => {
    p.comment.body = '/codex fix this';
    p.pull_request.head.repo = null;
});
reviewCommentOf('no-pull-request', 'skip|error', 'no pull request in the event', (p) => {
    p.comment.body = '/codex fix this';
    delete p.pull_request;
});

function reviewOf(slug, expect, why, change) {
    write(`pull_request_review.${slug}.json`, 'pull_request_review', derive(review, change), expect, why, true);
}

reviewOf('body', 'skip', 'a review whose text is no command', (p) => { p.review.body = 'Looks good to me.'; });
reviewOf('command', 'act|skip', 'a review whose text is a command', (p) => { p.review.body = '/codex fix the typo'; });
reviewOf('by-bot', 'skip', 'a review by a bot', (p) => {
    p.review.body = '/codex fix the typo';
    p.review.user = bot('github-actions[bot]');
    p.sender = bot('github-actions[bot]');
});
reviewOf('no-review', 'skip|error', 'no review in the event', (p) => { delete p.review; });

// --- derived: events without a pull request ----------------------------------------------------------------------------

const repository = structuredClone(opened.repository);
write('schedule.json', 'schedule', { schedule: '17 3 * * 1', workflow: '.github/workflows/review.yml', repository }, 'skip|error',
    'no pull request is named', true);
write('schedule.bare.json', 'schedule', { schedule: '17 3 * * 1' }, 'skip|error', 'no pull request is named', true);
const dispatch = examples.workflow_dispatch[0];
for (const [slug, inputs, expect] of [
    ['inputs-null', null, 'skip|error'],
    ['inputs-other', { environment: 'production' }, 'skip|error'],
    ['pr-number', { pr: '2', pr_number: '2', pull_request: '2' }, kEither],
    ['pr-number-bad', { pr: '2; rm -rf /', pr_number: '2; rm -rf /', pull_request: '2; rm -rf /' }, 'skip|error'],
]) {
    write(`workflow_dispatch.${slug}.json`, 'workflow_dispatch', derive(dispatch, (p) => { p.inputs = inputs; }), expect,
        'started by hand', true);
}
write('an_event_of_the_future.json', 'an_event_of_the_future', { action: 'happened', repository }, 'skip', 'an event nobody knows yet', true);

const files = new Set(index.map((entry) => entry.file));
if (files.size !== index.length) throw new Error('two payloads have the same file name');
writeFileSync(join(out, 'index.json'), `${JSON.stringify(index, null, 1)}\n`);
const derivedCount = index.filter((entry) => entry.derived).length;
console.log(`${index.length} payloads in ${out}: ${index.length - derivedCount} examples, ${derivedCount} derived`);
