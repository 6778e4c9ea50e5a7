#!/usr/bin/env node
// Tests validate.mjs: right requests of every kind must pass, and each wrong one must be caught for its own reason.
//
//   node --test tests/contract/validate_test.mjs
//
// All cases go through one run of the real program; the test name in each journal line tells the answers apart.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('validate.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'contract-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

function validate(...args) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
    return { status, lines: stdout.trimEnd().split('\n'), stderr };
}

function journal(name, entries) {
    const path = join(folder, name);
    writeFileSync(path, entries.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry))).join('\n') + '\n');
    return path;
}

// --- building blocks ---------------------------------------------------------------------------------------------------

const githubHeaders = {
    'user-agent': 'codex-action/1', authorization: 'Bearer token', accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
};
const modelHeaders = { 'user-agent': 'codex-action/1', authorization: 'Bearer key', 'content-type': 'application/json' };
const jsonType = { 'content-type': 'application/json; charset=utf-8' };

// Hunk 1: left 10 11 12 13, right 10 11 12 13 14. Hunk 2: left 40 41, right 41 42. Then a deleted, a renamed, an oddly named file.
const diff = `diff --git a/src/a.cpp b/src/a.cpp
index 1111111..2222222 100644
--- a/src/a.cpp
+++ b/src/a.cpp
@@ -10,4 +10,5 @@ int f()
 context 10
-left 11
-left 12
+right 11
+right 12
+right 13
 context 13/14
@@ -40,2 +41,2 @@
-left 40
+right 41
 context 41/42
diff --git a/gone.txt b/gone.txt
deleted file mode 100644
index 3333333..0000000
--- a/gone.txt
+++ /dev/null
@@ -1,2 +0,0 @@
---- a dash line
-second
\\ No newline at end of file
diff --git a/old.txt b/new.txt
similarity index 90%
rename from old.txt
rename to new.txt
--- a/old.txt
+++ b/new.txt
@@ -1 +1 @@
-one
+two
diff --git "a/\\303\\244 b.txt" "b/\\303\\244 b.txt"
new file mode 100644
index 0000000..4444444
--- /dev/null
+++ "b/\\303\\244 b.txt"
@@ -0,0 +1 @@
+x
diff --git a/logo.png b/logo.png
index 5555555..6666666 100644
Binary files a/logo.png and b/logo.png differ
`;

const get = (path, query, more = {}) => ({ server: 'github', method: 'GET', path, query, headers: githubHeaders, body: '', status: 200, ...more });

function send(method, path, body, more = {}) {
    return {
        server: 'github', method, path, query: '', headers: { ...githubHeaders, ...jsonType }, status: 201,
        body: typeof body === 'string' ? body : JSON.stringify(body), ...more,
    };
}

const sha = 'ec26c3e57ca3a959ca5aad62de7213c562f8c821';
const comment = (more = {}) => ({ path: 'src/a.cpp', line: 11, side: 'RIGHT', body: 'text', ...more });
const review = (comments, more = {}) => send('POST', '/repos/o/r/pulls/1/reviews',
    { commit_id: sha, event: 'COMMENT', body: 'summary', comments, ...more }, { diff });
const commentOn = (more) => review([comment(more)]);
const single = (more) => send('POST', '/repos/o/r/pulls/1/comments', { body: 'text', commit_id: sha, path: 'src/a.cpp', ...more }, { diff });
const graphql = (query, variables, more = {}) => send('POST', '/graphql', { query, variables }, more);

const threads = `query Threads($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    reviewThreads(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { ...thread } } } }
}
fragment thread on PullRequestReviewThread { id isResolved isOutdated path line startLine diffSide
  comments(first: 50) { nodes { fullDatabaseId body viewerDidAuthor author { login } } } }`;
const threadsOf = { owner: 'o', name: 'r', number: 1 };

const message = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'review this' }] };
const call = { type: 'function_call', call_id: 'call_1', name: 'shell', arguments: '{"command":"ls"}' };
const output = { type: 'function_call_output', call_id: 'call_1', output: 'a.cpp' };
const shell = {
    type: 'function', name: 'shell', description: 'runs a command', strict: true,
    parameters: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'], additionalProperties: false },
};
const format = {
    type: 'json_schema', name: 'review', strict: true,
    schema: {
        type: 'object', additionalProperties: false, required: ['findings'],
        properties: { findings: { type: 'array', items: { type: ['string', 'null'] } } },
    },
};
const responsesBody = {
    model: 'gpt-5.5', instructions: 'You review code.', stream: true, store: false, input: [message, call, output], tools: [shell],
    tool_choice: 'auto', parallel_tool_calls: false, reasoning: { effort: 'high', summary: 'auto' },
    include: ['reasoning.encrypted_content'], prompt_cache_key: 'x', text: { format },
};

function model(path, body, more = {}) {
    return {
        server: 'model', method: 'POST', path, query: '', headers: modelHeaders, status: 200,
        body: typeof body === 'string' ? body : JSON.stringify(body), ...more,
    };
}
const responses = (more, entry) => model('/v1/responses', { ...responsesBody, ...more }, entry);
const chatBody = {
    model: 'gpt-5.5', stream: true,
    messages: [
        { role: 'system', content: 'You review code.' }, { role: 'user', content: 'review this' },
        { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'shell', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: 'c1', content: 'a.cpp' },
    ],
    tools: [{ type: 'function', function: { name: 'shell', description: 'd', parameters: { type: 'object' } } }],
};
const chat = (more) => model('/v1/chat/completions', { ...chatBody, ...more });

const without = (object, ...names) => Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));

// --- cases -------------------------------------------------------------------------------------------------------------

const good = {
    'a pull request': get('/repos/o/r/pulls/1'),
    'a pull request as diff': get('/repos/o/r/pulls/1', '', { headers: { ...githubHeaders, accept: 'application/vnd.github.diff' } }),
    'files, page 2': get('/repos/o/r/pulls/1/files', 'per_page=100&page=2'),
    'issue comments since a time': get('/repos/o/r/issues/1/comments', 'since=2026-01-01T00%3A00%3A00Z&per_page=100'),
    'a file in a folder at a commit': get('/repos/o/r/contents/src/a%20b.cpp', `ref=${sha}`),
    'a commit comparison': get('/repos/o/r/compare/main...fork:branch/with/slashes'),
    'a permission': get('/repos/o/r/collaborators/somebody/permission'),
    'a query within the path': get('/repos/o/r/pulls/1/reviews?per_page=30'),
    'behind an enterprise prefix': get('/api/v3/repos/o/r/pulls/1'),
    'the newer API version': get('/repos/o/r/pulls/1', '', { headers: { ...githubHeaders, 'x-github-api-version': '2026-03-10' } }),
    'a refused request is judged alike': get('/repos/o/r/pulls/1', '', { status: 403 }),
    'a new issue comment': send('POST', '/repos/o/r/issues/1/comments', { body: 'text' }),
    'an updated issue comment': send('PATCH', '/repos/o/r/issues/comments/5', { body: 'text' }),
    'a reaction': send('POST', '/repos/o/r/issues/comments/5/reactions', { content: 'eyes' }),
    'a reply': send('POST', '/repos/o/r/pulls/1/comments/7/replies', { body: 'text' }),
    'a body of exactly 65536 characters': send('POST', '/repos/o/r/issues/1/comments', { body: '😀'.repeat(65536) }),
    'a review without comments': review([]),
    'a review of several comments': review([comment(), comment({ line: 42 }), comment({ path: 'new.txt', line: 1 })]),
    'an added line': commentOn({ line: 13 }),
    'a context line': commentOn({ line: 14 }),
    'a deleted line': commentOn({ line: 12, side: 'LEFT' }),
    'a line of a deleted file': commentOn({ path: 'gone.txt', line: 1, side: 'LEFT' }),
    'a line of a file with a quoted name': commentOn({ path: 'ä b.txt', line: 1 }),
    'a range': commentOn({ start_line: 10, start_side: 'RIGHT', line: 14 }),
    'a range over both sides': commentOn({ start_line: 11, start_side: 'LEFT', line: 12 }),
    'a single comment': single({ line: 11, side: 'RIGHT' }),
    'a file-level comment': single({ subject_type: 'file' }),
    'a file-level comment on a binary file': single({ subject_type: 'file', path: 'logo.png' }),
    'review threads': graphql(threads, threadsOf),
    'review threads behind an enterprise prefix': { ...graphql(threads, threadsOf), path: '/api/graphql' },
    'a null variable': graphql(threads, { ...threadsOf, after: null }),
    'who am I': graphql('{ viewer { login } }'),
    'resolving a thread': graphql('mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { id isResolved } } }', { id: 'PRRT_1' }),
    'one of two operations': send('POST', '/graphql', { query: 'query A { viewer { login } } query B { viewer { id } }', operationName: 'B' }),
    'a streamed turn': responses({}),
    'a turn with text input': responses({ input: 'hello', stream: false }),
    'a turn with an assistant message in its history': responses({
        input: [message, { type: 'message', role: 'assistant', id: 'msg_1', status: 'completed', content: [{ type: 'output_text', text: 'x', annotations: [] }] }],
    }),
    'a turn with encrypted reasoning': responses({ input: [message, { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'x' }, call, output] }),
    'a turn at another base': model('/openai/v1/responses', responsesBody, { query: 'api-version=2026-01-01' }),
    'a turn with the key in a header of its own': responses({}, { headers: { ...without(modelHeaders, 'authorization'), 'api-key': 'k' } }),
    'a chat turn': chat({}),
};

const longPlus = { body: 'x'.repeat(65537) };
const bad = {
    // REST: the request line and the headers
    'unknown route': [get('/repos/o/r/pulls/1/filez'), /unknown route/],
    'unknown method on a known route': [send('PUT', '/repos/o/r/issues/1/comments', { body: 'x' }), /only GET, POST exist/],
    'unknown query parameter': [get('/repos/o/r/pulls/1/files', 'per_pag=100'), /query\/per_pag: .*no such parameter/],
    'query parameter given twice': [get('/repos/o/r/pulls/1/files', 'page=1&page=2'), /query\/page: given twice/],
    'query parameter of a wrong type': [get('/repos/o/r/pulls/1/files', 'page=two'), /query\/page: must be/],
    'query parameter outside its enum': [get('/repos/o/r/pulls', 'state=opened'), /query\/state: must be/],
    'page too large': [get('/repos/o/r/pulls/1/files', 'per_page=101'), /per_page: must be 1 to 100/],
    'page zero': [get('/repos/o/r/pulls/1/files', 'page=0'), /page: must be at least 1/],
    'missing required query parameter': [get('/search/issues'), /query\/q: is required/],
    'bad percent encoding': [get('/repos/o/r/contents/a%zz'), /percent-encoded/],
    'pull request number that is no number': [get('/repos/o/r/pulls/true'), /path\/pull_number: must be integer/],
    'no user agent': [get('/repos/o/r/pulls/1', '', { headers: without(githubHeaders, 'user-agent') }), /user-agent: is required/],
    'no authorization': [get('/repos/o/r/pulls/1', '', { headers: without(githubHeaders, 'authorization') }), /authorization: must be/],
    'empty bearer': [get('/repos/o/r/pulls/1', '', { headers: { ...githubHeaders, authorization: 'Bearer ' } }), /authorization: must be/],
    'no accept': [get('/repos/o/r/pulls/1', '', { headers: without(githubHeaders, 'accept') }), /accept: is required/],
    'accept of everything': [get('/repos/o/r/pulls/1', '', { headers: { ...githubHeaders, accept: '*/*' } }), /accept: .*no media type/],
    'no API version': [get('/repos/o/r/pulls/1', '', { headers: without(githubHeaders, 'x-github-api-version') }), /x-github-api-version: must be/],
    'API version that never was': [get('/repos/o/r/pulls/1', '', { headers: { ...githubHeaders, 'x-github-api-version': '2023-01-01' } }), /x-github-api-version: must be/],
    'API version that enterprise servers refuse': [get('/api/v3/repos/o/r/pulls/1', '', { headers: { ...githubHeaders, 'x-github-api-version': '2026-03-10' } }), /must be one of 2022-11-28, is/],
    // REST: bodies
    'no content type': [send('POST', '/repos/o/r/issues/1/comments', { body: 'x' }, { headers: githubHeaders }), /content-type: must be/],
    'body that is no JSON': [send('POST', '/repos/o/r/issues/1/comments', '{"body":'), /body: is no JSON/],
    'no body': [send('POST', '/repos/o/r/issues/1/comments', ''), /body: is required/],
    'body where none belongs': [send('GET', '/repos/o/r/pulls/1', { x: 1 }), /takes none/],
    'lone surrogate': [send('POST', '/repos/o/r/issues/1/comments', '{"body":"\ud83d"}'), /surrogate/],
    'missing required field': [send('POST', '/repos/o/r/issues/1/comments', {}), /body: .*required.*'body'/],
    'unknown field': [send('POST', '/repos/o/r/issues/1/comments', { body: 'x', subject: 'y' }), /no property 'subject'/],
    'field of a wrong type': [send('POST', '/repos/o/r/issues/1/comments', { body: 5 }), /body\/body: must be string/],
    'empty comment': [send('POST', '/repos/o/r/issues/1/comments', { body: '' }), /body\/body: is empty/],
    'comment too long': [send('POST', '/repos/o/r/issues/1/comments', longPlus), /longer than 65536/],
    'unknown reaction': [send('POST', '/repos/o/r/issues/comments/5/reactions', { content: 'wave' }), /content: must be one of/],
    // reviews
    'review event that is none': [review([], { event: 'LGTM' }), /body\/event: must be one of/],
    'review without event': [review([], { event: undefined }), /stays pending/],
    'review without text': [review([], { body: '' }), /body\/body: is required when/],
    'review of no certain commit': [review([], { commit_id: undefined }), /commit_id: must be pinned/],
    'review comment without text': [commentOn({ body: undefined }), /comments\/0: .*required.*'body'/],
    'review comment with empty text': [commentOn({ body: '' }), /comments\/0\/body: is empty/],
    'review comment too long': [commentOn(longPlus), /comments\/0\/body: is longer/],
    'review comment with a subject type': [commentOn({ subject_type: 'line' }), /no property 'subject_type'/],
    'review comment whose line is text': [commentOn({ line: '11' }), /line: must be integer/],
    'review comment whose line is a fraction': [commentOn({ line: 11.5 }), /line: must be integer/],
    'second comment wrong': [review([comment(), comment({ line: 99 })]), /comments\/1\/line: RIGHT 99 .*not in the diff/],
    'line outside every hunk': [commentOn({ line: 30 }), /RIGHT 30 of src\/a.cpp is not in the diff/],
    'left line on the right': [commentOn({ path: 'gone.txt', line: 1 }), /RIGHT 1 of gone.txt is not in the diff/],
    'line just before a hunk': [commentOn({ line: 9 }), /RIGHT 9/],
    'line just after a hunk': [commentOn({ line: 15 }), /RIGHT 15/],
    'unknown path': [commentOn({ path: 'src/b.cpp' }), /'src\/b.cpp' is not in the diff/],
    'old name of a renamed file': [commentOn({ path: 'old.txt', line: 1 }), /'old.txt' is not in the diff/],
    'line of a binary file': [commentOn({ path: 'logo.png', line: 1 }), /'logo.png' is not in the diff/],
    'unknown side': [commentOn({ side: 'MIDDLE' }), /side: must be LEFT or RIGHT/],
    'side in lower case': [commentOn({ side: 'right' }), /side: must be LEFT or RIGHT/],
    'no line': [commentOn({ line: undefined }), /line: must be an integer/],
    'range of one line': [commentOn({ start_line: 11, line: 11 }), /start_line: 11 must precede line 11/],
    'range backwards': [commentOn({ start_line: 13, line: 11 }), /must precede/],
    'range backwards over both sides': [commentOn({ start_line: 14, start_side: 'RIGHT', line: 11, side: 'LEFT' }), /comes after/],
    'range over two hunks': [commentOn({ start_line: 11, line: 41 }), /different hunks/],
    'range that begins outside': [commentOn({ start_line: 9, line: 11 }), /start_line: RIGHT 9 .*not in the diff/],
    'start side without start line': [commentOn({ start_side: 'RIGHT' }), /start_side: given without/],
    'comments without a diff': [{ ...commentOn({}), diff: undefined }, /the journal has none/],
    'comments with a diff that is none': [{ ...commentOn({}), diff: diff.replace('-10,4 +10,5', '-10,4 +10,9') }, /diff: line \d+/],
    'comments with a cut diff': [{ ...commentOn({}), diff: diff.slice(0, 150) }, /diff: line \d+ of the diff: the hunk ends early/],
    'single comment outside the diff': [single({ line: 99, side: 'RIGHT' }), /body\/line: RIGHT 99/],
    'single comment without commit': [single({ line: 11, commit_id: undefined }), /required.*'commit_id'/],
    'file-level comment with a line': [single({ subject_type: 'file', line: 11 }), /body\/line: has no meaning/],
    'file-level comment elsewhere': [single({ subject_type: 'file', path: 'x' }), /'x' is not in the diff/],
    // GraphQL
    'GraphQL by GET': [get('/graphql', 'query={viewer{login}}'), /method: must be POST/],
    'GraphQL without authorization': [graphql('{ viewer { login } }', {}, { headers: { ...without(githubHeaders, 'authorization'), ...jsonType } }), /authorization/],
    'GraphQL without a query': [send('POST', '/graphql', { variables: {} }), /body\/query: must be a string/],
    'GraphQL that does not parse': [graphql('{ viewer { login }'), /body\/query: Syntax Error/],
    'unknown GraphQL field': [graphql('{ viewer { loginn } }'), /Cannot query field "loginn"/],
    'unknown GraphQL argument': [graphql('{ repository(owner: "o", nam: "r") { id } }'), /Unknown argument "nam"/],
    'wrong GraphQL enum': [graphql('mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OLD}) { clientMutationId } }', { id: 'x' }), /"OLD" does not exist/],
    'GraphQL variable of a wrong type': [graphql(threads, { ...threadsOf, number: '1' }), /Variable "\$number" got invalid value/],
    'GraphQL variable missing': [graphql(threads, without(threadsOf, 'owner')), /Variable "\$owner" of required type/],
    'GraphQL variable nobody declared': [graphql(threads, { ...threadsOf, cursor: 'x' }), /declares no such variable/],
    'unknown member of the GraphQL request': [send('POST', '/graphql', { query: '{ viewer { login } }', extensions: {} }), /body\/extensions/],
    'GraphQL connection without first': [graphql(threads.replace('comments(first: 50)', 'comments'), threadsOf), /comments: needs first or last/],
    'GraphQL connection too large': [graphql(threads.replace('first: 100', 'first: 101'), threadsOf), /first must be 1 to 100/],
    'GraphQL page by a variable too large': [graphql(
        'query($n: Int!) { viewer { repositories(first: $n) { nodes { id } } } }', { n: 200 }), /first must be 1 to 100, is 200/],
    'GraphQL query for too many nodes': [graphql(`{ viewer { repositories(first: 100) { nodes { pullRequests(first: 100) { nodes {
        reviewThreads(first: 100) { nodes { id } } } } } } } }`), /nodes, GitHub allows/],
    'GraphQL operation that is not there': [send('POST', '/graphql', { query: 'query A { viewer { login } }', operationName: 'B' }), /operationName/],
    // model API
    'unknown model route': [model('/v1/respond', responsesBody), /no such route/],
    'model call without key': [responses({}, { headers: without(modelHeaders, 'authorization') }), /authorization/],
    'model call without content type': [responses({}, { headers: without(modelHeaders, 'content-type') }), /content-type/],
    'model call that is no JSON': [model('/v1/responses', '{'), /is no JSON/],
    'model call without body': [model('/v1/responses', ''), /body: is required/],
    'unknown query of a model call': [responses({}, { query: 'debug=1' }), /query\/debug/],
    'unknown parameter': [responses({ max_tokens: 5 }), /no property 'max_tokens'/],
    'no model': [responses({ model: undefined }), /model: is required/],
    'no input': [responses({ input: undefined }), /input: is required/],
    'unknown effort': [responses({ reasoning: { effort: 'huge' } }), /reasoning\/effort: must be one of/],
    'unknown include': [responses({ include: ['everything'] }), /include/],
    'stream that is text': [responses({ stream: 'true' }), /stream/],
    'chat-style tool': [responses({ tools: [{ type: 'function', function: { name: 'shell' } }] }), /tools\/0: has no property 'function'/],
    'unknown kind of item': [responses({ input: [{ type: 'thought', text: 'x' }] }), /input\/0\/type: unknown kind "thought"/],
    'unknown kind of content': [responses({ input: [{ ...message, content: [{ type: 'text', text: 'x' }] }] }), /content\/0\/type: unknown kind "text"/],
    'unknown field of an item': [responses({ input: [message, { ...call, arg: 1 }, output] }), /input\/1: has no property 'arg'/],
    'call without arguments': [responses({ input: [message, without(call, 'arguments'), output] }), /input\/1: lacks required 'arguments'/],
    'output before its call': [responses({ input: [message, output, call] }), /no earlier item made/],
    'output without call': [responses({ input: [message, output] }), /no earlier item made/],
    'call without output': [responses({ input: [message, call] }), /has no output/],
    'two calls of one id': [responses({ input: [message, call, call, output] }), /second call with id/],
    'reasoning that the server did not keep': [responses({ input: [message, { type: 'reasoning', id: 'rs_1', summary: [] }] }), /encrypted_content/],
    'too few output tokens': [responses({ max_output_tokens: 1 }), /at least 16/],
    'tool name with a dot': [responses({ tools: [{ ...shell, name: 'a.b' }] }), /tools\/0\/name/],
    'two tools of one name': [responses({ tools: [shell, shell] }), /declared twice/],
    'strict tool that is open': [responses({ tools: [{ ...shell, parameters: without(shell.parameters, 'additionalProperties') }] }), /additionalProperties: must be false/],
    'strict schema with an optional property': [responses({ text: { format: { ...format, schema: { ...format.schema, required: [] } } } }), /lacks 'findings'/],
    'strict schema with a forbidden keyword': [responses({ text: { format: { ...format, schema: { ...format.schema, oneOf: [] } } } }), /oneOf: not allowed/],
    'strict schema whose root is an array': [responses({ text: { format: { ...format, schema: { type: 'array', items: { type: 'string' } } } } }), /root must be an object/],
    'format without a name': [responses({ text: { format: without(format, 'name') } }), /format.*'name'|format\/name/],
    'chat without messages': [chat({ messages: undefined }), /required.*'messages'/],
    'chat message of an unknown role': [chat({ messages: [{ role: 'robot', content: 'x' }] }), /messages\/0\/role: unknown kind "robot"/],
    'chat tool in the other style': [chat({ tools: [shell] }), /tools\/0/],
    'chat tool answer without call': [chat({ messages: [{ role: 'tool', tool_call_id: 'x', content: 'y' }] }), /no earlier item made/],
    'chat call without answer': [chat({ messages: chatBody.messages.slice(0, 3) }), /has no output/],
    'chat with a parameter of the other API': [chat({ instructions: 'x' }), /no property 'instructions'/],
};

const entries = [
    ...Object.entries(good).map(([name, entry]) => ({ ...entry, test: `good ${name}` })),
    ...Object.entries(bad).map(([name, [entry]]) => ({ ...entry, test: `bad ${name}` })),
];
const all = validate(journal('all.jsonl', entries));
const linesOf = (name) => all.lines.filter((line) => line.startsWith(`${name} [`));

for (const name of Object.keys(good)) {
    test(`passes: ${name}`, () => assert.deepEqual(linesOf(`good ${name}`), []));
}

for (const [name, [, reason]] of Object.entries(bad)) {
    test(`catches: ${name}`, () => {
        const lines = linesOf(`bad ${name}`);
        assert.ok(lines.some((line) => reason.test(line)), `no line matches ${reason} in:\n${lines.join('\n')}`);
    });
}

test('says how many requests and problems there were and fails', () => {
    const problems = all.lines.filter((line) => /^(good|bad) /.test(line)).length;
    assert.equal(all.lines.at(-1), `${entries.length} requests validated, ${problems} problems`);
    assert.equal(all.status, 1);
    assert.equal(all.stderr, '');
});

test('passes right requests and counts them by operation', () => {
    const path = journal('good.jsonl', [good['a pull request'], good['behind an enterprise prefix'], good['a chat turn']]);
    assert.deepEqual(validate(path), {
        status: 0,
        lines: [
            '     2  github  pulls/get  GET /repos/{owner}/{repo}/pulls/{pull_number}',
            '     1  model   chat  POST …/chat/completions',
            '3 requests validated, 0 problems',
        ],
        stderr: '',
    });
});

test('reads every journal of a folder', () => {
    mkdirSync(join(folder, 'many/inner'), { recursive: true });
    journal('many/one.jsonl', [good['a pull request']]);
    journal('many/inner/two.jsonl', [good['a pull request']]);
    journal('many/other.txt', ['no journal']);
    assert.equal(validate(join(folder, 'many')).lines.at(-1), '2 requests validated, 0 problems');
});

test('fails when there was nothing to validate', () => {
    const { status, lines } = validate(journal('empty.jsonl', ['']));
    assert.deepEqual({ status, lines }, { status: 1, lines: ['0 requests validated, 0 problems'] });
});

test('fails on a journal that is not there', () => {
    const path = join(folder, 'absent.jsonl');
    assert.deepEqual(validate(path, journal('one.jsonl', [good['a pull request']])).lines.filter((line) => line.includes('problem') || line.includes('ENOENT')),
        [`${path}: cannot read the journal: ENOENT`, '1 requests validated, 1 problems']);
});

test('fails on lines that are no journal entries', () => {
    const path = journal('broken.jsonl', ['{', '[]', '{"server":"ftp"}', '{"server":"github","method":"GET","path":"x"}', good['a pull request']]);
    const { status, lines } = validate(path);
    assert.equal(status, 1);
    assert.equal(lines.length, 6);
    assert.equal(lines.at(-1), '1 requests validated, 4 problems');
});

test('lets comments pass without a diff only when told to', () => {
    const path = journal('nodiff.jsonl', [{ ...good['an added line'], diff: undefined }]);
    assert.equal(validate(path).status, 1);
    assert.equal(validate('--allow-missing-diff', path).status, 0);
});

test('fails when a required operation was never seen', () => {
    const path = journal('require.jsonl', [good['a pull request'], good['a chat turn'], good['who am I']]);
    assert.equal(validate('--require', 'pulls/get', '--require', 'chat', '--require', 'graphql', path).status, 0);
    const { status, lines } = validate('--quiet', '--require', 'pulls/create-review', path);
    assert.deepEqual({ status, lines }, {
        status: 1, lines: ['journals: no request of pulls/create-review was recorded', '3 requests validated, 1 problems'],
    });
});

test('wrong usage is exit code 2', () => {
    assert.equal(validate().status, 2);
    assert.equal(validate('--unknown', 'x').status, 2);
});
